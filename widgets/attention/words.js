// The picture in words: headline, a head's summary, the detail line, the table.

import { chip, h, number, visible } from "../glass/kit.js";
import { headName, rank, strongest } from "./data.js";

const percent = (share) => `${number(100 * share)} %`;
const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

export function headline({ title, modelName, layers, heads, tokens }) {
  if (title) return title;
  const size = `${plural(layers.length, "layer")} × ${plural(heads, "head")}, ${plural(tokens, "token")}`;
  return `Attention${modelName ? ` of ${modelName}` : ""} · ${size}`;
}

const strong = (text) => Object.assign(document.createElement("strong"), { textContent: text });
const soft = (text) => Object.assign(document.createElement("span"), { className: "kit-soft", textContent: text });

/** A piece with its position: ·it 12. */
export const placed = (look, at) => {
  const position = soft(` ${at}`);
  position.classList.add("attention-at");
  return [chip(look.pieces[at], { special: look.special[at], most: 16 }), position];
};

/** What a head does on this text, from its stats; parts to put into an element. */
export function summary(look, stats) {
  if (!stats) return [soft("…")];
  const [entropy, first, self, previous, query, key, weight] = stats;
  return [
    `mean entropy ${number(entropy, "nats")}; `,
    look.resting.includes(look.index) ? h("strong", { class: "attention-rests" }, `⚠ rests on the first token: ${percent(first)}`) : `${percent(first)} on the first token`,
    `, ${percent(self)} on itself, ${percent(previous)} on the one before; `,
    h("span", { class: "attention-strongest" }, "strongest ", ...placed(look, query), " → ", ...placed(look, key), ` ${number(weight)}`),
  ];
}

/** How exact the numbers are. */
const grade = (both, live) => (both.exact ? "" : live ? " …" : "  ·  rounded to a byte, ±0.004");

/** A hovered cell: who looks at whom, how much, and how that ranks. */
export function cellLine(look, { query, key }, both, live) {
  const seen = look.causal ? query + 1 : look.tokens;
  const start = [...placed(look, query), " looks at ", ...placed(look, key), ": "];
  if (key >= seen) return [...placed(look, query), " cannot see ", ...placed(look, key), soft(" – it comes later")];
  if (!both) return [...start, soft(live ? "…" : "exact weights need the kernel")];
  const place = `; rank ${rank(both.row.subarray(0, seen), key)} of ${seen}`;
  return [...start, strong(number(both.row[key])), place, soft(grade(both, live))];
}

/** The picked or hovered token: where it looks, and who looks at it, the strongest of each. */
export function tokenLines(look, both, live) {
  if (!both) return [[...placed(look, look.token), soft(live ? " …" : " – exact weights need the kernel")], []];
  const left = look.firstShown ? () => false : (at) => at === 0;
  const list = (values, skip) => strongest(values, 3, skip).flatMap((at, i) => [i ? ", " : " ", ...placed(look, at), ` ${number(values[at])}`]);
  const [row, column] = [list(both.row, left), list(both.column, (at) => at === look.token)];
  const here = () => placed(look, look.token);
  return [[...here(), " looks at", ...(row.length ? row : [" nothing"]), soft(grade(both, live))],
    [...here(), " is looked at by", ...(column.length ? column : [" no other"])]];
}

const SCORES = { first: "first token", previous: "previous token", duplicate: "duplicate token", entropy: "entropy, nats" };
/** A score's name as a reader meets it. */
export const scoreName = (name) => SCORES[name] ?? visible(name);

/** A head under the mouse in the overview. */
export function headLine(look, index, label) {
  const [layer, head] = [look.layers[Math.floor(index / look.heads)], index % look.heads];
  const score = look.scores.length ? ` · ${scoreName(look.score)} ${number(look.scores[index])}` : "";
  const rests = look.resting.includes(index) ? soft(` · ${warning(look, index)}`) : "";
  return [strong(headName(layer, head)), label ? ` · ${label}` : "", score, rests];
}

/** That a head mostly rests on the first token, in words. */
export const warning = (look, index) => `⚠ rests on the first token: ${percent(look.first[index])} of its attention`;

/** What is odd or left out. */
export function notes(look, { notice, stats, only }) {
  const said = [];
  if (notice) said.push(`⚠ ${notice}.`);
  if (!look.firstShown) said.push(`The first token is not drawn${stats ? `: ${percent(stats[1])} of ${headName(look.layer, look.head)} rests on it` : ""}.`);
  if (only) said.push("Only the small picture of this head is in this page.");
  return soft(said.join(" "));
}

/** The ten strongest both ways, exactly where exact weights are here. */
export function tableOf(look, both, live) {
  const top = (values) => (both ? strongest(values, 10) : []);
  const [keys, queries] = [top(both?.row), top(both?.column)];
  const at = (list, values, i) => (i < list.length ? [chipText(look, list[i]), weight(values[list[i]], both.exact)] : ["", ""]);
  return {
    columns: ["rank", `${headName(look.layer, look.head)}: ${chipText(look, look.token)} looks at`, "weight", "is looked at by", both?.exact || live ? "weight" : "weight (a byte, ±0.004)"],
    rows: Array.from({ length: Math.max(keys.length, queries.length) }, (_, i) => [i + 1, ...at(keys, both.row, i), ...at(queries, both.column, i)]),
  };
}

const chipText = (look, at) => `${chip(look.pieces[at]).textContent} (${at})`;
/** As few digits as tell this float32 from its neighbours; bytes carry three. */
export function weight(value, exact) {
  if (!exact) return number(value);
  const enough = [6, 7, 8, 9].find((places) => Math.fround(Number(value.toPrecision(places))) === value);
  return String(Number(value.toPrecision(enough ?? 9)));
}
