// Colour scales and numbers. A colour is [red, green, blue], 0 to 255; t runs from 0 to 1.

/** @typedef {[number, number, number]} Colour */

const hex = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
// Magnitudes: cividis, with its low end let down to the paper, so that nothing much looks like nothing.
const LIGHT = ["#ffffff", "#f7ecb0", "#e0ca64", "#bba96c", "#94907a", "#70747a", "#4d5a72", "#28406e", "#00224e"].map(hex);
const DARK = ["#1f2226", "#0e2a55", "#2f4570", "#575d6d", "#787876", "#9b9472", "#c0b065", "#e3cc50", "#fee838"].map(hex);
// Signed values: blue below, orange above, the paper at zero.
const SIGNED_LIGHT = ["#1a4b8f", "#4a86c5", "#a3c8e6", "#ffffff", "#f8c08a", "#dd8230", "#9c4a00"].map(hex);
const SIGNED_DARK = ["#a9d3ff", "#5b9bdc", "#2a507c", "#1f2226", "#75430f", "#d0812f", "#ffcf99"].map(hex);

/** Okabe and Ito's eight colours for categories. */
export const CATEGORIES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000"].map(hex);

function along(stops, t) {
  const at = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((part, i) => Math.round(part + (stops[low + 1][i] - part) * (at - low)));
}

/** Colour of a magnitude, t from 0 to 1. */
export const sequential = (t, dark = false) => along(dark ? DARK : LIGHT, t);

/** Colour of a signed value, t from -1 to 1. */
export const diverging = (t, dark = false) => along(dark ? SIGNED_DARK : SIGNED_LIGHT, (t + 1) / 2);

/** CSS text of a colour. */
export const css = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;

/** Relative luminance by WCAG 2, from 0 for black to 1 for white. */
export function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours by WCAG 2, from 1 to 21. */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on the colour: never below 4.5 to 1. */
export function ink(ground) {
  return luminance(ground) > 0.179 ? [0, 0, 0] : [255, 255, 255];
}

/** A scale over [low, high]: `colour(value)`, `ground(element, value)`, and what a legend needs. */
export function scale({ low, high, unit = "", signed = false, dark = false }) {
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const [from, to] = signed ? [-reach, reach] : [low, high > low ? high : low + 1];
  const at = signed ? (value) => diverging(value / reach, dark) : (value) => sequential((value - from) / (to - from), dark);
  const ground = (element, value) => {
    const known = !Number.isNaN(value);
    const colour = known ? at(Math.min(Math.max(value, from), to)) : null;
    element.style.backgroundColor = known ? css(colour) : "";
    element.style.color = known ? css(ink(colour)) : "";
  };
  return { low: from, high: to, unit, signed, colour: at, ground };
}

/** Three significant digits and a unit: 3.14 nats, 1.23·10⁶, –. */
export function number(value, unit = "") {
  const text = `${value < 0 ? "−" : ""}${digits(Math.abs(value))}`;
  return Number.isNaN(value) ? "–" : unit ? `${text} ${unit}` : text;
}

export const signed = (value, unit) => `${value > 0 ? "+" : ""}${number(value, unit)}`;

function digits(size) {
  if (size === Infinity) return "∞";
  if (size === 0) return "0";
  const [mantissa, exponent] = size.toExponential(2).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 5) return Number(size.toPrecision(3)).toFixed(Math.max(0, 2 - power));
  return `${mantissa}·10${String(power).replace(/[-\d]/g, (digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)])}`;
}
