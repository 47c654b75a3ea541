// The waterfall: a row a step, its bar from where the steps before it ended; the sum stands below.

import { css, diverging, h, number, signed } from "../glass/kit.js";
import { axis, tidy, ticks } from "../glass/curves.js";

const [ROW, AXIS] = [19, 20];
/** Orange adds, blue takes away. */
export const colourOf = (value, dark) => css(diverging(value < 0 ? -0.62 : 0.62, dark));

/** Builds it; `over(step|null)`, `picked(step)` and `toggled(layer)` say what the mouse does. */
export function fall({ signal, over, picked, toggled }) {
  const [marks, body, sum] = [h("div", { class: "contributions-axis" }), h("div", { class: "contributions-body" }), h("div", { class: "contributions-row contributions-sum" })];
  const element = h("div", { class: "contributions-fall", tabindex: "0", role: "application", "aria-label": "what each part adds, from the top down; arrows move" }, marks, body, sum);
  let [list, rows, at] = [[], [], -1];
  const step = ({ target }) => list[rows.indexOf(target.closest?.(".contributions-row"))] ?? null;
  const on = (type, call) => element.addEventListener(type, call, { signal });
  on("pointerover", (event) => over(step(event)));
  on("pointerleave", () => over(null));
  on("click", (event) => {
    const one = step(event);
    if (one?.group && event.target.closest(".contributions-turn")) toggled(one.layer);
    else if (one) picked(one);
  });

  return {
    element,
    draw({ steps, known, theme, here, hovered, width }) {
      const ends = steps.flatMap(({ from, to }) => [from, to]);
      const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends, known.logit)];
      const room = Math.max(80, width - NAME - VALUES);
      const across = axis({ low, high: high > low ? high : low + 1 }, 4, room - 4);
      const lines = ticks(low, high, Math.max(2, Math.floor(room / 70))).map((value) => {
        const mark = h("span", {}, tidy(value));
        mark.style.left = `${NAME + across.at(value)}px`;
        return mark;
      });
      marks.replaceChildren(...lines);
      body.style.setProperty("--contributions-zero", `${NAME + across.at(0)}px`);
      if (rows.length !== steps.length) body.replaceChildren(...(rows = steps.map(() => row())));
      list = steps;
      steps.forEach((one, i) => {
        fill(rows[i], one, across, theme.dark);
        rows[i].classList.toggle("contributions-here", i === here);
        rows[i].classList.toggle("contributions-over", i === hovered);
      });
      const total = row();
      fill(total, { name: "sum", value: known.logit, from: 0, to: known.logit, total: true }, across, theme.dark);
      sum.replaceChildren(...total.children);
      if (at !== here && here >= 0) reveal(rows[here]);
      at = here;
    },
  };

  /** Scroll the waterfall, and nothing around it, until the row is to be seen between axis and sum. */
  function reveal({ offsetTop: top }) {
    element.scrollTop = Math.max(Math.min(element.scrollTop, top), top + AXIS + 2 * ROW + 4 - element.clientHeight);
  }
}

const [NAME, VALUES] = [132, 134]; // px: a part's name, what it adds and the running total

function row() {
  const parts = ["turn", "name", "bar", "value", "total"].map((name) => h("span", { class: `contributions-${name}` }));
  return Object.assign(h("div", { class: "contributions-row" }, ...parts), { parts });
}

function fill({ parts: [turn, name, bar, value, total], classList }, step, across, dark) {
  turn.textContent = step.group ? (step.open ? "▾" : "▸") : "";
  name.textContent = step.name;
  classList.toggle("contributions-inside", Boolean(step.inside));
  classList.toggle("contributions-open", Boolean(step.open));
  const [left, right] = [across.at(Math.min(step.from, step.to)), across.at(Math.max(step.from, step.to))];
  Object.assign(bar.style, { left: `${NAME + left}px`, width: `${Math.max(1.5, right - left)}px`, backgroundColor: step.open ? "transparent" : colourOf(step.value, dark), borderColor: colourOf(step.value, dark) });
  value.textContent = signed(step.value);
  total.textContent = step.open || step.total ? "" : number(step.to);
}
