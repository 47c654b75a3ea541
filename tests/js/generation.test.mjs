import assert from "node:assert/strict";
import { test } from "node:test";
import { odds, rowsOf, surprise } from "../../widgets/generation/data.js";

/** A tree from [parent, probability] of each node; the first two are given. */
function tree(pairs) {
  const nodes = pairs.map(([parent, p], at) => ({ at, parent, p, given: at < 2 }));
  const ways = nodes.map(({ at }) => nodes.filter((node) => node.parent === at).map((node) => node.at));
  const path = (at) => (at < 0 ? [] : [...path(nodes[at].parent), at]);
  return { nodes, ways, path };
}

// 0 1 2 3 4, from 1 also 5 6, from 3 also 7, from 5 also 8.
const store = tree([[-1, null], [0, null], [1, 0.5], [2, 0.5], [3, 0.5], [1, 0.25], [5, 1], [3, 0.125], [5, 0]]);

test("a text goes on in its row; what left it stands below, the latest fork first", () => {
  const rows = rowsOf(store);
  assert.deepEqual(rows.map(({ own }) => own), [[0, 1, 2, 3, 4], [7], [5, 6], [8]]);
  assert.deepEqual(rows.map(({ depth, from, end }) => [depth, from, end]), [[1, 0, 4], [2, 4, 7], [2, 2, 6], [3, 3, 8]]);
  assert.deepEqual(rows.map(({ parent }) => parent?.index), [undefined, 0, 0, 2]);
});

test("a folded row hides its branches and says how many leave it", () => {
  const rows = rowsOf(store, new Set([0]));
  assert.equal(rows.length, 1);
  assert.equal(rows[0].forks.length, 2);
  assert.deepEqual(rowsOf(store, new Set([5])).map(({ start }) => start), [0, 7, 5]);
});

test("a text's log-probability is the sum over its written pieces", () => {
  assert.deepEqual(odds(store, store.path(4)), { written: 3, logp: 3 * Math.log(0.5), each: Math.log(0.5) });
  assert.equal(odds(store, store.path(8)).logp, -Infinity);
  assert.ok(Number.isNaN(odds(store, [0, 1]).logp) && Number.isNaN(surprise({ p: null })));
});
