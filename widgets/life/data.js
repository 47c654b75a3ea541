// A life as the browser has it: every moment's numbers, read from the model once.

import { floats, ints, short } from "../glass/kit.js";
import { bytesOf, share } from "../attention/data.js";

const NAMES = ["steps", "name", "pieces", "special", "heads", "marks", "targets", "words", "groups", "samples", "sample_names", "kinds", "chance", "start", "lens_layers", "lens_pieces"];

export function read(model) {
  const data = model.get("_data");
  const life = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const part = (name, as) => (data[name] ? as(data[name]) : null);
  const [size, layers, count] = [life.pieces.length, life.lens_layers, life.steps.length];
  const [best, probs, chances, ranks, scores] = [part("best", ints), part("probs", roots), part("chances", roots), part("ranks", ints), part("scores", floats)];
  const labels = life.lens_pieces.map((piece) => short(piece, 12));
  return {
    ...life, size, layers, count, causal: Boolean(data.triangles), tokens: part("tokens", ints), places: part("places", floats), share: part("share", floats),
    curves: model.get("curves").map((name, i) => ({ name, x: floats(data[`curve ${i} x`]), y: floats(data[`curve ${i} y`]) })),
    weights: weights(data, life.heads.length, size),
    score: (kind, moment, head) => scores[(kind * count + moment) * life.heads.length + head],
    /** What a row of the lens says at a position: its best guess, and how the followed piece does. */
    says(moment, row, pos) {
      const at = (moment * layers.length + row) * size + pos;
      return { piece: life.lens_pieces[best[at]], label: labels[best[at]], prob: probs[at], chance: chances?.[at] ?? NaN, rank: (life.targets[pos] && ranks?.[at]) || 0 };
    },
  };
}

/** Probabilities from 16 bits of their root. */
const roots = (view) => Float32Array.from({ length: view.byteLength / 2 }, (_, i) => (view.getUint16(2 * i, true) / 65535) ** 2);

/** Attention by moment and kept head: `cells` for painting (bytes, 255 √p), `row` as shares of 1. */
function weights(data, heads, size) {
  const raw = bytesOf(data.triangles ?? data.squares);
  const each = data.triangles ? (size * (size + 1)) / 2 : size * size;
  const line = (moment, head, query) => {
    const from = (moment * heads + head) * each + (data.triangles ? (query * (query + 1)) / 2 : query * size);
    return raw.subarray(from, from + (data.triangles ? query + 1 : size));
  };
  const boards = Array.from({ length: heads }, () => new Uint8Array(size * size));
  return {
    /** The same array for a head each time, filled anew. */
    cells(moment, head) {
      for (let query = 0; query < size; query++) boards[head].set(line(moment, head, query), query * size);
      return { cells: boards[head], width: size, height: size, query: 0, key: 0, queries: size, keys: size };
    },
    row: (moment, head, query) => Float64Array.from(line(moment, head, query), share),
  };
}

/** The value of a curve at a moment: of its nearest point, if that is within half a moment. */
export function valueAt({ x, y }, moment) {
  const best = x.reduce((near, at, i) => (near < 0 || Math.abs(at - moment) < Math.abs(x[near] - moment) ? i : near), -1);
  return best < 0 || Math.abs(x[best] - moment) > 0.5 ? NaN : y[best];
}
