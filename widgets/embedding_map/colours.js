// What points are coloured by: a byte for each, the pixels that bytes stand for, and the legend.

import { css, h, legend, scale } from "../glass/kit.js";
import { HONEST } from "./data.js";
import { packed } from "./paint.js";

const LEVELS = 64; // colours of a numeric scale

/** A CSS colour as [red, green, blue]. */
export const parts = (text) => (text.startsWith("#") ? [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)) : text.match(/[\d.]+/g).map(Number).slice(0, 3));

/** {codes, colours, late, legend}; `late`: the points to paint over those that are not known. */
export function coloured(map, name, at, theme, single) {
  const property = map.properties.find((one) => one.name === name);
  const lines = [...theme.lines, theme.dark ? "#8a8f98" : "#8c8c8c"].map(parts);
  if (!property) return { codes: new Uint8Array(map.count), colours: lines.map(packed), late: null, legend: [] };
  if (property.groups) return { codes: property.codes, colours: lines.map(packed), late: null, legend: property.groups.map((group, i) => groupButton(group, property.sizes[i], lines[i], () => single(i))) };
  return graded(property, name === HONEST ? map.honesty[at] ?? property.values : property.values, theme.dark);
}

function groupButton(group, size, colour, press) {
  const swatch = h("i", {});
  swatch.style.background = css(colour);
  return h("button", { class: "kit-button embedding-map-group", type: "button", onclick: press }, swatch, group, h("span", { class: "kit-soft" }, ` ${size.toLocaleString("en")}`));
}

function graded(property, values, dark) {
  const ruler = scale({ ...property, signed: property.low < 0 && property.high > 0, dark });
  const span = ruler.high - ruler.low;
  // The paper's own colour would hide the points at the low end.
  const least = ruler.signed ? 0 : 0.16;
  const colour = (value) => ruler.colour(ruler.low + span * (least + (1 - least) * ((value - ruler.low) / span)));
  const codes = Uint8Array.from(values, (value) => (Number.isNaN(value) ? LEVELS : Math.round(((value - ruler.low) / span) * (LEVELS - 1))));
  const colours = Array.from({ length: LEVELS }, (_, i) => packed(colour(ruler.low + (span * i) / (LEVELS - 1))));
  const gaps = codes.includes(LEVELS);
  return {
    codes, colours: [...colours, packed(parts(dark ? "#4a4e55" : "#d4d4d4"))], late: gaps ? codes.map((code) => Number(code < LEVELS)) : null,
    legend: [legend({ ...ruler, colour }, property.name), ...(gaps ? [h("span", { class: "kit-soft" }, "gray: not known")] : [])],
  };
}
