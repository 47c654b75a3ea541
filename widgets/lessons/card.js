// The card of a lesson: a word saying what it is, the question, how to answer, what to press, what is said of it.
import { h, isLive, listen } from "../glass/kit.js";

/** Text in which `code` between backticks is set as code, and *words* between stars stand out. */
export const worded = (text) => text.split("`").flatMap((part, i) => (i % 2 ? h("code", {}, part) : starred(part)));
const starred = (text) => text.split(/\*(\S[^*]*)\*/).map((part, i) => (i % 2 ? h("em", {}, part) : part));

/** A button; `more` are its attributes. */
export const button = (text, onclick, more = {}) => h("button", { type: "button", class: "card-button", onclick, ...more }, text);

/**
 * Builds the card into `el`. Gives its parts, `fill(part, …children)` and what can be said:
 * `busy(on)`, `fail(message)`. `press`: called by Enter and by the digits, with the key.
 */
export function card({ el, model, session, signal }, { stem, word, press }) {
  const part = (name, more = {}) => h("div", { class: `card-${name}`, ...more });
  const [question, way, acts, said, more] = [part("question"), part("way"), part("acts"), part("said", { role: "status" }), part("more")];
  const mark = part("mark", { role: "status" });
  const root = h("section", { class: `kit-frame card ${stem}`, role: "group" }, h("div", { class: "card-word" }, word),
    question, way, h("div", { class: "card-row" }, acts, said, mark), more);
  const tell = { gone: "", busy: "", failed: "", failure: "" };
  let timer;
  const say = () => { mark.textContent = Object.values(tell).find(Boolean) ?? ""; };
  const view = {
    root, question, way, acts, said, more,
    fill: (box, ...children) => box.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined)),
    /** Draw; where what was pressed is gone or locked, the keyboard stays in the card. */
    held(draw) {
      const inside = root.contains(document.activeElement);
      draw();
      const at = document.activeElement;
      if (inside && (!root.contains(at) || at.disabled || at.hidden)) root.querySelector(".card-row button:not([disabled], [hidden])")?.focus();
    },
    busy(on) {
      clearTimeout(timer);
      tell.busy = "";
      if (on) timer = setTimeout(() => { tell.busy = "working…"; say(); }, 150);
      say();
    },
    fail(message) { tell.failed = message ?? ""; say(); },
    live: () => isLive(model, session),
  };
  const label = () => {
    view.question.replaceChildren(...worded(model.get("question")));
    root.setAttribute("aria-label", `${word}: ${model.get("question")}`);
  };
  const gone = () => { tell.gone = session.comm_live === false ? "Disconnected: run the cell again." : ""; say(); };
  const failure = () => { tell.failure = model.get("failure"); say(); };
  listen(model, "change:question", label, signal);
  listen(model, "change:failure", failure, signal);
  listen(session, "comm_live_update", gone, signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  keysOf(root, press, signal);
  for (const first of [label, gone, failure]) first();
  el.replaceChildren(root);
  return view;
}

/** Every key pressed inside is the card's own, not the notebook's; Enter and digits do something. */
function keysOf(root, press, signal) {
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey) && root.contains(event.target);
  window.addEventListener("keydown", (event) => {
    if (root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", plain(event));
  }, { capture: true, signal });
  root.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    event.stopPropagation();
    const typing = event.target.matches("input[type=text], input[type=number]");
    const wanted = event.key === "Enter" ? event.target.tagName !== "BUTTON" && !event.isComposing : /^[1-9]$/.test(event.key) && !typing;
    if (wanted && press(event.key)) event.preventDefault();
  }, { signal });
}
