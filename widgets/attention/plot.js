// Numbers in a row as signed bars or as a line, read with the mouse or the arrow keys; one line of words below.

import { css, diverging, h, keys, number } from "../glass/kit.js";
import { ticks } from "./matrix.js";

const [WIDE, HIGH] = [208, 104];

/**
 * Builds a plot. `draw(look, values, { tell, here, band, kind, key, colour, marked, width })`: `tell(i)` says
 * one in words, `here` is marked, `band` gives half widths, `kind` is a scale 0…1 of its own, `key` says what the values
 * belong to, `marked` puts numbers along the foot.
 */
export function plot({ signal, name, line = false, height = HIGH }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const face = h("div", { class: "attention-plot", tabindex: "0", role: "application" }, canvas);
  const words = h("div", { class: "attention-reading kit-soft", "aria-live": "polite" });
  const element = h("div", {}, face, words);
  let [state, at] = [null, null];

  const move = (to) => { if (state && to !== at) { at = to; paint(); } };
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    return Math.min(state.values.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * state.values.length)));
  };
  face.addEventListener("pointermove", (event) => state && move(under(event)), { signal });
  face.addEventListener("pointerleave", () => move(null), { signal });
  const step = (by) => () => state && move(Math.min(state.values.length - 1, Math.max(0, (at ?? state.here ?? -by) + by)));
  keys(face, { ArrowLeft: step(-1), ArrowRight: step(1), Escape: () => move(null) }, signal);

  function paint() {
    const { look, values, here = null, band = null, kind, tell, width = WIDE } = state;
    const colour = state.colour ?? ((value) => css(diverging(value < 0 ? -0.66 : 0.66, look.scale.dark)));
    const context = scaled(canvas, width, height + (state.marked ? 14 : 0), look.dpr);
    const [low, high] = ends(values, band);
    const place = kind ?? ((value) => (value - low) / (high - low || 1));
    const y = (value) => 3 + (1 - place(value)) * (height - 6);
    const step = width / values.length;
    if (at !== null) { context.fillStyle = look.inks.line; context.fillRect(at * step, 0, Math.max(step, 1), height); }
    if (here !== null && here < values.length) upright(context, (here + 0.5) * step, height, look.inks.row);
    if (line) trace(context, values, step, y, look.inks.ink);
    else values.forEach((value, i) => {
      if (!Number.isFinite(value)) return;
      context.fillStyle = colour(value);
      const [top, end] = [y(Math.max(value, 0)), y(Math.min(value, 0))];
      context.fillRect(i * step, top, Math.max(1, step - (step > 3 ? 1 : 0)), Math.max(1, end - top));
    });
    if (band) whiskers(context, values, band, step, y, look.inks.ink);
    context.fillStyle = look.inks.soft;
    context.fillRect(0, y(0) - 0.5, width, 1);
    if (state.marked) along(context, values.length, step, height, look);
    const shown = at ?? here;
    words.textContent = shown === null || shown >= values.length ? `${number(low)} to ${number(high)}` : tell(shown);
    face.setAttribute("aria-label", `${name}: ${values.length} numbers from ${number(low)} to ${number(high)}; arrows read them`);
  }

  return {
    element,
    draw(look, values, more) {
      if (state && (more.key === undefined ? state.values !== values : state.key !== more.key)) at = null;
      state = { look, values, ...more };
      paint();
    },
  };
}

/** The ends of the values, with zero and the upper end of their band. */
export function ends(values, band) {
  const known = values.flatMap((value, i) => (Number.isFinite(value) ? [value, value + (band?.[i] || 0)] : []));
  return [Math.min(0, ...known), Math.max(0, ...known)];
}

function along(context, count, step, height, { inks, fonts }) {
  context.font = `10px ${fonts.sans}`;
  context.textAlign = "center";
  for (const i of ticks(0, count, count * step)) context.fillText(String(i), Math.max(4, (i + 0.5) * step), height + 11);
  context.fillStyle = inks.soft;
}

export function scaled(canvas, width, height, dpr) {
  canvas.width = Math.round(width * dpr);
  canvas.height = Math.round(height * dpr);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(dpr, dpr);
  return context;
}

function upright(context, x, height, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}

function trace(context, values, step, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  let on = false;
  values.forEach((value, i) => {
    if (Number.isFinite(value)) context[on ? "lineTo" : "moveTo"]((i + 0.5) * step, y(value));
    on = Number.isFinite(value);
  });
  context.stroke();
}

/** Intervals as upright lines, where there is room for them. */
function whiskers(context, values, band, step, y, colour) {
  context.fillStyle = colour;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && band[i] > 0) {
      const [top, end] = [y(value + band[i]), y(Math.max(value - band[i], 0))]; // no share is below nothing
      context.fillRect((i + 0.5) * step - 0.5, top, 1, Math.max(1, end - top));
    }
  });
}
