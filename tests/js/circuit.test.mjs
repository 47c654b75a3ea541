import assert from "node:assert/strict";
import { test } from "node:test";
import { around, measured, needed, pruned, read, spread } from "../../widgets/circuit/data.js";
import { neighbour, places, way } from "../../widgets/circuit/places.js";

const view = (array) => new DataView(array.buffer);
// embed 0, L0H0 1, L0H1 2, L0 MLP 3, L1H0 4, logits 5; edges as they enter, the last leads nowhere.
const edges = [[1, 4, 1, 7, 0], [0, 1, 2, 3, 1], [4, 5, 0, 9, 2], [0, 4, 3, 5, 3], [2, 3, 0, 1, 4]];
const state = {
  names: ["embed", "L0H0", "L0H1", "L0 MLP", "L1H0", "logits"], layers: [-1, 0, 0, 0, 1, 2], heads: [-1, 0, 1, -1, 0, -1],
  ports: ["", "q", "k", "v"], sizes: [1, 3], total: 12, ends: [3, -1], metric: "m", unit: "u", method: "EAP",
  edges: view(new Int32Array([0, 1, 2, 3, 4].flatMap((row) => edges.map((edge) => edge[row])))),
  scores: view(new Float32Array([0.9, -0.5, 0.4, 0.1, 0.05])), chance: view(new Float32Array(5).fill(0.02)), effects: view(new Float32Array([1, 0.9, 0, 0, 0.4, 0])),
  shares: view(new Float32Array([0.2, 0.8, 0.7, NaN])), randoms: view(new Float32Array([0, 0.1, 0.2, NaN, 1, 0.9, 0.8, 0.7])),
};
const known = read({ get: (name) => state[name] });

test("parts are told apart by layer and head, edges by their names", () => {
  assert.deepEqual(known.kinds, ["in", "head", "head", "mlp", "head", "out"]);
  assert.equal(known.edge(0), "L0H0 → L1H0 q");
  assert.equal(known.edge(2), "L1H0 → logits");
  assert.equal(known.find(0, 1), 2);
  assert.equal(known.find(0, -1), -1);
});

test("an edge leads somewhere only on a way from the input to the output", () => {
  const whole = pruned(known, 5, []);
  assert.deepEqual([...whole.leads], [0, 1, 2, 3]);
  assert.deepEqual(whole.live, [true, true, false, false, true, true]);
  assert.deepEqual([...pruned(known, 2, []).leads], [], "nothing reaches the output yet");
  const cut = pruned(known, 5, [3]);
  assert.deepEqual(cut.edges, [0, 2, 3, 4]);
  assert.deepEqual([...cut.leads], [2, 3], "what fed the cut part leads nowhere");
  assert.deepEqual(cut.numbers, [7, 9, 5, 1]);
});

test("a figure is exact only for the very circuit that was tested", () => {
  const three = measured(known, pruned(known, 3, []), {}, {});
  assert.ok(three.exact && Math.abs(three.shares[0] - 0.8) < 1e-6 && Number.isNaN(three.shares[1]));
  assert.equal(three.randoms[0].length, 1, "a random circuit that was not measured is none");
  assert.ok(!measured(known, pruned(known, 4, []), {}, {}).exact);
  assert.ok(!measured(known, pruned(known, 3, [3]), {}, {}).exact, "one cut by hand is another circuit");
  const mine = measured(known, pruned(known, 3, [3]), { edges: [7, 9], shares: [0.6, null] }, { shares: [[0.1, null], [0.9]] });
  assert.deepEqual([mine.exact, mine.size, mine.shares[0], mine.randoms[0]], [true, 2, 0.6, [0.1]]);
});

test("a part is spare when it is missed no more than random ones", () => {
  assert.equal(needed(known, {}, {}), null);
  const need = needed(known, { edges: [7], names: ["L0H0", "L1H0"], lost: [0.5, 0.01] }, { lost: [0.02, 0, null] });
  assert.deepEqual([need.of.get(1), need.of.get(4) <= need.spare, need.drawn.length], [0.5, true, 2]);
});

test("edges of a part come strongest first, cut ones among them", () => {
  const [into, out] = around(known, pruned(known, 5, [7]), 4);
  assert.deepEqual([into, out], [[0, 3], [2]]);
  assert.deepEqual(around(known, pruned(known, 3, []), -1), [[0, 1, 2]]);
});

test("edges that enter together come and go together", () => {
  const tied = { ...known, rank: new Int32Array([2, 2, 2, 3, 4]) };
  assert.deepEqual([1, 2, 3, 4].map((size) => pruned(tied, size, []).edges.length), [0, 0, 3, 4]);
});

test("random circuits are said by median and ends", () => {
  assert.deepEqual(spread([3, 1, 2, 10]), { n: 4, middle: 2.5, low: 1, high: 10 });
  assert.ok(Number.isNaN(spread([]).middle));
});

test("layers stand from the bottom to the top, and ways lead upwards", () => {
  const stand = places(known, 600, 372);
  const y = stand.nodes.map((node) => node.y);
  assert.ok(y[0] > y[1] && y[1] === y[2] && y[2] > y[3] && y[3] > y[4] && y[4] > y[5]);
  for (const [e] of edges.entries()) {
    const [, from, , , , , , to] = way(stand, known, e);
    assert.ok(from > to, known.edge(e));
  }
  for (const { x, y: middle, w, h } of stand.nodes) assert.ok(x - w / 2 >= 0 && x + w / 2 <= 600 && middle - h / 2 >= 0 && middle + h / 2 <= 372);
});

test("arrows go to the nearest part that way, and stay where there is none", () => {
  const stand = places(known, 600, 372);
  const go = (at, by) => neighbour(stand, at, by, () => true);
  assert.deepEqual([go(1, [1, 0]), go(2, [-1, 0]), go(1, [-1, 0]), go(1, [0, -1]), go(4, [0, 1])], [2, 1, 1, 0, 5]);
  assert.equal(neighbour(stand, 1, [1, 0], (i) => i !== 2), 3, "the MLP of the layer");
  assert.equal(neighbour(stand, 1, [1, 0], (i) => i > 3), 1, "no other layer's");
});
