// All layers at one strength: a cell each, coloured by the effect, with a dot where it leaves every random direction behind.

import { h, number, scale } from "../glass/kit.js";

/** Builds the strip; `pick(row)` is called with the cell that was clicked. */
export function strip({ signal, pick }) {
  const element = h("div", { class: "steer-layers", tabindex: "0", role: "application" });
  let cells = [];
  element.addEventListener("click", ({ target }) => {
    const row = cells.indexOf(target.closest(".steer-layer"));
    if (row >= 0) pick(row);
  }, { signal });
  return {
    element,
    draw({ run, row, column, dark }) {
      const across = run.across(column);
      if (cells.length !== across.length) {
        cells = across.map(({ layer }) => h("div", { class: "steer-layer" }, h("span", {}, `L${layer}`), h("i")));
        element.replaceChildren(...cells);
        element.style.setProperty("--steer-columns", cells.length);
      }
      const values = across.map(({ value, known }) => (known ? Math.abs(value) : 0));
      const colours = scale({ low: 0, high: Math.max(...values, 1e-9), signed: run.signed, dark });
      const every = [1, 2, 5, 10].find((n) => n * 16 >= cells.length) ?? 20;
      across.forEach(({ layer, value, known, beyond }, i) => {
        const [name, dot] = cells[i].children;
        colours.ground(cells[i], known ? value : NaN);
        cells[i].classList.toggle("steer-here", i === row);
        cells[i].classList.toggle("steer-lost", !known);
        name.textContent = i === row || i % every === 0 ? `L${layer}` : "";
        dot.hidden = !(known && beyond && run.strengths[column]);
      });
      const { layer, value, known } = across[row];
      element.setAttribute("aria-label", `layers; L${layer} picked: ${known ? number(value, run.unit) : "not done"}; arrows pick another`);
      return colours;
    },
  };
}
