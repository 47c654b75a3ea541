import assert from "node:assert/strict";
import { test } from "node:test";
import { between, clock, numbersAt, smoothed, storeOf, tableOf } from "../../widgets/training/data.js";

const PAGE = { kind: "board", run: 1, before: null, revision: 0, facts: {}, turns: {}, metrics: [], layers: 0, curves: [], samples: [0, []] };
const bytes = (...numbers) => new DataView(new Float32Array(numbers).buffer);

function board(content = {}, buffers = []) {
  const heard = {};
  const model = {
    sent: [], changes: 0, widget_manager: { offline: false },
    get: () => ({ content: { ...PAGE, ...content }, buffers }),
    on(names, call) { for (const name of names.split(" ")) (heard[name] ??= []).push(call); },
    off() {},
    send(message) { this.sent.push(message); },
    tell(message, raw = []) { for (const call of heard["msg:custom"]) call({ ...PAGE, ...message }, raw); },
  };
  return { model, store: storeOf({ model, session: model, signal: new AbortController().signal, changed() { model.changes += 1; } }) };
}

test("a tail replaces the end of what was known, and continues it", () => {
  const { model, store } = board({ curves: [["loss", 0, 3]] }, [bytes(1, 2, 3, 9, 8, 7)]);
  model.tell({ before: 0, revision: 1, curves: [["loss", 2, 2]] }, [bytes(3, 4, 6.5, 6)]);
  assert.deepEqual([...store.curve("loss").x], [1, 2, 3, 4]);
  assert.deepEqual([...store.curve("loss").y], [9, 8, 6.5, 6]);
});

test("layers come as rows of several numbers", () => {
  const { model, store } = board({ layers: 2, curves: [["layers", 0, 1]] }, [bytes(1, 0.5, 0.25)]);
  model.tell({ before: 0, revision: 1, layers: 2, curves: [["layers", 1, 1]] }, [bytes(2, 0.75, 1)]);
  assert.deepEqual([...store.curve("layers").y], [0.5, 0.25, 0.75, 1]);
  assert.deepEqual(numbersAt(store, 2).layers, [0.75, 1]);
});

test("another run begins with nothing of the one before", () => {
  const { model, store } = board({ curves: [["metric a", 0, 1]], samples: [0, [[1, []]]] }, [bytes(1, 5)]);
  model.tell({ run: 2, before: 0, revision: 1 });
  assert.equal(store.curve("metric a").x.length, 0);
  assert.deepEqual(store.samples, []);
});

test("a message out of turn changes nothing and asks for all, one question at a time", () => {
  const { model, store } = board({ curves: [["loss", 0, 1]] }, [bytes(1, 9)]);
  const late = () => model.tell({ before: 5, revision: 6, curves: [["loss", 1, 1]] }, [bytes(2, 8)]);
  const answer = (content) => model.tell({ kind: "answer", what: "whole", client: model.sent[0].client, id: model.sent.at(-1).id, content });
  answer({ kind: "same" }); // what a new view asks at once
  late();
  late();
  assert.deepEqual([...store.curve("loss").x], [1]);
  assert.deepEqual(model.sent.map(({ what, args }) => [what, args.revision]), [["whole", 0], ["whole", 0]]);
  answer({ kind: "same" });
  late();
  assert.equal(model.sent.length, 3);
});

test("a message that tells everything is heard out of turn too", () => {
  const { model, store } = board({ curves: [["loss", 0, 1]] }, [bytes(1, 9)]);
  model.tell({ before: null, revision: 6, curves: [["loss", 0, 2]] }, [bytes(1, 2, 9, 8)]);
  model.tell({ before: 6, revision: 7, curves: [["loss", 2, 1]] }, [bytes(3, 7)]);
  assert.deepEqual([...store.curve("loss").y], [9, 8, 7]);
});

test("smoothing keeps a straight line and the first value, and passes over what is no number", () => {
  const x = Float32Array.from({ length: 200 }, (_, i) => i);
  const straight = smoothed({ x, y: x.map((value) => 3 * value) });
  for (let i = 0; i < 190; i++) assert.ok(Math.abs(straight.y[i] - 3 * i) < 1e-3);
  assert.equal(smoothed({ x, y: x.map((value) => (value === 100 ? NaN : 5)) }).y[100], 5);
});

test("between two rows of numbers it goes straight, and stays at the ends", () => {
  const tokens = between([1, 3, 5], [10, 30, 90]);
  assert.deepEqual([1, 2, 3, 4, 5].map(tokens), [10, 20, 30, 60, 90]);
  assert.equal(tokens(9), 90);
});

test("time is said in minutes and hours", () => {
  assert.deepEqual([0, 59.6, 92, 3723].map(clock), ["0:00", "1:00", "1:32", "1:02:03"]);
});

test("the table holds at most some sixty rows, the last among them, and a name of any kind", () => {
  const count = 200;
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const curves = [["mean", 0, count], ["loss", 0, count], ["metric __proto__", 0, 1]];
  const { store } = board({ metrics: ["__proto__"], curves }, [bytes(...numbers, ...numbers), bytes(...numbers, ...numbers), bytes(7, 0.5)]);
  const { columns, rows } = tableOf(store);
  assert.ok(rows.length <= 60 && rows.at(-1)[0] === "200" && columns.includes("__proto__"));
  assert.equal(rows.at(-1)[columns.indexOf("__proto__")], "0.500");
});
