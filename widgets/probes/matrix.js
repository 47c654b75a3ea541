// Cells that mouse and keyboard go through, names on top and on the left: a sentence by layers, confusion, cosines.

import { css, h, ink } from "../glass/kit.js";

/**
 * Builds a matrix; `over(place|null)` and `picked(place)` with place { row, column }. With `walk` the arrows pick, without
 * they point, and Enter picks.
 * `draw({ rows, columns, tall, wide, left, top, upright, colour(row, column), text(row, column), here, label, stamp })`: rows and
 * columns are names or elements, sizes are in pixels; the cells are made anew where `stamp` is another.
 */
export function matrix({ signal, over, picked, walk = false }) {
  const element = h("div", { class: "probes-matrix", tabindex: "0", role: "application" });
  let [look, at] = [null, null];
  const on = (type, call) => element.addEventListener(type, call, { signal });
  const child = (row, column) => element.children[(row + 1) * (look.columns.length + 1) + column + 1];
  const mark = (name, place) => {
    for (const one of element.querySelectorAll(`.${name}`)) one.classList.remove(name);
    if (place) for (const one of [child(place.row, place.column), child(-1, place.column), child(place.row, -1)]) one?.classList.add(name);
  };
  const tell = (place) => { mark("probes-over", (at = place)); over(place); };
  on("pointerover", ({ target }) => { const one = target.closest(".probes-cell"); if (one) tell(one.place); });
  on("pointerleave", () => tell(null));
  on("click", ({ target }) => { const one = target.closest(".probes-cell"); if (one) picked(one.place); });
  on("blur", () => tell(null));
  const clamp = (value, list) => Math.max(0, Math.min(list.length - 1, value));
  const move = (down, across) => () => {
    const from = (walk ? null : at) ?? look.here;
    const to = { row: clamp(from.row + down, look.rows), column: clamp(from.column + across, look.columns) };
    if (walk) picked((look.here = to)); // at once: the next key may come before the next frame
    else tell(to);
  };
  return {
    element,
    keys: { ArrowUp: move(-1, 0), ArrowDown: move(1, 0), ArrowLeft: move(0, -1), ArrowRight: move(0, 1), Home: move(0, -1e9), End: move(0, 1e9), ...(walk ? {} : { Enter: () => at && picked(at) }) },
    draw(next) {
      const { rows, columns, tall, wide, left, top, label, here } = next;
      const anew = look?.stamp !== next.stamp;
      look = next;
      if (anew) {
        element.setAttribute("aria-label", label);
        Object.assign(element.style, { gridTemplateColumns: `${left}px repeat(${columns.length}, ${wide}px)`, gridTemplateRows: `${top}px repeat(${rows.length}, ${tall}px)` });
        element.classList.toggle("probes-upright", Boolean(next.upright));
        element.classList.toggle("probes-dense", tall < 12);
        const name = (kind, every) => (one, i, all) => h("div", { class: `probes-${kind}` }, (all.length - 1 - i) % every ? "" : one);
        const names = rows.map(name("left", Math.ceil(13 / tall)));
        element.replaceChildren(h("div", { class: "probes-corner" }, next.corner ?? ""), ...columns.map(name("top", Math.ceil(13 / wide))),
          ...names.flatMap((one, row) => [one, ...columns.map((_, column) => cell(next, row, column))]));
        at = null;
      }
      mark("probes-here", here);
      if (walk) this.reveal(here);
    },
    /** Scroll the matrix, and nothing around it, until a cell is to be seen. */
    reveal({ row, column }) {
      const { left, top, tall, wide } = look;
      const clear = (scroll, from, size, room, before) => Math.max(Math.min(scroll, from - before), from + size - room);
      element.scrollLeft = clear(element.scrollLeft, left + column * wide, wide, element.clientWidth, left);
      element.scrollTop = clear(element.scrollTop, top + row * tall, tall, element.clientHeight, top);
    },
  };
}

function cell({ colour, text, wide, tall }, row, column) {
  const ground = colour(row, column);
  const one = h("div", { class: "probes-cell" }, wide >= 32 && tall >= 13 ? text(row, column) : "");
  if (ground) Object.assign(one.style, { backgroundColor: css(ground), color: css(ink(ground)) });
  return Object.assign(one, { place: { row, column } });
}
