// The sampler's arithmetic and words, without a browser. That its rules are Python's is tested from there.
import assert from "node:assert/strict";
import { test } from "node:test";

import { SCALES } from "../../widgets/sampler/controls.js";
import { expected } from "../../widgets/sampler/counts.js";
import { drawn } from "../../widgets/sampler/draws.js";
import { chance, cutter, ranked, ruled } from "../../widgets/sampler/rules.js";
import { brief, code, typed } from "../../widgets/sampler/words.js";

const base = ranked(Float32Array.from([0, 3, 1, 2, -Infinity, 1]));
const kept = (settings, said) => { const state = ruled(base, settings, said); return [...state.order.slice(state.low, state.high)]; };

test("pieces stand by chance, equals by id, and what cannot come is out", () => {
  assert.deepEqual([...base.order], [1, 3, 2, 5, 0, 4]);
  assert.deepEqual(kept({}), [1, 3, 2, 5, 0]);
});

test("each rule leaves a stretch, and says what it cut", () => {
  assert.deepEqual(kept({ temperature: 0 }), [1]);
  assert.deepEqual(kept({ top_k: 3 }), [1, 3, 2, 5]); // as likely as the third
  assert.deepEqual(kept({ top_p: 0.55 }), [1]);
  assert.deepEqual(kept({ min_p: 0.3 }), [1, 3]);
  assert.deepEqual(kept({ typical: 0.2 }), [3]);
  const state = ruled(base, { top_k: 2, min_p: 0.5 });
  assert.deepEqual([0, 1, 2, 4].map((at) => cutter(state, at)), [undefined, "min_p", "top_k", "top_k"]);
  assert.ok(Math.abs(state.cut + state.weights[0] / state.whole - 1) < 1e-12);
  assert.equal(chance(state, 0), 1);
});

test("pieces of the text go down and keep the order of equals", () => {
  assert.deepEqual(kept({ repetition_penalty: 3 }, [1]), [3, 1, 2, 5, 0]);
  assert.deepEqual(kept({ repetition_penalty: 1.5 }, [1, 3]), [1, 3, 2, 5, 0]);
});

test("a draw that only lost others stays", () => {
  const [free, bound] = [ruled(base, {}), ruled(base, { top_k: 2 })];
  for (let i = 0; i < 200; i++) {
    const piece = drawn(free, 5, i);
    assert.equal(drawn(bound, 5, i) === piece, [1, 3].includes(piece));
  }
});

test("sliders come back to where they were put", () => {
  for (const [rule, { value, at }] of Object.entries(SCALES))
    for (let place = 0; place <= 1000; place += 10) {
      const again = at(value(place, 49152), 49152);
      if (rule !== "top_k" && !(rule === "typical" && !place)) assert.equal(again, place, rule);
      else assert.ok(Math.abs(again - place) <= 40, `${rule} ${place} ${again}`);
    }
});

test("what is typed is a number in bounds, or nothing, or refused by name", () => {
  assert.equal(typed("temperature", " 0,5 "), 0.5);
  assert.equal(typed("top_p", "off"), null);
  assert.equal(typed("repetition_penalty", ""), 1);
  assert.equal(typed("min_p", "0"), null);
  for (const [rule, text] of [["top_k", "1.5"], ["top_p", "2"], ["typical", "0"], ["temperature", "-1"], ["seed", ""], ["temperature", "x"]])
    assert.throws(() => typed(rule, text), /is needed/);
});

test("code and names say what is set", () => {
  assert.equal(code(["f(", ", seed=", ")"], { temperature: 1, top_k: null, top_p: 0.9 }, 7), "f(temperature=1, top_p=0.9, seed=7)");
  assert.equal(brief({ temperature: 0.7, min_p: 0.05 }), "temperature 0.7, min-p 0.05");
  assert.equal(brief({}), "the model's own");
});

test("a thousand draws are expected where the chances say, the rest in one row", () => {
  const wide = ranked(Float32Array.from({ length: 40 }, (_, i) => -i / 10));
  const lines = expected(ruled(wide, {}), Int32Array.from({ length: 1000 }, (_, i) => i % 40));
  assert.equal(lines.length, 13);
  assert.equal(lines.at(-1).pieces, 28);
  assert.ok(Math.abs(lines.reduce((sum, { mean }) => sum + mean, 0) - 1000) < 1e-9);
  assert.equal(lines.reduce((sum, { found }) => sum + found, 0), 1000);
});
