// Features as arrows from the middle: the columns of W, or their shadow on two axes where there are more.
import { svg } from "../glass/kit.js";
const SIZE = 240;

/** `draw({ columns, feature, colour(i) })`; `over(i | null)` and `chosen(i)` are told. */
export function arrows({ over, chosen }) {
  const element = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "superposition-arrows", role: "img" });
  return {
    element,
    draw({ columns, feature, colour }) {
      const flat = columns.map(([x = 0, y = 0]) => [x, y]);
      const reach = Math.max(1.25, ...flat.map(([x, y]) => Math.hypot(x, y) * 1.15));
      const at = (value, sign = 1) => SIZE / 2 + (sign * value * SIZE) / 2 / reach;
      const ground = [svg("circle", { cx: SIZE / 2, cy: SIZE / 2, r: SIZE / 2 / reach, class: "superposition-one" }),
        svg("path", { d: `M0 ${SIZE / 2}H${SIZE}M${SIZE / 2} 0V${SIZE}`, class: "superposition-axes" })];
      const marks = flat.map(([x, y], i) => {
        const [to, down, length] = [at(x), at(y, -1), Math.hypot(x, y)];
        const now = i === feature;
        const line = { x1: SIZE / 2, y1: SIZE / 2, x2: to, y2: down };
        const out = 11 / Math.max(length * (SIZE / 2 / reach), 1e-6);
        const label = length < 0.12 ? [] : [svg("text", { x: to + (to - SIZE / 2) * out, y: down + (down - SIZE / 2) * out + 4, class: "superposition-label" }, String(i))];
        const arrow = svg("g", { class: now ? "superposition-arrow superposition-now" : "superposition-arrow" },
          svg("line", { ...line, class: "superposition-reach" }), svg("line", { ...line, stroke: colour(i), "stroke-width": now ? 4 : 2.5 }),
          svg("circle", { cx: to, cy: down, r: now ? 5.5 : 4, fill: colour(i) }), ...label);
        arrow.addEventListener("pointerenter", () => over(i));
        arrow.addEventListener("pointerleave", () => over(null));
        arrow.addEventListener("click", () => chosen(i));
        return arrow;
      });
      element.setAttribute("aria-label", `${columns.length} features as arrows in two dimensions`);
      element.replaceChildren(...ground, ...marks);
    },
  };
}
