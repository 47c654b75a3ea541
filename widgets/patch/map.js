// Rows of layers, columns of pieces or heads: the effects, painted; names and prompts stay in sight while it scrolls.

import { chip, css, h, ink } from "../glass/kit.js";
import { differs } from "./data.js";
import { brief } from "./words.js";

const [NAMES, LEAST, MOST, LINE] = [50, 24, 120, 21]; // px: the rows' names, a column, a line of the prompts

/** Paint cells: `value(row, column)` is a number, NaN for nothing there, undefined for not done, null for inside the control. */
export function paint(canvas, { rows, columns, across, tall, value, scale, theme, text }) {
  const dpr = globalThis.devicePixelRatio || 1;
  const [width, height] = [across * columns, tall * rows];
  [canvas.width, canvas.height] = [Math.round(width * dpr), Math.round(height * dpr)];
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d");
  context.scale(dpr, dpr);
  Object.assign(context, { font: `11px ${theme.sans}`, textAlign: "center", textBaseline: "middle" });
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  const gap = Math.min(across, tall) >= 7 ? 1 : 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y, one] = [column * across, row * tall, value(row, column)];
      if (one === undefined) context.clearRect(x, y, across, tall); // the hatched ground is seen
      context.fillStyle = theme.line;
      if (one === null) context.fillRect(x + across / 2 - 1, y + tall / 2 - 1, 2, 2);
      if (!Number.isFinite(one)) continue;
      const colour = scale.colour(one);
      context.fillStyle = css(colour);
      context.fillRect(x, y, across - gap, tall - gap);
      if (!text || brief(one) === "0") continue;
      context.fillStyle = css(ink(colour));
      context.fillText(brief(one), x + (across - gap) / 2, y + tall / 2 + 0.5);
    }
  }
}

/** Builds the map; `beside`: the canvas of the controls; `over(cell|null)` and `picked(cell)` say what the mouse does; cells are { row, at }. */
export function map({ signal, beside, over, picked }) {
  const [corner, heads, names] = ["corner", "heads", "names"].map((part) => h("div", { class: `patch-${part}` }));
  const [canvas, here, there] = [h("canvas", { "aria-hidden": "true" }), h("i", { class: "patch-picked" }), h("i", { class: "patch-over" })];
  const cells = h("div", { class: "patch-cells" }, canvas, here, there);
  const element = h("div", { class: "patch-map", tabindex: "0", role: "application", "data-effect": "", "aria-label": "effect of each patch, layers down; arrows move, Enter writes" }, h("div", { class: "patch-sheet" }, corner, heads, names, cells));
  let look = null;

  /** The cell under the mouse, on this map or on the smaller one beside. */
  const at = ({ target, clientX, clientY }) => {
    const [box, { columns, rows }] = [target.getBoundingClientRect(), look.sweep];
    const [column, row] = [((clientX - box.left) / box.width) * columns.length, ((clientY - box.top) / box.height) * rows.length].map(Math.floor);
    return rows[row] && columns[column]?.at >= 0 ? { row, at: columns[column].at } : null;
  };
  for (const one of [canvas, beside]) {
    one.addEventListener("pointermove", (event) => over(at(event)), { signal });
    one.addEventListener("pointerleave", () => over(null), { signal });
    one.addEventListener("click", (event) => { const cell = at(event); if (cell) picked(cell); }, { signal });
  }

  /** The two prompts, one over the other, or the numbers of the heads. */
  function header({ sweep, across }) {
    const { pieces, columns, byPosition, kind } = sweep;
    const lines = byPosition ? ["clean", "corrupted"] : [kind];
    corner.replaceChildren(...lines.map((line) => h("div", { title: { clean: "copied from here", corrupted: "this run is changed" }[line] }, byPosition ? { clean: "from", corrupted: "into" }[line] : line)));
    heads.replaceChildren(...lines.map((line) => h("div", { class: `patch-line patch-${line}` }, ...columns.map((column) => {
      const place = byPosition ? column[line === "clean" ? "from" : "into"] : column.at;
      const shown = !byPosition ? h("span", {}, kind === "layer" ? "all positions" : `H${place}`) : place < 0 ? h("span", { class: "patch-none", title: "no counterpart" }, "–") : chip(pieces[line][place]);
      shown.classList.toggle("patch-differs", byPosition && differs(sweep, column));
      const cell = h("div", { class: "patch-head" }, shown);
      cell.style.width = `${across}px`;
      return cell;
    }))));
  }

  const put = (frame, cell) => {
    const column = cell ? look.sweep.columns.findIndex(({ at: one }) => one === cell.at) : -1;
    frame.hidden = column < 0;
    Object.assign(frame.style, { left: `${column * look.across}px`, top: `${(cell?.row ?? 0) * look.tall}px`, width: `${look.across - 1}px`, height: `${look.tall - 1}px` });
    return column;
  };

  return {
    element,
    /** Everything anew. Returns the height of the rows, for the map beside. */
    draw({ sweep, width, height, scale, theme, only }) {
      const lines = sweep.byPosition ? 2 : 1;
      const count = sweep.rows.length;
      const room = height - lines * LINE - 1;
      const tall = Math.min(44, Math.max(8, Math.floor(room / count)));
      const free = width - NAMES - 2;
      const across = Math.max(LEAST, Math.min(sweep.columns.length < 3 ? 180 : MOST, Math.floor(free / sweep.columns.length)));
      look = { sweep, tall, across };
      element.style.setProperty("--patch-tall", `${tall}px`);
      header(look);
      names.replaceChildren(...sweep.rows.map(() => h("div")));
      paint(canvas, {
        rows: count, columns: sweep.columns.length, across, tall, scale, theme, text: across >= 30 && tall >= 15,
        value(row, column) {
          const { at: one } = sweep.columns[column];
          if (one < 0) return NaN;
          if (!sweep.doneAt(row, one)) return undefined;
          return only && !sweep.beyond(row, one) ? null : sweep.value(sweep.effect(row, one));
        },
      });
      return { tall, top: lines * LINE, rows: count };
    },
    /** The frames around the cell that is picked and the one under the mouse. */
    mark(cell, hovered) {
      if (!look) return;
      put(there, hovered);
      const column = put(here, cell);
      const { sweep, tall } = look;
      const step = Math.ceil(13 / tall);
      [...names.children].forEach((name, row) => {
        const off = Math.abs(row - cell.row);
        name.textContent = !off || ((sweep.rows.length - 1 - row) % step === 0 && off >= step) ? sweep.rowName(row) : "";
        name.classList.toggle("patch-here", !off);
      });
      for (const line of heads.children) [...line.children].forEach((head, i) => head.classList.toggle("patch-here", i === column));
    },
    /** Scroll the map, and nothing around it, until a cell is in sight. */
    reveal({ row, at: one }) {
      const column = look.sweep.columns.findIndex(({ at: place }) => place === one);
      const [x, y, top] = [column * look.across, row * look.tall, (look.sweep.byPosition ? 2 : 1) * LINE];
      const clear = (scroll, from, size, seen) => Math.max(Math.min(scroll, from), from + size - seen);
      element.scrollLeft = clear(element.scrollLeft, x, look.across, element.clientWidth - NAMES);
      element.scrollTop = clear(element.scrollTop, y, look.tall, element.clientHeight - top - 2);
    },
  };
}
