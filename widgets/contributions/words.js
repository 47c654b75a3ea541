// A logit's parts in words: headline, detail lines, the table; and where the picked head read.

import { chip, css, diverging, h, ink, number, signed, soft, visible } from "../glass/kit.js";

export const KEYS = [
  ["↑ ↓", "part before, after"], ["→ ←", "open, close a layer's heads"], ["Home End", "first, last part"],
  ["s", "by layer, by size"], ["+ −", "more, fewer parts (by size)"], ["Esc", "let go"],
];

export const asked = ({ piece, against }) => (piece ? visible(piece) : "the logit") + (against ? ` − ${visible(against)}` : "");

export function headline(model, known) {
  const after = known.pieces.length ? ` after ${visible(known.pieces[known.position])}` : "";
  const end = model ? ` · ${model}` : "";
  return `${asked(known)}${after}: ${number(known.logit)} logits, the sum of ${known.names.length} part${known.names.length === 1 ? "" : "s"}${end}`;
}

const share = (value, known) => (known.logit ? `, ${number((100 * value) / known.logit)} % of the sum` : "");

/** The part at hand, and where it read; with none, what moves the sum most. */
export function lines(known, step) {
  const scale = known.scale ? ` The last norm's scale, ${number(known.scale)}, is held for all.` : "";
  if (!step) return [[`All parts add up to ${signed(known.logit)}, what the model itself gives.`, soft(scale)], ["Most move it ", ...named(known, top(known, 4))]];
  const first = [h("strong", {}, step.name), ` ${step.value < 0 ? "takes" : "adds"} `, h("strong", {}, signed(step.value)), soft(share(step.value, known)), soft(` · running total ${number(step.to)}`)];
  const source = step.part >= 0 ? known.source(step.part) : null;
  if (source) return [first, ["It read it from ", ...strongest(source, 4).flatMap((at, i) => [i ? ", " : "", chip(known.pieces[at], { special: known.special[at], most: 14 }), soft(` ${at}`), ` ${signed(source[at])}`])]];
  if (step.parts.length > 1) return [first, [`${step.parts.length} parts, of which most move it `, ...named(known, [...step.parts].sort((a, b) => Math.abs(known.values[b]) - Math.abs(known.values[a])).slice(0, 4))]];
  return [first, [soft(`What it adds directly; what later layers make of it stands in their steps.${scale}`)]];
}

const named = (known, parts) => [parts.map((i) => `${known.names[i]} ${signed(known.values[i])}`).join(", ")];
const top = (known, count) => strongest(known.values, count);
const strongest = (values, count) => Array.from(values, (_, i) => i).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, count);

/** The text, shaded by what the picked head read from each piece. */
export function text(known, source, dark, here) {
  const most = source ? Math.max(1e-9, ...source.map(Math.abs)) : 1;
  return known.pieces.map((piece, at) => {
    const one = Object.assign(chip(piece, { special: known.special[at], most: 24 }), { at });
    if (source && at <= known.position) {
      const ground = diverging(source[at] / most, dark);
      [one.style.backgroundColor, one.style.color] = [css(ground), css(ink(ground))];
    }
    one.classList.toggle("contributions-token", at === here);
    return one;
  });
}

/** What the kinds of parts add, as bars about a middle. */
export function kinds(known, colour) {
  const sums = new Map();
  known.names.forEach((name, i) => {
    const kind = known.heads[i] >= 0 ? "heads" : name.endsWith(" MLP") ? "MLPs" : name.endsWith("bias") ? "biases" : known.layers[i] < 0 ? name : "others";
    sums.set(kind, (sums.get(kind) ?? 0) + known.values[i]);
  });
  const most = Math.max(1e-9, ...[...sums.values()].map(Math.abs));
  return [h("div", {}, "In all, by kind"), ...[...sums].flatMap(([kind, value]) => {
    const bar = h("b");
    const half = (50 * Math.abs(value)) / most;
    Object.assign(bar.style, { left: `${value < 0 ? 50 - half : 50}%`, width: `${half}%`, background: colour(value) });
    return [h("span", {}, kind), h("i", {}, bar), h("span", {}, signed(value))];
  })];
}

/** Every part as numbers. */
export function table(known) {
  let total = 0;
  const rows = known.names.map((name, i) => [name, signed(known.values[i]), number((total += known.values[i]))]);
  return { columns: ["part", `adds to ${asked(known)}, logits`, "running total"], rows: [...rows, ["sum", signed(known.logit), number(known.logit)]] };
}
