// What the circuits of every tested size keep, alone and cut out, with random circuits behind.

import { h } from "../glass/kit.js";
import { chart } from "../glass/curves.js";
import { range, spread } from "./data.js";

const [HIGH, ROW] = [84, 18]; // px: a panel with one row of words above it, and a second row of them

/** Builds it; `sizing(edges)` where the mouse asks for so many. */
export function curve({ signal, sizing }) {
  const plot = chart({ signal, label: "what circuits of each size keep; arrows go to the next tested size", pick: (x) => sizing(Math.round(x)) });
  const heads = [0, 1].map(() => h("div", { class: "circuit-way" }));
  return {
    element: plot.element, heads,
    draw({ known, size, theme, tried }) {
      const panels = heads.flatMap((head, way) => [{ height: ROW }, { height: HIGH, head, ...panel(known, way, theme, tried) }]);
      plot.draw({ width: plot.element.clientWidth, x: { low: 1, high: Math.max(2, known.count, ...known.sizes), log: true }, panels, theme, now: size });
    },
  };
}

function panel(known, way, theme, tried) {
  const x = known.sizes.map((size) => Math.max(1, size));
  const drawn = known.sizes.map((_, i) => known.randoms(way, i));
  const own = known.sizes.map((_, i) => known.share(way, i));
  const tests = tried ? [tried.shares[way], ...tried.randoms[way]] : [];
  const y = range([...drawn.flat(), ...own, ...tests]);
  const inside = (values) => values.map((value) => Math.max(y.low, Math.min(y.high, value)));
  const line = (pick, look) => ({ x, y: inside(drawn.map((row) => spread(row)[pick])), colour: theme.soft, mute: true, ...look });
  const points = (at, values, colour) => ({ x: at, y: inside(values), colour, width: 0, radius: 1.4, alpha: 0.6, mute: true });
  return {
    y,
    lines: [
      ...["low", "high"].map((end) => line(end, { width: 1, alpha: 0.7 })), line("middle", { width: 1.5, dash: [4, 3], mute: false }),
      points(drawn.flatMap((row, i) => row.map(() => x[i])), drawn.flat(), theme.soft),
      ...(tried ? [points(tests.slice(1).map(() => tried.size), tests.slice(1), theme.ink)] : []),
      { x, y: inside(own), colour: theme.lines[0], width: 2, radius: 2.6 },
    ],
    marks: tried ? [{ x: tried.size, y: inside(tests)[0], colour: theme.lines[1] }] : [],
  };
}
