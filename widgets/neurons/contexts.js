// Where a neuron is strongest: a line a place, the places one above the other.
import { chip, h, number } from "../glass/kit.js";

/** Chips of pieces, coloured by the neuron's activation; `from`: the number of the first. */
export function coloured({ pieces, values }, ruler, tell, from = 0) {
  return pieces.map((piece, i) => {
    const box = chip(piece);
    ruler.ground(box, values[i]);
    box.addEventListener("pointerenter", () => tell({ piece, value: values[i] }));
    if (from + i === 0) box.classList.add("neurons-first");
    return box;
  });
}

/** One line: the value, what stands before, the place and what follows. `take(context)` puts its text into the reader's own. */
export function line(context, ruler, { tell, take }) {
  const { at, times, value } = context;
  const boxes = coloured(context, ruler, (what) => tell({ ...what, context }), 1);
  boxes[at].classList.add("neurons-place");
  const text = context.pieces.join("");
  const button = h("button", { class: "kit-button neurons-take", type: "button", "aria-label": `${number(value)}: read this text below`, title: "read this text below" }, number(value));
  button.addEventListener("click", () => take(text));
  return h("div", { class: "neurons-context" }, button,
    h("span", { class: "neurons-before" }, ...boxes.slice(0, at)),
    h("span", { class: "neurons-after" }, ...boxes.slice(at), times > 1 ? h("span", { class: "kit-soft neurons-times" }, ` ×${times}`) : null));
}
