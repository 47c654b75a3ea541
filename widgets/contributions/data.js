// The parts and their order: from what travelled to the steps of a waterfall.

import { bufferOf, floats } from "../glass/kit.js";

/** Everything that is drawn, from the model. */
export function read(model) {
  const [names, layers, heads, pieces, special, piece, against, position, logit, scale] =
    ["names", "layers", "heads", "pieces", "special", "piece", "against", "position", "logit", "scale"].map((name) => model.get(name));
  const values = new Float64Array(bufferOf(model.get("values")));
  const sources = floats(model.get("sources"));
  const numbers = new Map(); // a head's row in the sources
  heads.forEach((head, i) => { if (head >= 0) numbers.set(i, numbers.size); });
  return {
    most: heads.reduce((most, head, i) => (head >= 0 && (most < 0 || Math.abs(values[i]) > Math.abs(values[most])) ? i : most), -1),
    names, layers, heads, values, pieces, special, piece, against, position, logit, scale,
    /** What a head read from each position; null for other parts, or where nobody knows. */
    source: (i) => (numbers.has(i) && sources.length ? sources.subarray(numbers.get(i) * pieces.length, (numbers.get(i) + 1) * pieces.length) : null),
    find: (layer, head) => names.findIndex((_, i) => layers[i] === layer && heads[i] === head && head >= 0),
  };
}

/**
 * The steps in order: { name, value, from, to, part (its index, or -1), layer, head, parts, open }.
 * By layer, the heads of a layer (and its attention's bias) are one step until their layer is opened;
 * an opened one stands above its heads and adds nothing itself. By size, all but the largest are one step.
 */
export function steps(known, { sort, opened, most }) {
  const one = (i) => ({ name: known.names[i], value: known.values[i], part: i, layer: known.layers[i], head: known.heads[i], parts: [i] });
  const list = sort === "size" ? largest(known, one, most) : grouped(known, one, opened);
  let total = 0;
  for (const step of list) {
    step.from = total;
    step.to = total + step.value;
    if (!step.open) total = step.to;
  }
  return list;
}

const sum = (known, parts) => parts.reduce((total, i) => total + known.values[i], 0);

function largest(known, one, most) {
  const order = known.names.map((_, i) => i).sort((a, b) => Math.abs(known.values[b]) - Math.abs(known.values[a]) || a - b);
  const rest = order.slice(most);
  const list = order.slice(0, most).map(one);
  if (rest.length === 1) return [...list, one(rest[0])];
  if (rest.length) list.push({ name: `${rest.length} others`, value: sum(known, rest), part: -1, layer: -1, head: -1, parts: rest });
  return list;
}

function grouped(known, one, opened) {
  const list = [];
  known.names.forEach((name, i) => {
    const layer = known.layers[i];
    const attends = known.heads[i] >= 0 || (layer >= 0 && name.includes("attention"));
    const last = list.at(-1);
    if (!attends) list.push(one(i));
    else if (last?.group && last.layer === layer) last.parts.push(i);
    else list.push({ name: `L${layer} heads`, part: -1, layer, head: -1, parts: [i], group: true, open: opened.includes(layer) });
  });
  return list.flatMap((step) => {
    if (!step.group) return [step];
    step.value = sum(known, step.parts);
    return step.open ? [step, ...step.parts.map((i) => ({ ...one(i), inside: true }))] : [step];
  });
}
