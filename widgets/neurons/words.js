// What the view says in words: keys, detail lines, the table.
import { chip, number } from "../glass/kit.js";
import { nameOf, shareAbove } from "./data.js";

export const KEYS = [
  ["↑ ↓", "neuron before, after, in the list's order"], ["PageUp PageDown Home End", "ten at once, to the ends"],
  ["← →", "layer before, after; in the histogram: a bin"], ["/", "search: a number, or a piece"], ["Enter", "in the search: the first found"], ["Esc", "lets go of the search"],
];
export const HINT = "Arrows walk the list. Press a context's number to read its text below. Dots in the histogram are the contexts.";

/** The properties of a neuron, in a line. */
export function facts(data, place) {
  const said = data.names.map((name) => {
    const value = data.value(name, ...place);
    return name === "active" ? `active at ${number(100 * value)} % of places` : `${name} ${number(value)}`;
  });
  return `${nameOf(place, data.unit)}: ${said.join(" · ")}`;
}

/** A piece under the mouse. */
export function tellPiece({ piece, value, context }, card) {
  const share = value >= 0 ? shareAbove(card, value) : 1 - shareAbove(card, value);
  const rare = `${number(100 * share)} % of all places go as far`;
  return [chip(piece), ` activation ${number(value)}; ${rare}${context ? `; text ${context.text}` : ""}`];
}

/** What to say of a neuron that is not known, when nobody can be asked. */
export function kept(place, known, offline, unit) {
  const names = known.map((key) => nameOf(key.split(":"), unit));
  if (!offline) return `${nameOf(place, unit)} was not looked at before the kernel went.`;
  return `${nameOf(place, unit)} was not looked at before this page was saved. It knows ${names.slice(0, 6).join(", ") || "none"}${names.length > 6 ? ` and ${names.length - 6} more` : ""}.`;
}

export function table(data, card, shown, can, cut) {
  const columns = ["of", "value", "piece", "text"];
  if (!card) return { columns, rows: [] };
  const facts = data.names.map((name) => [name, number(data.value(name, ...shown)), "", ""]);
  const contexts = card.ends.flatMap((end, i) => end.map(({ pieces, at, value, times }) => [i ? "lowest" : "highest", number(value), pieces[at], `${pieces.join("")}${times > 1 ? ` ×${times}` : ""}`]));
  const weights = ["writes", "reads"].filter((kind) => can.includes(kind) && card[kind])
    .flatMap((kind) => card[kind].ends.flat().map(([piece, value]) => [kind, number(value), piece, ""]));
  const changes = cut ? [cut, ...cut.controls].map(({ name, mean, low, high }) => [`cut: ${name}`, number(mean), "", `95 %: ${number(low)} to ${number(high)}`]) : [];
  return { columns, rows: [...facts, ...contexts, ...weights, ...changes] };
}
