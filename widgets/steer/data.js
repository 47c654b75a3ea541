// A steered run out of its bytes: numbers by layer and strength, the direction's own and the random ones' beside them.

import { floats } from "../glass/kit.js";

/** Everything that is drawn. `at(row, column)` is one cell; `line(name, row)` a row over the strengths. */
export function read(model) {
  const get = (name) => model.get(name);
  const [layers, strengths, randoms, done] = ["layers", "strengths", "randoms", "done"].map(get);
  const wide = strengths.length;
  const [effects, controls, costs, costControls, lengths, before, after] =
    ["_effects", "_controls", "_costs", "_cost_controls", "_lengths", "_before", "_after"].map((name) => floats(get(name)));
  const top = before.length / layers.length;
  const known = (row, column) => done[row * wide + column];
  const line = (values, row) => Array.from({ length: wide }, (_, i) => (known(row, i) ? values[row * wide + i] : NaN));
  const beside = (values, row) => Array.from({ length: randoms }, (_, one) => Array.from({ length: wide }, (_, i) => (known(row, i) ? values[(row * randoms + one) * wide + i] : NaN)));
  const column = (values, row, at) => Array.from({ length: randoms }, (_, one) => values[(row * randoms + one) * wide + at]);
  const said = (name, row, at) => get(name)[row * wide + at];
  return {
    layers, strengths, randoms, known,
    ...Object.fromEntries(["prompt", "name", "metric", "unit", "control", "clean", "clean_cost", "neutral_pieces", "model_name"].map((name) => [name, get(name)])),
    signed: effects.some((value) => value < 0),
    effects: (row) => line(effects, row), costs: (row) => line(costs, row),
    controls: (row) => beside(controls, row), costControls: (row) => beside(costControls, row),
    /** One layer at one strength. */
    at(row, at) {
      const cell = row * wide + at;
      return {
        row, column: at, layer: layers[row], strength: strengths[at], known: known(row, at), length: lengths[cell],
        effect: effects[cell], others: column(controls, row, at), cost: costs[cell], otherCosts: column(costControls, row, at),
        text: said("texts", row, at), other: said("text_controls", row, at),
        chances: Array.from({ length: top }, (_, i) => [get("pieces")[row * top + i], before[row * top + i], ...after.subarray((cell * top + i) * 3, (cell * top + i) * 3 + 3)]),
      };
    },
    /** The effects of all layers at one strength, and which leave all random directions behind. */
    across(at) {
      return layers.map((layer, row) => {
        const [value, others] = [effects[row * wide + at], column(controls, row, at)];
        return { layer, value, known: known(row, at), beyond: others.every((one) => Math.abs(one) < Math.abs(value)) };
      });
    },
  };
}

/** The place of the strength nearest to a value. */
export const nearestTo = (strengths, value) => strengths.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(strengths[best] - value) ? i : best), 0);

/** The chances to show: the followed ones are first in the list, the others by their size now. */
export function likeliest(rows, most) {
  const size = ([, before, after]) => Math.max(before, after);
  return [...rows].sort((a, b) => size(b) - size(a)).slice(0, most);
}
