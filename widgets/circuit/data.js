// What travelled, and what follows from how far it is pruned: which edges are in, which lead somewhere, what was measured of them.

import { floats, ints } from "../glass/kit.js";

const most = (values) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;

/** Everything that is drawn, from the model. Edges are numbered as they enter a circuit; several may enter at once. */
export function read(model) {
  const plain = Object.fromEntries(["names", "layers", "heads", "ports", "sizes", "total", "ends", "metric", "unit", "method"].map((name) => [name, model.get(name)]));
  const [scores, chance, effects, shares, drawn] = ["scores", "chance", "effects", "shares", "randoms"].map((name) => floats(model.get(name)));
  const { names, layers, heads, ports, sizes: { length: k } } = plain;
  const [table, count] = [ints(model.get("edges")), scores.length];
  const [from, to, entry, number, rank] = [0, 1, 2, 3, 4].map((row) => table.subarray(row * count, (row + 1) * count));
  const depth = 1 + Math.max(-1, ...layers.filter((_, i) => heads[i] >= 0));
  const kinds = names.map((_, i) => (heads[i] >= 0 ? "head" : layers[i] >= 0 && layers[i] < depth ? "mlp" : i < names.length / 2 ? "in" : "out"));
  const n = drawn.length / (2 * k);
  return {
    ...plain, kinds, depth, from, to, number, rank, count, scores, chance, effects,
    widest: most(scores), most: most(effects.filter((_, i) => names[i] && !["in", "out"].includes(kinds[i]))),
    port: (e) => ports[entry[e]],
    share: (way, i) => shares[way * k + i],
    randoms: (way, i) => Array.from(drawn.subarray((way * k + i) * n, (way * k + i + 1) * n)).filter(Number.isFinite),
    find: (layer, head) => heads.findIndex((one, i) => one === head && head >= 0 && layers[i] === layer),
    edge: (e) => `${names[from[e]]} → ${names[to[e]]} ${ports[entry[e]]}`.trim(),
  };
}

/**
 * The circuit of at most `size` edges without those cut by hand: `edges` that are in, which of them
 * lie on a way from the input to the output (`leads`), and the parts on such a way (`live`).
 */
export function pruned({ from, to, kinds, number, rank }, size, cut) {
  const all = Array.from(rank.keys()).filter((e) => rank[e] < size);
  const out = new Set(cut);
  const edges = all.filter((e) => !out.has(number[e]));
  const [reached, wanted] = ["in", "out"].map((end) => kinds.map((kind) => kind === end));
  for (const e of [...edges].sort((a, b) => to[a] - to[b])) reached[to[e]] ||= reached[from[e]];
  for (const e of [...edges].sort((a, b) => from[b] - from[a])) wanted[from[e]] ||= wanted[to[e]];
  const leads = new Set(edges.filter((e) => reached[from[e]] && wanted[to[e]]));
  const live = kinds.map(() => false);
  for (const e of leads) live[from[e]] = live[to[e]] = true;
  return { all, edges, leads, live, out, numbers: edges.map((e) => number[e]) };
}

export const same = (one, other) => one.length === other.length && one.every((value, i) => value === other[i]);

/** The circuit that the reader had tested: { size, shares, randoms }, each [alone, cut out]. */
export const own = ({ edges, shares }, randoms) => ({
  size: edges.length, exact: true, shares: shares.map((share) => share ?? NaN), randoms: randoms.shares.map((row) => row.filter((share) => share !== null)),
});

/** What was measured of a circuit, in the same form: of itself if it was tested (`exact`), else of the nearest size that was. */
export function measured(known, circuit, trial, randoms) {
  if (trial.edges && same(trial.edges, circuit.numbers)) return own(trial, randoms);
  const size = circuit.all.length;
  const far = known.sizes.map((one, i) => (Number.isFinite(known.share(0, i)) ? Math.abs(Math.log((one + 1) / (size + 1))) : Infinity));
  const at = far.indexOf(Math.min(...far));
  const exact = known.sizes[at] === size && circuit.edges.length === size;
  return { size: known.sizes[at], shares: [0, 1].map((way) => known.share(way, at)), randoms: [0, 1].map((way) => known.randoms(way, at)), exact };
}

/** Losses without each part by the part's number, and what a random part's was at most; null where nobody asked. */
export function needed({ names }, { edges, names: parts, lost }, randoms) {
  if (!parts) return null;
  const drawn = randoms.lost.filter((value) => value !== null);
  return { edges, drawn, of: new Map(parts.map((name, i) => [names.indexOf(name), lost[i] ?? NaN])), most: most(lost), spare: Math.max(...drawn.map(Math.abs)) };
}

/** Edges that enter and leave a part, the strongest first, those cut by hand among them; of no part (-1) the strongest of all. */
export function around({ scores, from, to }, { all }, node) {
  const sorted = [...all].sort((a, b) => Math.abs(scores[b]) - Math.abs(scores[a]));
  return node < 0 ? [sorted.slice(0, 40)] : [to, from].map((end) => sorted.filter((e) => end[e] === node));
}

/** Median, least and greatest of random circuits. */
export function spread(values) {
  const row = [...values].sort((a, b) => a - b);
  const n = row.length;
  return n ? { n, middle: (row[(n - 1) >> 1] + row[n >> 1]) / 2, low: row[0], high: row[n - 1] } : { n, middle: NaN, low: NaN, high: NaN };
}

/** Limits of an axis of shares: 0 to 1 and what lies beyond, but not the whole of what strays far. */
export function range(values) {
  const there = values.filter(Number.isFinite);
  return { low: Math.max(-1, Math.min(-0.06, ...there)), high: Math.min(2, Math.max(1.06, ...there)) };
}
