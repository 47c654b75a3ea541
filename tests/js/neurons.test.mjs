import assert from "node:assert/strict";
import { test } from "node:test";
import { further, order, reach, read, shareAbove } from "../../widgets/neurons/data.js";

const view = (array) => new DataView(array.buffer);
const state = {
  layers: [2, 5], size: 3, names: ["strongest", "active"],
  _table: view(new Float32Array([1, 3, 2, 6, 5, 4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])),
  _peaks: view(new Int32Array([0, 1, 1, 0, 0, 1])), _said: [" Tom", "\n"],
};
const data = read({ get: (name) => state[name] });

test("properties and peaks are found by the layers' own numbers", () => {
  assert.equal(data.value("strongest", 5, 0), 6);
  assert.ok(Math.abs(data.value("active", 2, 2) - 0.3) < 1e-6);
  assert.deepEqual([data.peak(2, 0), data.peak(5, 2)], [" Tom", "\n"]);
});

test("neurons stand largest first, and are found by number or by piece", () => {
  assert.deepEqual(order(data, 2, "strongest"), [1, 2, 0]);
  assert.deepEqual(order(data, 5, "active"), [2, 1, 0]);
  assert.deepEqual(order(data, 2, "strongest", "N1"), [1]);
  assert.deepEqual(order(data, 2, "strongest", "tom"), [0]);
  assert.deepEqual(order(data, 2, "strongest", "⏎"), [1, 2], "what is invisible is found as it is shown");
  assert.deepEqual(order(data, 2, "strongest", "xyz"), []);
});

test("a neuron is shown at the end where it goes further", () => {
  const ends = (up, down) => ({ ends: [up, down].map((value) => (value === null ? [] : [{ value }])) });
  assert.deepEqual([ends(3, -1), ends(1, -3), ends(null, -3), ends(null, null)].map(further), [0, 1, 1, 0]);
  assert.equal(reach(ends(1, -3)), 3);
});

test("shares count whole bins from an edge up", () => {
  const card = { edges: [-1, 0, 1, 2], counts: [6, 3, 1] };
  assert.deepEqual([-1, 0, 1, 2].map((edge) => shareAbove(card, edge)), [1, 0.4, 0.1, 0]);
});
