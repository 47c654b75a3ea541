// What the positions' view says in words and numbers.
import { chip, number } from "../glass/kit.js";
import { angle } from "./data.js";

export const KEYS = [
  ["↑ ↓", "the first place"], ["← →", "the second place"], [", .", "both places, as far apart as they are"],
  ["− +", "the pair before, after"], ["a", "this pair alone, or all together"], ["s", "the next scheme"],
  ["click, drag", "two places"], ["Esc", "let the place go"], ["?", "these keys"],
];

/** A place: its number, and the piece where it is known. */
const place = (data, p) => (data.pieces[p] === undefined ? [String(p)] : [chip(data.pieces[p], { most: 16 }), ` at ${p}`]);

/** How alike two places are in each scheme. */
export function likeness(data, { p, q, pair, alone }) {
  const apart = Math.abs(p - q);
  const each = data.names.map((name) => `${name} ${number(data.schemes[name].field(pair, alone)(p, q))}`).join(", ");
  return ["Places ", ...place(data, p), " and ", ...place(data, q), `, ${apart} apart. Alike${alone ? ` in pair ${pair}` : ""}: ${each}.`];
}

/** What the pair does, and the angle between the two places. */
export function turned(data, { p, q, pair, name }) {
  const scheme = data.schemes[name];
  const between = angle(scheme, pair, p, q);
  const degrees = `${number((Math.abs(between) * 180) / Math.PI)}°`;
  const at = Math.min(pair, scheme.pairs - 1);
  if (!scheme.turn) return `Learned: components ${2 * at + 1} and ${2 * at + 2} of the table. Angle between the two places: ${degrees}, cosine ${number(Math.cos(between))}.`;
  const turn = scheme.turn(pair);
  const all = Math.abs(turn * (p - q));
  const rounds = Math.floor(all / (2 * Math.PI));
  const rest = `${number(((all % (2 * Math.PI)) * 180) / Math.PI)}°`;
  const way = rounds ? `${rounds} full turn${rounds > 1 ? "s" : ""} and ${rest}` : rest;
  return `Pair ${at} turns ${number(turn)} rad (${number((turn * 180) / Math.PI)}°) a place, once round in ${number((2 * Math.PI) / turn)}. ${Math.abs(p - q)} places make ${way}, cosine ${number(Math.cos(all))}.`;
}

/** Likeness by distance, as a table. */
export function table(data, { pair, alone }) {
  const curves = data.names.map((name) => ({ name, ...data.schemes[name].curve(pair, alone) }));
  const columns = ["distance", ...curves.flatMap(({ name, low }) => (low ? [name, "10 % below", "10 % above"] : [name]))];
  const rows = Array.from({ length: data.count }, (_, d) => [d, ...curves.flatMap(({ mean, low, high }) => (low ? [mean, low, high] : [mean]).map((values) => number(values[d])))]);
  return { columns, rows };
}
