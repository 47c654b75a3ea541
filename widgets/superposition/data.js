// Toy models as functions of moment and run, the sums that the pictures show, and the phases.
import { floats, ints } from "../glass/kit.js";

export const KINDS = ["left out", "a dimension of its own", "in superposition"];
const THERE = 0.25; // squared length from which a feature is told

/** Everything of the model that does not change as the reader moves about. */
export function read(model) {
  const [moments, runs, hidden, features] = model.get("_shape");
  const part = (name) => floats(model.get(name));
  const [weights, biases, losses, linear] = ["_weights", "_biases", "_losses", "_linear"].map(part);
  const toy = (moment, run) => {
    const start = (moment * runs + run) * hidden;
    const columns = Array.from({ length: features }, (_, f) => Array.from({ length: hidden }, (_, k) => weights[(start + k) * features + f]));
    return { columns, bias: [...biases.subarray((moment * runs + run) * features, (moment * runs + run + 1) * features)], loss: losses[moment * runs + run], linear: linear[run] };
  };
  return { moments, runs, hidden, features, steps: model.get("_steps"), of: model.get("_of"), sparsities: model.get("_sparsities"), importance: model.get("_importance"), toy };
}

export const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** What comes back of feature j when feature i alone is there: WᵀW, before the bias and the relu. */
export const returned = (columns) => columns.map((a) => columns.map((b) => dot(a, b)));

/** The share of a dimension that each feature has: 1 alone, 1/2 of a pair of opposites; 0 where it is not told. */
export function dimensions(columns) {
  return returned(columns).map((row, i) => (row[i] < 1e-3 ? 0 : row[i] ** 2 / row.reduce((sum, value) => sum + value * value, 0)));
}

export const told = (columns) => columns.filter((column) => dot(column, column) >= THERE).length;

/** The phases, or null: `at(cell)` tells a point of the grid. */
export function phasesOf(model) {
  const grid = model.get("_grid");
  if (!grid.length) return null;
  const [densities, importances] = grid;
  const [kinds, found, losses, hidden] = [ints(model.get("_kinds")), floats(model.get("_found")), floats(model.get("_solutions")), model.get("_hidden")];
  const [wide, size] = [densities.length, densities.length * importances.length];
  return {
    densities, importances, wide, size,
    kind: (cell, theory) => kinds[(theory ? size : 0) + cell],
    agreement: Array.from({ length: size }, (_, i) => Number(kinds[i] === kinds[size + i])).reduce((a, b) => a + b, 0) / size,
    at: (cell) => ({
      density: densities[cell % wide], importance: importances[Math.floor(cell / wide)],
      weights: Array.from({ length: hidden }, (_, k) => [...found.subarray((cell * hidden + k) * (hidden + 1), (cell * hidden + k + 1) * (hidden + 1))]),
      loss: losses[cell * 4], simple: [...losses.subarray(cell * 4 + 1, cell * 4 + 4)],
    }),
  };
}
