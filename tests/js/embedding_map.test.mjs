import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, inside, order, ranks, search } from "../../widgets/embedding_map/data.js";
import { dot, packed, paint, room } from "../../widgets/embedding_map/paint.js";

test("ranks count who is nearer in the picture, ties included with the nearest", () => {
  const places = [0, 0, 1, 0, 0, 3, 5, 5, 1, 0];
  assert.deepEqual(ranks(places, 0, [1, 2, 3, 4]), [1, 3, 4, 1]);
});

test("a lasso takes what lies inside it, also where it turns inwards", () => {
  const places = [1, 1, 3, 1, 2, 2.5, 9, 9];
  const horseshoe = [[0, 0], [4, 0], [4, 4], [3, 4], [2.5, 2], [1.5, 2], [1, 4], [0, 4]];
  assert.deepEqual(inside(places, horseshoe), [0, 1]);
});

test("search finds the word itself first, then beginnings, then the inside", () => {
  const map = { names: [" sunny", "sun", " SUN", "unsung", "moon"], count: 5 };
  assert.deepEqual(search(map, "Sun"), [1, 2, 0, 3]);
  assert.deepEqual(search(map, "  "), []);
});

test("points said to matter are named first, then words, then the rest", () => {
  assert.deepEqual(order({ names: ["!", " the", "ab", " cat"], first: Int32Array.of(2), count: 4 }), [2, 1, 3, 0]);
});

test("few points far out do not shrink the others", () => {
  const many = Uint16Array.from({ length: 4000 }, (_, i) => 1000 + ((i * 7919) % 100));
  many.set([65534, 65534], 0);
  const fit = fitted(many);
  assert.ok(fit.size < 110 && Math.abs(fit.x - 1050) < 3);
  assert.equal(fitted(Uint16Array.of(5, 5)).size, 1); // one point alone
});

test("a dot is painted at its place, blended over what is there, and cut at no edge", () => {
  const image = { pixels: new Uint32Array(400).fill(packed([0, 0, 0])), width: 20, height: 20 };
  const places = [0, 0, 50, 0];
  paint(image, places, { x: 0, y: 0, scale: 1 }, Uint8Array.of(0, 0), [packed([200, 100, 50])], { radius: 1, alpha: 0.5 });
  assert.equal(image.pixels[10 * 20 + 10], packed([100, 50, 25]));
  assert.equal(image.pixels[0], packed([0, 0, 0]));
  assert.equal(image.pixels.filter((pixel) => pixel !== packed([0, 0, 0])).length, dot(1).length / 3);
});

test("names never touch", () => {
  const free = room(100, 50);
  assert.equal(free(0, 0, 30, 14), true);
  assert.equal(free(20, 8, 60, 20), false);
  assert.equal(free(40, 0, 60, 14), true);
  assert.equal(free(80, 0, 120, 14), false); // would leave the picture
});
