// A sweep in words: headline, one cell's name and lines, the table.

import { chip, h, number, signed, soft, visible } from "../glass/kit.js";

export const KEYS = [
  ["← → ↑ ↓", "another cell"], ["Home End", "first, last column"], ["Page ↑ ↓", "first, last layer"], ["Enter", "what the patched model writes"],
  ["p", "the next picture"], ["o", "only what leaves the controls' range"], ["u", "share of the way, or the metric's unit"], ["s", "sweep, stop"], ["Esc", "let go: the strongest cell"],
  ["hatched", "not measured"], ["–", "no counterpart in the other prompt"],
];
/** A number as a cell has room for it: 0.94, −1.2, 13. */
export const brief = (value) => value.toFixed(Math.abs(value) < 0.995 ? 2 : Math.abs(value) < 9.95 ? 1 : 0).replace(/^-?0\.00$/, "0").replace("-", "−");

export const headline = (model, { name, metric, reached: [done, of] }) => [
  ...(model ? [model] : []), `${name} patched`, visible(metric), ...(done < of ? [`${done} of ${of} cells done`] : []),
].join(" · ");

/** Where a cell is. */
export function where(sweep, { row, at }, column) {
  const layer = h("strong", {}, sweep.kind === "head" ? `${sweep.rowName(row)}H${at}` : sweep.rowName(row));
  if (!sweep.byPosition) return [layer, sweep.kind === "head" ? " at every position" : ", every position"];
  const from = column.from < 0 ? [] : [soft(" from "), chip(sweep.pieces.clean[column.from], { most: 12 })];
  return [layer, " at ", chip(sweep.pieces.corrupted[at], { most: 12 }), soft(` ${at}`), ...from];
}

/** The cell in words: its effect, and its controls. */
export function lines(sweep, cell) {
  const [effect, column] = [sweep.effect(cell.row, cell.at), sweep.columnOf(cell.at)];
  const points = sweep.controls(cell.row, cell.at);
  const { corrupted, clean, unit, gap, control, n } = sweep;
  const share = Math.abs(gap) > 1e-6 ? `, ${number((100 * effect) / gap)} % of the way to ${number(clean)}` : "";
  const found = Number.isFinite(effect) ? [`${number(corrupted)} → `, h("strong", {}, number(corrupted + effect, unit)), soft(` (${signed(effect)}${share})`)]
    : ["not measured"];
  const mean = sweep.mean(cell.row, cell.at);
  const verdict = !Number.isFinite(effect) ? "" : sweep.beyond(cell.row, cell.at) ? " The effect leaves the controls' range." : " The effect lies within the controls' range.";
  return [
    h("span", { "data-effect": "" }, ...where(sweep, cell, column), ": ", ...found),
    h("span", { "data-control": "" }, soft("Control: "), `${signed(mean, unit)} on average, n = ${points.length}.${verdict}`, soft(` · ${control}`)),
  ];
}

/** The whole map as numbers, each effect with its controls. */
export function table(sweep) {
  const { byPosition, pieces, unit, kind } = sweep;
  const ending = unit ? `, ${unit}` : "";
  const columns = ["row", ...(byPosition ? ["position", "into", "from"] : [kind]), `effect${ending}`, "share of the way", "control, mean", "controls", "layer's range", "beyond it"];
  const rows = sweep.rows.flatMap((_, row) => sweep.columns.filter(({ at }) => at >= 0).map(({ at, from }) => {
    const [effect, points, [low, high]] = [sweep.effect(row, at), sweep.controls(row, at), sweep.band(row)];
    const place = byPosition ? [at, visible(pieces.corrupted[at]), from < 0 ? "–" : visible(pieces.clean[from])] : [at];
    const range = low === null ? "–" : `${number(low)} to ${number(high)}`;
    if (!sweep.doneAt(row, at)) return [sweep.rowName(row), ...place, "not measured", "", "", "", "", ""];
    return [sweep.rowName(row), ...place, number(effect), number(effect / sweep.gap), number(sweep.mean(row, at)), points.map((one) => number(one)).join(" "), range, sweep.beyond(row, at) ? "yes" : "no"];
  }));
  return { columns, rows };
}
