// Positions: what is alike depends on the distance alone, and angles are those of the pair.
import assert from "node:assert/strict";
import { test } from "node:test";
import { angle, read, turning } from "../../widgets/positions/data.js";

const bytes = (array) => new DataView(array.buffer);
const model = (state) => ({ get: (name) => state[name] });

test("pairs that turn: likeness is the mean cosine, and depends on the distance alone", () => {
  const scheme = turning([1, 0.1], 30);
  for (const [p, q] of [[3, 0], [20, 17], [0, 3]]) assert.ok(Math.abs(scheme.field(0, false)(p, q) - (Math.cos(3) + Math.cos(0.3)) / 2) < 1e-6);
  assert.ok(Math.abs(scheme.field(1, true)(9, 4) - Math.cos(0.5)) < 1e-6);
  assert.ok(Math.abs(angle(scheme, 1, 9, 4) - 0.5) < 1e-9);
  assert.ok(Math.abs(angle(scheme, 0, 9, 4) - (5 - 2 * Math.PI)) < 1e-9);
  assert.equal(scheme.at(7, 0)[0], 1, "a pair that is not there is the last");
});

test("what the model holds: sinusoidal from width and base, a table as it was sent", () => {
  const state = {
    count: 2, width: 4, base: 100, pieces: [], _turns: bytes(Float32Array.of(0.5)), _alike: bytes(Int8Array.of(127, 0, 0, 127)),
    _curves: bytes(Float32Array.of(1, 0, 1, 0, 1, 0)), _parts: bytes(Float32Array.of(3, 0, 0, 4)),
  };
  const { schemes, names } = read(model(state));
  assert.deepEqual(names, ["sinusoidal", "learned", "rotary"]);
  assert.deepEqual([schemes.sinusoidal.turn(0), schemes.sinusoidal.turn(1)].map((turn) => turn.toFixed(3)), ["1.000", "0.100"]);
  assert.deepEqual([schemes.learned.field(0, false)(0, 0), schemes.learned.field(0, false)(0, 1), schemes.learned.field(0, true)(0, 1)], [1, 0, 0]);
  assert.deepEqual(schemes.learned.at(0, 1), [0, 1], "its longest arm is one");
  assert.deepEqual(read(model({ ...state, _alike: bytes(new Int8Array(0)) })).names, ["sinusoidal", "rotary"]);
});
