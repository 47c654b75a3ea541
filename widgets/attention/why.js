// One score taken apart: signed bars for content and position, for each dimension, for who wrote query and key.

import { css, diverging, h, number } from "../glass/kit.js";
import { plot } from "./plot.js";
import { placed } from "./words.js";

/** The name under which a pair's answer is kept. */
export const placeOf = ({ layer, head, query, key }) => [layer, head, query, key].join(".");

/** Builds the panel. `draw(look, pair, found, message)`: what is known of a pair, or why nothing is. */
export function whyPanel({ signal }) {
  const [head, note] = [h("div", { class: "attention-why-head" }), h("div", { class: "attention-why-note kit-soft" })];
  const blocks = Object.fromEntries(["parts", "dims", "curve", "query", "key"].map((name) => [name, h("div", { class: `attention-block attention-by-${name}` })]));
  const plots = { dims: plot({ signal, name: "score by dimension" }), curve: plot({ signal, name: "score by distance", line: true }) };
  const grid = h("div", { class: "attention-why-grid" }, ...Object.values(blocks));
  const element = h("div", { class: "attention-why", role: "group", "aria-label": "the score broken down" }, head, grid, note);
  element.hidden = true;
  let shown = null;

  function fill(look, found) {
    const most = (pairs) => Math.max(...pairs.map(([, value]) => Math.abs(value)), 1e-12);
    blocks.parts.replaceChildren(h("h4", {}, "content and position"), bars(found.parts, most(found.parts), look));
    blocks.dims.replaceChildren(h("h4", {}, `by dimension (${found.dims.length})`), plots.dims.element);
    blocks.curve.replaceChildren(h("h4", {}, "by distance"), plots.curve.element);
    blocks.curve.hidden = !found.curve.length;
    const both = most([...found.query, ...found.key]);
    for (const side of ["query", "key"]) {
      blocks[side].replaceChildren(h("h4", {}, `who wrote the ${side}`), bars(found[side], both, look));
      blocks[side].hidden = !found[side].length;
    }
    note.textContent = found.note;
  }

  return {
    element,
    /** The answers drawn, so that a stale one can be told from the pair asked about. */
    draw(look, pair, found, message = "") {
      if (element.hidden) return;
      const ask = [...placed(look, pair.query), " → ", ...placed(look, pair.key)];
      element.classList.toggle("attention-old", !found && Boolean(shown));
      if (!found) return head.replaceChildren(...ask, h("span", { class: "kit-soft" }, ` ${message || "…"}`));
      const others = found.others === null ? "" : `; the other keys average ${number(found.others)}`;
      head.replaceChildren(...ask, ": score ", h("strong", {}, number(found.score)), `${others}${found.weight === null ? "" : `; weight ${number(found.weight)}`}`);
      if (shown?.found !== found || shown.dark !== look.scale.dark) fill(look, found);
      shown = { found, dark: look.scale.dark };
      plots.dims.draw(look, found.dims, { tell: (i) => `dimension ${i}: ${number(found.dims[i])}${turns(found.waves[i])}` });
      if (found.curve.length) plots.curve.draw(look, found.curve, { here: pair.query - pair.key, tell: (i) => `${i} apart: ${number(found.curve[i])}` });
      return undefined;
    },
  };
}

const turns = (wave) => (wave === undefined ? "" : wave === null ? " · never turns" : ` · turns once in ${number(wave)} tokens`);

/** Signed bars about a middle line, with their numbers; a list. */
export function bars(pairs, most, { scale }) {
  return h("ul", { class: "attention-bars" }, ...pairs.map(([name, value]) => {
    const bar = h("span", { class: "attention-bar" });
    bar.style.width = `${(50 * Math.abs(value)) / most}%`;
    bar.style[value < 0 ? "right" : "left"] = "50%";
    bar.style.background = css(diverging(value < 0 ? -0.66 : 0.66, scale.dark));
    return h("li", {}, h("span", { class: "attention-who", title: name }, name), h("span", { class: "attention-track" }, bar), h("span", { class: "attention-much" }, number(value)));
  }));
}
