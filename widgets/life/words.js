// The life in words: headline, the moment said, the detail lines, the table.

import { chip, h, number, soft, visible } from "../glass/kit.js";
import { strongest } from "../attention/data.js";
import { valueAt } from "./data.js";
import { scored } from "./heads.js";

export const KEYS = [
  ["← →", "in the curves the moment before, after; elsewhere another head, token or word"], ["Home End", "first, last moment"],
  ["Page ↑ ↓", "mark before, after"], [", .", "moment before, after, from anywhere"], ["Space", "play, pause"],
  ["n", "in the lens: the true next piece instead of best guesses"], ["Esc", "let go of the token, or of the word"],
];

const whole = (count) => count.toLocaleString("en");
export const headline = ({ name, count }) => `Life${name && ` of ${name}`} · ${whole(count)} moment${count === 1 ? "" : "s"}`;
export const where = ({ steps, tokens }, moment) => `step ${whole(steps[moment])} of ${whole(steps.at(-1))}${tokens ? ` · ${whole(tokens[moment])} tokens` : ""}`;
const headName = ([layer, head]) => `L${layer}H${head}`;
const spot = (life, at) => [chip(life.pieces[at], { special: life.special[at], most: 16 }), soft(` ${at}`)];

/** A moment in one line of text. */
export function said(life, { moment, head }) {
  const parts = life.curves.map((curve) => [curve.name, valueAt(curve, moment)]).filter(([, value]) => Number.isFinite(value)).map(([name, value]) => `${name} ${number(value)}`);
  const score = life.heads.length ? scored(life, moment, head) : "";
  if (score) parts.push(`${headName(life.heads[head])} ${score}`);
  const ranks = life.layers.length ? life.pieces.map((_, at) => life.says(moment, life.layers.length - 1, at).rank).filter(Boolean) : [];
  if (ranks.length) parts.push(`best guess right at ${ranks.filter((rank) => rank === 1).length} of ${ranks.length} tokens`);
  return `Step ${whole(life.steps[moment])}: ${parts.join(", ")}`;
}

/** What the mouse is over: a word, a head, a cell of the lens, a weight. */
export function tellCell(life, { moment, head }, { word, head: other, row, token, query, key }) {
  if (word !== undefined) return [chip(life.words[word]), life.groups[word] && ` (${life.groups[word]})`, soft(" – its whole way is drawn; what is still to come, dashed")];
  if (other !== undefined) return [h("strong", {}, headName(life.heads[other])), soft(` ${life.kinds.map((kind, i) => `${kind} ${number(life.score(i, moment, other))}`).join(" · ")}`)];
  if (row !== undefined) return guess(life, moment, row, token);
  const weight = life.weights.row(moment, head, query)[key];
  const line = [...spot(life, query), weight === undefined ? " cannot see " : " looks at ", ...spot(life, key)];
  return [...line, ...(weight === undefined ? [soft(" – it comes later")] : [": ", h("strong", {}, number(weight)), soft(" of its attention, ±0.004")])];
}

function guess(life, moment, row, token) {
  const { piece, prob, chance, rank } = life.says(moment, row, token);
  const next = rank ? ["; ", chip(life.targets[token], { most: 16 }), ` has ${number(chance)}, rank ${whole(rank)}`] : [];
  return ["after ", ...spot(life, token), `, ${life.layers[row]} would say `, chip(piece, { most: 16 }), ` ${number(prob)}`, ...next];
}

/** The picked token: where the picked head looks from it, and what the model expects after it. */
export function tellToken(life, { moment, head, token }) {
  const row = life.heads.length ? life.weights.row(moment, head, token) : [];
  const looks = strongest(row, 3, (at) => row[at] < 0.01).flatMap((at, i) => [i ? ", " : [...spot(life, token), " looks at "], ...spot(life, at), ` ${number(row[at])}`].flat());
  return [...looks, looks.length ? soft("  ·  ") : "", ...(life.layers.length ? guess(life, moment, life.layers.length - 1, token) : [])];
}

/** The moment as numbers: every token with its attention and what each layer says, then the curves. */
export function table(life, { moment, head, token }) {
  const row = life.heads.length ? life.weights.row(moment, head, token) : [];
  const columns = ["position", "token", `attention from ${token}`, ...life.layers, "followed", "probability", "rank"];
  const rows = life.pieces.map((piece, at) => {
    const says = life.layers.map((_, layer) => life.says(moment, layer, at));
    const { chance = NaN, rank = 0 } = says.at(-1) ?? {};
    const followed = rank ? [visible(life.targets[at]), number(chance), rank] : ["", "", ""];
    return [at, visible(piece), number(row[at] ?? NaN), ...says.map((one) => `${visible(one.piece)} ${number(one.prob)}`), ...followed];
  });
  return { columns, rows: [...rows, ...life.curves.map((curve) => [curve.name, number(valueAt(curve, moment))])] };
}
