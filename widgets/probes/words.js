// The probe bench in words: headline, detail lines, the table.

import { chip, h, number, soft } from "../glass/kit.js";
import { LINES, ranked, spread } from "./data.js";

export const KEYS = [
  ["← →", "layer before, after (in the chart)"], ["← → ↑ ↓", "another cell"], ["Home End", "first, last layer or token"], ["Enter", "pick what the cell names"],
  ["t", "the next task"], ["v", "the next panel"], ["c", "the next class"], ["m", "selectivity or code length"], ["b", "direction of the probe, or between means"], ["p", "best class, or the class picked"], ["s", "steer with it"], ["Esc", "let go"],
];
export const TABS = { sentence: "Your sentence", confusion: "Confusion", directions: "Directions" };
const strong = (text) => h("strong", {}, text);

export const headline = (model, task, known) => [
  ...(model.get("model_name") ? [model.get("model_name")] : []), `what each layer tells of ${task.name}`,
  [model.get("hook"), ({ last: "last token", each: "each token", mean: "mean of the tokens" })[model.get("positions")]].filter(Boolean).join(", "),
  `${task.classes.length} classes`,
].filter(Boolean).join(" · ");

/** What was looked at, in words; below it how it was measured, or what is to be minded. */
export function lines({ known, task, row, overRow, token, overToken, cell, tab, of, by, steered, size, note }) {
  const at = overRow ?? row;
  const said = cell ? cellLine({ known, task, row, of, by, size }, cell) : tab === "sentence" && (overRow === null || overToken !== null) && known.pieces.length && task.chances(0, 0) ? tokenLine(known, task, at, overToken ?? token) : layerLine(known, task, at);
  const handed = steered.of ? [soft(`“${steered.of}” at ${known.rows[known.layers.indexOf(steered.layer)]} was handed on. ${steered.said}`)] : null;
  const how = soft(`${task.seeds} seed${task.seeds === 1 ? "" : "s"}, ${task.n.toLocaleString("en")} held out each; bands: 95 % intervals of the mean. `);
  const minded = [note, ...task.warnings].filter(Boolean).join("; ");
  return [said, handed ?? [how, ...(minded ? [strong("Mind: "), minded] : [])]];
}

function layerLine(known, task, row) {
  if (!known.done[row]) return [strong(known.rows[row]), " was not done."];
  const [probe, against, shuffled] = [task.curve("accuracy"), task.against, task.curve("shuffled")];
  const more = against.key === "control" ? [" · control task ", strong(number(against.mean[row])), task.over.mean[row] > 0 ? `, so ${number(task.over.mean[row])} is more than memory` : ", no less"] : [];
  return [strong(known.rows[row]), ` tells ${task.name} with accuracy `, strong(number(probe.mean[row])), `${spread(probe, row)} · shuffled labels ${number(shuffled.mean[row])}`, soft(` (luck ${number(task.luck.mean[row])})`), ...more];
}

function tokenLine(known, task, row, token) {
  const best = ranked(task.chances(row, token));
  const last = ranked(task.chances(known.last, token))[0][0];
  let from = known.last;
  while (from > 0 && ranked(task.chances(from - 1, token))[0][0] === last) from -= 1;
  return [strong(known.rows[row]), " on ", chip(known.pieces[token], { special: known.special[token], most: 16 }), soft(` ${token}`),
    `: ${best.slice(0, 3).map(([of, chance]) => `${task.classes[of]} ${number(chance)}`).join(", ")}`, soft(` · ${task.classes[last]} in the end, from ${known.rows[from]} on`)];
}

function cellLine({ known, task, row, of, by, size }, { called, turn, kinds }) {
  if (called) {
    const counts = task.classes.map((_, said) => task.called(row, called.row, said));
    const all = counts.reduce((sum, count) => sum + count, 0);
    return [strong(known.rows[row]), `: of ${all.toLocaleString("en")} that are `, strong(task.classes[called.row]), `, ${counts[called.column].toLocaleString("en")} are called `, strong(task.classes[called.column]), ` (${number(counts[called.column] / (all || 1))})`];
  }
  const [one, other, cosine] = turn
    ? [...[turn.row, turn.column].map((at) => `${task.classes[of]} at ${known.rows[at]}`), task.across(by, of, turn.row, turn.column)]
    : [...[kinds.row, kinds.column].map((at) => `${known.kinds[at].name} (${known.tasks[known.kinds[at].task].name})`), known.between(by, row, kinds.row, kinds.column)];
  return [strong(one), " and ", strong(other), `: cosine ${number(cosine)}, `, soft(`${number(Math.abs(cosine) * Math.sqrt(size))} times what random directions have`)];
}

/** The curves as numbers. */
export function table(known, task) {
  const named = [...task.curves.map((curve) => [LINES[curve.key][0], curve]), ["luck of the shuffled", task.luck], [`above ${LINES[task.against.key][0]}`, task.over]];
  const plain = task.bits ? [["bits a label", task.bits], ["bits a shuffled label", task.bitsShuffled]] : [];
  const columns = ["row", ...named.flatMap(([name]) => [name, "from", "to"]), ...plain.map(([name]) => name)];
  const rows = known.rows.map((name, row) => [name, ...[...named.flatMap(([, { mean, low, high }]) => [mean, low, high]), ...plain.map(([, values]) => values)].map((values) => number(values[row]))]);
  return { columns, rows };
}
