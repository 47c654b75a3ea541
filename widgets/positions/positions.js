// Three ways to tell where a piece stands: every two places compared, likeness by distance, and one pair as a clock.
// All of it is computed here, from a few numbers; moving the mouse asks nobody.
import { h, hoverOf, isDark, keys, legend, listen, number, onTheme, painter, pick, scale, sessionOf } from "../glass/kit.js";
import { chart, inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { read, SCHEMES } from "./data.js";
import { dial } from "./dial.js";
import { map } from "./maps.js";
import { KEYS, likeness, table, turned } from "./words.js";

const BASES = [100, 1_000, 10_000, 100_000, 1_000_000];
const ABOUT = { learned: "a table, added", rotary: "turned, pair by pair" };
const WIDE = 1300; // px from which the curves stand beside the maps; so in the style
const GIVE = { learned: "No table given: Positions(learned=…)" };

const TRAITS = ["pair", "alone", "base", "scheme", "count", "title", "summary", "pieces", "_turns", "_alike", "_curves", "_parts"];

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let [data, over, theme] = [read(model), null, null];
    const changed = new Set();
    const view = frame({ el, model, session, signal }, { stem: "positions", keys: KEYS, table: () => table(data, look()) });
    const inside = (p) => (Number.isInteger(p) && p >= 0 && p < data.count ? p : null);
    const set = (changes) => pick(model, changes);

    function look() {
      const name = data.schemes[model.get("scheme")] ? model.get("scheme") : "rotary";
      const picked = [inside(session.get("token")) ?? Math.floor(data.count / 3), inside(model.get("other")) ?? 0];
      const [p, q] = over ?? picked;
      const pair = Math.min(Math.max(0, model.get("pair")), Math.max(...data.names.map((each) => data.schemes[each].pairs)) - 1);
      return { name, scheme: data.schemes[name], pair, alone: model.get("alone"), picked, p, q };
    }
    const choose = ([p, q]) => { pick(session, { token: p }); set({ other: q }); };
    const hovered = (places) => { over = places; hover.set({ token: places?.[0] ?? null }); soon(); };

    const maps = Object.fromEntries(SCHEMES.map((name) => [name, map({ label: `${name}: how alike every two places are`, over: hovered, chosen: choose, signal })]));
    const heads = Object.fromEntries(SCHEMES.map((name) => [name, h("button", { type: "button", class: "kit-button positions-name", onclick: () => set({ scheme: name }), title: "show its pairs on the dial" }, name)]));
    const base = h("select", { class: "positions-choice", "aria-label": "base of the sinusoidal frequencies", onchange: () => set({ base: Number(base.value) }) },
      ...[...new Set([...BASES, model.get("base")])].sort((a, b) => a - b).map((value) => h("option", { value }, value.toLocaleString("en"))));
    const panels = SCHEMES.map((name) => h("div", { class: "positions-panel" },
      h("div", { class: "positions-head" }, heads[name], name === "sinusoidal" ? h("label", { class: "positions-base" }, h("span", { class: "kit-soft" }, "base"), base) : h("span", { class: "kit-soft" }, ABOUT[name])),
      name in data.schemes ? maps[name].element : h("div", { class: "positions-map positions-none" }, GIVE[name])));

    const face = dial();
    const slider = h("input", { type: "range", min: 0, step: 1, class: "positions-slider", "aria-label": "pair", oninput: () => set({ pair: Number(slider.value) }) });
    const pace = h("span", { class: "positions-pace" });
    const alone = h("button", { type: "button", class: "kit-button", onclick: () => set({ alone: !model.get("alone") }), title: "this pair in the maps, without the others" }, "alone");
    const clock = h("div", { class: "positions-panel" },
      h("div", { class: "positions-head" }, h("span", { class: "positions-which" }), slider), face.element, h("div", { class: "positions-under" }, pace, alone));
    const row = h("div", { class: "positions-row", tabindex: "0", role: "application", "aria-label": "two places" }, ...panels, clock);
    const plot = chart({ signal, label: "likeness by distance", point: (d) => near(d), pick: (d) => apart(d) });
    const caption = h("div", { class: "positions-caption" });
    const ground = h("div", { class: "positions-ground" }, plot.element);
    view.picture.append(row, ground);
    const soon = painter(ground, draw, signal);

    /** The chart's mouse chooses a distance: the second place moves. */
    const near = (d) => { const { picked } = look(); hovered(d === null ? null : [picked[0], other(picked[0], Math.round(d))]); };
    const apart = (d) => { const { picked } = look(); choose([picked[0], other(picked[0], Math.round(d))]); };
    const other = (p, d) => (p - d >= 0 ? p - d : Math.min(data.count - 1, p + d));

    function paint() {
      const { pair, alone: one } = look();
      const dark = isDark(view.root);
      for (const name of data.names) maps[name].draw(data.count, data.schemes[name].field(pair, one), dark);
      view.tools.replaceChildren(legend(scale({ low: -1, high: 1, signed: true, dark }), "likeness"));
      view.title(model.get("title") || `Where a piece stands, told in ${["", "one way", "two ways", "three ways"][data.names.length]} · ${data.count} places`, model.get("summary"));
    }
    function lines(width) {
      const { pair, alone: one } = look();
      theme ??= inks(view.root);
      const x = Float32Array.from({ length: data.count }, (_, d) => d);
      const ink = (name) => theme.lines[[0, 1, 3][SCHEMES.indexOf(name)]];
      const curves = data.names.flatMap((name) => {
        const { mean, low, high } = data.schemes[name].curve(pair, one);
        const thin = (y) => ({ x, y, colour: ink(name), width: 1, alpha: 0.6, dash: [2, 3], mute: true });
        return [...(low ? [thin(low), thin(high)] : []), { x, y: mean, colour: ink(name), width: 2, dash: name === "rotary" ? [7, 5] : [] }];
      });
      caption.replaceChildren(h("span", {}, one ? `likeness by distance, pair ${pair} alone` : "likeness by distance, all pairs"), ...data.names.map((name) => {
        const key = h("span", { class: "positions-key" }, name);
        key.style.borderColor = ink(name);
        return key;
      }), h("span", { class: "kit-soft positions-axes" }, "maps: first place down, second across"));
      const lowest = Math.min(0, ...curves.map(({ y }) => Math.min(...y)));
      plot.draw({ width, theme, now: null, x: { low: 0, high: data.count - 1 }, panels: [{ height: view.picture.clientWidth < WIDE ? 98 : 206, head: caption, y: { low: Math.max(-1, lowest - 0.05), high: 1.05 }, lines: curves }] });
    }
    function point() {
      const now = look();
      for (const name of data.names) {
        maps[name].mark(now.picked, "picked");
        maps[name].mark(over, "over");
        heads[name].setAttribute("aria-pressed", String(name === now.name));
      }
      heads.learned.disabled = !data.schemes.learned;
      slider.max = now.scheme.pairs - 1;
      slider.value = Math.min(now.pair, now.scheme.pairs - 1);
      clock.querySelector(".positions-which").textContent = `pair ${slider.value} of ${now.scheme.pairs}`;
      pace.textContent = now.scheme.turn ? `${number(now.scheme.turn(now.pair))} rad a place` : "two components";
      alone.setAttribute("aria-pressed", String(now.alone));
      base.value = String(data.base);
      const told = turned(data, now);
      face.draw({ ...now, count: data.count, key: `${now.name} ${now.pair} ${data.base} ${data.count}`, said: told });
      plot.cross(Math.abs(now.p - now.q));
      view.tell(likeness(data, now), told);
    }

    /** All of it where more than what is pointed at has changed; the pair alone moves the dial only. */
    function draw(width, resized) {
      const [all, again] = [[...changed], changed.size > 0 && !(changed.size === 1 && changed.has("pair") && !model.get("alone"))];
      changed.clear();
      if (all.some((name) => !["pair", "alone", "scheme", "theme"].includes(name))) data = read(model);
      if (!again && !resized) return point();
      paint();
      lines(width);
      point();
      view.refresh();
    }
    const later = (name) => { changed.add(name); soon(); };
    signal.addEventListener("abort", () => hover.set({ token: null }));

    const step = (by, both) => () => { const { picked } = look(); const next = picked.map((place, i) => place + by[i]); if (next.every((place) => inside(place) !== null)) choose(next); else if (!both) choose(next.map((place) => Math.min(data.count - 1, Math.max(0, place)))); };
    const turn = (by) => () => { const { pair, scheme } = look(); set({ pair: Math.min(scheme.pairs - 1, Math.max(0, pair + by)) }); };
    const next = () => { const at = data.names.indexOf(look().name); set({ scheme: data.names[(at + 1) % data.names.length] }); };
    keys(row, {
      ArrowUp: step([-1, 0]), ArrowDown: step([1, 0]), ArrowLeft: step([0, -1]), ArrowRight: step([0, 1]), ",": step([-1, -1], true), ".": step([1, 1], true),
      "-": turn(-1), "+": turn(1), "=": turn(1), a: () => set({ alone: !model.get("alone") }), s: next, Escape: () => { pick(session, { token: null }); set({ other: null }); },
    }, signal);
    keys(plot.element, { ArrowLeft: step([0, 1]), ArrowRight: step([0, -1]) }, signal);

    for (const name of TRAITS) listen(model, `change:${name}`, () => later(name), signal);
    listen(session, "change:token", soon, signal);
    listen(model, "change:other", soon, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; later("theme"); }, signal);
  },
};
