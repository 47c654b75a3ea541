import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, read, standing, thinned } from "../../widgets/lens/data.js";
import { read as parts, steps } from "../../widgets/contributions/data.js";

const view = (array) => new DataView(array.buffer);

function reading() {
  const state = {
    lenses: ["logit"], pieces: ["a", "b"], special: [], layers: ["embed", "L0", "L1"], words: ["x", "y"], targets: ["b", ""], top: 1,
    _data: { "0 top": view(Uint16Array.of(0, 1, 1, 0, 1, 0)), "0 probs": view(Uint16Array.from({ length: 6 }, () => 32768)), "0 kl": view(Float32Array.of(3, 3, 1, 1, 0, 0)), "0 entropy": view(new Float32Array(6)) },
    _chances: { "0 chances": view(Float32Array.of(0.1, -1, 0.2, -1, 0.3, -1)), "0 ranks": view(Int32Array.of(9, 0, 3, 0, 1, 0)) },
  };
  return read({ get: (name) => state[name] });
}

test("a cell says its guess, the followed piece's rank, and whether it is the final guess", () => {
  const found = reading();
  const { piece, prob, rank, chance, final, kl } = found.says(0, 1, 0);
  assert.deepEqual([piece, rank, final, kl], ["y", 3, true, 1]);
  assert.ok(Math.abs(prob - 0.25) < 1e-4 && Math.abs(chance - 0.2) < 1e-6);
  assert.ok(Number.isNaN(found.says(0, 1, 1).chance));
  assert.deepEqual([found.settled(0, 0), found.settled(0, 1)], [1, 1]);
  assert.deepEqual(found.ranks(0, 0), [9, 3, 1]);
});

test("layers are thinned from the last, and each stands for those before it", () => {
  assert.deepEqual(thinned(7, 2), [0, 2, 4, 6]);
  assert.deepEqual(thinned(6, 2), [1, 3, 5]);
  assert.equal(fitting(7), 1);
  assert.equal(fitting(31), 2);
  assert.deepEqual([standing([1, 3, 5], 0), standing([1, 3, 5], 3), standing([1, 3, 5], 9)], [1, 3, 5]);
});

const state = { names: ["embed", "L0H0", "L0H1", "L0 attention bias", "L0 MLP"], layers: [-1, 0, 0, 0, 0], heads: [-1, 0, 1, -1, -1], values: view(Float64Array.of(1, 2, -3, 0.5, 4)), sources: view(Float32Array.of(1, 1, -1, -2)), pieces: ["a", "b"], logit: 4.5 };
const known = parts({ get: (name) => state[name] });

test("a layer's heads are one step until they are opened, and the end stays where it is", () => {
  const closed = steps(known, { sort: "layer", opened: [], most: 9 });
  assert.deepEqual(closed.map(({ name, to }) => [name, to]), [["embed", 1], ["L0 heads", 0.5], ["L0 MLP", 4.5]]);
  const open = steps(known, { sort: "layer", opened: [0], most: 9 });
  assert.deepEqual(open.map(({ name }) => name), ["embed", "L0 heads", "L0H0", "L0H1", "L0 attention bias", "L0 MLP"]);
  assert.equal(open.at(-1).to, 4.5);
  assert.deepEqual([open[1].from, open[1].to, open[2].from], [1, 0.5, 1]);
});

test("by size the smallest are one step, and one alone is no group", () => {
  const list = steps(known, { sort: "size", opened: [], most: 2 });
  assert.deepEqual(list.map(({ name }) => name), ["L0 MLP", "L0H1", "3 others"]);
  assert.equal(list.at(-1).to, 4.5);
  assert.deepEqual(steps(known, { sort: "size", opened: [], most: 4 }).map(({ name }) => name).at(-1), "L0 attention bias");
});

test("heads know what they read, other parts do not", () => {
  assert.deepEqual([...known.source(2)], [-1, -2]);
  assert.equal(known.source(0), null);
  assert.deepEqual([known.find(0, 1), known.most], [2, 2]);
});
