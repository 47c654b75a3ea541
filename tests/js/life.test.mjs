import assert from "node:assert/strict";
import { test } from "node:test";
import { read, valueAt } from "../../widgets/life/data.js";
import { falls, panelled, placed } from "../../widgets/life/spine.js";

const view = (array) => new DataView(array.buffer);
const state = (changes) => ({
  steps: [0, 10], name: "", pieces: ["a", "b", "c"], special: [], heads: [[0, 0], [0, 1]], marks: [], targets: ["b", "c", "d"], words: [], groups: [],
  samples: [], sample_names: [], kinds: ["induction"], chance: [null], start: [0, 2], lens_layers: ["embed", "L0"], lens_pieces: ["x", " y"], curves: [],
  _data: {}, ...changes,
});
const life = (changes) => read({ get: (name) => state(changes)[name] });

test("a causal head's bytes are found by moment, head and query, and read as shares", () => {
  const bytes = Uint8Array.from({ length: 2 * 2 * 6 }, (_, i) => i);
  const { weights, causal } = life({ _data: { triangles: view(bytes) } });
  assert.equal(causal, true);
  assert.deepEqual([...weights.cells(1, 1).cells], [18, 0, 0, 19, 20, 0, 21, 22, 23]);
  assert.deepEqual([...weights.row(1, 0, 2)], [15, 16, 17].map((byte) => (byte / 255) ** 2));
  assert.equal(weights.row(0, 0, 1).length, 2);
});

test("a head that looks ahead has whole rows", () => {
  const { weights, causal } = life({ heads: [[0, 0]], _data: { squares: view(Uint8Array.from({ length: 18 }, (_, i) => 10 * i)) } });
  assert.equal(causal, false);
  assert.deepEqual([...weights.cells(1, 0).cells].slice(0, 4), [90, 100, 110, 120]);
  assert.equal(weights.row(1, 0, 0).length, 3);
});

test("the lens says the best guess, its probability, and how the followed piece does", () => {
  const twelve = (value) => Uint16Array.from({ length: 12 }, (_, i) => (i === 11 ? value : 0));
  const whole = (value) => Int32Array.from(twelve(value));
  const { says } = life({ _data: { best: view(whole(1)), probs: view(twelve(65535)), chances: view(twelve(655)), ranks: view(whole(7)) } });
  const { piece, label, prob, chance, rank } = says(1, 1, 2);
  assert.deepEqual([piece, label, prob, rank], [" y", "·y", 1, 7]);
  assert.ok(Math.abs(chance - 1e-4) < 1e-6);
  assert.equal(says(0, 0, 0).piece, "x");
  const bare = life({ _data: { best: view(whole(1)), probs: view(twelve(1)) } }).says(0, 0, 0);
  assert.ok(Number.isNaN(bare.chance) && bare.rank === 0);
  const ended = life({ targets: ["b", "c", ""], _data: { best: view(whole(1)), probs: view(twelve(1)), ranks: view(whole(7)) } });
  assert.equal(ended.says(1, 1, 2).rank, 0);
});

test("a score is found by kind, moment and kept head", () => {
  const { score } = life({ kinds: ["previous", "induction"], _data: { scores: view(Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7])) } });
  assert.deepEqual([score(0, 0, 1), score(1, 0, 0), score(1, 1, 1)], [1, 4, 7]);
});

test("a curve's value is that of its nearest point, if that is near", () => {
  const curve = { x: Float32Array.from([0, 0.8, 5]), y: Float32Array.from([1, 2, 3]) };
  assert.deepEqual([0, 1, 5].map((at) => valueAt(curve, at)), [1, 2, 3]);
  assert.ok(Number.isNaN(valueAt(curve, 3)) && Number.isNaN(valueAt({ x: [], y: [] }, 0)));
});

test("losses stand in one panel, shares in the next, and what has other sizes in the last", () => {
  const curve = (name, ...y) => ({ name, y });
  const groups = panelled([curve("loss", 5), curve("valid", 4), curve("recall", 0, 1), curve("norm", 3), curve("score", -0.5)]);
  assert.deepEqual(groups.map((group) => group.map(({ name }) => name)), [["loss", "valid"], ["recall"], ["norm", "score"]]);
  assert.deepEqual(panelled([]), []);
});

test("flags stand over their moments, give way to the right, and stay inside", () => {
  assert.deepEqual(placed([100, 300], [40, 40], 500), [80, 280]);
  assert.deepEqual(placed([100, 110], [40, 40], 500), [80, 120]);
  assert.deepEqual(placed([2, 490], [40, 40], 500), [0, 460]);
  assert.deepEqual(placed([480, 490], [40, 40], 500), [420, 460]);
});

test("a loss that falls a hundredfold gets a logarithmic axis, nothing else does", () => {
  assert.equal(falls([{ name: "loss", y: [5, 1e-4] }]), true);
  assert.equal(falls([{ name: "loss", y: [5, 1] }, { name: "valid", y: [6, 0.04] }]), true);
  assert.equal(falls([{ name: "loss", y: [5, 0] }]), false);
  assert.equal(falls([{ name: "norm", y: [5, 1e-4] }]), false);
});
