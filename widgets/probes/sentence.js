// The reader's sentence: what the probe of each layer says of each token, beside how well that layer's probe does.

import { chip, h, number, sequential } from "../glass/kit.js";
import { ranked } from "./data.js";
import { matrix } from "./matrix.js";

const [NAMES, HEAD, LEAST, MOST] = [152, 22, 54, 112]; // px: the rows' names, the tokens, a column

/** Builds the panel; `read(text)` asks for another sentence, `over` and `go` tell of { row, token }; `paint`: the switch. */
export function sentence({ signal, read, over, go, paint }) {
  const typed = h("input", { class: "probes-typed", type: "text", maxlength: "2000", spellcheck: "false", "aria-label": "your sentence" });
  const place = (call) => (at) => call(at && { row: at.row, token: at.column });
  const grid = matrix({ signal, over: place(over), picked: place(go), walk: true });
  grid.element.classList.add("probes-sentence");
  grid.element.dataset.effect = "sentence";
  const bars = h("ul", { class: "probes-bars" });
  const element = h("div", { class: "probes-panel" }, h("div", { class: "probes-bar" }, typed, paint), grid.element, bars);
  // What is read is what was typed last; an input method's own keys are left to it.
  typed.addEventListener("input", (event) => { if (!event.isComposing) read(typed.value); }, { signal });
  const figures = (...texts) => texts.map((text, i) => h("span", i ? { "data-control": "held out" } : {}, text));
  return {
    element, grids: [grid],
    draw({ known, task, row, token, live, can, text, paint: painted, of, theme, overRow, overToken }) {
      if (element.ownerDocument.activeElement !== typed && typed.value !== text) typed.value = text;
      typed.disabled = !can || !live;
      typed.placeholder = can ? "type a sentence" : "no model was given to read a sentence with";
      typed.title = typed.disabled ? "reading another sentence takes the notebook's kernel" : "read as you type";
      const there = known.pieces.length > 0 && task.chances(0, 0);
      grid.element.hidden = bars.hidden = !there;
      if (!there) return;
      const final = known.pieces.map((_, at) => ranked(task.chances(known.last, at))[0][0]);
      const said = (at, column) => (painted === "class" ? of : ranked(task.chances(at, column))[0][0]);
      const say = (at, column) => {
        if (painted === "class") return task.chances(at, column)[of].toFixed(2);
        const best = said(at, column);
        return best === final[column] ? h("u", {}, task.classes[best]) : task.classes[best];
      };
      const wide = Math.min(MOST, Math.max(LEAST, Math.floor((element.clientWidth - NAMES - 2) / known.pieces.length)));
      const tall = Math.max(21, Math.min(30, Math.floor((element.clientHeight - HEAD - 116) / known.rows.length)));
      grid.draw({
        rows: known.rows.map((name, at) => h("span", {}, name, ...figures(...[task.curve("accuracy"), task.against].map(({ mean }) => number(mean[at]))))),
        columns: known.pieces.map((piece, at) => chip(piece, { special: known.special[at] })), corner: h("span", {}, "", ...figures("probe", task.against.key)),
        wide, tall, left: NAMES, top: HEAD, label: "what each layer's probe says of each token, layers down, tokens across; arrows move",
        colour: (at, column) => (known.done[at] ? sequential(task.chances(at, column)[said(at, column)], theme.dark) : null), text: (at, column) => (known.done[at] ? say(at, column) : ""),
        here: { row, column: token }, stamp: [known.stamp, task.index, painted, of, theme.dark, wide, tall].join(" "),
      });
      const best = ranked(task.chances(overRow ?? row, overToken ?? token)).slice(0, 6);
      bars.replaceChildren(...best.map(([kind, chance]) => {
        const bar = h("i");
        bar.style.width = `${chance * 100}%`;
        return h("li", {}, bar, h("span", {}, task.classes[kind]), h("b", {}, number(chance)));
      }));
    },
  };
}
