// Lessons: places on a slider, how far a guess was off, and seals opened as Python opens them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { off, ruler } from "../../widgets/lessons/numbers.js";
import { opens } from "../../widgets/lessons/seal.js";

test("a slider's place and its value belong together", () => {
  for (const asked of [{ ends: [0, 1] }, { ends: [-5, 20] }, { ends: [1, 1000], log: true }, { ends: [1, 12], whole: true }]) {
    const { at, value } = ruler(asked);
    assert.deepEqual([value(0), value(1)], asked.ends);
    for (const place of [0.1, 0.33, 0.5, 0.9]) assert.ok(Math.abs(at(value(place)) - place) < 0.06);
  }
  assert.equal(ruler({ ends: [0, 1] }).value(0.123), 0.12);
  assert.ok(Number.isInteger(ruler({ ends: [1, 12], whole: true }).value(0.4)));
});

test("how far off is a difference, or on a scale of factors how many times", () => {
  assert.equal(off(0.25, 0.75, {}), "0.500 too low");
  assert.equal(off(30, 10, { log: true }), "3.00 times too high");
  assert.equal(off(1200, 7, { whole: true }), "1,193 too high");
  assert.equal(off(3, 3, {}), "exactly");
});

test("seals that Python made open here, and for the same answers", async () => {
  const head = "sealed:b456ccf26875:f2e63248a61bcf528c:f2e63248a61bcf528c"; // (5, 1)
  assert.deepEqual([await opens(head, [5, 1]), await opens(head, [1, 5])], [true, false]);
  const number = "sealed:d2c137f3e9b2:99c22e2cc374845286:0.03999999961999995:0.040000000040000004"; // 0.42 ± 0.02
  const found = await Promise.all([0.42, 0.44, 0.4, 0.4401, 0.3999].map((value) => opens(number, value)));
  assert.deepEqual(found, [true, true, true, false, false]);
  assert.ok(await opens(`${number} ${head}`, [5, 1]), "any of several");
});
