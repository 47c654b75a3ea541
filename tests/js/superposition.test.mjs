// Sums of the superposition view, on shapes whose shares are known.
import assert from "node:assert/strict";
import test from "node:test";
import { dimensions, dot, returned, told } from "../../widgets/superposition/data.js";

const turn = (i, n) => [Math.cos((2 * Math.PI * i) / n), Math.sin((2 * Math.PI * i) / n)];
const near = (found, wanted) => found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-9, `${found}`));

test("alone a feature has a dimension, in a pair of opposites half of one, in a pentagon two fifths", () => {
  near(dimensions([[1, 0], [0, 1]]), [1, 1]);
  near(dimensions([[1, 0], [-1, 0], [0, 0]]), [0.5, 0.5, 0]);
  near(dimensions([0, 1, 2, 3, 4].map((i) => turn(i, 5))), Array(5).fill(0.4));
});

test("what returns is the product of the directions, and a short one is not told", () => {
  assert.deepEqual(returned([[1, 0], [-1, 0]]), [[1, -1], [-1, 1]]);
  assert.equal(dot([1, 2], [3, 4]), 11);
  assert.equal(told([[1, 0], [0.4, 0], [0, 0.5]]), 2);
});
