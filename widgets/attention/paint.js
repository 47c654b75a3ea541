// Cells → pixels: each pixel shows the largest weight under it, so that nothing strong gets lost.

import { sequential } from "../glass/scales.js";

/** The smallest weight the logarithmic scale tells from nothing; long texts spread thinner. */
export const logFloor = (tokens) => (tokens > 256 ? 1e-4 : 1e-3);

/** Weight → 0…1 on a scale {log, floor}. Its ends are the same for all heads: heads compare. */
export function position(weight, { log, floor }) {
  if (!log) return weight;
  return weight <= floor ? 0 : 1 - Math.log(weight) / Math.log(floor);
}

/** Nothing is a breath of colour, so that the triangle of what could be seen stands off the paper. */
export const tinted = (t) => 0.04 + 0.96 * t;

/** Byte → packed pixel on a scale {log, floor, dark}, for every byte. */
export function palette(scale) {
  const pixels = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const [red, green, blue] = sequential(tinted(position((byte / 255) ** 2, scale)), scale.dark);
    pixels[byte] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return pixels;
}

/**
 * The cells [from, to) under each of `count` pixels that show `span` tokens from `start`, for
 * `cells` cells that cover `extent` tokens from `origin`.
 */
function under(count, start, span, origin, extent, cells) {
  const step = ((span / count) * cells) / extent;
  const offset = ((start - origin) * cells) / extent;
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  for (let pixel = 0; pixel < count; pixel++) {
    const at = Math.floor(offset + pixel * step + 1e-9);
    from[pixel] = Math.min(cells - 1, Math.max(0, at));
    const end = step > 1 ? Math.ceil(offset + (pixel + 1) * step - 1e-9) : at + 1;
    to[pixel] = Math.min(cells, Math.max(from[pixel] + 1, end));
  }
  return { from, to };
}

/**
 * Paint what a source shows of a view into an image.
 *
 * source: {cells, width, height, query, key, queries, keys}, cells that cover so many tokens;
 * view: {query, key, span}, a square in tokens; image: {pixels: Uint32Array, width, left, top,
 * size}; lookup: byte → pixel. With `causal`, what no query can see stays transparent.
 */
export function paint(source, view, image, lookup, causal) {
  const { cells, width, height } = source;
  const { pixels, left, top, size } = image;
  const rows = under(size, view.query, view.span, source.query, source.queries, height);
  const columns = under(size, view.key, view.span, source.key, source.keys, width);
  const merged = new Uint8Array(width);
  let [same, sameEnd] = [-1, -1];
  for (let y = 0; y < size; y++) {
    const start = (top + y) * image.width + left;
    const end = causal ? seen(view, size, y) : size;
    const [r0, r1] = [rows.from[y], rows.to[y]];
    if (r1 === r0 + 1 && r0 === same && end === sameEnd) {
      pixels.copyWithin(start, start - image.width, start - image.width + size);
      continue;
    }
    [same, sameEnd] = r1 === r0 + 1 ? [r0, end] : [-1, -1];
    const line = largest(cells, width, r0, r1, merged);
    for (let x = 0; x < end; x++) {
      let most = line[columns.from[x]];
      for (let c = columns.from[x] + 1; c < columns.to[x]; c++) if (line[c] > most) most = line[c];
      pixels[start + x] = lookup[most];
    }
    pixels.fill(0, start + end, start + size);
  }
}

/** How many pixels of row y a query there can see: those of keys up to the last query in it. */
function seen(view, size, y) {
  const last = Math.ceil(view.query + ((y + 1) * view.span) / size - 1e-9) - 1;
  const end = Math.ceil(((last + 1 - view.key) * size) / view.span - 1e-9);
  return Math.min(size, Math.max(0, end));
}

/** For each column the largest of rows [r0, r1). */
function largest(cells, width, r0, r1, merged) {
  if (r1 === r0 + 1) return cells.subarray(r0 * width, r1 * width);
  merged.set(cells.subarray(r0 * width, (r0 + 1) * width));
  for (let row = r0 + 1; row < r1; row++) {
    for (let c = 0, at = row * width; c < width; c++, at++) {
      if (cells[at] > merged[c]) merged[c] = cells[at];
    }
  }
  return merged;
}
