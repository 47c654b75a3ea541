// What all views share: elements, the frame around a picture, what is picked and hovered, keys, questions.
import { number, css } from "./scales.js";
export * from "./scales.js";
export * from "./pieces.js";

/** An element: `h("button", { class: "x", title: "t", onclick: f }, "text", child)`. Text stays text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** What stands back. */
export const soft = (text) => h("span", { class: "kit-soft" }, text);

/** An element of a drawing. */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The bytes of a binary trait, and its numbers. */
export const bufferOf = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
export const floats = (view) => new Float32Array(bufferOf(view));
export const ints = (view) => new Int32Array(bufferOf(view));

/** Is it a dark theme? Read from the ink, so that it holds in every front end. */
export function isDark(element) {
  const ink = getComputedStyle(element).color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  return ink[0] + ink[1] + ink[2] > 382;
}

/** Call `draw` whenever the theme may have changed. */
export function onTheme(draw, signal) {
  const seen = new MutationObserver(() => draw());
  for (const part of [document.documentElement, document.body])
    seen.observe(part, { attributes: true, attributeFilter: ["class", "data-theme", "data-jp-theme-name", "data-jp-theme-light"] });
  signal.addEventListener("abort", () => seen.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(), { signal });
}

/** Whether something is pressed that may become a click: no drag, and nothing that acts at once (`data-press`, inputs, choices). */
function pressing(signal) {
  let pressed = null;
  const on = (name, call) => globalThis.addEventListener(name, call, { signal, capture: true });
  on("pointerdown", (event) => { pressed = event.button || event.target.closest?.("input, select, [data-press]") ? null : event; });
  // Browsers tell of moves that are none.
  on("pointermove", ({ x, y, buttons }) => { if (!buttons || pressed && Math.hypot(x - pressed.x, y - pressed.y) > 3) pressed = null; });
  for (const name of ["pointerup", "pointercancel", "keydown"]) on(name, () => { pressed = null; });
  return () => pressed !== null;
}

/**
 * A call of `draw` before the next frame, once however often it is asked for; never once the view is gone, and not between
 * press and release: what is pressed must not be replaced, or the click is lost.
 */
export function oncePerFrame(draw, signal) {
  let asked = 0;
  const pressed = pressing(signal);
  const frame = () => {
    asked = 0;
    if (signal.aborted) return;
    if (pressed()) asked = requestAnimationFrame(frame);
    else draw();
  };
  return () => { asked ||= requestAnimationFrame(frame); };
}

/** Call with the element's width whenever it is another: at first, and with 0 when it is hidden. */
export function onWidth(element, call, signal) {
  let width = 0;
  const sizes = new ResizeObserver(() => { if (width !== (width = element.clientWidth)) call(width); });
  sizes.observe(element);
  signal.addEventListener("abort", () => sizes.disconnect());
}

/**
 * Draw a picture: `draw(width, resized)` whenever the element's width is another, and before the next frame once what this
 * gives is called. What has no width is hidden, and not drawn.
 */
export function painter(element, draw, signal) {
  let width = 0;
  const paint = (asked) => {
    const resized = width !== (width = element.clientWidth);
    if (width && (asked || resized)) draw(width, resized);
  };
  onWidth(element, () => paint(false), signal);
  const soon = oncePerFrame(() => paint(true), signal);
  soon();
  return soon;
}

/** The session's model: `get("token")`, and `pick` to change it. */
export const sessionOf = (model) => model.widget_manager.get_model(model.get("session").replace("IPY_MODEL_", ""));

/** Change a model for all its views and for Python: what is picked, in the session's. */
export function pick(model, changes) {
  model.set(changes);
  model.save_changes();
}

/** Listen to a model until the view goes. */
export function listen(model, names, call, signal) {
  model.on(names, call);
  signal.addEventListener("abort", () => model.off(names, call));
}

const hovers = new WeakMap();
const NOWHERE = { token: null, layer: null, head: null };

/** What the mouse is over, shared by the views of a session and never sent to the kernel. */
export function hoverOf(session) {
  if (!hovers.has(session)) hovers.set(session, Object.assign(new EventTarget(), { at: NOWHERE }));
  const bus = hovers.get(session);
  return {
    get: () => bus.at,
    set(changes) {
      const next = { ...bus.at, ...changes };
      if (Object.keys(NOWHERE).every((key) => next[key] === bus.at[key])) return;
      bus.at = next;
      bus.dispatchEvent(new Event("hover"));
    },
    listen: (call, signal) => bus.addEventListener("hover", call, { signal }),
  };
}

const taken = new WeakSet(); // keydown events that belong to a picture
/** What moves a slider, a choice or a table that scrolls is theirs, in whatever view they stand. */
const moves = ({ key, target }) => /^(Arrow|Page|Home|End)/.test(key) && target.matches("select, [type=range], [type=radio], .kit-twin");

/** Keys of a picture: `{ ArrowLeft: () => … }`. The notebook's own shortcuts stay out of it. */
export function keys(element, table, signal) {
  const ours = (event) => !(event.ctrlKey || event.metaKey || event.altKey) && event.key in table && element.contains(event.target);
  // JupyterLab listens on the document before anything inside it, and passes over a target so marked
  // (its arrows look no further up: a mark on what holds the target would come too late).
  window.addEventListener("keydown", (event) => {
    if (ours(event) || (element.contains(event.target) && moves(event))) taken.add(event); // what an inner part takes, the view around it does not give back
    if (element.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", taken.has(event));
  }, { capture: true, signal });
  element.addEventListener("keydown", (event) => {
    if (!ours(event) || event.target.closest("select, input, textarea")) return;
    event.preventDefault();
    event.stopPropagation();
    table[event.key](event);
  }, { signal });
}

/**
 * Ask Python: numbered, one question in flight and one waiting, only the newest answer is heard.
 * `ask(args)` is false when there is no kernel to ask (a saved page, or a kernel that is gone).
 */
export function asker(model, session, what, { answered, failed = () => {}, busy = () => {}, signal }) {
  const client = Math.random().toString(36).slice(2);
  let [newest, flying, waiting] = [0, null, null];
  const send = (question) => { flying = question; model.send({ kind: "ask", what, client, ...question }); };
  const next = () => {
    const question = waiting;
    flying = waiting = null;
    if (question) send(question);
    else busy(false);
  };
  listen(model, "msg:custom", (answer, buffers) => {
    if (answer.kind !== "answer" || answer.client !== client || answer.id !== flying?.id) return;
    const current = answer.id === newest;
    next();
    if (!current) return;
    if (answer.error) failed(answer.error);
    else answered(answer.content, buffers ?? []);
  }, signal);
  listen(session, "comm_live_update", () => { flying = waiting = null; busy(false); }, signal);
  return (args = {}) => {
    if (!isLive(model, session)) return false;
    const asked = { id: ++newest, args };
    if (flying) waiting = asked;
    else { busy(true); send(asked); }
    return true;
  };
}

/** Is there a kernel behind the view? */
export const isLive = (model, session) => !model.widget_manager.offline && session.comm_live !== false;

/** A scale's ends, unit and colours, as a small bar. */
export function legend(scale, name) {
  const stops = Array.from({ length: 13 }, (_, i) => css(scale.colour(scale.low + ((scale.high - scale.low) * i) / 12)));
  const bar = h("span", { class: "kit-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const ends = [scale.low, scale.high].map((end, i) => number(end, i ? scale.unit : ""));
  return h("span", { class: "kit-legend", role: "img", "aria-label": `${name}: colours from ${ends[0]} to ${ends[1]}` },
    h("span", { class: "kit-name" }, name), h("span", {}, ends[0]), bar, h("span", {}, ends[1]));
}
