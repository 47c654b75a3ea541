// Draws under two settings, each pair with the same chance: what a rule changes, and what it leaves.
import { chip, h } from "../glass/kit.js";
import { drawn, drawnAll } from "./draws.js";
import { chance } from "./rules.js";
import { brief, count } from "./words.js";

const SHOWN = 24;
export const MANY = 1000;

/** Builds the panel of pairs. */
export function pairs() {
  const cells = Array.from({ length: SHOWN }, () => h("div", { class: "sampler-pair", role: "listitem" }));
  const [heads, says] = [h("div", { class: "sampler-heads" }), h("div", { class: "sampler-says", role: "status" })];
  const element = h("div", { class: "sampler-pairs" }, heads, h("div", { class: "sampler-cells", role: "list", tabindex: "0", "aria-label": "draws, A above B" }, ...cells), says);
  let ended = new AbortController();
  return {
    element,
    /** The ids that are shown, to be named. */
    ids: ({ state, second, seed }) => [state, second].flatMap((one) => cells.map((_, draw) => drawn(one, seed, draw))),
    draw({ state, second, seed, settings, other, name }) {
      heads.replaceChildren(h("span", {}, h("b", {}, "A "), brief(settings)), h("span", {}, h("b", {}, "B "), brief(other)));
      let same = 0;
      cells.forEach((cell, draw) => {
        const [a, b] = [drawn(state, seed, draw), drawn(second, seed, draw)];
        same += a === b;
        cell.classList.toggle("sampler-differ", a !== b);
        cell.replaceChildren(h("span", { class: "sampler-rank" }, String(draw)), chip(name(a), { most: 14 }), h("span", { class: "sampler-sign" }, a === b ? "=" : "≠"), chip(name(b), { most: 14 }));
      });
      says.textContent = `The same in ${same} of these ${SHOWN}.`;
      ended.abort();
      ended = new AbortController();
      const { signal } = ended;
      setTimeout(() => { if (!signal.aborted) all(signal); }, 200);
      const all = () => drawnAll(state, seed, MANY, (a) => drawnAll(second, seed, MANY, (b) => {
        const alike = a.reduce((sum, id, i) => sum + (id === b[i]), 0);
        says.textContent = `The same in ${same} of these ${SHOWN}, in ${count(alike)} of the first ${count(MANY)}. With separate chance for each it would be about ${count(Math.round(MANY * apart(state, second)))}.`;
      }, signal), signal);
    },
    stop: () => ended.abort(),
  };
}

/** How often two independent draws are the same. */
function apart(one, other) {
  const place = new Map();
  for (let i = other.low; i < other.high; i++) place.set(other.order[i], i);
  let all = 0;
  for (let i = one.low; i < one.high && one.weights[i] / one.total > 1e-9; i++) all += chance(one, i) * chance(other, place.get(one.order[i]) ?? -1);
  return all;
}
