import assert from "node:assert/strict";
import { test } from "node:test";
import { CATEGORIES, contrast, diverging, ink, luminance, number, scale, sequential, signed } from "../../widgets/glass/scales.js";

const steps = Array.from({ length: 1001 }, (_, i) => i / 1000);
const coarse = steps.filter((_, i) => i % 10 === 0); // finer ones differ by less than a colour can say
const themes = [false, true];

test("ink reads on every colour of every scale, at 4.5 to 1 or better", () => {
  for (const dark of themes)
    for (const t of steps)
      for (const ground of [sequential(t, dark), diverging(2 * t - 1, dark)])
        assert.ok(contrast(ink(ground), ground) >= 4.5, `${ground}`);
  for (const ground of CATEGORIES) assert.ok(contrast(ink(ground), ground) >= 4.5, `${ground}`);
});

test("a larger magnitude is always further from the paper in luminance", () => {
  for (const dark of themes) {
    const light = coarse.map((t) => luminance(sequential(t, dark)));
    const way = dark ? 1 : -1;
    for (let i = 1; i < light.length; i++) assert.ok(way * (light[i] - light[i - 1]) > 0, `at ${coarse[i]}`);
    assert.ok(Math.abs(light.at(-1) - light[0]) > 0.6);
  }
});

test("a larger signed value is always further from the paper, alike on both sides", () => {
  for (const dark of themes) {
    const away = (t) => Math.abs(luminance(diverging(t, dark)) - luminance(diverging(0, dark)));
    for (const side of [-1, 1])
      for (let i = 1; i < coarse.length; i++) assert.ok(away(side * coarse[i]) > away(side * coarse[i - 1]), `at ${side * coarse[i]}`);
    assert.ok(Math.abs(away(1) - away(-1)) < 0.15);
  }
});

test("signed colours are blue below zero and orange above", () => {
  for (const dark of themes) {
    const [below, above] = [diverging(-0.7, dark), diverging(0.7, dark)];
    assert.ok(below[2] > below[0] && above[0] > above[2]);
  }
});

test("contrast agrees with the WCAG examples", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.478) < 0.001);
});

test("a scale ends where its values end, and is centred when signed", () => {
  const plain = scale({ low: 0, high: 8 });
  assert.deepEqual(plain.colour(8), sequential(1));
  assert.deepEqual(plain.colour(0), sequential(0));
  const signed = scale({ low: -1, high: 4, signed: true });
  assert.deepEqual([signed.low, signed.high], [-4, 4]);
  assert.deepEqual(signed.colour(0), diverging(0));
});

test("values that are all the same, infinite or unknown still have a colour or none", () => {
  const flat = scale({ low: 0, high: 0 });
  assert.deepEqual(flat.colour(0), sequential(0));
  const box = { style: {} };
  scale({ low: 0, high: 1 }).ground(box, Infinity);
  assert.equal(box.style.backgroundColor, "rgb(0, 34, 78)");
  scale({ low: 0, high: 1 }).ground(box, NaN);
  assert.deepEqual(box.style, { backgroundColor: "", color: "" });
});

test("numbers have three significant digits and a unit", () => {
  const shown = {
    3.14159: "3.14", 9.996: "10.0", 12.34: "12.3", 99999: "1.00·10⁵", 12345: "12300", 0.00012345: "0.000123", 0.000012: "1.20·10⁻⁵", 1e-300: "1.00·10⁻³⁰⁰",
  };
  for (const [value, text] of Object.entries(shown)) assert.equal(number(Number(value)), text);
  assert.equal(number(-0.5, "nats"), "−0.500 nats");
  assert.equal(number(0, "bits"), "0 bits");
  assert.equal(number(NaN, "nats"), "–");
  assert.equal(number(-Infinity), "−∞");
  assert.deepEqual([0.5, -0.5, 0, NaN].map((value) => signed(value, "nats")), ["+0.500 nats", "−0.500 nats", "0 nats", "–"]);
});
