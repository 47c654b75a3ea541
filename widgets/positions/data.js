// The three schemes as numbers: how alike two places are, and where each place stands in one pair.
import { floats } from "../glass/kit.js";

export const SCHEMES = ["sinusoidal", "learned", "rotary"];
const TURN = 2 * Math.PI;

/** What the model holds: `schemes` by name, each with `pairs`, `at(pair, p)`, and `field(pair, alone)`: likeness of p and q. */
export function read(model) {
  const [count, width, base] = ["count", "width", "base"].map((name) => model.get(name));
  const own = Array.from({ length: width / 2 }, (_, i) => base ** ((-2 * i) / width));
  const found = { sinusoidal: turning(own, count), rotary: turning(Array.from(floats(model.get("_turns"))), count) };
  if (model.get("_alike").byteLength) found.learned = learned(model, count);
  return { count, base, pieces: model.get("pieces"), schemes: found, names: SCHEMES.filter((name) => name in found) };
}

/** Pairs that turn at their own pace: likeness depends on the distance alone. */
export function turning(turns, count) {
  const all = Float32Array.from({ length: count }, (_, d) => turns.reduce((sum, turn) => sum + Math.cos(turn * d), 0) / turns.length);
  const clip = (pair) => Math.min(pair, turns.length - 1);
  return {
    pairs: turns.length,
    turn: (pair) => turns[clip(pair)],
    at: (pair, p) => [Math.cos(turns[clip(pair)] * p), Math.sin(turns[clip(pair)] * p)],
    field(pair, alone) {
      const { mean } = this.curve(pair, alone);
      return (p, q) => mean[Math.abs(p - q)];
    },
    curve: (pair, alone) => ({ mean: alone ? all.map((_, d) => Math.cos(turns[clip(pair)] * d)) : all }),
  };
}

/** A table as it was learnt; its pairs are its principal components, two by two, the strongest first. */
function learned(model, count) {
  const bytes = model.get("_alike");
  const alike = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [ends, parts] = [floats(model.get("_curves")), floats(model.get("_parts"))];
  const wide = parts.length / count;
  const clip = (pair) => Math.min(pair, wide / 2 - 1);
  const reach = Array.from({ length: wide / 2 }, (_, i) => Math.max(...Array.from({ length: count }, (_, p) => Math.hypot(parts[p * wide + 2 * i], parts[p * wide + 2 * i + 1]))) || 1);
  const at = (pair, p) => [0, 1].map((way) => parts[p * wide + 2 * clip(pair) + way] / reach[clip(pair)]);
  /** Cosines within one pair, from arms of length one. */
  const single = (pair) => {
    const arms = Array.from({ length: count }, (_, p) => { const [x, y] = at(pair, p); const size = Math.hypot(x, y) || Infinity; return [x / size, y / size]; });
    const [xs, ys] = [0, 1].map((way) => Float32Array.from(arms, (arm) => arm[way]));
    return (p, q) => xs[p] * xs[q] + ys[p] * ys[q];
  };
  const mean = (one) => Float32Array.from({ length: count }, (_, d) => {
    let sum = 0;
    for (let p = 0; p + d < count; p++) sum += one(p, p + d);
    return sum / (count - d);
  });
  return {
    pairs: wide / 2, at,
    field: (pair, alone) => (alone ? single(pair) : (p, q) => alike[p * count + q] / 127),
    curve: (pair, alone) => (alone ? { mean: mean(single(pair)) } : { mean: ends.slice(0, count), low: ends.slice(count, 2 * count), high: ends.slice(2 * count) }),
  };
}

/** The angle from q to p in one pair, from −π to π. */
export function angle(scheme, pair, p, q) {
  const [one, other] = [p, q].map((place) => { const [x, y] = scheme.at(pair, place); return Math.atan2(y, x); });
  const between = (((one - other) % TURN) + TURN) % TURN;
  return between > Math.PI ? between - TURN : between;
}
