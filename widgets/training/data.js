// The board as the browser holds it: Python tells the curves' tails, and a view that missed one asks for all.
import { asker, floats, listen, number } from "../glass/kit.js";
import { nearest } from "../glass/curves.js";

const NONE = { x: new Float32Array(), y: new Float32Array() };

/** What a view knows of its board: `page` (the newest message), `curve(name)`, `samples`; `changed()` is called when it grows. */
export function storeOf({ model, session, signal, changed }) {
  let [curves, revision] = [new Map(), null];
  const store = { page: null, samples: [], curve: (name) => curves.get(name) ?? NONE };
  const apply = (page, buffers) => {
    if (page.kind !== "board") return;
    if (page.before === null || page.run !== store.page?.run) [curves, store.samples] = [new Map(), []];
    page.curves.forEach(([name, start, count], i) => curves.set(name, joined(store.curve(name), start, count, floats(buffers[i]))));
    store.samples = [...store.samples.slice(0, page.samples[0]), ...page.samples[1]];
    [store.page, revision] = [page, page.revision];
  };
  let asked = false; // a second question would make the answer to the first one stale
  const answered = (page, buffers) => { asked = false; apply(page, buffers); changed(); };
  const ask = asker(model, session, "whole", { answered, failed() { asked = false; }, signal });
  const catchUp = () => { asked ||= ask({ revision }); };
  listen(session, "comm_live_update", () => { asked = false; }, signal);
  listen(model, "msg:custom", (page, buffers) => {
    if (page.kind !== "board") return;
    if (page.before === revision || page.before === null) { apply(page, buffers); changed(); }
    else catchUp();
  }, signal);
  const { content, buffers } = model.get("_board");
  apply(content, buffers);
  catchUp(); // the state is as old as the model; what was told since then nobody may have heard
  return store;
}

function joined(old, start, count, told) {
  const width = count ? told.length / count - 1 : 1;
  const row = (before, more, size) => {
    const all = new Float32Array((start + count) * size);
    all.set(before.subarray(0, start * size));
    all.set(more, start * size);
    return all;
  };
  return { x: row(old.x, told.subarray(0, count), 1), y: row(old.y, told.subarray(count), width) };
}

/** Index of the last x that is not beyond a value; -1 before the first. */
const latest = (xs, x) => { const i = nearest(xs, x); return xs[i] > x ? i - 1 : i; };

/** A function from one row of numbers to another, straight between them. */
export const between = (from, to) => (value) => {
  const i = Math.max(0, latest(from, value));
  const span = from[i + 1] - from[i];
  return span > 0 ? to[i] + ((to[i + 1] - to[i]) * (value - from[i])) / span : to[i] ?? NaN;
};

/** Means around each point, over a stretch that grows with the step: the first leaps stay, the noise goes. */
export function smoothed({ x, y }) {
  const [sum, count] = [[0], [0]];
  y.forEach((value, i) => { const known = Number.isFinite(value); sum.push(sum[i] + (known ? value : 0)); count.push(count[i] + known); });
  return { x, y: y.map((_, i) => {
    const reach = Math.floor(Math.min(y.length * 0.02, i * 0.15));
    const [low, high] = [i - reach, Math.min(i + reach + 1, y.length)];
    return (sum[high] - sum[low]) / (count[high] - count[low]);
  }) };
}

/** 1:32, 1:02:03. */
export function clock(seconds) {
  const all = Math.round(seconds);
  const parts = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60].slice(all < 3600 ? 1 : 0);
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}

export const known = (value) => value !== null && value !== undefined;
export const whole = (value) => (known(value) ? Math.round(value).toLocaleString("en") : "–");

/** The numbers of a step from the curves at hand, in the form in which Python tells the exact ones. */
export function numbersAt(store, step) {
  const read = (name) => { const { x, y } = store.curve(name); const i = latest(x, step); return i < 0 ? null : [y[i], x[i]]; };
  const [{ x, y }, { layers, metrics }] = [store.curve("layers"), store.page];
  const at = nearest(x, step) * layers;
  const found = { step, layers: Array.from(y.subarray(at, at + layers)) };
  for (const name of ["loss", "tokens", "seconds", "grad_norm", "lr"]) found[name] = read(name)?.[0];
  const measured = [["valid", read("valid")], ...metrics.map((name) => [name, read(`metric ${name}`)])];
  return { ...found, measured: Object.fromEntries(measured.filter(([, value]) => value)) };
}

/** The board as a table: some sixty steps of the curves. */
export function tableOf(store) {
  const [{ x, y }, { metrics }] = [store.curve("mean"), store.page];
  const every = Math.ceil(x.length / 60) || 1;
  const say = (value) => (known(value) ? number(value) : "–");
  return {
    columns: ["step", "tokens", "time", x.length < store.curve("loss").x.length ? "mean loss" : "loss", "validation", ...metrics, "gradient norm", "learning rate"],
    rows: Array.from(x.keys()).filter((i) => (x.length - 1 - i) % every === 0).map((i) => {
      const { tokens, seconds, measured, grad_norm: norm, lr } = numbersAt(store, x[i]);
      return [whole(x[i]), whole(tokens), known(seconds) ? clock(seconds) : "–", ...[y[i], ...["valid", ...metrics].map((name) => measured[name]?.[0]), norm, lr].map(say)];
    }),
  };
}
