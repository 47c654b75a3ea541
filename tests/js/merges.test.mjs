import assert from "node:assert/strict";
import { test } from "node:test";
import { after, read, readable, ready, split, states } from "../../widgets/merges/data.js";

/** What Python sends, of pairs of symbols: a byte, or 256 and up for what a merge made. */
const table = (pairs, rivals) => read({
  merges: new DataView(Int32Array.from(pairs.flatMap(([left, right, made], i) => [left, right, made ?? 256 + i, 256 + i, -1])).buffer),
  ...(rivals ? { rivals: new DataView(Int32Array.from(rivals.flat(2)).buffer) } : {}),
});
const byte = (letter) => letter.charCodeAt(0);
const [a, b, c, d] = [..."abcd"].map(byte);
const spelled = (known, symbols) => symbols.map((symbol) => readable(known.bytes[symbol]));

test("aaabdaaabac becomes XdXac, three merges later (Wikipedia's example)", () => {
  const known = table([[a, a], [a, b], [256, 257]]);
  const all = states("aaabdaaabac", known);
  assert.deepEqual(all.map(({ symbols }) => spelled(known, symbols).join("|")), [
    "a|a|a|b|d|a|a|a|b|a|c", "aa|a|b|d|aa|a|b|a|c", "aa|ab|d|aa|ab|a|c", "aaab|d|aaab|a|c",
  ]);
  assert.deepEqual(all.map(({ joins }) => joins), [[], [0, 4], [1, 4], [0, 2]]);
  assert.deepEqual(all.map(({ rank }) => rank), [-1, 0, 1, 2]);
});

test("a state is that after so many merges, whether or not they change the word", () => {
  const all = states("ab", table([[c, d], [a, b], [c, c]]));
  assert.deepEqual([0, 1, 2, 3].map((done) => after(all, done).rank), [-1, -1, 1, 1]);
});

test("runs are joined from left to right, and a piece made twice is one symbol", () => {
  const known = table([[a, a], [b, c], [a, 257], [a, b], [259, c, 258]]);
  assert.deepEqual(spelled(known, states("aaaaa", known).at(-1).symbols), ["aa", "aa", "a"]);
  assert.deepEqual(spelled(known, states("abc", known).at(-1).symbols), ["abc"]);
});

test("a text is words, and the merges that change it are known in order", () => {
  const known = table([[a, b], [c, d], [b, c]]);
  const made = ready("cd ab  xab", "\\S+", known);
  assert.deepEqual(made.spelled.map(({ word }) => word), ["cd", "ab", "xab"]);
  assert.deepEqual(made.changes, [0, 1]);
  assert.deepEqual(ready("", "\\S+", known), { spelled: [], changes: [] });
});

test("words are those of GPT-2", () => {
  const words = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
  assert.deepEqual(split("I can't  stop, 42!", words), ["I", " can", "'t", " ", " stop", ",", " 42", "!"]);
});

test("bytes are text, those of no character by their number", () => {
  assert.equal(readable([...new TextEncoder().encode("né 🙂\u2028")]), "né 🙂\u2028");
  assert.equal(readable([0xf0, 0x9f, 0x61, 0xe2]), "⟨F0⟩⟨9F⟩a⟨E2⟩");
});

test("rivals are those of their merge, without the places left empty", () => {
  const known = table([[a, b], [c, d]], [[[a, b, 3], [c, d, 2]], [[c, d, 2], [-1, -1, -1]]]);
  assert.deepEqual(known.rivals(0), [{ left: a, right: b, count: 3 }, { left: c, right: d, count: 2 }]);
  assert.deepEqual(known.rivals(1), [{ left: c, right: d, count: 2 }]);
  assert.equal(table([[a, b]]).most, 0);
});
