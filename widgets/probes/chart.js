// Accuracy by layer with the bands of its controls, and below it what is left after the control.

import { axis, ticks, tidy } from "../glass/curves.js";
import { h, number, svg } from "../glass/kit.js";
import { LINES, spread } from "./data.js";

const [LEFT, RIGHT, TALL, LOW, GAP, FOOT] = [36, 8, 174, 52, 24, 17];

/** How a curve is drawn: its colour, dash and width. */
const style = (key, theme) => {
  const [name, line, dash, width] = LINES[key];
  return { name, colour: line < 0 ? theme.soft : theme.lines[line], dash, width };
};

/** Builds the chart and what it says in numbers; `over(row|null)` and `go(row)` tell what the mouse does. */
export function chart({ signal, over, go }) {
  const sheet = svg("svg", { role: "presentation" });
  const plot = h("div", { class: "probes-plot", tabindex: "0", role: "application", "aria-label": "accuracy by layer, beside its controls; arrows move through the layers" }, sheet);
  const list = h("ul", { class: "probes-lines" });
  let look = null;
  const rowAt = (event) => {
    const px = event.clientX - sheet.getBoundingClientRect().left;
    return Math.max(0, Math.min(look.known.last, Math.round(look.across.value(px))));
  };
  plot.addEventListener("pointermove", (event) => look && over(rowAt(event)), { signal });
  plot.addEventListener("pointerleave", () => over(null), { signal });
  plot.addEventListener("click", (event) => look && go(rowAt(event)), { signal });
  return {
    element: h("div", { class: "probes-chart" }, plot, list),
    draw(next) {
      const width = plot.clientWidth;
      const across = axis({ low: 0, high: Math.max(1, next.known.last) }, LEFT + 15, width - RIGHT - 13);
      look = { ...next, across, width };
      const high = TALL + GAP + LOW + FOOT;
      for (const [name, value] of Object.entries({ width, height: high, viewBox: `0 0 ${width} ${high}` })) sheet.setAttribute(name, value);
      sheet.replaceChildren(...undone(look), ...marks(look), ...upper(look), ...lower(look), ...feet(look));
      list.replaceChildren(...next.task.curves.map((curve) => line(curve, next)));
    },
  };
}

function upper({ task, theme, across, width }) {
  const all = task.curves.flatMap(({ mean, low, high }) => [...mean, ...low, ...high]).filter(Number.isFinite);
  const down = axis({ low: Math.max(0, Math.min(...all, 0.9) - 0.03), high: Math.min(1, Math.max(...all)) + 0.03 }, TALL, 6);
  const grid = ticks(down.value(TALL), Math.min(1, down.value(6)), 6).flatMap((value) => tick(value, down.at(value), theme, width));
  const groups = [...task.curves].reverse().map(({ key, mean, low, high }) => {
    const { colour, dash, width: wide } = style(key, theme);
    const points = (values) => Array.from(values, (value, row) => [across.at(row), down.at(value)]).filter(([, y]) => Number.isFinite(y));
    const [line, band] = [points(mean), [...points(high), ...points(low).reverse()]];
    const dots = key === "accuracy" || line.length === 1 ? line.map(([x, y]) => svg("circle", { cx: x, cy: y, r: 2.5, fill: colour })) : [];
    return svg("g", { [key === "accuracy" ? "data-effect" : "data-control"]: key },
      svg("polygon", { points: band.join(" "), fill: colour, opacity: key === "majority" ? 0 : 0.16 }),
      svg("polyline", { points: line.join(" "), fill: "none", stroke: colour, "stroke-width": wide, "stroke-dasharray": dash }), ...dots);
  });
  return [svg("g", {}, ...grid, ...groups)];
}

/** Grey over the rows that were not done. */
function undone({ known, across, theme }) {
  const half = (across.at(1) - across.at(0)) / 2;
  return known.done.flatMap((done, row) => (done ? [] : [svg("rect", { x: across.at(row) - half, y: 6, width: 2 * half, height: TALL - 6, fill: theme.soft, opacity: 0.25 })]));
}

const tick = (value, y, theme, width) => [
  svg("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, stroke: theme.line }),
  svg("text", { x: LEFT - 5, y: y + 3.5, "text-anchor": "end" }, tidy(value)),
];

/** Selectivity as bars with its interval, or what the labels cost beside what shuffled ones do. */
function lower({ task, theme, across, width, known, lower: kind, row: picked, overRow }) {
  const coded = kind === "bits" && task.bits;
  const { mean, low, high } = coded ? { mean: task.bits, low: task.bits, high: task.bitsShuffled } : task.over;
  const real = [...mean, ...low, ...high].filter(Number.isFinite);
  const most = Math.max(...real, coded ? task.uniform : 0.05);
  const foot = TALL + GAP + LOW;
  const down = axis({ low: Math.min(0, ...real), high: most * 1.05 }, foot, TALL + GAP);
  const half = Math.max(1.5, Math.min(12, (across.at(1) - across.at(0)) * 0.3));
  const level = (value, x1, x2, colour, dash) => svg("line", { x1, x2, y1: down.at(value), y2: down.at(value), stroke: colour, "stroke-width": 1.8, "stroke-dasharray": dash });
  const bars = known.rows.flatMap((_, row) => {
    if (!Number.isFinite(mean[row])) return [];
    const [x, y] = [across.at(row), down.at(mean[row])];
    return [svg("g", {}, svg("rect", { x: x - half, width: 2 * half, y: Math.min(y, down.at(0)), height: Math.abs(y - down.at(0)), fill: theme.lines[0], opacity: 0.75 }),
      ...(coded ? [level(high[row], x - half - 2, x + half + 2, theme.ink, "")] : [svg("line", { x1: x, x2: x, y1: down.at(low[row]), y2: down.at(high[row]), stroke: theme.ink, "stroke-width": 1.5 })]))];
  });
  const now = number(mean[overRow ?? picked]);
  const name = coded ? `bits a label ${now}; dash: shuffled, dots: no reading` : `selectivity: probe − ${LINES[task.against.key][0]} = ${now}`;
  return [
    ...ticks(down.value(foot), most, 3).flatMap((value) => tick(value, down.at(value), theme, width)),
    svg("g", {}, svg("g", { "data-effect": kind }, ...bars), ...(coded ? [level(task.uniform, LEFT, width - RIGHT, theme.soft, "1 3")] : []), svg("text", { x: LEFT, y: TALL + GAP - 6, class: "probes-name", "data-control": kind }, name)),
  ];
}

function feet({ known, across, width }) {
  const every = Math.ceil((known.last + 1) / Math.max(2, Math.floor((width - LEFT) / 44)));
  return known.rows.map((name, row) => ((known.last - row) % every === 0 ? svg("text", { x: across.at(row), y: TALL + GAP + LOW + FOOT - 4, "text-anchor": "middle" }, name) : "")).filter(Boolean);
}

function marks({ row, overRow, across, theme }) {
  const upright = (at, colour, wide) => svg("line", { x1: across.at(at), x2: across.at(at), y1: 2, y2: TALL + GAP + LOW, stroke: colour, "stroke-width": wide });
  return [upright(row, theme.accent, 2), ...(overRow === null || overRow === row ? [] : [upright(overRow, theme.soft, 1)])];
}

/** One curve in numbers, at the row looked at. */
function line(curve, { row, overRow, theme }) {
  const at = overRow ?? row;
  const { name, colour, dash, width } = style(curve.key, theme);
  const swatch = svg("svg", { width: 22, height: 8, "aria-hidden": "true" }, svg("line", { x1: 0, x2: 22, y1: 4, y2: 4, stroke: colour, "stroke-width": width, "stroke-dasharray": dash }));
  return h("li", { [curve.key === "accuracy" ? "data-effect" : "data-control"]: curve.key }, swatch, h("span", {}, name), h("b", {}, number(curve.mean[at])), h("i", { class: "kit-soft" }, spread(curve, at)));
}
