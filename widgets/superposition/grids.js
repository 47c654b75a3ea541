// Squares: what comes back of each feature, and the phases.
import { css, h, ink } from "../glass/kit.js";

const one = (value) => value.toFixed(1).replace(/^-?0\.0$/, "0").replace("-", "−");

/** WᵀW and the bias as a table of colours: a row is the feature that is there, a column what returns. */
export function matrix({ over, chosen }) {
  const element = h("div", { class: "superposition-matrix" });
  return {
    element,
    draw({ rows, bias, feature, scale, colour }) {
      const count = rows.length;
      element.style.gridTemplateColumns = `18px repeat(${count}, 1fr) 6px 1fr`;
      const written = count <= 6;
      const box = (value, i, j) => {
        const made = h("div", { class: "superposition-box" }, written ? one(value) : "");
        scale.ground(made, value);
        made.addEventListener("pointerenter", () => over(i, j));
        made.addEventListener("click", () => chosen(i));
        return made;
      };
      const name = (i, text = String(i)) => { const made = h("div", { class: `superposition-name${i === feature ? " superposition-now" : ""}` }, text); made.style.borderColor = colour(i); return made; };
      element.replaceChildren(h("div"), ...rows.map((_, j) => name(j)), h("div"), h("div", { class: "superposition-name" }, "b"),
        ...rows.flatMap((row, i) => [name(i, count <= 10 ? String(i) : ""), ...row.map((value, j) => box(value, i, j)), h("div"), box(bias[i], i, null)]));
    },
  };
}

/** The phases: densities to the right, importance upwards. */
export function phaseMap({ over, chosen, label }) {
  const cells = h("div", { class: "superposition-cells" });
  const element = h("div", { class: "superposition-phases", tabindex: "0", role: "application", "aria-label": label }, cells);
  let drawn = [];
  const at = ({ target }) => drawn.indexOf(target);
  cells.addEventListener("pointermove", (event) => over(at(event)));
  cells.addEventListener("pointerleave", () => over(-1));
  cells.addEventListener("click", (event) => { if (at(event) >= 0) chosen(at(event)); });
  return {
    element,
    draw({ phases, theory, cell, colours }) {
      if (drawn.length !== phases.size) {
        drawn = Array.from({ length: phases.size }, () => h("i"));
        cells.style.gridTemplateColumns = `repeat(${phases.wide}, 1fr)`;
        cells.replaceChildren(...Array.from({ length: phases.importances.length }, (_, i) => drawn.slice(i * phases.wide, (i + 1) * phases.wide)).reverse().flat());
      }
      drawn.forEach((box, i) => {
        const [kind, other] = [phases.kind(i, theory), phases.kind(i, !theory)];
        box.style.background = css(colours[kind]);
        box.style.color = css(ink(colours[kind]));
        box.className = `${i === cell ? "superposition-picked" : ""}${kind === other ? "" : " superposition-apart"}`;
      });
    },
  };
}
