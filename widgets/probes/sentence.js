// The reader's sentence: what the probe of each layer says of each token, beside how well that layer's probe does.

import { chip, css, h, ink, number, sequential } from "../glass/kit.js";
import { ranked } from "./data.js";

const [NAMES, HEAD, LEAST, MOST] = [146, 22, 54, 112]; // px: the rows' names, the tokens, a column

/** Builds the panel; `read(text)` asks for another sentence, `over` and `go` tell of { row, token }. */
export function sentence({ signal, read, over, go, paint }) {
  const typed = h("input", { class: "probes-typed", type: "text", maxlength: "4000", spellcheck: "false", "aria-label": "your sentence", placeholder: "type a sentence" });
  const names = h("div", { class: "probes-names" });
  const wide = h("div", { class: "probes-wide" }, names);
  const grid = h("div", { class: "probes-grid", tabindex: "0", role: "application", "aria-label": "what each layer's probe says of each token, layers down, tokens across; arrows move", "data-effect": "sentence" }, wide);
  const bars = h("ul", { class: "probes-bars" });
  const element = h("div", { class: "probes-panel" }, h("div", { class: "probes-bar" }, typed, paint), grid, bars);
  let [look, columns, width, tall] = [null, new Map(), 0, 21];

  // What is read is what was typed last; an input method's own keys are left to it.
  typed.addEventListener("input", (event) => { if (!event.isComposing) read(typed.value); }, { signal });
  const at = ({ target }) => (target.closest?.(".probes-column") ? { token: target.closest(".probes-column").token, row: target.row ?? null } : null);
  grid.addEventListener("pointerover", (event) => over(at(event)), { signal });
  grid.addEventListener("pointerleave", () => over(null), { signal });
  grid.addEventListener("click", (event) => { const cell = at(event); if (cell) go(cell); }, { signal });
  grid.addEventListener("scroll", () => look && seen(), { signal });

  /** Only the columns in sight stand in the page. */
  function seen() {
    const [from, to] = [grid.scrollLeft, grid.scrollLeft + grid.clientWidth].map((px) => Math.floor((px - NAMES) / width));
    const [first, last] = [Math.max(0, from - 1), Math.min(look.known.pieces.length - 1, to + 2)];
    for (const [token, column] of columns) if (token < first || token > last) { column.remove(); columns.delete(token); }
    for (let token = first; token <= last; token += 1) mark(columns.get(token) ?? made(token), token);
  }
  function made(token) {
    const { known, task, theme, paint, of } = look;
    const final = ranked(task.chances(known.last, token))[0][0];
    const cells = known.rows.map((_, row) => {
      if (!known.done[row]) return h("div", { class: "probes-said" });
      const chances = task.chances(row, token);
      const said = paint === "class" ? of : ranked(chances)[0][0];
      const ground = sequential(chances[said], theme.dark);
      const one = h("div", { class: said === final && paint === "guess" ? "probes-said probes-final" : "probes-said" }, paint === "class" ? number(chances[of]) : task.classes[said]);
      Object.assign(one.style, { backgroundColor: css(ground), color: css(ink(ground)) });
      return Object.assign(one, { row });
    });
    const column = Object.assign(h("div", { class: "probes-column" }, h("div", { class: "probes-head" }, chip(known.pieces[token], { special: known.special[token] })), ...cells), { token });
    Object.assign(column.style, { left: `${NAMES + token * width}px`, width: `${width}px` });
    columns.set(token, wide.appendChild(column));
    return column;
  }
  function mark(column, token) {
    column.classList.toggle("probes-now", token === look.token);
    [...column.children].forEach((cell) => cell.classList.toggle("probes-here", token === look.token && cell.row === look.row));
  }
  function reveal() {
    const [left, top] = [NAMES + look.token * width, HEAD + look.row * tall];
    const clear = (scroll, from, to, room, before) => Math.max(Math.min(scroll, from - before), to - room);
    grid.scrollLeft = clear(grid.scrollLeft, left, left + width, grid.clientWidth, NAMES);
    grid.scrollTop = clear(grid.scrollTop, top, top + tall, grid.clientHeight, HEAD);
  }

  return {
    element, grid,
    draw(next) {
      const { known, task, row, token, live, can, text } = next;
      if (element.ownerDocument.activeElement !== typed && typed.value !== text) typed.value = text;
      typed.disabled = !can || !live;
      typed.title = typed.disabled ? "reading another sentence takes the notebook's kernel" : "read as you type";
      const there = known.pieces.length > 0 && task.chances(0, 0);
      grid.hidden = bars.hidden = !there;
      if (!there) return;
      const across = Math.min(MOST, Math.max(LEAST, Math.floor((grid.clientWidth - NAMES - 2) / known.pieces.length)));
      const stamp = [across, next.paint, next.of, task.index, next.theme.dark, element.clientHeight].join(" ");
      const moved = look?.row !== row || look?.token !== token;
      if (look?.known !== known || look.stamp !== stamp) {
        [width, columns] = [across, new Map()];
        tall = Math.max(21, Math.min(30, Math.floor((element.clientHeight - HEAD - 116) / known.rows.length)));
        grid.style.setProperty("--probes-tall", `${tall}px`);
        wide.replaceChildren(names);
        Object.assign(wide.style, { width: `${NAMES + across * known.pieces.length}px`, height: `${HEAD + known.rows.length * tall}px` });
        const [probe, control] = [task.curve("accuracy"), task.against];
        names.replaceChildren(h("div", { class: "probes-head" }, "", h("span", {}, "probe"), h("span", { "data-control": "held out" }, control.key)),
          ...known.rows.map((name, i) => h("div", {}, name, h("span", {}, number(probe.mean[i])), h("span", { "data-control": "held out" }, number(control.mean[i])))));
      }
      look = { ...next, stamp };
      [...names.children].forEach((one, i) => one.classList.toggle("probes-now", i - 1 === row));
      if (moved) reveal();
      seen();
      const best = ranked(task.chances(next.overRow ?? row, next.overToken ?? token)).slice(0, 6);
      bars.replaceChildren(...best.map(([of, chance]) => {
        const bar = h("i");
        bar.style.width = `${chance * 100}%`;
        return h("li", {}, bar, h("span", {}, task.classes[of]), h("b", {}, number(chance)));
      }));
    },
  };
}
