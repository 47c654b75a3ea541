// The attention view's arithmetic, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { profilesOf } from "../../widgets/attention/averages.js";
import { code } from "../../widgets/attention/code.js";
import { isWhole, lookedAt, looksAt, pictureSize, rank, share, sorting, source, strongest, unpack, withFirst } from "../../widgets/attention/data.js";
import { layout, within } from "../../widgets/attention/look.js";
import { inside, ticks, zoomed } from "../../widgets/attention/matrix.js";
import { places, plan } from "../../widgets/attention/overview.js";
import { paint, palette, position, tinted } from "../../widgets/attention/paint.js";
import { toggled } from "../../widgets/attention/pins.js";
import { ends } from "../../widgets/attention/plot.js";
import { excerpt } from "../../widgets/attention/text.js";
import { weight } from "../../widgets/attention/words.js";

const byte = (p) => Math.round(255 * Math.sqrt(p));

test("a causal picture unpacks to its square, the first key's column apart", () => {
  const bytes = Uint8Array.from([0, 0, 204, 0, 20, 30, 255, 153, 100]);
  assert.equal(pictureSize(3, true), bytes.length);
  const head = unpack(bytes, 3, true);
  assert.deepEqual([...head.cells], [255, 0, 0, 153, 204, 0, 100, 20, 30]);
  withFirst(head, false);
  assert.deepEqual([...head.cells], [0, 0, 0, 0, 204, 0, 0, 20, 30]);
  assert.deepEqual([...looksAt(head, 2)], [100, 20, 30].map(share));
  assert.deepEqual([...lookedAt(head, 0)], [255, 153, 100].map(share));
  assert.deepEqual([...lookedAt(head, 1)], [0, 204, 20].map(share));
});

test("a pooled head tells no single weights", () => {
  assert.equal(isWhole(unpack(new Uint8Array(pictureSize(4, false)), 4, false, 8)), false);
  assert.equal(isWhole(unpack(new Uint8Array(pictureSize(4, false)), 4, false)), true);
  assert.equal(isWhole(null), false);
});

test("bytes stand for weights within 0.004", () => {
  for (let p = 0; p <= 1; p += 0.001) assert.ok(Math.abs(share(byte(p)) - p) <= 0.004);
});

test("ranks count what is larger, and the strongest come first", () => {
  assert.deepEqual([0.1, 0.5, 0.5, 0].map((_, i) => rank([0.1, 0.5, 0.5, 0], i)), [3, 1, 1, 4]);
  assert.deepEqual(strongest([0.1, 0.5, 0.5, 0], 3), [1, 2, 0]);
  assert.deepEqual(strongest([0.1, 0.5], 3, (at) => at === 1), [0]);
});

test("both scales run from 0 to 1, and the log scale's floor is nothing", () => {
  for (const log of [false, true]) {
    const scale = { log, floor: 1e-3 };
    assert.equal(position(0, scale), 0);
    assert.equal(position(1, scale), 1);
  }
  assert.ok(Math.abs(position(0.1, { log: true, floor: 1e-3 }) - 2 / 3) < 1e-12);
  assert.equal(position(1e-4, { log: true, floor: 1e-3 }), 0);
  assert.ok(tinted(0) > 0 && Math.abs(tinted(1) - 1) < 1e-12);
});

/** The bytes painted, row by row, −1 for transparent. */
function painted(head, view, size, causal) {
  const lookup = Uint32Array.from({ length: 256 }, (_, i) => i + 1);
  const pixels = new Uint32Array(size * size);
  paint(head, view, { pixels, width: size, left: 0, top: 0, size }, lookup, causal);
  return [...pixels].map((pixel) => pixel - 1);
}

test("when cells are smaller than pixels the largest shows", () => {
  const cells = Uint8Array.from({ length: 64 }, (_, i) => (i === 27 ? 200 : 1));
  const head = source(cells, new Uint8Array(0), { width: 8, height: 8, query: 0, key: 0, queries: 8, keys: 8 });
  assert.deepEqual(painted(head, { query: 0, key: 0, span: 8 }, 2, false), [200, 1, 1, 1]);
  assert.deepEqual(painted(head, { query: 0, key: 0, span: 8 }, 8, false), [...cells]);
});

test("when cells are larger each fills its pixels, and keys to come stay clear", () => {
  const head = source(Uint8Array.from([1, 2, 3, 4]), new Uint8Array(0), { width: 2, height: 2, query: 0, key: 0, queries: 2, keys: 2 });
  assert.deepEqual(painted(head, { query: 0, key: 0, span: 2 }, 4, true),
    [1, 1, -1, -1, 1, 1, -1, -1, 3, 3, 4, 4, 3, 3, 4, 4]);
});

test("a window's cells land where their tokens are", () => {
  const head = source(Uint8Array.from([1, 2, 3, 4]), new Uint8Array(0), { width: 2, height: 2, query: 10, key: 6, queries: 2, keys: 2 });
  assert.deepEqual(painted(head, { query: 10, key: 6, span: 2 }, 2, true), [1, 2, 3, 4]);
  assert.deepEqual(painted(head, { query: 11, key: 7, span: 1 }, 2, true), [4, 4, 4, 4]);
});

test("no strong weight is lost at any zoom", () => {
  const side = 37;
  const cells = new Uint8Array(side * side);
  cells[20 * side + 11] = 255;
  const head = source(cells, new Uint8Array(0), { width: side, height: side, query: 0, key: 0, queries: side, keys: side });
  for (let size = 3; size < 120; size += 7)
    assert.equal(Math.max(...painted(head, { query: 0, key: 0, span: side }, size, true)), 255, `at ${size} pixels`);
});

test("light and dark palettes are opaque and run one way in lightness", () => {
  for (const dark of [false, true]) {
    const pixels = palette({ log: false, floor: 1e-3, dark });
    const light = (pixel) => 0.21 * (pixel & 255) + 0.72 * ((pixel >> 8) & 255) + 0.07 * ((pixel >> 16) & 255);
    assert.ok(pixels.every((pixel) => pixel >>> 24 === 255));
    const ends = [light(pixels[0]), light(pixels[255])];
    assert.ok(dark ? ends[1] > ends[0] + 150 : ends[0] > ends[1] + 150);
  }
});

test("zooming keeps the cell under the pointer and stays inside the text", () => {
  const view = { query: 0, key: 0, span: 100 };
  const near = zoomed(view, 2, { query: 30, key: 80 }, 100);
  assert.deepEqual(near, { query: 15, key: 40, span: 50 });
  assert.deepEqual(zoomed(near, 0.1, { query: 30, key: 80 }, 100), view);
  assert.deepEqual(inside({ query: -5, key: 990, span: 2 }, 1000), { query: 0, key: 990, span: 6 });
  assert.deepEqual(inside({ query: 5, key: 5, span: 6 }, 3), { query: 0, key: 0, span: 3 });
});

test("ticks are round numbers inside the window", () => {
  assert.deepEqual(ticks(0, 64, 320), [0, 10, 20, 30, 40, 50, 60]);
  assert.deepEqual(ticks(95.5, 4, 320), [96, 97, 98, 99]);
});

test("the grid runs down or across, and a place finds its head again", () => {
  for (const [layers, heads] of [[12, 12], [30, 9], [4, 4], [1, 12]]) {
    const grid = plan({ layers, heads, width: 400, height: 400 });
    assert.equal(grid.across, layers > 1.6 * heads);
    for (const order of [null, Array.from({ length: layers * heads }, (_, i) => layers * heads - 1 - i)]) {
      const place = places(grid, heads, order);
      for (let index = 0; index < layers * heads; index++) {
        const { column, row } = place.of(index);
        assert.equal(place.at(column, row), index);
      }
      assert.equal(place.at(grid.columns, 0), null);
      assert.equal(place.at(0, -1), null);
    }
  }
});

test("every width has a plan, and small pictures stay in their room", () => {
  for (const width of [500, 700, 940, 1400])
    for (const [layers, heads] of [[12, 12], [30, 9], [4, 4], [1, 12]]) {
      const { overview } = layout(width, layers, heads);
      const grid = plan({ layers, heads, ...overview });
      assert.ok(grid.width <= Math.max(overview.width, 24 + 10 * grid.columns), `${layers}×${heads} at ${width}`);
    }
});

test("short texts are shown whole, long ones by what matters, small gaps filled", () => {
  assert.equal(excerpt(100, 3, null).length, 100);
  const values = new Float64Array(1000);
  values[500] = 0.7;
  values[503] = 0.2;
  const shown = excerpt(1000, 900, values);
  assert.deepEqual(shown, [0, 500, 501, 502, 503, 897, 898, 899, 900, 901, 902, 903]);
});

test("pins come and go, the oldest when there are too many", () => {
  assert.deepEqual(toggled([[1, 2]], [1, 2]), []);
  assert.deepEqual(toggled([[1, 2]], [2, 1]), [[1, 2], [2, 1]]);
  const six = Array.from({ length: 6 }, (_, i) => [0, i]);
  assert.deepEqual(toggled(six, [3, 3]), [...six.slice(1), [3, 3]]);
});

test("an exact weight is written so that it reads back the same", () => {
  for (let i = 0; i < 500; i++) {
    const value = Math.fround(Math.random() ** 4);
    assert.equal(Math.fround(Number(weight(value, true))), value);
  }
  assert.equal(weight(0.25, true), "0.25");
});

test("positions a view does not have fall back", () => {
  assert.equal(within(3, 5, null), 3);
  for (const value of [null, -1, 5, 1.5, "3"]) assert.equal(within(value, 5, "else"), "else");
});

test("heads sort both ways, ties in place and unknown ones last", () => {
  assert.deepEqual(sorting([1, 3, NaN, 3, -2], 1), [1, 3, 0, 4, 2]);
  assert.deepEqual(sorting([1, 3, NaN, 3, -2], -1), [4, 0, 1, 3, 2]);
});

test("a plot reaches zero, its values and the upper ends of its band", () => {
  assert.deepEqual(ends([1, 2], null), [0, 2]);
  assert.deepEqual(ends([-1, NaN, 0.5], [0, 0, 1]), [-1, 1.5]);
  assert.deepEqual(ends([NaN], null), [0, 0]);
});

test("profiles are rows of means, then rows of half widths", () => {
  const bytes = new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]).buffer);
  const profiles = profilesOf(bytes, 2, 2);
  assert.deepEqual([profiles.mean(1), profiles.spread(0)], [[3, 4], [5, 6]]);
});

test("the code names the text as Python reads it, and only what was picked", () => {
  const lines = code({ made: { text: "a \"b\"\n\ud800", bos: true, tokens: 4 }, modelName: "m", texts: 0, score: "entropy", scale: "linear",
    skipFirst: true, explains: false, layer: 0, head: 2, token: null, pinned: [[1, 2]] });
  assert.ok(lines.includes('lab.trace(model, "a \\"b\\"\\n\\ud800", prepend_bos=True)  # 4 tokens'));
  assert.ok(lines.includes("widgets.Session(layer=0, head=2, pinned=[[1,2]])"));
  assert.ok(lines.includes("widgets.Attention(trace, session=session, skip_first=True)"));
  assert.ok(lines.includes('view.score = "entropy"') && !lines.includes("head_scores"));
  const many = code({ made: { tokens: 90 }, modelName: "m", texts: 3, score: "", scale: "log", layer: 1, head: 0 });
  assert.ok(many.includes("averages = lab.attention.over(model, texts)  # 3 texts, 90 tokens"));
});
