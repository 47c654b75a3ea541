// The cuts of one text: boxes of pieces, the columns they stand in, the lines these are broken into.
import { ints, visible } from "../glass/kit.js";

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const FLAT = /[\p{Mn}\p{Me}]/u;
export const SMALL = 0.8; // what stands under a piece, against the piece itself

/** Everything about one text: its bytes, its letters, and each tokenizer's boxes. */
export function read(shown) {
  const text = shown.text ?? "";
  const raw = new TextEncoder().encode(text);
  const numbers = shown.numbers ? ints(shown.numbers) : new Int32Array();
  const letters = [0]; // where each character begins, in bytes
  for (const letter of text) letters.push(letters.at(-1) + new TextEncoder().encode(letter).length);
  let at = 0;
  const cuts = (shown.cuts ?? []).map(({ name, pieces, vocabulary }) => {
    const [ids, starts, stops, special] = [0, 1, 2, 3].map((part) => numbers.subarray(at + part * pieces.length, at + (part + 1) * pieces.length));
    at += 4 * pieces.length;
    return { name, pieces, vocabulary, ids, starts, stops, special, boxes: boxed(starts, stops) };
  });
  return { text, raw, letters, cuts };
}

/** Pieces as boxes over the text. Those that share a character, or have no place, stand in one box. */
export function boxed(starts, stops) {
  const boxes = [];
  for (let i = 0; i < starts.length; i++) {
    const last = boxes.at(-1);
    if (last && (starts[i] < last.stop || starts[i] === stops[i] || last.start === last.stop)) {
      last.to = i + 1;
      last.start = last.start === last.stop ? Math.min(starts[i], last.start) : last.start;
      last.stop = Math.max(last.stop, stops[i]);
    } else boxes.push({ from: i, to: i + 1, start: starts[i], stop: stops[i] });
  }
  return boxes;
}

/** How many columns of a monospaced letter a text takes. */
export const width = (text) => [...text].reduce((sum, letter) => sum + (FLAT.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1), 0);

export const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, "0");

/** The piece of a box, and what stands under it. */
export const worded = (cut, box) => cut.pieces.slice(box.from, box.to).map(visible).join("");
export function beneath(data, cut, box, under) {
  if (under === "nothing") return "";
  return under === "ids" ? cut.ids.subarray(box.from, box.to).join(" ") : [...data.raw.subarray(box.start, box.stop)].map(hex).join(" ");
}

/** Every place where some tokenizer cuts, from 0 to the text's end, and whether all of them do. */
export function places({ raw, cuts }) {
  const edges = cuts.map(({ boxes }) => new Set(boxes.flatMap(({ start, stop }) => [start, stop])));
  const all = [...new Set([0, raw.length, ...edges.flatMap((set) => [...set])])].sort((a, b) => a - b);
  return { all, shared: all.map((place) => place === 0 || place === raw.length || edges.every((set) => set.has(place))) };
}

/** The width of each column between two places, in letters: each box gets room for its words. */
export function widths(data, all, under, pad = 1.1) {
  const index = new Map(all.map((place, i) => [place, i]));
  const columns = new Float32Array(Math.max(0, all.length - 1)).fill(0.8);
  for (const cut of data.cuts)
    for (const box of cut.boxes) {
      const [first, last] = [index.get(box.start), index.get(box.stop)];
      const need = Math.max(width(worded(cut, box)), SMALL * beneath(data, cut, box, under).length) + pad + (cut.special[box.from] ? 0.6 : 0);
      let have = 0;
      for (let i = first; i < last; i++) have += columns[i];
      if (have < need) for (let i = first; i < last; i++) columns[i] += (need - have) / (last - first);
    }
  return columns;
}

/** Lines of columns, [first, last): broken where all tokenizers cut if there is such a place, at most `room` wide. */
export function lines({ shared }, columns, room) {
  const found = [];
  let [first, wide, best] = [0, 0, 0];
  for (let i = 0; i < columns.length; i++) {
    if (i > first && wide + columns[i] > room) {
      const end = best > first ? best : i;
      found.push([first, end]);
      first = end;
      wide = columns.slice(first, i).reduce((a, b) => a + b, 0);
    }
    wide += columns[i];
    if (shared[i + 1]) best = i + 1;
  }
  if (columns.length > first) found.push([first, columns.length]);
  return found;
}

/** The boxes of a tokenizer that hold some of [start, stop). */
export const covering = (cut, [start, stop]) => cut.boxes.filter((box) => box.start < stop && box.stop > start);

/** Between bytes and characters. */
export const toLetters = ({ letters }, [start, stop]) => [letters.findLastIndex((at) => at <= start), letters.findIndex((at) => at >= stop)];
export const toBytes = ({ letters }, pair) => pair.map((at) => letters[Math.min(at, letters.length - 1)]);
