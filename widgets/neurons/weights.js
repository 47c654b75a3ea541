// The two ends of the vocabulary that a neuron writes or reads, as bars.
import { chip, h, number } from "../glass/kit.js";

const SHOWN = 8;
export const KINDS = {
  writes: ["Writes", "what it adds to each piece's logit, for an activation of 1 (the last norm's scale at 1); below 0 the other way round"],
  reads: ["Reads", "the activation that each piece's embedding alone would give"],
};

/** Two columns: the highest pieces, the lowest. `tell` gets a line when the mouse is over one. */
export function ends({ ends: both }, kind, tell) {
  const most = Math.max(...both.flat().map(([, value]) => Math.abs(value)), 1e-9);
  const row = ([piece, value]) => {
    const bar = h("i", { class: value < 0 ? "neurons-below" : "neurons-above" });
    bar.style.width = `${(100 * Math.abs(value)) / most}%`;
    const made = h("div", { class: "neurons-weight" }, chip(piece, { most: 12 }), h("span", {}, number(value)), bar);
    made.addEventListener("pointerenter", () => tell([chip(piece), ` ${number(value)}: ${KINDS[kind][1]}`]));
    return made;
  };
  return both.map((end) => h("div", { class: "neurons-end" }, ...end.slice(0, SHOWN).map(row)));
}
