// A guess: given, committed, changed once more perhaps, and then beside the truth.
import { asker, h, listen, number, pick, sessionOf } from "../glass/kit.js";
import { button, card, worded } from "./card.js";
import { classOf, entry, label } from "./entry.js";
import { off, ruler } from "./numbers.js";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const asked = model.get("_asked");
    const chip = (text) => h("span", { class: classOf(asked) }, text);
    let again = false; // the reader is changing their mind
    const view = card({ el, model, session, signal }, { stem: "predict", word: "Predict", press: (key) => (key === "Enter" ? commit() : way.press?.(key)) });
    const way = entry(asked, { session, signal, changed: () => draw(), question: () => model.get("question") });
    view.way.append(way.element);
    const ask = asker(model, session, "truth", { answered: () => view.fail(""), failed: view.fail, busy: view.busy, signal });
    const truth = () => (model.get("_truth")?.label === undefined ? null : model.get("_truth"));
    const open = () => !truth() && (again || model.get("_given") === null);

    function commit() {
      if (!open() || way.get() === null) return false;
      if (model.get("_first") === null) model.set("_first", way.get());
      model.set("_given", way.get());
      model.save_changes();
      again = false;
      draw();
      show();
      return true;
    }
    const show = () => {
      if (!ask() && model.get("_ready")) view.fail("The truth needs a running kernel.");
    };
    const ready = button("Commit", commit, { class: "card-button card-main" });
    const peek = button("Show me", show);
    const rethink = () => { again = true; draw(); };

    const draw = () => view.held(redraw);
    function redraw() {
      const [given, found] = [model.get("_given"), truth()];
      way.lock(!open());
      if (!open() && given !== null) way.set(given);
      view.root.classList.toggle("predict-out", Boolean(found));
      way.boxes?.forEach((box, i) => {
        box.classList.toggle("card-true", found?.raw === i);
        box.classList.toggle("card-given", !open() && given === i);
      });
      if (found) told(given, found);
      else if (open()) offered();
      else view.fill(view.acts, button("Change my mind", rethink)), view.fill(view.said, "Committed: ", chip(label(asked, given)), model.get("_ready") ? "" : " – now run on.");
      view.fill(view.more, found && asked.kind === "number" ? beside(given, found.raw) : null, found?.explain ? h("p", {}, ...worded(found.explain)) : null);
    }

    function offered() {
      if (!view.acts.contains(ready)) view.fill(view.acts, ready, peek);
      ready.disabled = way.get() === null;
      peek.hidden = !model.get("_ready");
      view.fill(view.said);
    }

    function told(given, found) {
      view.fill(view.acts);
      const same = JSON.stringify(given) === JSON.stringify(found.raw);
      const to = { token: () => ({ token: found.raw }), layer: () => ({ layer: found.raw }), head: () => ({ layer: found.raw[0], head: found.raw[1] }) }[asked.kind];
      const it = to ? button(found.label, () => pick(session, to()), { class: `card-button ${classOf(asked)}`, title: "pick it" }) : chip(found.label);
      const away = asked.kind === "number" && given !== null && !same ? `: ${off(given, found.raw, asked)}` : "";
      const guess = given === null ? [] : ["You said ", chip(label(asked, given)), `${away}. `];
      const before = model.get("_first");
      const first = before !== null && JSON.stringify(before) !== JSON.stringify(given) ? [" (First you said ", chip(label(asked, before)), ".)"] : [];
      view.fill(view.said, same ? ["You were right: ", it, "."] : [...guess, "It is ", it, "."], first);
      view.root.classList.toggle("card-right", same);
    }

    /** Guess and truth on one line, with what lies between. */
    function beside(given, true_) {
      const values = [...(asked.ends ?? []), true_, ...(given === null ? [] : [given])];
      const log = asked.log && values.every((value) => value > 0);
      const plain = (value) => label({ ...asked, unit: "" }, value);
      const { at } = ruler({ ends: [Math.min(...values), Math.max(...values)], log });
      const place = (value, name, word) => {
        const mark = h("span", { class: `predict-at predict-${name}` }, h("span", {}, `${word} ${plain(value)}`));
        mark.style.left = `${at(value) * 100}%`;
        mark.firstChild.style.transform = `translateX(${-at(value) * 100}%)`;
        return mark;
      };
      const gap = h("span", { class: "predict-gap" });
      const [from, to] = [given ?? true_, true_].map(at).sort((a, b) => a - b);
      Object.assign(gap.style, { left: `${from * 100}%`, width: `${(to - from) * 100}%` });
      const line = h("div", { class: "predict-line", role: "img", "aria-label": `from ${number(Math.min(...values))} to ${number(Math.max(...values))} ${asked.unit}` },
        gap, given === null ? null : place(given, "guess", "you"), place(true_, "truth", "truth"));
      return h("div", { class: "predict-beside" }, h("span", { class: "card-end" }, plain(Math.min(...values))), line, h("span", { class: "card-end" }, label(asked, Math.max(...values))));
    }

    listen(model, "change:_given change:_truth change:_ready", draw, signal);
    listen(session, "comm_live_update", draw, signal);
    draw();
  },
};

