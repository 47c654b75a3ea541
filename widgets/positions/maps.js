// How alike every two places are, as a picture; a click or a drag picks two of them.
import { diverging, h } from "../glass/kit.js";

const STEPS = 256; // of colour

/** A map: `draw(count, value(p, q), dark)`, `mark(pair, name)`; calls `over([p, q] | null)` and `chosen([p, q])`. */
export function map({ label, over, chosen, signal }) {
  const canvas = h("canvas", { "aria-hidden": "true", width: 1, height: 1 });
  const marks = ["picked", "over"].map((name) => h("span", { class: `positions-mark positions-${name}`, hidden: true }));
  const element = h("div", { class: "positions-map", role: "img", "aria-label": label, "data-press": "" }, canvas, ...marks);
  let size = 1;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const place = (part, whole) => Math.min(size - 1, Math.max(0, Math.floor((part / whole) * size)));
    return [place(event.clientY - box.top, box.height), place(event.clientX - box.left, box.width)];
  };
  const on = (name, call) => element.addEventListener(name, call, { signal });
  on("pointermove", (event) => { over(at(event)); if (event.buttons & 1) chosen(at(event)); });
  on("pointerleave", () => over(null));
  on("pointerdown", (event) => { if (event.button === 0) chosen(at(event)); });
  return {
    element,
    draw(count, value, dark) {
      size = count;
      if (canvas.width !== count) canvas.width = canvas.height = count;
      const context = canvas.getContext("2d");
      const image = context.createImageData(count, count);
      const [dots, colours] = [new Uint32Array(image.data.buffer), palette(dark)];
      for (let p = 0, i = 0; p < count; p++)
        for (let q = 0; q < count; q++) dots[i++] = colours[(Math.min(Math.max(value(p, q), -1), 1) * (STEPS / 2) + STEPS / 2 + 0.5) | 0];
      context.putImageData(image, 0, 0);
    },
    /** A cross of two bands: a row for the first place, a column for the second. */
    mark(places, name) {
      const mark = marks[name === "over" ? 1 : 0];
      mark.hidden = !places;
      if (!places) return;
      const [row, column] = places.map((place) => ((place + 0.5) / size) * 100);
      mark.style.setProperty("--row", `${row}%`);
      mark.style.setProperty("--column", `${column}%`);
    },
  };
}

const palettes = new Map();
/** Colours for −1 to 1, made once for each theme. */
function palette(dark) {
  if (!palettes.has(dark)) palettes.set(dark, Uint32Array.from({ length: STEPS + 1 }, (_, i) => new Uint32Array(Uint8ClampedArray.from([...diverging((2 * i) / STEPS - 1, dark), 255]).buffer)[0]));
  return palettes.get(dark);
}
