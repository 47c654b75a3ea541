import assert from "node:assert/strict";
import { test } from "node:test";
import { asker, floats, hoverOf, ints, listen, painter, pick } from "../../widgets/glass/kit.js";

/** A model as a front end gives it, and what was sent to its kernel. */
function fake(offline = false) {
  const heard = {};
  return {
    sent: [], state: {}, saved: 0, widget_manager: { offline },
    on(name, call) { (heard[name] ??= new Set()).add(call); },
    off(name, call) { heard[name]?.delete(call); },
    trigger(name, ...args) { for (const call of heard[name] ?? []) call(...args); },
    send(message) { this.sent.push(message); },
    set(changes) { Object.assign(this.state, changes); },
    save_changes() { this.saved += 1; },
  };
}

function asking(offline) {
  const [model, session, end] = [fake(offline), fake(offline), new AbortController()];
  const log = { answers: [], errors: [], busy: [] };
  const ask = asker(model, session, "exact", {
    answered: (content, buffers) => log.answers.push([content, buffers]), failed: (text) => log.errors.push(text),
    busy: (on) => log.busy.push(on), signal: end.signal,
  });
  const reply = (id, more = {}) => model.trigger("msg:custom", { kind: "answer", client: model.sent[0]?.client, id, content: id, ...more }, []);
  return { model, session, end, ask, reply, log };
}

test("one question flies and one waits, and only the newest answer is heard", () => {
  const { model, ask, reply, log } = asking();
  for (let i = 1; i <= 50; i++) ask({ i });
  assert.equal(model.sent.length, 1);
  reply(1);
  assert.deepEqual(model.sent.map(({ id, args }) => [id, args.i]), [[1, 1], [50, 50]]);
  assert.deepEqual(log.answers, []);
  reply(50);
  assert.deepEqual(log.answers, [[50, []]]);
  assert.deepEqual(log.busy, [true, false]);
});

test("an answer that nobody waits for is not heard", () => {
  const { ask, reply, log, model } = asking();
  ask();
  reply(7);
  reply(1, { client: "another view" });
  assert.deepEqual(log.answers, []);
  reply(1);
  reply(1);
  assert.equal(log.answers.length, 1);
  assert.equal(model.sent.length, 1);
});

test("an error is told instead of an answer, and the next question goes out", () => {
  const { ask, reply, log, model } = asking();
  ask();
  reply(1, { error: "ValueError: no" });
  assert.deepEqual([log.errors, log.answers], [["ValueError: no"], []]);
  ask();
  assert.equal(model.sent.length, 2);
});

test("without a kernel nothing is asked", () => {
  const saved = asking(true);
  assert.equal(saved.ask(), false);
  const dead = asking();
  dead.session.comm_live = false;
  assert.equal(dead.ask(), false);
  assert.deepEqual([saved.model.sent, dead.model.sent], [[], []]);
});

test("a kernel that goes away leaves no view busy, and questions start anew", () => {
  const { ask, session, model, log } = asking();
  ask();
  session.trigger("comm_live_update");
  assert.equal(log.busy.at(-1), false);
  assert.equal(ask(), true);
  assert.equal(model.sent.length, 2);
});

test("a view that is gone hears nothing", () => {
  const { ask, reply, end, log } = asking();
  ask();
  end.abort();
  reply(1);
  assert.deepEqual(log.answers, []);
  const [model, gone] = [fake(), new AbortController()];
  let calls = 0;
  listen(model, "change:token", () => (calls += 1), gone.signal);
  model.trigger("change:token");
  gone.abort();
  model.trigger("change:token");
  assert.equal(calls, 1);
});

test("picking sets and saves at once", () => {
  const session = fake();
  pick(session, { layer: 5, head: 1 });
  assert.deepEqual([session.state, session.saved], [{ layer: 5, head: 1 }, 1]);
});

test("hover is shared by the views of one session, told once a change, and never sent", () => {
  const [session, other, end] = [fake(), fake(), new AbortController()];
  let calls = 0;
  hoverOf(session).listen(() => (calls += 1), end.signal);
  hoverOf(session).set({ token: 3 });
  hoverOf(session).set({ token: 3 });
  hoverOf(session).set({ head: 0 });
  assert.equal(calls, 2);
  assert.deepEqual(hoverOf(session).get(), { token: 3, layer: null, head: 0 });
  assert.equal(hoverOf(other).get().token, null);
  assert.deepEqual([session.sent, session.saved], [[], 0]);
});

test("binary traits are read wherever they lie in a message", () => {
  const bytes = new Uint8Array([9, ...new Uint8Array(new Float32Array([1.5, -2]).buffer)]);
  assert.deepEqual([...floats(new DataView(bytes.buffer, 1, 8))], [1.5, -2]);
  assert.deepEqual([...ints(new DataView(new Int32Array([7]).buffer))], [7]);
});

/** A page that shows no frame before `frame()`, and an element painted in it; `widen(width)` is what its observer hears. */
function painting(width) {
  const [element, end, drawn, asked, page] = [{ clientWidth: width }, new AbortController(), [], [], new EventTarget()];
  let tell;
  globalThis.requestAnimationFrame = (call) => asked.push(call);
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.ResizeObserver = class {
    constructor(call) { tell = call; }
    observe() {}
    disconnect() { tell = () => {}; }
  };
  const soon = painter(element, (...how) => drawn.push(how), end.signal);
  return { soon, end, drawn, frame: () => asked.splice(0).forEach((call) => call()), widen(to) { element.clientWidth = to; tell(); }, mouse: (name, at) => page.dispatchEvent(Object.assign(new Event(name), { x: 0, y: 0, buttons: 1 }, at)) };
}

test("a picture is drawn once a frame however much has changed, and at once when its width has", () => {
  const { soon, drawn, frame, widen } = painting(300);
  for (let i = 0; i < 9; i++) soon();
  assert.deepEqual(drawn, []);
  frame();
  widen(300); // what an observer says at first
  assert.deepEqual(drawn, [[300, true]]);
  soon();
  frame();
  frame();
  assert.deepEqual(drawn.slice(1), [[300, false]]);
  widen(500);
  assert.deepEqual(drawn.slice(2), [[500, true]]);
});

test("nothing is drawn between press and release, but while the mouse drags", () => {
  const { soon, drawn, frame, mouse } = painting(300);
  frame();
  mouse("pointerdown");
  soon();
  mouse("pointermove", { x: 2 });
  frame();
  frame();
  assert.equal(drawn.length, 1);
  mouse("pointerup", { buttons: 0 });
  frame();
  assert.equal(drawn.length, 2);
  mouse("pointerdown");
  mouse("pointermove", { x: 9 });
  soon();
  frame();
  assert.equal(drawn.length, 3);
  mouse("pointerdown"); // and let go where nothing tells of it
  mouse("pointermove", { buttons: 0 });
  soon();
  frame();
  assert.equal(drawn.length, 4);
  mouse("pointerdown");
  mouse("keydown");
  soon();
  frame();
  assert.equal(drawn.length, 5);
});

test("what is hidden is not drawn, and drawn when it is shown", () => {
  const { soon, drawn, frame, widen } = painting(0);
  soon();
  frame();
  assert.deepEqual(drawn, []);
  widen(300);
  widen(0);
  soon();
  frame();
  widen(300);
  assert.deepEqual(drawn, [[300, true], [300, true]]);
});

test("nothing is drawn once a view is gone", () => {
  const { soon, end, drawn, frame, widen } = painting(300);
  end.abort();
  soon();
  frame();
  widen(500);
  assert.deepEqual(drawn, []);
});
