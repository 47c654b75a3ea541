// The slider: the curves of the training are its track, and the marks on it say where they moved fastest.

import { axis, chart, GUTTER, range, RIGHT, tidy } from "../glass/curves.js";
import { h, keys, number } from "../glass/kit.js";
import { valueAt } from "./data.js";

const FIRST = ["loss", "valid"];
const MOST = 6; // curves in a panel
/** Heights of one, two, three panels: the slider takes much the same room whatever is drawn in it. */
const HEIGHTS = [[108], [68, 62], [56, 50, 48]];

/** Curves that share a panel: losses; shares of 1; the others. */
export function panelled(curves) {
  const isShare = ({ y }) => y.every((value) => value >= -0.001 && value <= 1.001);
  const kind = (curve) => (FIRST.includes(curve.name) ? 0 : isShare(curve) ? 1 : 2);
  return [0, 1, 2].map((wanted) => curves.filter((curve) => kind(curve) === wanted)).filter((group) => group.length);
}

/** Whether losses fall so far (as where a model groks) that only a logarithmic axis shows it. */
export function falls(group) {
  const values = group.flatMap(({ y }) => [...y]);
  return FIRST.includes(group[0].name) && values.every((value) => value > 0) && Math.max(...values) > 100 * Math.min(...values);
}

/** Builds the slider. `show(moment)` moves the life, `point(moment|null)` is what the mouse is over. */
export function spine({ signal, life, look, show, point, common }) {
  const last = life.count - 1;
  const groups = panelled(life.curves).map((group) => group.slice(0, MOST));
  const left = life.curves.length - groups.flat().length;
  const over = (moment) => { plot.cross(moment); point(moment); };
  const plot = chart({ signal, label: "moment of the training", point: (x) => over(x === null ? null : Math.round(x)) });
  const places = [...new Set(life.marks.map(({ moment }) => moment))];
  const flags = places.map((moment) => {
    const here = life.marks.filter((mark) => mark.moment === moment);
    const title = here.map(({ name, low, high }) => `${name} changed fastest around here: ${number(low)} → ${number(high)}`).join("\n");
    const more = here.length > 1 ? ` +${here.length - 1}` : "";
    return h("button", { class: "kit-button life-mark", type: "button", title, onclick: () => show(moment) }, `${here[0].name}${more} · ${tidy(life.steps[moment])}`);
  });
  const heads = groups.map((group) => h("div", {}, ...group.map(({ name }) => h("span", { class: "life-name" }, h("i"), name, h("b")))));
  if (left) heads.at(-1).append(h("span", { class: "kit-soft" }, `and ${left} more in the table`));
  const row = h("div", { class: "life-marks", role: "group", "aria-label": "where a metric changed fastest" }, ...flags);
  row.hidden = !flags.length;
  const say = (names) => { for (const [name, value] of Object.entries(names)) plot.element.setAttribute(name, value); };
  say({ role: "slider", "data-press": "", "aria-valuemin": 0, "aria-valuemax": last });
  let [across, held, stamp] = [null, false, 0];

  const on = (name, call) => plot.element.addEventListener(name, call, { signal });
  const to = (event) => show(Math.round(across.value(event.clientX - plot.element.getBoundingClientRect().left)));
  on("pointerdown", (event) => {
    if (event.button) return;
    held = true;
    plot.element.setPointerCapture(event.pointerId);
    over(null);
    to(event);
  });
  on("pointermove", (event) => { if (held) to(event); });
  on("lostpointercapture", () => { held = false; });
  const mark = (way) => () => {
    const ahead = places.map((moment) => way * moment).filter((at) => at > way * look().moment);
    if (ahead.length) show(way * Math.min(...ahead));
  };
  const step = (by) => () => show(look().moment + by); // not what was drawn: keys may be faster than frames
  keys(plot.element, { ...common, ArrowLeft: step(-1), ArrowDown: step(-1), ArrowRight: step(1), ArrowUp: step(1),
    Home: () => show(0), End: () => show(last), PageUp: mark(-1), PageDown: mark(1) }, signal);

  return {
    element: h("div", { class: "life-spine" }, row, plot.element),
    draw({ moment, theme, width, said }) {
      const x = { low: 0, high: Math.max(1, last), text: (at) => (Number.isInteger(at) && at <= last ? tidy(life.steps[at]) : "") };
      const panels = groups.map((group, i) => {
        const lines = group.map((curve, n) => ({ ...curve, colour: theme.lines[(n + 2 * i) % theme.lines.length], width: 1.75 }));
        lines.forEach((line, n) => {
          const [swatch, value] = heads[i].children[n].querySelectorAll("i, b");
          swatch.style.background = line.colour;
          value.textContent = number(valueAt(line, moment));
        });
        const marks = life.marks.flatMap((one) => lines.filter(({ name }) => name === one.name).map((line) => ({ x: one.moment, y: valueAt(line, one.moment), colour: line.colour })));
        return { height: HEIGHTS[groups.length - 1][i], head: heads[i], y: range(lines, falls(group)), lines, marks };
      });
      plot.draw({ width, x, panels, theme, now: moment });
      across = axis(x, GUTTER, width - RIGHT);
      say({ "aria-valuenow": moment, "aria-valuetext": said });
      if (stamp !== (stamp = width)) {
        const lefts = placed(places.map((moment) => across.at(moment)), flags.map((flag) => flag.offsetWidth + 2), width);
        flags.forEach((flag, i) => { flag.style.left = `${Math.round(lefts[i])}px`; });
      }
      flags.forEach((flag, i) => flag.setAttribute("aria-pressed", String(places[i] === moment)));
    },
  };
}

/** Where flags begin: each over its moment; where two would touch, the later gives way to the right, at the end to the left. */
export function placed(places, wide, width) {
  const lefts = places.map((at, i) => at - wide[i] / 2);
  for (let i = 0; i < lefts.length; i++) lefts[i] = Math.max(lefts[i], i ? lefts[i - 1] + wide[i - 1] : 0);
  for (let i = lefts.length - 1, most = width; i >= 0; i--) most = lefts[i] = Math.min(lefts[i], most - wide[i]);
  return lefts;
}
