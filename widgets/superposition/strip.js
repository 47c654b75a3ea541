// The share of a dimension that each feature has, for every sparsity: 1 alone, 1/2 in a pair of opposites, 2/5 in a pentagon.
import { h } from "../glass/kit.js";

const LEVELS = [[1, "1 alone"], [1 / 2, "½ pair", -4], [2 / 5, "⅖ five", 4], [0, "0 left out"]];
const place = (share) => `${94 - 84 * Math.min(share, 1.05)}%`;

export function strip({ over, chosen }) {
  const plot = h("div", { class: "superposition-plot" });
  const element = h("div", { class: "superposition-strip" },
    h("div", { class: "superposition-levels", "aria-hidden": "true" }, ...LEVELS.map(([share, name, off = 0]) => { const made = h("span", {}, name); made.style.top = `calc(${place(share)} + ${off}px)`; return made; })), plot);
  return {
    element,
    draw({ sparsities, shares, run, feature, colour }) {
      const lines = LEVELS.map(([share]) => { const made = h("i", { class: "superposition-level" }); made.style.top = place(share); return made; });
      plot.replaceChildren(h("div", { class: "superposition-lines" }, ...lines), ...sparsities.map((sparsity, i) => {
        const column = h("div", { class: `superposition-column${i === run ? " superposition-now" : ""}` }, ...shares[i].map((share, f) => {
          const dot = h("b", { class: f === feature ? "superposition-now" : "" });
          Object.assign(dot.style, { top: place(share), left: `${50 + (f - (shares[i].length - 1) / 2) * Math.min(9, 60 / shares[i].length)}%`, background: colour(f) });
          return dot;
        }), h("span", { class: "superposition-tick" }, String(sparsity)));
        column.addEventListener("pointerenter", () => over(i));
        column.addEventListener("pointerleave", () => over(null));
        column.addEventListener("click", () => chosen(i));
        return column;
      }));
    },
  };
}
