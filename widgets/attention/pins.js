// Pinned heads side by side, each a smaller square of the same window, for comparison.

import { h } from "../glass/kit.js";
import { headName } from "./data.js";
import { drawCross, paintSquare } from "./matrix.js";

const SIZE = 148;
export const MOST = 6;

/** The pins with one added, or taken away if it was there; the oldest goes when there are too many. */
export function toggled(pins, [layer, head]) {
  const rest = pins.filter(([l, n]) => l !== layer || n !== head);
  return rest.length < pins.length ? rest : [...rest, [layer, head]].slice(-MOST);
}

/** Builds the strip; `open(pair)`, `unpin(pair)` and `hover(pair, cell|null)` are called. */
export function pins({ signal, open, unpin, hover }) {
  const element = h("div", { class: "attention-pins", role: "group", "aria-label": "pinned heads" });
  const cards = new Map();

  function card([layer, head]) {
    const [base, marks] = ["base", "marks"].map(() => h("canvas", { "aria-hidden": "true" }));
    const name = headName(layer, head);
    const note = h("span", { class: "kit-soft attention-note" });
    const face = h("div", { class: "attention-face" }, base, marks);
    const box = h("div", { class: "attention-pin" },
      h("div", { class: "attention-pin-top" },
        h("button", { class: "kit-button", type: "button", title: `open ${name}`, onclick: () => open([layer, head]) }, name), note,
        h("button", { class: "kit-button", type: "button", title: `unpin ${name}`, "aria-label": `unpin ${name}`, onclick: () => unpin([layer, head]) }, "×")),
      face);
    const cellAt = (event) => {
      const at = face.getBoundingClientRect();
      return [(event.clientX - at.left) / SIZE, (event.clientY - at.top) / SIZE];
    };
    face.addEventListener("pointermove", (event) => hover([layer, head], cellAt(event)), { signal });
    face.addEventListener("pointerleave", () => hover([layer, head], null), { signal });
    return { box, base, marks, note, drawn: [] };
  }

  return {
    element,
    /** `sourceOf(pair)` gives what to paint for a pinned head, `stamp` what the paint depends on. */
    draw(look, view, sourceOf, stamp) {
      element.hidden = look.pinned.length === 0;
      const names = look.pinned.map((pair) => pair.join("."));
      for (const [name, { box }] of cards) if (!names.includes(name)) { box.remove(); cards.delete(name); }
      look.pinned.forEach((pair, i) => {
        if (!cards.has(names[i])) cards.set(names[i], card(pair));
        const { box, base, marks, note, drawn } = cards.get(names[i]);
        if (element.children[i] !== box) element.insertBefore(box, element.children[i] ?? null);
        note.textContent = look.labels[names[i]] ?? "";
        const source = sourceOf(pair);
        const place = { left: 1, top: 1, size: SIZE - 2 };
        if (drawn[0] !== stamp || drawn[1] !== source) {
          cards.get(names[i]).drawn = [stamp, source];
          paintSquare(context(base, look.dpr), source, view, look, place);
        }
        drawCross(context(marks, look.dpr), view, { ...look, cell: null }, place);
      });
    },
  };
}

function context(canvas, dpr) {
  canvas.width = canvas.height = Math.round(SIZE * dpr);
  canvas.style.width = canvas.style.height = `${SIZE}px`;
  const drawing = canvas.getContext("2d");
  drawing.scale(dpr, dpr);
  return drawing;
}
