// The readings as they came: what a lens says in a cell.

import { bufferOf } from "../glass/kit.js";

/** Everything that is drawn, from the model. */
export function read(model) {
  const [lenses, pieces, special, layers, words, targets, top] = ["lenses", "pieces", "special", "layers", "words", "targets", "top"].map((name) => model.get(name));
  const wide = words.length > 65535 ? Uint32Array : Uint16Array;
  const grids = lenses.map((_, i) => {
    const part = (name, kind, from = "_data") => new kind(bufferOf(model.get(from)[`${i} ${name}`]));
    return {
      best: part("top", wide), probs: part("probs", Uint16Array), kl: part("kl", Float32Array), entropy: part("entropy", Float32Array),
      chances: part("chances", Float32Array, "_chances"), ranks: part("ranks", Int32Array, "_chances"),
    };
  });
  const size = pieces.length;
  const share = (level) => (level / 65535) ** 2;
  return {
    lenses, pieces, special, layers, targets, top, size, last: layers.length - 1,

    /** One cell: best guess, its probability, and the numbers. */
    says(lens, row, token) {
      const [grid, at] = [grids[lens], row * size + token];
      const [rank, chance] = [grid.ranks[at], grid.chances[at]];
      return {
        piece: words[grid.best[at * top]], prob: share(grid.probs[at * top]), kl: grid.kl[at], entropy: grid.entropy[at],
        rank, chance: rank ? chance : NaN, final: grid.best[at * top] === grid.best[((layers.length - 1) * size + token) * top],
      };
    },

    /** The guesses that travelled, best first: [[piece, probability], …]. */
    guesses: (lens, row, token) => Array.from({ length: top }, (_, i) => {
      const at = (row * size + token) * top + i;
      return [words[grids[lens].best[at]], share(grids[lens].probs[at])];
    }),

    /** The first row from which the best guess stays the final one. */
    settled(lens, token) {
      let row = layers.length - 1;
      while (row > 0 && this.says(lens, row - 1, token).final) row -= 1;
      return row;
    },

    /** The rank of the followed piece in every row; NaN where none is followed. */
    ranks: (lens, token) => layers.map((_, row) => grids[lens].ranks[row * size + token] || NaN),

    /** The largest value of a measure, but for the outermost twentieth. */
    high(name) {
      const all = grids.flatMap((grid) => [...grid[name]]).sort((a, b) => a - b);
      return all[Math.min(all.length - 1, Math.floor(all.length * 0.95))] || 1;
    },
    worst: Math.max(2, ...grids.map(({ ranks }) => ranks.reduce((most, rank) => Math.max(most, rank), 2))),
  };
}

/** The rows that are drawn: every so-many-th, counted from the last. */
export function thinned(count, every) {
  const rows = [];
  for (let row = count - 1; row >= 0; row -= every) rows.unshift(row);
  return rows;
}

/** Every so-many-th, so that about `most` rows remain. */
export const fitting = (count, most = 16) => Math.max(1, Math.ceil(count / most));

/** The drawn row that stands for one. */
export const standing = (rows, row) => rows.find((one) => one >= row) ?? rows.at(-1);
