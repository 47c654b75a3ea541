// The steered run in words: headline, detail lines, table, keys.

import { h, number, signed } from "../glass/kit.js";
import { standing } from "../glass/beside.js";

export const KEYS = [
  ["← →", "less, more"], ["↑ ↓", "the layer above, below"], ["0", "no push"], ["Home End", "the longest push either way"],
  ["Esc", "the layer shown at first"],
];

const reach = (values) => `${signed(Math.min(...values))} to ${signed(Math.max(...values))}`;
const plain = (values) => `${number(Math.min(...values))} to ${number(Math.max(...values))}`;

export const headline = ({ title, run }) => title || `Steering ${run.model_name || "a model"} by ${run.name || "a direction"}, beside ${run.randoms} random directions as long`;

/** A push: how long it is, in the stream's mean length and in its own units. */
export const pushed = ({ strength, length }) => (strength ? `${signed(strength)} × the stream's mean length${Number.isFinite(length) ? ` (${number(Math.abs(length))})` : ""}` : "no push");

/** The two lines under the picture. */
export function lines(run, cell) {
  if (!cell.known) return [`L${cell.layer}, ${pushed(cell)}: not done; the run was stopped, or gave no number here.`, ""];
  if (!cell.strength) return ["No push: the text as the model goes on with it.", `Perplexity of ${run.neutral_pieces} neutral pieces: ${number(cell.cost)}.`];
  return [
    [h("strong", {}, `L${cell.layer}`), `, ${signed(cell.strength)} × the stream: `, h("strong", { "data-effect": "" }, `${signed(cell.effect)} ${run.unit}`), ", ", h("span", { "data-control": "" }, `${standing(cell.effect, cell.others)} random directions (${reach(cell.others)})`), h("span", { class: "kit-soft" }, ` · ${run.metric}`)],
    [`Price: perplexity of ${run.neutral_pieces || "the"} neutral pieces ${number(run.clean_cost ?? NaN)} → `, h("strong", { "data-effect": "" }, number(cell.cost)), h("span", { class: "kit-soft", "data-control": "" }, `; random directions ${plain(cell.otherCosts)} (n = ${run.randoms})`)],
  ];
}

/** What stands above the two panels of curves. */
export const heads = {
  effect: (run, cell) => [cell.known ? `${signed(cell.effect)} ${run.unit}` : "–", cell.known ? `random ${reach(cell.others)}` : "", `change of ${run.metric}`],
  cost: (run, cell) => [cell.known ? number(cell.cost) : "–", cell.known ? `random ${plain(cell.otherCosts)}` : "", "perplexity of neutral text"],
};

/** Every layer and strength as numbers. */
export function table(run) {
  const rows = run.layers.flatMap((layer, row) => run.strengths.map((strength, column) => {
    const cell = run.at(row, column);
    const told = cell.known ? [signed(cell.effect), reach(cell.others), number(cell.cost), plain(cell.otherCosts), cell.text] : ["not done", "", "", "", ""];
    return [`L${layer}`, strength, ...told];
  }));
  return { columns: ["layer", "strength", `${run.metric}, ${run.unit}`, `${run.randoms} random directions`, "perplexity", "random directions", "text"], rows };
}
