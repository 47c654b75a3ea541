// How the view stands and what it is drawn with: the parts' places, the theme's inks, the scale and its legend.

import { css, h, isDark, sequential } from "../glass/kit.js";
import { plan } from "./overview.js";
import { logFloor, palette, tinted } from "./paint.js";

/** How the parts stand for a width: {name, matrix (its box), overview (its room)}. */
export function layout(width, layers, heads) {
  const [long, short] = layers > 1.6 * heads ? [layers, heads] : [heads, layers];
  const wide = width >= 940;
  if (long > 1.6 * short) {
    if (width < 760) return { name: "over", matrix: 276, overview: { width, height: 164 } };
    const matrix = wide ? 400 : 340;
    return { name: "under", matrix, overview: { width: width - matrix - 20, height: 250 } };
  }
  if (wide) return { name: "row", matrix: 400, overview: { width: Math.min(0.34 * width, 380), height: 400 } };
  const room = { width: width - 330, height: 310 };
  const left = width - plan({ layers, heads, ...room }).width - 350;
  return { name: left < 200 ? "pair" : "row", matrix: 310, overview: room };
}

/** A picked position or head that this view has, else the fallback. */
export const within = (value, limit, fallback) => (Number.isInteger(value) && value >= 0 && value < limit ? value : fallback);

/** A scale's colours and ends; its unit says what a weight is. */
export function legend(scale) {
  const stops = Array.from({ length: 13 }, (_, i) => css(sequential(tinted(i / 12), scale.dark)));
  const bar = h("span", { class: "kit-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const [low, kind] = scale.log ? [`≤ ${scale.floor}`, "log"] : ["0", "linear"];
  const text = `weight, share of 1, ${kind}`;
  return h("span", { class: "kit-legend attention-legend", role: "img", "aria-label": `${text}: colours from ${low} to 1` },
    h("span", {}, text), h("span", {}, low), bar, h("span", {}, "1"));
}

/** Inks, fonts and the scale, as the page's theme has them. */
export function themeOf(root, log, tokens) {
  const dark = isDark(root);
  root.classList.toggle("attention-dark", dark);
  const style = getComputedStyle(root);
  const read = (prefix, names) => Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${prefix}-${name}`).trim()]));
  const scale = { log, floor: logFloor(tokens), dark };
  return {
    scale, lookup: palette(scale), fonts: read("kit", ["mono", "sans"]),
    inks: { ...read("kit", ["ink", "soft", "paper", "line", "accent"]), ...read("attention", ["row", "column", "rowText", "columnText"]) },
  };
}
