// The edges into and out of the picked part, the strongest first: go along one, or cut it.

import { h, signed } from "../glass/kit.js";
import { around } from "./data.js";
import { colourOf } from "./graph.js";

/** Builds it; `go(node)` along an edge, `knife([edge])` cuts it or puts it back, `marked(edge)` while it is looked at. */
export function list({ go, knife, marked }) {
  const element = h("div", { class: "circuit-list", role: "group", "aria-label": "edges of the picked part" });
  const rows = () => [...element.querySelectorAll(".circuit-edge")];

  function row({ known, circuit, theme, node }, e, side) {
    const [out, port, other] = [circuit.out.has(known.number[e]), known.port(e), (side ? known.to : known.from)[e]];
    const bar = h("i", { style: `width: ${(100 * Math.abs(known.scores[e])) / known.widest}%; background: ${colourOf(known.scores[e], theme.dark)}` });
    const name = node < 0 ? known.edge(e) : side ? `${known.names[other]} ${port}` : `${port} ${known.names[other]}`;
    const edge = h("button", { class: "circuit-edge", type: "button", onclick: () => go(other), onfocus: () => marked(e), onblur: () => marked(-1) },
      h("span", {}, name.trim()), h("span", { "data-effect": "" }, signed(known.scores[e])), h("span", { class: "kit-soft", "data-control": "" }, `±${Number(known.chance[e].toPrecision(1))}`));
    const cut = h("button", { class: "circuit-knife", type: "button", tabindex: "-1", "aria-label": `${out ? "put back" : "cut"} ${known.edge(e)}`, onclick: () => knife([e]) }, out ? "↺" : "✕");
    const state = out ? " circuit-out" : circuit.leads.has(e) ? "" : " circuit-dead";
    return Object.assign(h("div", { class: `circuit-row${state}`, onpointerenter: () => marked(e), onpointerleave: () => marked(-1) }, edge, cut, bar), { edge: e });
  }

  let drawn = {};
  return {
    element,
    /** Where the keyboard goes, from the row that it is in. */
    walk(from, by) {
      const all = rows();
      all[Math.max(0, Math.min(all.length - 1, all.indexOf(from?.firstChild) + by))]?.focus();
    },
    draw(look) {
      if (Object.keys(look).every((name) => look[name] === drawn[name])) return; // what is under the mouse stays
      drawn = look;
      const { known, circuit, node } = look;
      const held = document.activeElement?.closest(".circuit-row")?.edge;
      const column = (edges, side) => h("div", { class: "circuit-edges" }, h("div", { class: "kit-soft" }, node < 0 ? "The strongest edges; pick a part for its own" : `${known.names[node]} ${side ? "feeds" : "reads from"}${edges.length ? "" : " nothing here"}`), ...edges.map((e) => row(look, e, side)));
      element.replaceChildren(...around(known, circuit, node).map(column));
      if (held !== undefined) rows().find(({ parentNode }) => parentNode.edge === held)?.focus();
    },
  };
}
