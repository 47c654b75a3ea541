import assert from "node:assert/strict";
import { test } from "node:test";
import { opensWord, range } from "../../widgets/tokens/data.js";

const opened = (pieces) => pieces.map((_, i) => opensWord(pieces, i, 0)).map(Number).join("");

test("lines break where words begin, not inside them", () => {
  assert.equal(opened(["The", " happ", "y", " cat", ".", "\n", "She"]), "1101011");
});

test("a text without spaces may break too, before it grows too long", () => {
  assert.equal(opensWord(["x".repeat(20), "y".repeat(20)], 1, 20), true);
});

test("a range starts at zero, counts what is below as signed, and passes over what is no number", () => {
  assert.deepEqual(range([NaN, 2, 5, Infinity]), { low: 0, high: 5, signed: false });
  assert.deepEqual(range([-3, 1]), { low: -3, high: 1, signed: true });
  assert.deepEqual(range([]), { low: 0, high: 0, signed: false });
});
