// The probe bench: accuracy by layer beside its controls; confusion, the reader's sentence, directions, and steering with one.

import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { asker, h, hoverOf, isLive, keys, legend, listen, onTheme, painter, pick, scale, sessionOf } from "../glass/kit.js";
import { chart } from "./chart.js";
import { read } from "./data.js";
import { sentence } from "./sentence.js";
import { confusion, directions } from "./tables.js";
import { headline, KEYS, lines, table, TABS } from "./words.js";

const LOWER = ["selectivity", "bits"];

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let known = read(model);
    const view = frame({ el, model, session, signal }, { stem: "probes", keys: KEYS, table: () => table(known, task()) });
    const soon = painter(view.picture, draw, signal);
    let [overRow, cell, theme] = [null, null, null];
    const task = () => known.tasks.find(({ name }) => name === model.get("task")) ?? known.tasks[0];
    const inside = (value, size) => (Number.isInteger(value) && value >= 0 && value < size ? value : null);
    const live = () => isLive(model, session);
    const can = (what) => model.get("_can").includes(what);
    const turn = (changes) => pick(model, changes);

    const choice = (name, change) => h("select", { class: "probes-choice", "aria-label": name, onchange: ({ target }) => change(target.selectedIndex) });
    const tasks = choice("task", (i) => turn({ task: known.tasks[i].name }));
    const lower = choice("lower curve", (i) => turn({ lower: LOWER[i] }));
    const kind = choice("class", (i) => choose(i));
    const label = (text, one) => h("label", { class: "probes-field" }, text, " ", one);
    const [field, below] = [label("task", tasks), label("below", lower)];
    view.tools.append(field, below);
    const tabs = h("span", { class: "probes-tabs", role: "group", "aria-label": "panel" });
    const paint = h("button", { class: "kit-button probes-paint", type: "button", onclick: () => repaint() });
    const ways = h("button", { class: "kit-button", type: "button", onclick: () => other() });
    const [key, where] = [h("span", { class: "probes-key" }), h("span", { class: "kit-soft" })];
    const push = h("button", { class: "kit-button probes-steer", type: "button", onclick: () => steer() }, "Steer with it");
    const over = (next) => { cell = next; soon(); };
    const parts = {
      sentence: sentence({ signal, read: (text) => ask(askRead, { text }, "Reading another sentence"), over: (at) => { overRow = at?.row ?? null; hover.set({ token: at?.token ?? null }); soon(); }, go, paint }),
      confusion: confusion({ signal, over, choose }), directions: directions({ signal, over, go, choose: (i) => choose(known.kinds[i].of, known.kinds[i].task) }),
    };
    const left = chart({ signal, over: (row) => { overRow = row; soon(); }, go: (row) => go({ row }) });
    const stage = h("div", { class: "probes-stage" }, ...Object.values(parts).map(({ element }) => element));
    view.picture.append(h("div", { class: "probes-bench" }, left.element, h("div", { class: "probes-side" }, h("div", { class: "probes-bar" }, tabs, key), stage, h("div", { class: "probes-bar probes-low" }, label("towards", kind), where, ways, push))));

    /** What is picked, for all views; the embedding is a row of this view alone. */
    function go({ row, token }) {
      [overRow, cell] = [null, null];
      turn({ row });
      const layer = known.layers[row] < 0 ? null : known.layers[row];
      pick(session, token === undefined ? { layer } : { layer, token });
    }
    function choose(of, other = task().index) { turn({ task: known.tasks[other].name, of: known.tasks[other].classes[of] }); }
    const repaint = () => turn({ paint: model.get("paint") === "class" ? "guess" : "class" });
    const other = () => turn({ by: model.get("by") === "probe" ? "means" : "probe" });
    const [failed, busy] = [view.stale, view.busy];
    const askRead = asker(model, session, "read", { answered: () => view.stale(""), failed, busy, signal });
    const askSteer = asker(model, session, "steer", { answered: () => view.stale(""), failed, busy, signal });
    const ask = (asking, args, what) => { if (!asking(args)) view.stale(`${what} takes the notebook's kernel.`); };
    const steer = () => { const { row, task: { classes }, of } = look(); if (can("steer")) ask(askSteer, { layer: known.layers[row], of: classes[of] }, "Steering"); };

    function look() {
      theme ??= inks(view.root);
      const now = task();
      const shared = session.get("layer");
      const at = shared === null ? inside(model.get("row"), known.rows.length) : known.layers.indexOf(shared);
      const row = at === null || at < 0 ? now.best : at;
      const token = inside(session.get("token"), known.pieces.length) ?? 0;
      return {
        known, task: now, row, overRow, token, overToken: inside(hover.get().token, known.pieces.length), cell, theme, of: now.classes.includes(model.get("of")) ? now.classes.indexOf(model.get("of")) : now.classes.length - 1,
        live: live(), can: can("predict"), ...Object.fromEntries(["tab", "lower", "paint", "by", "steered", "size", "text", "note"].map((name) => [name, model.get(name)])),
      };
    }
    function draw() {
      const seen = look();
      // The keyboard stays in the panel, also when that is another one now.
      const lost = stage.contains(document.activeElement) && !parts[seen.tab].element.contains(document.activeElement);
      for (const [name, { element }] of Object.entries(parts)) element.hidden = name !== seen.tab;
      if (lost) parts[seen.tab].element.querySelector("[role=application]").focus();
      left.draw(seen);
      parts[seen.tab].draw(seen);
      where.textContent = `at ${known.rows[seen.row]}`;
      view.title(model.get("title") || headline(model, seen.task, known), model.get("summary"));
      view.tell(...lines(seen));
      view.refresh();
    }
    /** The switches as the model has them. */
    function tools() {
      const { task: now, of, tab, paint: painted, lower: curve } = look();
      const fill = (one, texts, chosen) => { one.replaceChildren(...texts.map((text) => h("option", {}, text))); one.selectedIndex = chosen; };
      fill(tasks, known.tasks.map(({ name }) => name), now.index);
      fill(lower, ["selectivity", "code length"], now.bits && curve === "bits" ? 1 : 0);
      fill(kind, now.classes, of);
      [field.hidden, below.hidden] = [known.tasks.length < 2, !now.bits];
      const had = tabs.contains(document.activeElement);
      tabs.replaceChildren(...Object.entries(TABS).map(([name, text]) => h("button", { class: "kit-button", type: "button", "aria-pressed": String(name === tab), onclick: () => turn({ tab: name }) }, text)));
      if (had) tabs.querySelector('[aria-pressed="true"]').focus();
      paint.textContent = `cells: ${painted === "class" ? `chance of “${now.classes[of]}”` : "best class"}`;
      paint.setAttribute("aria-label", `${paint.textContent}; press for the other`);
      ways.textContent = model.get("by") === "probe" ? "by the probe" : "between means";
      ways.setAttribute("aria-label", `direction ${ways.textContent}; press for the other`);
      push.hidden = !can("steer");
      push.disabled = !live();
      push.title = live() ? "" : "steering takes the notebook's kernel";
      const signed = tab === "directions";
      key.replaceChildren(legend(scale({ low: signed ? -1 : 0, high: 1, signed, dark: theme.dark }), { sentence: "probability", confusion: "share of the true class", directions: "cosine" }[tab]));
      soon();
    }

    const move = (down) => () => go({ row: Math.max(0, Math.min(known.last, look().row + down)) });
    keys(left.element, { ArrowLeft: move(-1), ArrowRight: move(1), ArrowUp: move(-1), ArrowDown: move(1), Home: move(-1e9), End: move(1e9) }, signal);
    for (const { grids } of Object.values(parts)) for (const { element, keys: table } of grids) keys(element, table, signal);
    const next = (list, now) => list[(list.indexOf(now) + 1) % list.length];
    keys(view.root, {
      t: () => turn({ task: next(known.tasks.map(({ name }) => name), model.get("task")) }), v: () => turn({ tab: next(Object.keys(TABS), model.get("tab")) }),
      c: () => { const { task: now, of } = look(); choose((of + 1) % now.classes.length); }, m: () => { if (task().bits) turn({ lower: next(LOWER, model.get("lower")) }); },
      p: repaint, b: other, s: steer, Escape: () => { cell = null; turn({ row: null }); pick(session, { token: null, layer: null }); },
    }, signal);

    listen(model, "change:_chances change:pieces", () => { known = read(model); tools(); }, signal);
    listen(model, "change:task change:of change:tab change:lower change:paint change:by change:text", tools, signal);
    listen(model, "change:title change:row change:steered change:summary", soon, signal);
    listen(session, "change:token change:layer", soon, signal);
    listen(session, "comm_live_update", tools, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; tools(); }, signal);
    tools();
  },
};
