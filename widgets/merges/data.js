// Byte-pair encoding in the browser: words, their symbols, and every state a sentence goes through.
import { ints } from "../glass/kit.js";

/** The encoding as it was sent: merges, their ranks, the bytes of each symbol, the rivals. */
export function read(table) {
  const flat = table.merges ? ints(table.merges) : new Int32Array();
  const count = flat.length / 5;
  const ranks = new Map();
  const bytes = Array.from({ length: 256 }, (_, byte) => [byte]);
  const merges = [];
  for (let i = 0; i < count; i++) {
    const [left, right, made, id, times] = flat.subarray(5 * i, 5 * i + 5);
    const name = key(left, right);
    if (!ranks.has(name)) ranks.set(name, i);
    bytes[made] ??= [...bytes[left], ...bytes[right]];
    merges.push({ left, right, made, id, count: times });
  }
  const others = table.rivals ? ints(table.rivals) : new Int32Array();
  const most = count ? others.length / 3 / count : 0;
  const rivals = (i) => Array.from({ length: most }, (_, place) => [...others.subarray(3 * (i * most + place), 3 * (i * most + place) + 3)])
    .filter(([left]) => left >= 0).map(([left, right, times]) => ({ left, right, count: times }));
  return { merges, ranks, bytes, rivals, most };
}

const key = (left, right) => left * 4194304 + right;

/** The words of a text: no merge reaches over their borders. */
export function split(text, words) {
  return [...text.matchAll(new RegExp(words, "gu"))].map(([word]) => word).filter(Boolean);
}

/**
 * A word's states: [{ rank, symbols, joins }], the bytes first with rank -1, then one after each
 * merge that changed it; `joins` are the places where it did.
 */
export function states(word, { merges, ranks }) {
  let symbols = [...new TextEncoder().encode(word)];
  const found = [{ rank: -1, symbols, joins: [] }];
  for (;;) {
    let best = Infinity;
    for (let i = 1; i < symbols.length; i++) best = Math.min(best, ranks.get(key(symbols[i - 1], symbols[i])) ?? Infinity);
    if (best === Infinity) return found;
    const { left, right, made } = merges[best];
    const [next, joins] = [[], []];
    for (let i = 0; i < symbols.length; i++) {
      if (symbols[i] === left && symbols[i + 1] === right) { joins.push(next.length); next.push(made); i++; }
      else next.push(symbols[i]);
    }
    found.push({ rank: best, symbols: (symbols = next), joins });
  }
}

/** A text made ready: its words with their states, and the merges that change it, in order. */
export function ready(text, words, table) {
  const known = new Map();
  const spelled = split(text, words).map((word) => {
    if (!known.has(word)) known.set(word, states(word, table));
    return { word, states: known.get(word) };
  });
  const changes = [...new Set(spelled.flatMap(({ states: all }) => all.map(({ rank }) => rank)))].filter((rank) => rank >= 0).sort((a, b) => a - b);
  return { spelled, changes };
}

/** A word's state once `done` merges are done. */
export function after(all, done) {
  let at = 0;
  while (at + 1 < all.length && all[at + 1].rank < done) at++;
  return all[at];
}

/** Bytes as text, those of no character as ⟨E2⟩. */
export function readable(bytes) {
  let [text, at] = ["", 0];
  while (at < bytes.length) {
    const size = bytes[at] < 0x80 ? 1 : bytes[at] < 0xe0 ? 2 : bytes[at] < 0xf0 ? 3 : 4;
    try {
      text += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes.slice(at, at + size)));
      at += size;
    } catch {
      text += `⟨${bytes[at].toString(16).toUpperCase().padStart(2, "0")}⟩`;
      at++;
    }
  }
  return text;
}
