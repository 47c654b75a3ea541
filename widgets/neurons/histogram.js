// How often a neuron has which value: counts on a logarithmic axis, with the contexts' places in it.
import { chart, inks } from "../glass/curves.js";
import { h, keys, number } from "../glass/kit.js";
import { shareAbove } from "./data.js";

const TALL = 96;

/** Builds the histogram; `tell(line)` gets what is under the mouse or the arrows, `tell()` nothing. */
export function histogram({ signal, tell }) {
  let [card, at] = [null, null];
  const say = (x) => {
    const bin = x === null ? -1 : card.edges.findLastIndex((edge) => edge <= x);
    at = bin < 0 ? null : Math.min(bin, card.counts.length - 1);
    plot.cross(at === null ? null : (card.edges[at] + card.edges[at + 1]) / 2);
    if (at === null) return tell();
    const all = card.counts.reduce((sum, count) => sum + count, 0);
    tell(`${card.counts[at].toLocaleString("en")} of ${all.toLocaleString("en")} places from ${number(card.edges[at])} to ${number(card.edges[at + 1])}; ${number(100 * shareAbove(card, card.edges[at]))} % from there up`);
  };
  const plot = chart({ signal, label: "histogram of the activation", point: (x) => card && say(x) });
  const step = (by) => () => { if (card) say(card.edges[Math.min(Math.max((at ?? -1) + by, 0), card.counts.length - 1)]); };
  keys(plot.element, { ArrowLeft: step(-1), ArrowRight: step(1), Escape: () => say(null) }, signal);
  const element = h("div", { class: "neurons-graph" }, plot.element);
  return {
    element,
    draw({ card: next, end, root }) {
      if (!next || !element.clientWidth) return;
      if (next !== card) at = null;
      card = next;
      const theme = inks(root);
      const { edges, counts } = card;
      // A staircase: two points a bin; an empty one lies on the floor.
      const floor = 0.6;
      const x = [edges[0], ...edges.slice(0, -1).flatMap((edge, i) => [edge, edges[i + 1]]), edges.at(-1)];
      const y = [floor, ...counts.flatMap((count) => [Math.max(count, floor), Math.max(count, floor)]), floor];
      const places = card.ends[end].map(({ value }) => value).sort((one, other) => one - other);
      const dots = { x: places, y: places.map(() => 0.85), colour: theme.lines[1], width: 0, radius: 3, mute: true };
      const high = Math.max(...counts, 10) * 1.6;
      plot.draw({ width: element.clientWidth, theme, now: null, x: { low: edges[0], high: edges.at(-1) }, panels: [{ height: TALL, y: { low: floor, high, log: true }, lines: [{ x, y, colour: theme.lines[0], width: 1.5, mute: true }, dots] }] });
    },
  };
}
