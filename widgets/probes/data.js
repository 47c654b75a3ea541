// The probes as they came: curves with their controls, confusion, cosines, the reader's sentence.

import { bufferOf, floats } from "../glass/kit.js";

/** What is drawn, in this order: key → name, which of the theme's lines (-1: soft), dash, width. */
export const LINES = {
  accuracy: ["probe", 0, "", 2.5], control: ["control task", 1, "6 3", 1.8], shuffled: ["shuffled", -1, "", 1.5],
  untrained: ["untrained", 2, "2 2", 1.8], words: ["words alone", 3, "8 3 2 3", 1.8], majority: ["majority", -1, "1 3", 1.8],
};

let readings = 0;

/** Everything that is drawn, from the model. */
export function read(model) {
  const [names, rows, layers, done, facts, scores, controls, tables, pieces, special, readBy] =
    ["tasks", "rows", "layers", "done", "facts", "_scores", "_controls", "_tables", "pieces", "special", "read_by"].map((name) => model.get(name));
  const count = rows.length;
  // Of two classes one direction is the other turned round: only the second stands among all.
  const kinds = facts.flatMap(({ classes }, task) => classes.map((name, of) => ({ task, of, name })).slice(classes.length === 2 ? 1 : 0));
  const cosine = (key) => new Int16Array(bufferOf(tables[key]));
  let free = 0; // where the next task's chances begin
  const all = new Uint16Array(bufferOf(model.get("_chances")));
  const begins = new Map(readBy.map((i) => { const from = free; free += count * pieces.length * facts[i].classes.length; return [i, from]; }));
  const tasks = names.map((name, i) => {
    const fact = facts[i];
    const size = fact.classes.length;
    const part = (from, key) => (from[`${i} ${key}`] ? floats(from[`${i} ${key}`]) : null);
    const curve = (from, key) => { const all = part(from, key); return all && { key, mean: all.subarray(0, count), low: all.subarray(count, 2 * count), high: all.subarray(2 * count) }; };
    const curves = Object.keys(LINES).map((key) => curve(key === "accuracy" ? scores : controls, key)).filter((one) => one.mean.some(Number.isFinite));
    const counted = new Uint32Array(bufferOf(tables[`${i} confusion`]));
    const chance = begins.has(i) ? all.subarray(begins.get(i)) : null;
    const across = { probe: cosine(`probe ${i} across`), means: cosine(`means ${i} across`) };
    const found = (key) => curves.find((one) => one.key === key);
    const against = found("control") ?? found("shuffled");
    return {
      ...fact, name, index: i, curves, curve: found, against, bits: part(scores, "bits"), bitsShuffled: part(controls, "bits_shuffled"),
      luck: curve(controls, "chance"), over: against.key === "control" ? curve(scores, "selectivity") : above(curves[0], against),
      best: curves[0].mean.reduce((best, value, row, all) => (value > all[best] || Number.isNaN(all[best]) ? row : best), 0),
      /** How often a class was called another, at a row. */
      called: (row, truth, said) => counted[(row * size + truth) * size + said],
      /** Cosine of one class's directions at two rows. */
      across: (by, of, row, other) => across[by][(of * count + row) * count + other] / 32767,
      /** Chances of every class at a place of the sentence; null where it was not read. */
      chances: (row, token) => chance && Array.from({ length: size }, (_, of) => chance[(row * pieces.length + token) * size + of] / 65535),
    };
  });
  const between = { probe: cosine("probe between"), means: cosine("means between") };
  return {
    stamp: (readings += 1), tasks, rows, layers, done, kinds, pieces, special, last: count - 1,
    /** Cosine of any two classes' directions at a row. */
    between: (by, row, one, other) => between[by][(row * kinds.length + one) * kinds.length + other] / 32767,
  };
}

/** What a curve has over a control, the curve's own interval around it. */
function above({ mean, low, high }, control) {
  const less = (values) => values.map((value, row) => value - control.mean[row]);
  return { mean: less(mean), low: less(low), high: less(high) };
}

/** Half an interval, with the sign that says so; nothing where there is none. */
export const spread = ({ low, high }, row) => { const half = (high[row] - low[row]) / 2; return half > 0.0005 ? ` ± ${Number(half.toPrecision(2))}` : ""; };

/** The likeliest first: [[class, chance], …]. */
export const ranked = (chances) => chances.map((chance, of) => [of, chance]).sort((a, b) => b[1] - a[1]);
