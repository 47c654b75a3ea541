// Sliders with typed numbers, what each rule cut, and the numbers before and after.
import { CATEGORIES, css, h, keys, number } from "../glass/kit.js";
import { RULES } from "./rules.js";
import { count, NAMES, percent, put, said, TIPS, typed } from "./words.js";

/** The colour of what is left, and of what each rule cut. */
export const COLOURS = { left: 0, top_k: 1, top_p: 2, min_p: 3, typical: 4, greedy: 5 };
export const colour = (rule) => css(CATEGORIES[COLOURS[rule]]);

const END = 1000;
const whole = (value) => Math.min(Math.max(Math.round(value), 0), END);
/** Between the slider's 0 to 1000 and the rule's number. `size`: how many pieces there are. */
export const SCALES = {
  repetition_penalty: { value: (at) => 1 + at / END, at: (value) => whole((value - 1) * END) },
  temperature: { value: (at) => at / 500, at: (value) => whole(value * 500) },
  top_k: { value: (at, size) => (at >= END ? null : Math.round(size ** (at / END))), at: (value, size) => (value === null ? END : whole((END * Math.log(value)) / Math.log(Math.max(size, 2)))) },
  top_p: { value: (at) => (at >= END ? null : at / END), at: (value) => whole((value ?? 1) * END) },
  min_p: { value: (at) => (at <= 0 ? null : at / 2000), at: (value) => whole((value ?? 0) * 2000) },
  typical: { value: (at) => (at >= END ? null : Math.max(at, 10) / END), at: (value) => whole((value ?? 1) * END) },
};

/** Builds the controls. `change({rule: value})`, `wrong(message)`, `tip(text)`, `act.reset/keep/swap/reseed()`. */
export function controls({ signal, change, wrong, tip, act }) {
  const rows = Object.keys(RULES).map((rule) => row(rule));
  const facts = h("table", { class: "sampler-facts" }, h("caption", {}, "before and after the rules"));
  const button = (text, title, onclick) => h("button", { class: "kit-button", type: "button", title, onclick }, text);
  const seed = field("seed", (value) => change({ seed: value }));
  const element = h("div", { class: "sampler-controls", role: "group", "aria-label": "rules" }, h("div", {}, ...rows.map(({ element }) => element)), facts,
    h("div", { class: "sampler-acts" }, button("Reset", "All rules off", act.reset), button("Keep as B", "Draws are compared with these settings", act.keep),
      button("Swap A, B", "The sliders take B's settings, B takes theirs", act.swap), h("label", {}, "seed ", seed.input), button("↻", "Another seed", act.reseed)));
  let size = 1;

  function field(rule, done) {
    const input = h("input", { type: "text", class: "sampler-typed", inputmode: "decimal", "aria-label": rule === "seed" ? "seed" : `${NAMES[rule]}, typed`, autocomplete: "off", spellcheck: "false" });
    const commit = () => {
      if (input.value === input.dataset.shown) return;
      try {
        const value = typed(rule, input.value);
        input.removeAttribute("aria-invalid");
        wrong("");
        done(value);
      } catch (error) {
        input.setAttribute("aria-invalid", "true");
        wrong(error.message);
      }
    };
    input.addEventListener("change", commit, { signal });
    const show = (text) => {
      if (input.dataset.shown === text && !input.hasAttribute("aria-invalid")) return;
      if (input.hasAttribute("aria-invalid") && input.dataset.shown === text) return;
      input.removeAttribute("aria-invalid");
      input.value = input.dataset.shown = text;
    };
    return { input, show };
  }

  function row(rule) {
    const scale = SCALES[rule];
    const range = h("input", { type: "range", min: 0, max: END, step: 10, "aria-label": NAMES[rule] });
    const number = field(rule, (value) => change({ [rule]: value }));
    const cut = h("span", { class: "sampler-cut" });
    const swatch = h("i", { class: "sampler-swatch" });
    if (rule in COLOURS) swatch.style.background = colour(rule);
    range.addEventListener("input", () => change({ [rule]: scale.value(Number(range.value), size) }), { signal });
    const element = h("div", { class: "sampler-rule", title: TIPS[rule] }, h("span", { class: "sampler-name" }, swatch, NAMES[rule]), range, number.input, cut);
    element.addEventListener("focusin", () => tip(TIPS[rule]), { signal });
    element.addEventListener("focusout", () => tip(""), { signal });
    return { rule, element, range, number, cut, scale };
  }
  // Inside a notebook these keys would move from cell to cell; here they move the slider.
  const none = () => {};
  keys(element, { ArrowUp: none, ArrowDown: none, ArrowLeft: none, ArrowRight: none, Home: none, End: none, PageUp: none, PageDown: none }, signal);

  return {
    element,
    draw({ base, state, settings, seed: number_, text }) {
      size = base.order.length;
      for (const { rule, range, number, cut, scale } of rows) {
        const value = settings[rule];
        const at = String(scale.at(value, size));
        if (range.value !== at) range.value = at;
        if (range.getAttribute("aria-valuetext") !== said(value)) range.setAttribute("aria-valuetext", said(value));
        number.show(said(value));
        const done = state.cuts.find((one) => one.rule === rule);
        if (rule === "repetition_penalty") {
          range.disabled = number.input.disabled = !text;
          put(cut, text ? `${count(text)} in text` : "no ids");
        } else put(cut, rule === "temperature" && value === 0 ? "greedy" : done ? `cut ${count(done.pieces)} · ${percent(done.chance)}` : "");
      }
      seed.show(String(number_));
      const left = state.high - state.low;
      table(facts, [["", "model", "rules"], ["pieces", count(size), count(left)], ["entropy, nats", number(base.entropy), number(state.entropy)],
        ["as equal choices", number(Math.exp(base.entropy)), number(Math.exp(state.entropy))], ["chance cut", "0 %", percent(state.cut)]]);
    },
  };
}

function table(element, lines) {
  const cells = element.querySelectorAll("th, td");
  if (cells.length) return lines.flat().forEach((text, i) => put(cells[i], text));
  element.append(...lines.map((line, y) => h("tr", {}, ...line.map((text, x) => (!text || (y && x) ? h("td", {}, text) : h("th", { scope: y ? "row" : "col" }, text))))));
}
