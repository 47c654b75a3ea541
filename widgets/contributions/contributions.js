// What each part of a model adds to one logit: a waterfall by layer or by size, and where the picked head read.

import { h, hoverOf, keys, listen, onTheme, painter, pick, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { inks } from "../glass/curves.js";
import { read, steps } from "./data.js";
import { colourOf, fall } from "./fall.js";
import { headline, KEYS, kinds, lines, table, text } from "./words.js";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let known = read(model);
    const view = frame({ el, model, session, signal }, { stem: "contributions", keys: KEYS, table: () => table(known) });
    const soon = painter(view.picture, draw, signal);
    let [over, theme, here] = [null, null, null]; // here: the picked step's name, of parts that are no heads
    const turn = (changes) => pick(model, changes);
    const sorted = () => turn({ sort: model.get("sort") === "size" ? "layer" : "size" });
    const toggle = (layer) => { const open = model.get("opened"); turn({ opened: open.includes(layer) ? open.filter((one) => one !== layer) : [...open, layer] }); };

    const switches = ["layer", "size"].map((sort) => h("button", { class: "kit-button", type: "button", onclick: () => turn({ sort }) }, `by ${sort}`));
    const signs = [1, -1].map((sign) => Object.assign(h("i"), { sign }));
    const more = h("button", { class: "kit-button", type: "button", title: "more parts (+)", onclick: () => many(2) }, "more");
    view.tools.append(h("span", { class: "contributions-signs" }, signs[0], "adds", signs[1], "takes away"), h("span", { class: "contributions-switches", role: "group", "aria-label": "order" }, ...switches, more));
    const many = (times) => turn({ most: Math.max(5, Math.min(known.names.length, Math.round(model.get("most") * times))) });
    const water = fall({ signal, over: (step) => { over = step; soon(); }, picked: go, toggled: toggle });
    const [name, reads] = [h("div", { class: "contributions-head" }), h("div", { class: "contributions-text", tabindex: "0", role: "group", "aria-label": "the text, shaded by where the picked head read" })];
    const sums = h("div", { class: "contributions-kinds" });
    view.picture.append(h("div", { class: "contributions-grid" }, water.element, h("div", { class: "contributions-side" }, name, reads, sums)));
    reads.addEventListener("pointerover", ({ target }) => hover.set({ token: target.at ?? null }), { signal });
    reads.addEventListener("pointerleave", () => hover.set({ token: null }), { signal });
    reads.addEventListener("click", ({ target }) => { if (target.at !== undefined) pick(session, { token: target.at }); }, { signal });

    /** A head is picked for all views, a layer too; what is in no layer is picked here alone. */
    function go(step) {
      over = null;
      here = step.name;
      pick(session, step.layer < 0 ? { layer: null, head: null } : { layer: step.layer, head: step.head < 0 ? null : step.head });
      soon();
    }
    function look() {
      theme ??= inks(view.root);
      const list = steps(known, { sort: model.get("sort"), opened: model.get("opened"), most: model.get("most") });
      const [layer, head] = [session.get("layer"), session.get("head")];
      const part = head === null ? -1 : known.find(layer, head);
      const matches = (step) => (part >= 0 ? step.part === part : step.name === here && (step.layer < 0 ? layer === null : step.layer === layer));
      let at = list.findIndex(matches);
      if (at < 0 && part >= 0) at = list.findIndex((step) => step.parts.includes(part)); // the step it is hidden in
      if (at < 0 && part < 0 && layer !== null) at = list.findIndex((step) => step.layer === layer);
      return { known, steps: list, theme, here: at, part, hovered: over ? list.findIndex((step) => step.name === over.name) : -1 };
    }
    function draw() {
      const seen = look();
      water.draw({ ...seen, width: water.element.clientWidth });
      const step = seen.steps[seen.hovered] ?? (seen.part >= 0 ? headStep(seen) : seen.steps[seen.here]) ?? null;
      const asked = step && step.part >= 0 && known.heads[step.part] >= 0;
      const part = asked ? step.part : known.most;
      const source = part >= 0 ? known.source(part) : null;
      name.replaceChildren(...(source ? [h("strong", {}, known.names[part]), asked ? " read it from" : ", the largest head, read it from"] : [""]));
      sums.replaceChildren(...kinds(known, (value) => colourOf(value, theme.dark)));
      reads.replaceChildren(...text(known, source, theme.dark, hover.get().token ?? session.get("token")));
      switches.forEach((button, i) => button.setAttribute("aria-pressed", String(model.get("sort") === ["layer", "size"][i])));
      more.disabled = model.get("sort") !== "size" || model.get("most") >= known.names.length;
      for (const sign of signs) sign.style.background = colourOf(sign.sign, theme.dark);
      view.title(model.get("title") || headline(model.get("model_name"), known), model.get("summary"));
      view.tell(...lines(known, step));
      view.refresh();
    }
    /** The picked head as a step of its own, wherever it is hidden. */
    function headStep({ steps: list, here: at, part }) {
      const step = list[at];
      return step.part === part ? step : { name: known.names[part], value: known.values[part], to: step.to, part, parts: [part] };
    }

    const move = (by) => () => {
      const { steps: list, here: at } = look();
      go(list[Math.max(0, Math.min(list.length - 1, at < 0 ? (by < 0 ? list.length - 1 : 0) : at + by))]);
    };
    const open = (wanted) => () => {
      const { steps: list, here: at } = look();
      const step = list[at];
      if (!step || model.get("sort") === "size") return;
      const group = list.find((one) => one.group && one.layer === step.layer && (one === step || step.inside));
      if (!group || Boolean(group.open) === wanted) return;
      toggle(group.layer);
      if (!wanted) go(group);
    };
    keys(water.element, { ArrowUp: move(-1), ArrowDown: move(1), Home: move(-1e9), End: move(1e9), ArrowRight: open(true), ArrowLeft: open(false) }, signal);
    keys(view.root, { s: sorted, "+": () => many(2), "=": () => many(2), "-": () => many(0.5), Escape: () => { here = null; pick(session, { layer: null, head: null }); } }, signal);

    listen(model, "change:values change:names change:pieces change:logit change:sources", () => { known = read(model); over = null; soon(); }, signal);
    listen(model, "change:title change:sort change:most change:opened", soon, signal);
    listen(session, "change:token change:layer change:head", soon, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; soon(); }, signal);
  },
};
