// What the view says in words: keys, detail lines, the table.
import { number } from "../glass/kit.js";
import { dimensions, dot, KINDS, told } from "./data.js";

export const KEYS = [
  ["← →", "less, more sparsity"], ["↑ ↓", "feature before, after"], ["PageUp PageDown", "later, earlier in the training"], ["Home End", "first, last sparsity"],
  ["in the phases: arrows", "from point to point"], ["t", "phases learned, or by hand"],
];
export const NAMES = ["left out", "own dimension", "in superposition"];

/** The model shown, and the feature in it. */
export function about(data, { run, moment, feature }, toy = data.toy(moment, run)) {
  const shares = dimensions(toy.columns);
  const length = Math.sqrt(dot(toy.columns[feature], toy.columns[feature]));
  const better = toy.linear ? ` (${number(100 * (toy.loss / toy.linear - 1))} %)` : "";
  return [
    `Sparsity ${data.sparsities[run]}, step ${data.steps[moment].toLocaleString("en")}: ${told(toy.columns)} of ${data.features} have a direction; loss ${number(toy.loss)}, without relu at best ${number(toy.linear)}${better}`,
    `Feature ${feature}: importance ${number(data.importance[feature])}, length ${number(length)}, ${number(shares[feature])} of a dimension, bias ${number(toy.bias[feature])}`,
  ];
}

/** A square of the interference: what returns at j when i alone is there. */
export function between(rows, bias, i, j) {
  if (j === null) return `Bias of feature ${i}: ${number(bias[i])}, added before the relu`;
  const back = Math.max(0, rows[i][j] + bias[j]);
  return `Feature ${i} alone at 1: feature ${j} gets ${number(rows[i][j])}, with its bias ${number(rows[i][j] + bias[j])}, after the relu ${number(back)}${i === j ? "" : back ? ": interference" : ": the relu takes it away"}`;
}

/** A point of the phases. */
export function point(phases, cell) {
  const { density, importance, weights, loss, simple } = phases.at(cell);
  const [learned, hand] = [phases.kind(cell, false), phases.kind(cell, true)];
  const rows = weights.map((row) => `[${row.map((value) => number(Number(value.toFixed(2)))).join(", ")}]`).join(" ");
  return [
    `Density ${number(density)} (sparsity ${number(1 - density)}), importance of the last feature ${number(importance)}: learned ${KINDS[learned]}, by hand ${KINDS[hand]}; W = ${rows}`,
    `Loss ${number(loss)}; by hand: ${simple.map((value, i) => `${NAMES[i]} ${number(value)}`).join(", ")}`,
  ];
}

export function table(data, phases, { moment }) {
  const runs = data.sparsities.map((sparsity, run) => {
    const { columns, loss, linear } = data.toy(moment, run);
    return ["toy", sparsity, data.steps[moment], told(columns), number(loss), number(linear), dimensions(columns).map((share) => number(share)).join(" ")];
  });
  const cells = phases ? Array.from({ length: phases.size }, (_, cell) => {
    const { density, importance, loss, simple } = phases.at(cell);
    return ["phase", number(1 - density), `importance ${number(importance)}`, KINDS[phases.kind(cell, false)], number(loss), number(Math.min(...simple)), `by hand: ${KINDS[phases.kind(cell, true)]}`];
  }) : [];
  return { columns: ["of", "sparsity", "step", "told", "loss", "without relu, or by hand", "shares of a dimension"], rows: [...runs, ...cells] };
}
