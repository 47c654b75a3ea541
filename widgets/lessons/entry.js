// How an answer is given: by choosing, on a slider, in a field, by what is picked in the session.
import { h, listen, number, short, visible } from "../glass/kit.js";
import { ruler } from "./numbers.js";

const WAYS = { choice, number: numeric, text, token: picked, layer: picked, head: picked, cell };

/**
 * The way that `asked` says. `get()` is the answer so far in its raw form, null for none; `set(raw)`
 * shows one, `lock(on)` keeps it, `changed()` is called when the reader changes it.
 */
export const entry = (asked, about) => WAYS[asked.kind](asked, about);

/** An answer as a reader sees it. */
export function label(asked, raw) {
  if (raw === null || raw === undefined) return "";
  if (asked.kind === "choice") return asked.labels[raw];
  if (asked.kind === "number") return asked.whole ? `${raw.toLocaleString("en")} ${asked.unit}`.trim() : number(raw, asked.unit);
  if (asked.kind === "head") return `L${raw[0]}H${raw[1]}`;
  if (asked.kind === "layer") return `L${raw}`;
  if (asked.kind === "token") return raw < asked.pieces.length ? `${short(asked.pieces[raw], 24)} at ${raw}` : String(raw);
  return visible(raw);
}

/** Pieces are set as pieces, heads as code, words and numbers as words. */
export const classOf = ({ kind, code }) => (code || ["token", "head", "layer", "text"].includes(kind) ? "card-label card-pieces" : "card-label");

function choice(asked, { changed, question }) {
  const name = Math.random().toString(36).slice(2);
  const inputs = asked.labels.map((_, i) => h("input", { type: "radio", name, value: i, onchange: changed }));
  const boxes = asked.labels.map((text, i) => h("label", { class: "card-choice" }, inputs[i], h("span", { class: classOf(asked) }, text)));
  const at = () => inputs.findIndex((input) => input.checked);
  return {
    element: h("div", { class: "card-choices", role: "radiogroup", "aria-label": question() }, ...boxes),
    boxes,
    get: () => (at() < 0 ? null : at()),
    set: (raw) => inputs.forEach((input, i) => { input.checked = i === raw; }),
    lock: (on) => inputs.forEach((input) => { input.disabled = on; }),
    press(key) {
      const input = inputs[Number(key) - 1];
      if (!input || input.disabled) return false;
      input.checked = true;
      input.focus();
      changed();
      return true;
    },
  };
}

function numeric(asked, { changed, question }) {
  const field = h("input", { type: "number", step: "any", class: "card-field", "aria-label": `${question()} ${asked.unit}` });
  const places = asked.ends && ruler(asked);
  const slider = places && h("input", { type: "range", min: 0, max: 1, step: "any", value: 0.5, class: "card-slider", "aria-label": question(), "aria-valuetext": "nothing yet" });
  const get = () => (field.value.trim() === "" || !Number.isFinite(field.valueAsNumber) ? null : field.valueAsNumber);
  const told = () => { slider?.setAttribute("aria-valuetext", get() === null ? "nothing yet" : number(get(), asked.unit)); slider?.classList.toggle("card-unset", get() === null); };
  const slid = () => { field.value = places.value(Number(slider.value)); told(); changed(); };
  field.addEventListener("input", () => { if (slider && get() !== null) slider.value = places.at(get()); told(); changed(); });
  for (const event of ["input", "click"]) slider?.addEventListener(event, () => { if (!slider.disabled) slid(); });
  slider?.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, PageDown: -10, ArrowRight: 1, ArrowUp: 1, PageUp: 10 }[event.key];
    if (!way) return;
    event.preventDefault();
    slider.value = Number(slider.value) + way / 100;
    slid();
  });
  told();
  const ends = places ? asked.ends.map((end) => h("span", { class: "card-end" }, label({ ...asked, unit: "" }, end))) : [];
  return {
    element: h("div", { class: "card-number" }, ...(slider ? [ends[0], slider, ends[1]] : []), field, h("span", { class: "card-unit" }, asked.unit)),
    get,
    set(raw) { field.value = raw ?? ""; if (slider) slider.value = raw === null ? 0.5 : places.at(raw); told(); },
    lock(on) { field.disabled = on; if (slider) slider.disabled = on; },
  };
}

function text(asked, { changed, question }) {
  const field = h("input", { type: "text", class: "card-field card-text", maxlength: 1000, spellcheck: "false", autocomplete: "off", "aria-label": question(), oninput: changed });
  return { element: field, get: () => field.value.trim() || null, set: (raw) => { field.value = raw ?? ""; }, lock: (on) => { field.disabled = on; } };
}

/** What is picked in the session's views; they are where the answer is given. */
function picked(asked, { changed, session, signal }) {
  const names = asked.kind === "head" ? ["layer", "head"] : [asked.kind];
  const box = h("span", { class: "card-pick" });
  let [held, locked] = [null, false];
  const now = () => {
    const parts = names.map((name) => session.get(name));
    return parts.includes(null) || parts.includes(undefined) ? null : parts.length > 1 ? parts : parts[0];
  };
  const get = () => (locked ? held : now());
  const draw = () => {
    const raw = get();
    box.textContent = raw === null ? `Pick a ${asked.kind} in a view that shares the session.` : label(asked, raw);
    box.className = `card-pick ${raw === null ? "" : classOf(asked)}`;
  };
  listen(session, names.map((name) => `change:${name}`).join(" "), () => { if (!locked) { draw(); changed(); } }, signal);
  draw();
  return { element: h("div", { class: "card-picked" }, h("span", { class: "card-unit" }, `picked ${asked.kind}`), box), get, set(raw) { held = raw; draw(); }, lock(on) { locked = on; draw(); } };
}

/** Nothing to fill in here: the answer is handed over in a cell. */
function cell(asked) {
  const what = asked.test ? "your_function" : "your_answer";
  return { element: h("div", { class: "card-unit" }, "Answer in a cell: ", h("code", {}, `….grade(${what})`)), get: () => null, set() {}, lock() {} };
}
