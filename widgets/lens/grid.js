// Layers down, tokens across. Only the columns in sight stand in the page, so that a long text is no more than a short one.

import { chip, h } from "../glass/kit.js";
import { standing } from "./data.js";

const [NAMES, HEAD, LEAST, MOST] = [46, 22, 58, 118]; // px: the rows' names, the tokens above, a column

/** Builds the grid; `over({row, token}|null)` and `picked({row, token})` say what the mouse does. */
export function grid({ signal, over, picked }) {
  const names = h("div", { class: "lens-names" });
  const wide = h("div", { class: "lens-wide" }, names);
  const element = h("div", { class: "lens-grid", tabindex: "0", role: "application", "aria-label": "what each layer would say, layers down, tokens across; arrows move" }, wide);
  let [look, columns, width] = [null, new Map(), 0];

  const at = ({ target }) => {
    const token = target.closest?.(".lens-column")?.token;
    return token === undefined ? null : { token, row: target.row ?? null };
  };
  const on = (type, call) => element.addEventListener(type, call, { signal });
  on("pointerover", (event) => over(at(event)));
  on("pointerleave", () => over(null));
  on("click", (event) => { const cell = at(event); if (cell) picked(cell); });
  on("scroll", () => look && seen());

  /** The columns in sight, and a few beside them, filled; those far away let go. */
  function seen() {
    const [from, to] = [element.scrollLeft, element.scrollLeft + element.clientWidth].map((px) => Math.floor((px - NAMES) / width));
    const [first, last] = [Math.max(0, from - 2), Math.min(look.reading.size - 1, to + 2)];
    for (const [token, column] of columns) if (token < first - 40 || token > last + 40) { column.remove(); columns.delete(token); }
    for (let token = first; token <= last; token += 1) fill(columns.get(token) ?? made(token), token);
  }

  function made(token) {
    const { reading, rows } = look;
    const head = h("div", { class: "lens-head" }, chip(reading.pieces[token], { special: reading.special[token] }));
    const cells = rows.map((row) => Object.assign(h("div", { class: "lens-cell" }), { row }));
    const foot = h("div", { class: "lens-foot" });
    const column = Object.assign(h("div", { class: "lens-column" }, head, ...cells, foot), { token, head, cells, foot });
    column.style.left = `${NAMES + token * width}px`;
    columns.set(token, wide.appendChild(column));
    return column;
  }

  /** A column, touched only where it changes: its guesses with the lens, its marks with what is picked. */
  function fill(column, token) {
    const { reading, measure, lens, cell, settled, rows } = look;
    if (column.measure !== measure || column.lens !== lens) {
      Object.assign(column, { measure, lens });
      for (const one of column.cells) {
        const says = reading.says(lens, one.row, token);
        one.textContent = measure.text(says);
        [one.style.backgroundColor, one.style.color] = measure.colour(says);
        one.classList.toggle("lens-final", says.final);
      }
    }
    const marks = [token === settled.token && standing(rows, settled.row), token === cell.token && standing(rows, cell.row)];
    if (column.marks !== (column.marks = String(marks))) {
      column.classList.toggle("lens-here", token === settled.token);
      for (const one of column.cells) {
        one.classList.toggle("lens-picked", one.row === marks[0]);
        one.classList.toggle("lens-over", one.row === marks[1]);
      }
    }
    const target = reading.targets[token];
    if (column.foot.said !== target) column.foot.replaceChildren(...((column.foot.said = target) ? [chip(target)] : []));
  }

  return {
    element,
    draw(next) {
      const [rows, reading] = [next.rows, next.reading];
      const tall = Math.min(36, Math.max(18, Math.floor((next.height - 2 * HEAD - 16) / rows.length))); // and a scroll bar
      const across = Math.min(MOST, Math.max(LEAST, Math.floor((next.width - NAMES - 2) / reading.size)));
      const stamp = `${rows} ${across} ${tall}`;
      if (look?.reading !== reading || look.stamp !== stamp) {
        [width, columns] = [across, new Map()];
        names.replaceChildren(h("div", { class: "lens-head" }, "text"), ...rows.map((row) => Object.assign(h("div", {}, reading.layers[row]), { row })), h("div", { class: "lens-foot" }, next.followed));
        wide.replaceChildren(names);
        Object.assign(wide.style, { width: `${NAMES + across * reading.size}px`, height: `${2 * HEAD + rows.length * tall}px` });
        element.style.setProperty("--lens-tall", `${tall}px`);
        element.style.setProperty("--lens-across", `${across}px`);
        look = null;
      }
      element.style.height = `${next.height}px`;
      const moved = look?.settled.token !== next.settled.token || look?.settled.row !== next.settled.row;
      look = { ...next, stamp };
      names.lastChild.textContent = next.followed;
      for (const name of names.children) name.classList.toggle("lens-here", name.row === standing(rows, next.settled.row));
      if (moved) this.reveal(tall);
      seen();
    },
    /** Scroll the grid, and nothing around it, until the picked cell is to be seen. */
    reveal(tall) {
      const { settled, rows } = look;
      const [left, top] = [NAMES + settled.token * width, HEAD + rows.indexOf(standing(rows, settled.row)) * tall];
      const clear = (scroll, from, to, room, before, after) => Math.max(Math.min(scroll, from - before), to + after - room);
      element.scrollLeft = clear(element.scrollLeft, left, left + width, element.clientWidth, NAMES, 0);
      element.scrollTop = clear(element.scrollTop, top, top + tall, element.clientHeight, HEAD, HEAD);
    },
  };
}
