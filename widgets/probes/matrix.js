// A small matrix of cells that mouse and keyboard go through: confusion, cosines.

import { css, h, ink } from "../glass/kit.js";

/**
 * Builds a matrix; `over(place|null)` and `picked(place)` with place { row, column }.
 * `draw({ names, side, left, top, upright, colour(row, column), text(row, column), here(row, column), label, stamp })`: names down
 * and across, sizes in pixels.
 */
export function matrix({ signal, over, picked }) {
  const element = h("div", { class: "probes-matrix", tabindex: "0", role: "application" });
  let [look, at] = [null, null];
  const on = (type, call) => element.addEventListener(type, call, { signal });
  const tell = (place) => {
    element.querySelector(".probes-over")?.classList.remove("probes-over");
    if (place) element.querySelectorAll(".probes-cell")[place.row * look.names.length + place.column]?.classList.add("probes-over");
    over(place);
  };
  on("pointerover", ({ target }) => target.place && tell(at = target.place));
  on("pointerleave", () => tell(at = null));
  on("click", ({ target }) => target.place && picked(target.place));
  on("blur", () => tell(at = null));
  const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));
  const move = (down, across) => () => {
    at = at ? { row: clamp(at.row + down, look.names.length), column: clamp(at.column + across, look.names.length) } : { row: 0, column: 0 };
    tell(at);
  };
  return {
    element,
    keys: { ArrowUp: move(-1, 0), ArrowDown: move(1, 0), ArrowLeft: move(0, -1), ArrowRight: move(0, 1), Enter: () => at && picked(at) },
    draw(next) {
      // Anew only where something changed: cells that came and went under the mouse would be pointed at anew.
      if (look?.stamp === next.stamp) return;
      const { names, side, left, top, upright, label } = (look = next);
      element.setAttribute("aria-label", label);
      Object.assign(element.style, { gridTemplateColumns: `${left}px repeat(${names.length}, ${side}px)`, gridTemplateRows: `${top}px repeat(${names.length}, ${side}px)` });
      const every = Math.ceil(13 / side);
      const name = (text, i, kind) => h("div", { class: `probes-${kind}`, title: text }, (names.length - 1 - i) % every ? "" : text);
      element.classList.toggle("probes-upright", upright);
      element.replaceChildren(h("div"), ...names.map((text, i) => name(text, i, "top")),
        ...names.flatMap((text, row) => [name(text, row, "left"), ...names.map((_, column) => cell(next, row, column))]));
      if (at) tell(Math.max(at.row, at.column) < names.length ? at : (at = null));
    },
  };
}

function cell({ colour, text, here, side }, row, column) {
  const ground = colour(row, column);
  const one = h("div", { class: here(row, column) ? "probes-cell probes-here" : "probes-cell" }, side >= 28 ? text(row, column) : "");
  if (ground) Object.assign(one.style, { backgroundColor: css(ground), color: css(ink(ground)) });
  return Object.assign(one, { place: { row, column } });
}
