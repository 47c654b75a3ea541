import assert from "node:assert/strict";
import { test } from "node:test";
import { axis, nearest, range, ticks, tidy } from "../../widgets/glass/curves.js";

test("ticks are round numbers inside the limits, about as many as wanted", () => {
  assert.deepEqual(ticks(0, 2000, 5), [0, 500, 1000, 1500, 2000]);
  assert.deepEqual(ticks(-0.3, 0.31, 4), [-0.2, 0, 0.2]);
  for (const [low, high, most] of [[0.1, 0.7, 3], [3, 1e6, 8], [-5, 5, 2], [7.001, 7.002, 4]]) {
    const found = ticks(low, high, most);
    assert.ok(found.length >= 1 && found.length <= most + 1, `${found}`);
    assert.ok(found.every((value) => value >= low && value <= high));
  }
});

test("ticks of a logarithmic axis are powers, with steps between while there is room", () => {
  assert.deepEqual(ticks(1, 100, 8, true), [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(ticks(1, 100, 5, true), [1, 3, 10, 30, 100]);
  assert.deepEqual(ticks(1e-6, 1e6, 5, true), [1e-6, 1e-3, 1, 1e3, 1e6]);
});

test("limits without extent have no ticks", () => {
  for (const [low, high, log] of [[1, 1, false], [NaN, 2, false], [0, 10, true], [-1, 10, true]]) assert.deepEqual(ticks(low, high, 5, log), []);
});

test("a tick says its number shortly", () => {
  assert.deepEqual([0, 0.25, 2000, 20000, 1500000, 5e-4, -0.5].map(tidy), ["0", "0.25", "2000", "20k", "1.5M", "5e−4", "−0.5"]);
});

test("an axis goes to pixels and back", () => {
  for (const log of [false, true]) {
    const one = axis({ low: 1, high: 1000, log }, 300, 10);
    assert.equal(Math.round(one.at(1)), 300);
    assert.equal(Math.round(one.at(1000)), 10);
    for (const value of [1, 7, 333]) assert.ok(Math.abs(one.value(one.at(value)) / value - 1) < 1e-9);
  }
});

test("limits hold every finite value, and positive ones alone where they are logarithmic", () => {
  const lines = [{ y: [NaN, 2, 5] }, { y: [Infinity, -1] }];
  const { low, high } = range(lines);
  assert.ok(low < -1 && high > 5 && high < 6);
  const log = range(lines, true);
  assert.ok(log.low > 1 && log.low < 2 && log.high > 5);
  assert.ok(range([{ y: [0, 3] }]).low === 0, "what is not negative is not given negative room");
  assert.deepEqual(range([]), { low: 0, high: 1, log: false });
  assert.ok(range([{ y: [3, 3] }]).high > 3);
});

test("the nearest index is the nearest, in short arrays too", () => {
  const xs = [1, 2, 4, 8, 16];
  for (let x = -1; x < 20; x += 0.25) {
    const best = Math.min(...xs.map((value) => Math.abs(value - x)));
    assert.equal(Math.abs(xs[nearest(xs, x)] - x), best);
  }
  assert.deepEqual([nearest([], 3), nearest([5], 3), nearest([5], 9)], [-1, 0, 0]);
});
