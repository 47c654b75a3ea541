// An effect on a line, beside the effects of its controls: each a ring, the span of all a bar, the effect a diamond.
import { chip, h, isDark, number } from "./kit.js";

/** The ends of the line: all values and zero, with a little room. */
function endsOf(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = 0.04 * (high - low || 1);
  return [low && low - room, high ? high + room : low ? 0 : room];
}

/**
 * Builds the line. `draw({ effect, controls, unit, label })`; `hover(i|null)` is called with the control under the mouse,
 * -1 for the effect itself.
 */
export function beside({ signal, hover = () => {} }) {
  const [track, ends] = [h("div", { class: "beside-track" }), h("div", { class: "beside-ends kit-soft", "aria-hidden": "true" })];
  const element = h("div", { class: "beside", role: "img" }, track, ends);
  track.addEventListener("pointerover", ({ target }) => { if (target.dataset.at) hover(Number(target.dataset.at)); }, { signal });
  track.addEventListener("pointerleave", () => hover(null), { signal });
  const mark = (name, left, at) => {
    const one = h("i", { class: `beside-${name}`, "data-at": at });
    one.style.left = `${left}%`;
    return one;
  };
  return {
    element,
    draw({ effect, controls, unit = "", label = "" }) {
      element.classList.toggle("beside-dark", isDark(element));
      const [from, to] = endsOf([effect, ...controls]);
      const at = (value) => (100 * (value - from)) / (to - from);
      const [low, high] = [Math.min(...controls), Math.max(...controls)];
      const span = mark("span", at(low));
      span.style.width = `${Math.max(0, at(high) - at(low))}%`;
      track.replaceChildren(mark("zero", at(0)), span, ...controls.map((value, i) => mark("control", at(value), i)), mark("effect", at(effect), -1));
      const named = [from, to].filter((end) => Math.abs(at(end) - at(0)) > 12);
      ends.replaceChildren(...[0, ...named].map((value) => { const one = h("span", {}, number(value)); one.style.left = `${at(value)}%`; return one; }));
      element.setAttribute("aria-label", `${label}: ${number(effect, unit)}; controls from ${number(low, unit)} to ${number(high, unit)}`);
    },
  };
}

/** How an effect stands among its controls, in words. */
export function standing(effect, controls) {
  const smaller = controls.filter((value) => Math.abs(value) < Math.abs(effect)).length;
  return smaller === controls.length ? `larger than all ${controls.length}` : `larger than ${smaller} of ${controls.length}`;
}

const percent = (share) => (share < 1e-5 ? "0" : number(100 * share));

/**
 * Rows of a list (class beside-chances): for each [piece, before, after, low, high] the chance before (the line), after (the bar),
 * and where the controls leave it (the span), in per cent; `others` heads the controls' numbers, `label` the pieces.
 */
export function chances(rows, others, label = "") {
  const title = h("li", { class: "kit-soft beside-head" }, ...[label, "before → after", others].map((text) => h("span", {}, text)));
  return [title, ...rows.map(([piece, before, after, low, high]) => {
    const part = (name, from, to) => { const one = h("i", { class: `beside-${name}` }); one.style.left = `${100 * from}%`; one.style.width = `${100 * (to - from)}%`; return one; };
    return h("li", {}, chip(piece, { most: 12 }), h("span", { class: "beside-chance" }, part("after", 0, after), part("between", low, high), part("before", before, before)),
      h("span", { "data-effect": "" }, `${percent(before)} → ${percent(after)}`), h("span", { class: "kit-soft", "data-control": "" }, `${percent(low)} to ${percent(high)}`));
  })];
}
