import assert from "node:assert/strict";
import { test } from "node:test";
import { boxed, covering, lines, places, read, toBytes, toLetters, widths } from "../../widgets/tokenization/data.js";

/** What Python sends, of cuts given as [name, pieces, spans]. */
function shown(text, ...cuts) {
  const numbers = cuts.flatMap(([, pieces, spans]) => [pieces.map((_, i) => i), spans.map(([start]) => start), spans.map(([, stop]) => stop), pieces.map(() => 0)].flat());
  return { text, cuts: cuts.map(([name, pieces]) => ({ name, pieces, vocabulary: null })), numbers: new DataView(Int32Array.from(numbers).buffer) };
}
const CAT = shown("é cat", ["words", ["é", " cat"], [[0, 2], [2, 6]]], ["bytes", ["⟨C3⟩", "⟨A9⟩", " ", "c", "at"], [[0, 1], [1, 2], [2, 3], [3, 4], [4, 6]]]);

test("numbers come apart by cut, letters know their bytes", () => {
  const data = read(CAT);
  assert.deepEqual(data.letters, [0, 2, 3, 4, 5, 6]);
  assert.deepEqual([...data.cuts[1].starts], [0, 1, 2, 3, 4]);
  assert.deepEqual(data.cuts[0].boxes.map(({ start, stop }) => [start, stop]), [[0, 2], [2, 6]]);
  assert.deepEqual(read({}), { text: "", raw: new Uint8Array(), letters: [0], cuts: [] });
});

test("pieces that share a character, or have no place, stand in one box", () => {
  const box = (starts, stops) => boxed(starts, stops).map(({ from, to, start, stop }) => [from, to, start, stop]);
  assert.deepEqual(box([0, 0, 4], [4, 4, 5]), [[0, 2, 0, 4], [2, 3, 4, 5]]);
  assert.deepEqual(box([0, 0, 3], [0, 3, 5]), [[0, 2, 0, 3], [2, 3, 3, 5]]);
  assert.deepEqual(box([0, 3, 3], [3, 3, 5]), [[0, 2, 0, 3], [2, 3, 3, 5]]);
  assert.deepEqual(box([], []), []);
});

test("every cut is a place, and those that all share are known", () => {
  assert.deepEqual(places(read(CAT)), { all: [0, 1, 2, 3, 4, 6], shared: [true, false, true, false, false, true] });
});

test("columns have room for the widest piece over them", () => {
  const data = read(CAT);
  const { all } = places(data);
  const columns = widths(data, all, "nothing");
  for (const cut of data.cuts)
    for (const box of cut.boxes) {
      const have = columns.slice(all.indexOf(box.start), all.indexOf(box.stop)).reduce((a, b) => a + b, 0);
      assert.ok(have >= cut.pieces.slice(box.from, box.to).join("").length + 1 - 1e-3);
    }
});

test("lines break where all cut if they can, else anywhere, and lose nothing", () => {
  const shared = [true, false, true, false, false, true, false, true];
  const columns = new Float32Array(7).fill(1);
  assert.deepEqual(lines({ shared }, columns, 4), [[0, 2], [2, 5], [5, 7]]);
  for (const room of [0.5, 1, 2, 3, 5, 7, 99]) {
    const found = lines({ shared }, columns, room);
    assert.equal(found[0][0], 0);
    assert.equal(found.at(-1)[1], 7);
    found.slice(1).forEach(([first], i) => assert.equal(first, found[i][1]));
    for (const [first, last] of found) assert.ok(last - first <= Math.max(1, room));
  }
  assert.deepEqual(lines({ shared: [true] }, new Float32Array(), 5), []);
});

test("a part of the text is known in bytes and in letters, and by the pieces that hold it", () => {
  const data = read(CAT);
  assert.deepEqual(toBytes(data, [0, 2]), [0, 3]);
  assert.deepEqual(toLetters(data, [1, 3]), [0, 2]);
  assert.deepEqual(toLetters(data, [4, 6]), [3, 5]);
  assert.deepEqual(data.cuts.map((cut) => covering(cut, [1, 3]).length), [2, 2]);
});
