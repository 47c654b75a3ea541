// A circuit in words: headline, what was measured, the part or edge at hand, the table.

import { h, number, signed, soft } from "../glass/kit.js";
import { tidy } from "../glass/curves.js";
import { around, same, spread } from "./data.js";

export const KEYS = [
  ["+ −", "an edge more, fewer"], ["[ ]", "the tested size before, after"], ["← → ↑ ↓", "the next part of the circuit; with Shift: of the model"],
  ["Enter", "to the part's edges, and along one"], ["x", "cut the part or edge; again: put back"], ["r", "put all back"],
  ["t n s", "test the circuit, each part; stop"], ["Esc", "let go"],
];
/** A share of the metric, to a thousandth. */
const share = (value) => (Number.isFinite(value) ? tidy(Number(value.toFixed(3))) : "–");
const strong = (text) => h("strong", {}, text);
const effect = (...inside) => h("span", { "data-effect": "" }, ...inside);
const control = (text) => h("span", { "data-control": "", class: "kit-soft" }, text);

export const many = (count, what = "edge") => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

export function headline(name, known, { edges, live }) {
  const model = name ? ` · ${name}` : "";
  return `Circuit for ${known.metric || "a metric"}${model}: ${edges.length} of ${many(known.total)}, ${live.filter(Boolean).length} of ${known.names.length} parts`;
}

/** Random circuits (or parts) as their median, ends and number. */
function randomly(values) {
  const { middle, low, high, n } = spread(values);
  return n ? `random ${share(middle)} (${share(low)} to ${share(high)}), n = ${n}` : "random ones not measured";
}

const WAYS = [["Kept alone", "1: faithful"], ["Cut out", "0: complete"]];

/** The two rows above a panel: the figure at this size, and its control. */
export const figures = (way, { exact, size, shares, randoms }) => [
  h("div", {}, effect(strong(`${WAYS[way][0]} ${share(shares[way])}`), exact ? "" : ` at ${many(size)}`), soft(` · ${WAYS[way][1]}`)),
  h("div", {}, control(randomly(randoms[way]))),
];

/** How many parts are needed, where that was tested. */
export function needs(need, { numbers }) {
  if (!need) return [];
  const found = [...need.of.values()].filter(Number.isFinite);
  const rest = found.length < need.of.size ? ` (stopped; ${need.of.size - found.length} not tested)` : "";
  const missed = found.filter((value) => value > need.spare).length;
  return [effect(`${missed} of ${many(found.length, "part")} missed more than random ones${rest}`), control(`: ${randomly(need.drawn)}${same(need.edges, numbers) ? "" : " (another circuit)"}`)];
}

/** The edge at hand: what it is estimated to do, and beside it what random pushes do. */
export function edgeLines(known, circuit, e) {
  const [score, chance] = [known.scores[e], known.chance[e]];
  const says = Math.abs(score) < 2 * chance ? "no more than chance" : score > 0 ? "holds the metric up" : "works against the metric";
  const state = circuit.out.has(known.number[e]) ? "Cut by hand" : circuit.leads.has(e) ? "In the circuit" : "Leads nowhere in this circuit";
  return [
    [strong(known.edge(e)), " ", effect(strong(signed(score)), ` ${known.unit}`), control(` · random pushes as long ± ${number(chance)}`), soft(` · ${says}`)],
    [soft(`What is lost when this edge alone carries the corrupted text, estimated${known.method ? ` by ${known.method}` : ""}. ${state}; enters with ${known.rank[e] + 1}.`)],
  ];
}

/** The part at hand: its edges, and what the circuit loses without it. */
export function nodeLines(known, circuit, node, need) {
  const sides = around(known, circuit, node).map((edges) => edges.filter((e) => !circuit.out.has(known.number[e])));
  const lost = need?.of.get(node);
  const named = (side) => sides[side].slice(0, 3).flatMap((e, i) => [i ? ", " : side ? " · feeds most " : "reads most from ", `${known.names[(side ? known.to : known.from)[e]]} ${known.port(e)} `, effect(signed(known.scores[e])), control(` ± ${number(known.chance[e])}`)]);
  return [
    [strong(known.names[node]), ` ${many(sides[0].length)} in, ${sides[1].length} out`, soft(circuit.live[node] ? "" : " · not in this circuit"), ...(lost === undefined ? [] : [effect(" · without it the circuit loses ", strong(share(lost))), control(` · ${randomly(need.drawn)}`)])],
    [...named(0), ...named(1)],
  ];
}

/** With nothing at hand: what the figures mean. */
export function restingLines({ ends: [clean, corrupted], unit }, { exact, size, shares, randoms }, { edges, leads }) {
  const dead = edges.length - leads.size;
  const ends = Number.isFinite(clean) && Number.isFinite(corrupted) ? ` Clean texts ${number(clean, unit)} (1), corrupted ${number(corrupted, unit)} (0).` : "";
  return [
    [effect(`${exact ? "These" : "The nearest tested"} ${many(size)} alone keep ${share(shares[0])} of the metric`), control(`; ${randomly(randoms[0])}.`), soft(dead ? ` ${many(dead)} (dashed) lead nowhere.` : "")],
    [soft(`An edge is what one part reads of another; all edges left out carry the corrupted text.${ends}`)],
  ];
}

/** The tested sizes, and then the circuit's edges. */
export function table(known, { edges, leads }, tried) {
  const rows = ({ size, shares, randoms }, note) => ["alone", "cut out"].map((way, i) => [`${many(size)} ${way}`, share(shares[i]), randomly(randoms[i]), note]);
  const ways = [0, 1];
  const sizes = known.sizes.map((size, i) => ({ size, shares: ways.map((way) => known.share(way, i)), randoms: ways.map((way) => known.randoms(way, i)) }));
  const listed = edges.map((e) => [known.edge(e), signed(known.scores[e]), `± ${number(known.chance[e])}`, leads.has(e) ? `estimated, ${known.unit}` : "leads nowhere"]);
  return { columns: ["circuit or edge", "effect", "control", "note"], rows: [...sizes.flatMap((one) => rows(one, Number.isFinite(one.shares[0]) ? "share of the metric" : "not done")), ...(tried ? rows(tried, "tested by you") : []), ...listed] };
}
