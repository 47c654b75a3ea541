// Beside the map: the true neighbours of what is picked with their rank in the picture, and what is selected.

import { chip, h, number } from "../glass/kit.js";
import { answersOf } from "./analogy.js";
import { known } from "./data.js";

const ROWS = 10;
const CHIPS = 60;
const whole = (count) => count.toLocaleString("en");

/** Builds the panel. `pick(point)` follows a neighbour, `clear()` empties the selection. */
export function panel({ map, pick, clear, hover }) {
  const [heading, rows, verdict, count, list] = ["heading", "rows", "verdict", "count", "list"].map((name) => h("div", { class: `embedding-map-${name}` }));
  const empty = h("button", { class: "kit-button", type: "button", onclick: clear }, "Clear");
  const element = h("div", { class: "embedding-map-panel" }, heading, rows, verdict, h("div", { class: "embedding-map-selected" }, count, empty), list);
  let stamp = "";

  const row = (point, cosine, places) => {
    const bar = h("i", {});
    bar.style.width = `${Math.max(0, Math.min(1, cosine)) * 40}px`;
    const button = h("button", { class: "embedding-map-row", type: "button", onclick: () => pick(point), onpointerenter: () => hover(point), onpointerleave: () => hover(null) },
      chip(map.names[point], { most: 13 }), h("span", { class: "embedding-map-cosine" }, bar, number(cosine)), ...places.map((place) => h("span", { class: place <= ROWS ? "embedding-map-place" : "embedding-map-place kit-soft" }, whole(place))));
    return button;
  };
  const button = (point) => h("button", { class: "embedding-map-chip", type: "button", onclick: () => pick(point), onpointerenter: () => hover(point), onpointerleave: () => hover(null) }, chip(map.names[point], { most: 18 }));

  return {
    element,
    /** near: {ids, similarities, ranks: [a rank list for each board]} or null; why: words instead. */
    draw({ picked, near, why, names: boards, selected, what, searched }) {
      const now = JSON.stringify([picked, near, why, selected.length, selected[0], selected.at(-1), what, searched, boards]);
      if (now === stamp) return;
      stamp = now;
      if (near?.three) {
        const told = answersOf(map, near, row);
        heading.replaceChildren(...told.heading);
        rows.replaceChildren(h("div", { class: "embedding-map-row embedding-map-head" }, h("span", {}, "nearest"), h("span", { class: "embedding-map-cosine" }, map.unit), h("span", { class: "embedding-map-place" })), ...told.rows);
        verdict.replaceChildren(...told.verdict);
      } else neighbours({ picked, near, why, boards });
      count.textContent = selected.length ? `${what}: ${whole(selected.length)}` : searched ? `Nothing is called “${searched}”.` : "Nothing selected: lasso, or find and select.";
      empty.hidden = !selected.length || what === "Found";
      list.replaceChildren(...selected.slice(0, CHIPS).map(button), ...(selected.length > CHIPS ? [h("span", { class: "kit-soft" }, ` and ${whole(selected.length - CHIPS)} more`)] : []));
    },
  };

  function neighbours({ picked, near, why, boards }) {
    heading.replaceChildren(...(picked === null ? ["How much the map lies"] : [chip(map.names[picked], { most: 20 }), ` by ${map.unit}`]));
    const shown = near ? Math.min(ROWS, near.ids.length) : 0;
    const head = h("div", { class: "embedding-map-row embedding-map-head" }, h("span", {}, "true neighbour"), h("span", { class: "embedding-map-cosine" }, map.unit), ...boards.map((name) => h("span", { class: "embedding-map-place", title: `rank in ${name}` }, boards.length > 1 ? name : "rank here")));
    rows.replaceChildren(...(shown ? [head] : []), ...Array.from({ length: shown }, (_, i) => row(near.ids[i], near.similarities[i], near.ranks.map((ranks) => ranks[i]))));
    verdict.textContent = shown ? boards.map((name, b) => `${near.ranks[b].slice(0, shown).filter((place) => place <= shown).length} of ${shown} are among the ${shown} nearest in ${boards.length > 1 ? name : "the picture"}.`).join(" ") : why;
  }
}

/** What the given shares say of a map as a whole. */
export function honest(map, at, asks) {
  const shares = map.honesty[at];
  const see = asks ? " Pick a point to see its own." : "";
  if (!shares && !asks) return "No true neighbours were given with this map, so it cannot be told.";
  if (!shares) return "Pick a point: its true neighbours come with their rank in the picture.";
  const { mean, count } = known(shares);
  return `${map.maps[at]} keeps ${number(100 * mean)} % of the true nearest neighbours (mean of the ${whole(count)} points looked at).${see}`;
}
