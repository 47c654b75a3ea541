// What the view knows of every neuron without asking: its properties, and the piece at which it is strongest.
import { floats, ints, visible } from "../glass/kit.js";

/** The overview as functions of layer and neuron; layers by their own numbers. */
export function read(model) {
  const [layers, size, names] = ["layers", "size", "names"].map((name) => model.get(name));
  const [table, peaks, said] = [floats(model.get("_table")), ints(model.get("_peaks")), model.get("_said")];
  const row = (layer) => layers.indexOf(layer) * size;
  return {
    layers, size, names, unit: model.get("unit"),
    value: (name, layer, neuron) => table[names.indexOf(name) * layers.length * size + row(layer) + neuron],
    peak: (layer, neuron) => said[peaks[row(layer) + neuron]],
  };
}

/** The neurons of a layer, largest first; `wanted`: the beginning of a number, or a part of the piece they are strongest at. */
export function order(data, layer, sort, wanted = "") {
  const all = Array.from({ length: data.size }, (_, neuron) => neuron);
  const looked = wanted.trim().toLowerCase();
  const number = /^[a-z]?(\d+)$/.exec(looked)?.[1];
  const fits = (neuron) => {
    if (number) return String(neuron).startsWith(number);
    const piece = data.peak(layer, neuron);
    return piece.toLowerCase().includes(looked) || visible(piece).toLowerCase().includes(looked);
  };
  const found = looked ? all.filter(fits) : all;
  const size = (neuron) => data.value(sort, layer, neuron);
  return found.sort((one, other) => size(other) - size(one) || one - other);
}

export const keyOf = ([layer, neuron]) => `${layer}:${neuron}`;
export const nameOf = ([layer, neuron], unit = "neuron") => `L${layer}${letter(unit)}${neuron}`;
/** N of a neuron, F of a feature. */
export const letter = (unit) => unit[0].toUpperCase();

/** The end at which a neuron goes further from zero: 0 up, 1 down. */
export function further({ ends }) {
  const [up, down] = ends.map((end) => Math.abs(end[0]?.value ?? 0));
  return down > up ? 1 : 0;
}

/** The largest size of any activation shown. */
export const reach = ({ ends }) => Math.max(...ends.flat().map(({ value }) => Math.abs(value)), 1e-9);

/** The places of a histogram from one edge up, in words' stead: a share. */
export function shareAbove({ edges, counts }, value) {
  const all = counts.reduce((sum, count) => sum + count, 0) || 1;
  return counts.reduce((sum, count, i) => (edges[i] >= value ? sum + count : sum), 0) / all;
}
