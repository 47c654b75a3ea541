// Curves over one horizontal axis: a stack of panels with axes, lines, bands of colour, marks, and a crosshair through all.
//   const plot = chart({ signal, label: "loss by step", point: (x) => …, pick: (x) => … });  // in data units; point(null): left
//   parent.append(plot.element);                  // takes the focus (role application): bind keys() to it
//   plot.draw({ width, x, panels, theme, now });  // everything anew; now: x of the moment shown elsewhere (thick line), or null
//   plot.cross(412);                              // the crosshair alone, with dots on the lines; null takes it away
// theme: inks(root), anew for each theme.  x: { low, high, log, text(value) }, text for the ticks where tidy() will not do.
// panels, from the top: { height, head, y: { low, high, log }, lines, strip, marks }
//   head: an element for the row above the plot, HEAD px high, filled by the caller
//   lines: [{ x, y, colour, width, alpha, dash, radius, mute }]: x grows, gaps where y is not finite; radius: points too
//     (width 0: points alone); mute: no dot under the crosshair
//   strip, instead of y and lines: { rows: names, ends, values, colour(value) → [r, g, b] }: column i reaches to x = ends[i]
//     and holds values[i * rows.length …]
//   marks: [{ x, y, colour }]: a dashed line down the panel, and a ring where y is given
import { CATEGORIES, css, h, isDark } from "./kit.js";

export const [HEAD, GUTTER, FOOT, RIGHT] = [18, 46, 20, 10];

/** Round numbers between two others, about so many at most; on a log axis 1, 2, 5, 10, or 1, 10, 100. */
export function ticks(low, high, most, log = false) {
  if (!(high > low) || (log && low <= 0)) return [];
  if (log && high / low >= 5) {
    const [from, to] = [low, high].map((end) => Math.floor(Math.log10(end)));
    const every = Math.ceil((to - from) / most) || 1;
    const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((power) => power % every === 0);
    const inside = [[1, 2, 5], [1, 3], [1]].map((parts) => powers.flatMap((power) => parts.map((part) => Number(`${part}e${power}`))).filter((value) => value >= low && value <= high));
    return inside.find((found) => found.length <= most) ?? inside[2];
  }
  const rough = (high - low) / most;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 5, 10].find((part) => part * size >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A number as a tick says it: 0.25, 20k, 1.5M, 5e−4. */
export function tidy(value) {
  const size = Math.abs(value);
  const [part, unit] = size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  const short = Number((value / part).toPrecision(4));
  return `${size && size < 1e-3 ? short.toExponential() : short}${unit}`.replace("-", "−");
}

/** Places along an axis: `at(value)` in pixels between from and to, and back with `value(px)`. */
export function axis({ low, high, log = false }, from, to) {
  const bend = log ? Math.log : Number;
  const [start, span] = [bend(low), bend(high) - bend(low) || 1];
  const back = (px) => start + (span * (px - from)) / (to - from);
  return { at: (value) => from + ((to - from) * (bend(value) - start)) / span, value: log ? (px) => Math.exp(back(px)) : back };
}

/** Limits around every finite y of the lines; around the positive ones where the axis is logarithmic. */
export function range(lines, log = false) {
  let [low, high] = [Infinity, -Infinity];
  for (const { y } of lines) for (const value of y) if (Number.isFinite(value) && (!log || value > 0)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return { low: log ? 0.1 : 0, high: 1, log };
  if (log) return { low: low / 1.15, high: high * 1.15, log };
  const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  return { low: low < 0 ? low - room : Math.max(0, low - room), high: high + room, log };
}

/** Index of the x nearest to a value, in an array that grows; -1 in an empty one. */
export function nearest(xs, x) {
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  return high < 1 || xs[high] - x < x - xs[low] ? high : low;
}

/** The theme's inks and font, and `lines`: colours that tell curves apart. */
export function inks(root) {
  const [dark, style] = [isDark(root), getComputedStyle(root)];
  const found = { dark, lines: (dark ? [4, 1, 2, 3, 5, 6] : [0, 5, 2, 3, 1, 4]).map((i) => css(CATEGORIES[i])) };
  for (const name of ["ink", "soft", "paper", "line", "accent", "sans"]) found[name] = style.getPropertyValue(`--kit-${name}`).trim();
  return found;
}

/** Give an element these children, and leave it alone where it has them. */
export function fill(element, children) {
  if (element.children.length !== children.length || children.some((child, i) => element.children[i] !== child)) element.replaceChildren(...children);
}

/** Builds a chart; see the head of this file. */
export function chart({ signal, label, point = () => {}, pick = () => {} }) {
  const [base, over] = ["base", "over"].map(() => h("canvas", { "aria-hidden": "true" }));
  const heads = h("div", { class: "curves-heads" });
  const element = h("div", { class: "curves", tabindex: "0", role: "application", "aria-label": label }, base, over, heads);
  let [look, crossed] = [null, null];
  const told = (call) => (event) => {
    const px = event.clientX - base.getBoundingClientRect().left;
    if (look) call(Math.min(Math.max(look.across.value(px), look.x.low), look.x.high));
  };
  over.addEventListener("pointermove", told(point), { signal });
  over.addEventListener("pointerleave", () => point(null), { signal });
  over.addEventListener("click", told(pick), { signal });
  // What can be pressed in a legend is pressed by these keys, whatever they do in the chart.
  heads.addEventListener("keydown", (event) => { if (["Enter", " "].includes(event.key)) event.stopPropagation(); }, { signal });
  const cross = (x) => {
    crossed = x;
    if (look) paintCross(sized(over, look), look, x);
  };
  return {
    element, cross,
    draw(next) {
      let end = 0;
      const right = next.width - RIGHT;
      const places = next.panels.map((panel) => {
        const from = end + (panel.head ? HEAD : 5);
        end += panel.height;
        if (panel.head) Object.assign(panel.head.style, { top: `${from - HEAD}px`, left: `${GUTTER}px`, right: `${RIGHT}px` });
        return { ...panel, from, to: end, down: axis(panel.y ?? { low: 0, high: 1 }, end - 3, from + 3) };
      });
      look = { ...next, places, end, right, height: end + FOOT, across: axis(next.x, GUTTER, right) };
      element.style.height = `${look.height}px`;
      fill(heads, places.map(({ head }) => head).filter(Boolean));
      paint(sized(base, look), look);
      cross(crossed);
    },
  };
}

function sized(canvas, { width, height }) {
  const dpr = globalThis.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * dpr, height * dpr].map(Math.round); // this clears it, too
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d");
  context.scale(dpr, dpr);
  return context;
}

function paint(context, look) {
  const { theme, across, now, places, end, right } = look;
  context.font = `10px ${theme.sans}`;
  for (const place of places) {
    const { from, to, down, lines = [], marks = [] } = place;
    context.save();
    if (place.strip) strip(context, look, place);
    else if (place.y) grid(context, look, place);
    context.beginPath();
    context.rect(GUTTER - 3, from - 3, right - GUTTER + 6, to - from + 6);
    context.clip();
    for (const { x, colour } of marks) upright(context, across.at(x), from, to, { colour, width: 1, dash: [3, 3] });
    for (const { radius, ...line } of lines) {
      const points = Array.from(line.x, (value, i) => [across.at(value), down.at(line.y[i])]);
      stroke(context, points, line);
      if (radius) for (const at of points) disc(context, at, radius, line.colour);
    }
    for (const { x, y, colour } of marks) for (const [radius, ink] of [[5.5, theme.paper], [4.5, colour], [2, theme.paper]]) disc(context, [across.at(x), down.at(y)], radius, ink);
    context.restore();
  }
  feet(context, look);
  upright(context, across.at(now ?? NaN), 0, end, { colour: theme.accent, width: 2 });
}

/** The ticks of the common axis; one that would touch its neighbour goes without a number. */
function feet(context, { theme, x, across, end, width }) {
  Object.assign(context, { fillStyle: theme.soft, textAlign: "center", textBaseline: "top" });
  let free = 0;
  for (const value of ticks(x.low, x.high, Math.max(2, Math.floor(width / 80)), x.log)) {
    const [text, at] = [(x.text ?? tidy)(value), across.at(value)];
    if (!text) continue;
    const half = context.measureText(text).width / 2;
    context.fillRect(at, end, 1, 4);
    if (at - half < free) continue;
    context.fillText(text, Math.min(at, width - half), end + 6);
    free = at + half + 8;
  }
}

/** What a row is called, in the gutter on its left. */
function named(context, { theme }, text, y) {
  Object.assign(context, { fillStyle: theme.soft, textAlign: "right", textBaseline: "middle" });
  context.fillText(text, GUTTER - 6, y);
}

function grid(context, look, { y, from, to, down }) {
  for (const value of ticks(y.low, y.high, Math.max(3, Math.floor((to - from) / 24)), y.log)) {
    const at = Math.round(down.at(value));
    context.fillStyle = look.theme.line;
    context.fillRect(GUTTER, at, look.right - GUTTER, 1);
    named(context, look, tidy(value), at + 0.5);
  }
}

function strip(context, look, { strip: { rows, ends, values, colour }, from, to }) {
  const tall = (to - from - 3) / rows.length;
  let left = Math.round(look.across.at(look.x.low));
  ends.forEach((end, i) => {
    const right = Math.round(look.across.at(end));
    rows.forEach((_, row) => {
      const value = values[i * rows.length + row];
      if (!Number.isFinite(value)) return;
      context.fillStyle = css(colour(value));
      context.fillRect(left, from + row * tall, right - left, Math.max(tall - 1, 1));
    });
    left = right;
  });
  rows.forEach((name, row) => { if (row % Math.ceil(11 / tall) === 0) named(context, look, name, from + (row + 0.5) * tall); });
}

function stroke(context, points, { colour, width = 1.5, alpha = 1, dash = [] }) {
  if (!width) return;
  context.save();
  Object.assign(context, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha, lineJoin: "round" });
  context.setLineDash(dash);
  context.beginPath();
  let way = "moveTo";
  for (const [px, py] of points) {
    const there = Number.isFinite(px + py);
    if (there) context[way](px, py);
    way = there ? "lineTo" : "moveTo";
  }
  context.stroke();
  context.restore();
}

const upright = (context, px, from, to, look) => stroke(context, [[px, from], [px, to]], look);

function disc(context, [px, py], radius, colour) {
  if (!Number.isFinite(px + py)) return;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(px, py, radius, 0, 7);
  context.fill();
}

function paintCross(context, { theme, across, places, end }, x) {
  upright(context, Math.round(across.at(x ?? NaN)) + 0.5, places[0]?.from, end, { colour: theme.soft, width: 1 });
  for (const { lines = [], down } of x === null ? [] : places)
    for (const { x: xs, y, colour, mute } of lines) {
      const i = nearest(xs, x);
      if (!mute) for (const [radius, ink] of [[4.5, theme.paper], [3, colour]]) disc(context, [across.at(xs[i]), down.at(y[i])], radius, ink);
    }
}
