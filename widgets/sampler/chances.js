// The pieces, likeliest first, as the model has them: how likely before the rules and after, and the whole tail beside them.
import { chart } from "../glass/curves.js";
import { h, keys, number, short } from "../glass/kit.js";
import { colour } from "./controls.js";
import { chance, cutter } from "./rules.js";
import { count, NAMES, percent, put } from "./words.js";

export const ROWS = 40;
const [HEIGHT, SEEN] = [22, 13];
const FLOOR = 1e-6;
const TAIL = 1e-10;
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** Builds the panel. `point(place | null)`: what the mouse or the keys are at, in the model's order. */
export function chances({ signal, point }) {
  const rows = Array.from({ length: ROWS }, (_, at) => line(at));
  const list = h("div", { class: "sampler-list", role: "listbox", "aria-label": "pieces, likeliest first" }, ...rows.map(({ element }) => element));
  const axis = h("div", { class: "sampler-axis", "aria-hidden": "true" }, ...["", "", ""].map(() => h("span", {})));
  const head = h("div", {}, h("span", { class: "kit-soft sampler-wide" }, "by rank:"), ...["after", "before"].map((text) => h("span", {}, h("i", { class: "sampler-line" }), text)));
  const mass = h("div", { class: "sampler-mass", role: "img" });
  const plot = chart({ signal, label: "chance by rank; left and right arrows move", point: (x) => to(x === null ? null : Math.round(x) - 1) });
  const right = h("div", { class: "sampler-tail" }, plot.element, h("div", { class: "sampler-share" }, h("span", { class: "kit-soft" }, "chance"), mass));
  const element = h("div", { class: "sampler-chances" }, h("div", {}, axis, list), right);
  let [focus, base, at, top, paint] = [0, null, null, 0, () => {}];

  function line(at) {
    const [name, before, after, says] = ["name", "before", "after", "says"].map((part) => h("span", { class: `sampler-${part}` }));
    const element = h("div", { class: "sampler-row", role: "option", tabindex: at ? "-1" : "0", "aria-selected": "false" },
      h("span", { class: "sampler-rank" }, String(at + 1)), name, h("span", { class: "sampler-bar" }, after, before), says);
    element.dataset.at = at;
    return { element, name, before, after, says };
  }
  const to = (place) => {
    at = place === null ? null : Math.min(Math.max(place, 0), base.order.length - 1);
    plot.cross(at === null ? null : at + 1);
    point(at);
  };
  const rove = (next) => {
    rows[focus].element.setAttribute("tabindex", "-1");
    focus = Math.min(Math.max(next, 0), Math.min(ROWS, base.order.length) - 1);
    rows[focus].element.setAttribute("tabindex", "0");
    rows[focus].element.focus();
  };
  keys(list, { ArrowUp: () => rove(focus - 1), ArrowDown: () => rove(focus + 1), Home: () => rove(0), End: () => rove(ROWS), PageUp: () => rove(focus - 10), PageDown: () => rove(focus + 10) }, signal);
  const row = (event) => event.target.closest(".sampler-row");
  const on = (name, call) => list.addEventListener(name, call, { signal });
  on("scroll", () => { top = Math.floor(list.scrollTop / HEIGHT); paint(); });
  on("mouseover", (event) => { if (row(event)) to(Number(row(event).dataset.at)); });
  on("mouseleave", () => to(null));
  on("focusin", (event) => { if (row(event)) { rows[focus].element.setAttribute("tabindex", "-1"); focus = Number(row(event).dataset.at); rows[focus].element.setAttribute("tabindex", "0"); to(focus); } });
  on("focusout", () => to(null));
  const step = (by) => () => to((at ?? -1) + by);
  const leap = (by) => () => to(Math.round(((at ?? 0) + 1) * by) - 1);
  keys(plot.element, { ArrowLeft: step(-1), ArrowRight: step(1), PageUp: leap(0.5), PageDown: leap(2), Home: () => to(0), End: () => to(base.order.length - 1), Escape: () => to(null) }, signal);

  return {
    element,
    draw({ base: now, state, places, name, log, theme, left }) {
      base = now;
      const most = Math.max(base.probs[0], chance(state, state.low));
      const end = log ? 1 : STEPS.find((step) => step >= most * 0.999);
      const long = log ? (p) => Math.max(0, 1 - Math.log(p) / Math.log(FLOOR)) : (p) => p / end;
      (log ? ["10⁻⁶", "10⁻³", "1"] : ["0", number(end / 2), number(end)]).forEach((text, i) => put(axis.children[i], text));
      rows.forEach(({ element }, i) => { if (element.hidden !== i >= base.order.length) element.hidden = !element.hidden; });
      // Only the rows in sight: the others are written when they come into it.
      paint = () => rows.slice(top, Math.min(top + SEEN, base.order.length)).forEach((row, i) => write(row, top + i));
      const write = (row, i) => {
        const [id, place] = [base.order[i], places(i)];
        const [share, rule, first] = [chance(state, place), cutter(state, place), id === state.order[0]];
        const label = short(name(id), 18);
        put(row.name, label);
        const before = `${100 * Math.min(1, long(base.probs[i]))}%`;
        if (row.before.style.width !== before) row.before.style.width = before;
        row.after.style.transform = `scaleX(${Math.min(1, long(share))})`;
        row.element.classList.toggle("sampler-gone", !share);
        row.element.classList.toggle("sampler-first", first);
        const text = share ? number(share) : rule ? `cut by ${NAMES[rule]}` : "0";
        put(row.says, first && share ? `${text} greedy` : text);
        row.element.setAttribute("aria-label", `${i + 1}: ${label}, ${number(base.probs[i])} before, ${row.says.textContent}`);
      };
      paint();
      share(state);
      tail({ state, places, log, theme, width: left });
    },
    width: () => right.clientWidth,
  };

  /** One bar of all chance: what is left, and what each rule cut. */
  function share(state) {
    const parts = [["left", 1 - state.cut], ...state.cuts.map(({ rule, chance }) => [rule, chance])];
    let from = 0;
    const bands = parts.map(([rule, part]) => `${colour(rule)} ${100 * from}% ${100 * (from += part)}%`);
    mass.style.background = `linear-gradient(to right, ${bands.join(", ")})`;
    mass.setAttribute("aria-label", `chance: ${parts.map(([rule, part]) => `${rule === "left" ? "left" : `cut by ${NAMES[rule]}`} ${percent(part)}`).join(", ")}`);
  }

  function tail({ state, places, log, theme, width }) {
    const size = base.order.length;
    const ranks = spread(size);
    const limit = log ? { low: TAIL, high: 1, log } : { low: 0, high: STEPS.find((step) => step >= Math.max(base.probs[0], chance(state, state.low)) * 0.999) };
    const floor = (p) => (log ? Math.max(p, TAIL / 10) : p);
    const x = ranks.map((rank) => rank + 1);
    const own = { x, y: ranks.map((rank) => floor(base.probs[rank])), colour: theme.soft, width: 1.25 };
    const after = ranks.map((rank) => { const p = chance(state, places(rank)); return p ? floor(p) : NaN; });
    const lines = [own, ...state.cuts.filter(({ pieces }) => pieces).map(({ rule }) => ({
      x, y: ranks.map((rank, i) => (cutter(state, places(rank)) === rule ? own.y[i] : NaN)), colour: colour(rule), width: 3.5, mute: true,
    })), { x, y: after, colour: colour("left"), width: 2.5, radius: state.high - state.low < 3 ? 3 : 0 }];
    [...head.querySelectorAll("i")].forEach((part, i) => { part.style.background = i ? theme.soft : colour("left"); });
    const marks = state.cuts.filter(({ pieces }) => pieces).flatMap(({ low, high, from, to, rule }) => [low > from ? low : null, high < to ? high : null].filter((end) => end !== null).map((end) => ({ x: end + 0.5, colour: colour(rule) })));
    plot.draw({ width, theme, x: { low: 1, high: Math.max(size, 2), log: true, text: (rank) => count(rank) }, panels: [{ height: 226, head, y: limit, lines, marks }] });
  }
}

/** Ranks at even distances of a logarithmic axis, the first of them all. */
function spread(size) {
  const found = new Set();
  for (let i = 0; i <= 120; i++) found.add(Math.min(size - 1, Math.round(size ** (i / 120)) - 1));
  return [...found].filter((rank) => rank >= 0);
}
