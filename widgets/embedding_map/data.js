// The map as the browser has it: places, names and numbers from bytes, and what follows from them.

import { floats, ints } from "../glass/kit.js";

const [STEPS, MISSING] = [65534, 65535];
export const HONEST = "kept neighbours";
const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const shorts = (view) => new Uint16Array(bytesOf(view).slice().buffer);
const shares = (view) => Float32Array.from(shorts(view), (step) => (step === MISSING ? NaN : step / STEPS));

export async function read(model) {
  const [data, count, maps] = [model.get("_data"), model.get("count"), model.get("maps")];
  const places = maps.map((_, i) => shorts(data[`map ${i}`]));
  const fits = places.map(fitted);
  const map = {
    count, maps, notes: model.get("notes"), unit: model.get("unit"), tokens: model.get("tokens"),
    names: data.names ? await unpacked(data.names) : Array.from({ length: count }, (_, i) => String(i)),
    honesty: maps.map((_, i) => (data[`honesty ${i}`] ? shares(data[`honesty ${i}`]) : null)),
    properties: model.get("properties").map((one, i) => property(one, data[`property ${i}`])),
    given: data["near ids"] ? near(ints(data["near ids"]), floats(data["near cosines"]), count) : null,
    first: ints(data.first),
    place: placer(places, fits, count),
    /** Half the width and height of the bulk at a moment between maps. */
    bulk(at) {
      const [from, to] = [fits[Math.floor(at)].half, fits[Math.ceil(at)].half];
      return from.map((side, axis) => side + (at % 1) * (to[axis] - side) || 0.01);
    },
    /** A point's place in a map as it was given. */
    real(point, at) { const [x, y, side] = model.get("frames")[at]; return [0, 1].map((axis) => [x, y][axis] + (side * places[at][2 * point + axis]) / STEPS); },
  };
  const shown = map.honesty.find(Boolean);
  if (shown) map.properties.push({ name: HONEST, low: 0, high: Math.max(0.1, ...shown.filter((share) => !Number.isNaN(share))), unit: "share", values: shown });
  map.lower = null; // names as they are searched, made when first asked for
  return map;
}

async function unpacked(view) {
  const raw = await new Response(new Blob([bytesOf(view)]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const [all, names, decoder] = [new Uint8Array(raw), [], new TextDecoder("utf-8", { ignoreBOM: true })];
  for (let from = 0; from <= all.length;) {
    const found = all.indexOf(255, from);
    const to = found < 0 ? all.length : found;
    names.push(decoder.decode(all.subarray(from, to)));
    from = to + 1;
  }
  return names;
}

function property(about, view) {
  if (about.groups) return { ...about, codes: bytesOf(view) };
  const span = about.high - about.low;
  return { ...about, unit: "", values: Float32Array.from(shorts(view), (step) => (step === MISSING ? NaN : about.low + (span * step) / STEPS)) };
}

function near(ids, cosines, count) {
  const each = ids.length / count;
  return (point) => ({ point, ids: [...ids.subarray(point * each, (point + 1) * each)], similarities: [...cosines.subarray(point * each, (point + 1) * each)] });
}

/** Middle and size of a map's bulk: few points far out must not shrink all the others. */
export function fitted(steps) {
  const ends = [0, 1].map((axis) => {
    const all = new Uint16Array(steps.length / 2);
    for (let i = 0; i < all.length; i++) all[i] = steps[2 * i + axis];
    all.sort();
    const out = all.length > 1000 ? Math.floor(all.length / 500) : 0;
    return [all[out], all[all.length - 1 - out]];
  });
  const size = Math.max((ends[0][1] - ends[0][0]) / 2, ends[1][1] - ends[1][0]) || 1;
  const half = ends.map(([low, high]) => (high - low) / 2 / size);
  return { x: (ends[0][0] + ends[0][1]) / 2, y: (ends[1][0] + ends[1][1]) / 2, size, half };
}

/** The places at a moment between maps, two numbers a point: the bulk lies within 2 × 1 around 0. */
function placer(places, fits, count) {
  let [last, held] = [null, null];
  const other = new Float32Array(2 * count);
  const fill = (out, at) => {
    const from = Math.floor(at);
    const share = at - from;
    const [a, b] = [from, Math.min(places.length - 1, from + 1)];
    const [fa, fb] = [fits[a], fits[b]];
    for (let i = 0; i < out.length; i++) {
      const middle = i % 2 ? "y" : "x";
      const start = (places[a][i] - fa[middle]) / fa.size;
      out[i] = share ? start + share * ((places[b][i] - fb[middle]) / fb.size - start) : start;
    }
    return out;
  };
  return (at, beside = false) => {
    if (beside) return fill(other, at);
    if (last !== at) held = fill(held ?? new Float32Array(2 * count), at);
    last = at;
    return held;
  };
}

/** In which order points are named: those said to matter, then whole words, then the rest. */
export function order({ names, first, count }) {
  const seen = new Uint8Array(count);
  const [words, rest] = [[], []];
  for (const point of first) seen[point] = 1;
  for (let i = 0; i < count; i++) if (!seen[i]) (/^[ ▁]?\p{L}{3,}$/u.test(names[i]) ? words : rest).push(i);
  return [...first, ...words, ...rest];
}

/** Points whose name holds the text, those that are it first; at most so many. */
export function search(map, text, most = 500) {
  const wanted = text.toLowerCase();
  if (!wanted.trim()) return [];
  map.lower ??= map.names.map((name) => name.toLowerCase());
  const [same, starts, inside] = [[], [], []];
  for (let i = 0; i < map.count; i++) {
    const at = map.lower[i].indexOf(wanted);
    if (at < 0) continue;
    const bare = map.lower[i].trim();
    (bare === wanted.trim() ? same : bare.startsWith(wanted.trim()) ? starts : inside).push(i);
  }
  return [...same, ...starts, ...inside].slice(0, most);
}

/** For each of some points: how many others lie nearer to `from` in the picture (1: the nearest). */
export function ranks(places, from, points) {
  const far = (i) => (places[2 * i] - places[2 * from]) ** 2 + (places[2 * i + 1] - places[2 * from + 1]) ** 2;
  const limits = points.map(far);
  const found = new Array(points.length).fill(1);
  for (let i = 0; i < places.length / 2; i++) {
    if (i === from) continue;
    const distance = far(i);
    for (let j = 0; j < limits.length; j++) if (distance < limits[j]) found[j]++;
  }
  return found;
}

/** The mean of what is known of shares, and how many are known. */
export function known(values) {
  let [sum, count] = [0, 0];
  for (const value of values) if (!Number.isNaN(value)) { sum += value; count++; }
  return { mean: sum / count, count };
}

/** Points inside a polygon of [x, y], in the places' own units. */
export function inside(places, polygon) {
  const [xs, ys] = [0, 1].map((axis) => polygon.map((corner) => corner[axis]));
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const found = [];
  for (let i = 0; i < places.length / 2; i++) {
    const [x, y] = [places[2 * i], places[2 * i + 1]];
    if (x < left || x > right || y < low || y > high) continue;
    let within = false;
    for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
      if (ys[a] > y !== ys[b] > y && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) within = !within;
    }
    if (within) found.push(i);
  }
  return found;
}
