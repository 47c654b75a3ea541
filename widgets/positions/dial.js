// One pair of dimensions as a clock face: a hand for each of two places, and the angle between them.
import { h, svg } from "../glass/kit.js";
import { angle } from "./data.js";

const R = 80;

/** The dial: `draw({ scheme, pair, count, p, q })`. */
export function dial() {
  const picture = svg("svg", { viewBox: "-108 -108 216 216", class: "positions-dial", "aria-hidden": "true" });
  const dots = svg("g", { class: "positions-dots" });
  const arc = svg("path", { class: "positions-arc" });
  const hands = ["first", "second"].map((name) => {
    const [line, label] = [svg("line", { x1: 0, y1: 0, class: `positions-hand positions-${name}` }), svg("text", { class: `positions-hand-label positions-${name}`, "text-anchor": "middle", "dominant-baseline": "central" })];
    return { line, label };
  });
  picture.append(svg("circle", { r: R, class: "positions-rim" }), dots, arc, ...hands.flatMap(({ line, label }) => [line, label]));
  const element = h("div", { class: "positions-face", role: "img" }, picture);
  let drawn = "";
  return {
    element,
    draw({ scheme, pair, count, p, q, key, said }) {
      element.setAttribute("aria-label", said);
      if (drawn !== key) { // every place as a dot: a circle, or what was learnt instead
        drawn = key;
        dots.replaceChildren(...Array.from({ length: Math.min(count, 256) }, (_, place) => { const [x, y] = scheme.at(pair, place); return svg("circle", { cx: x * R, cy: -y * R, r: 2 }); }));
      }
      [p, q].forEach((place, i) => {
        const [x, y] = scheme.at(pair, place);
        const { line, label } = hands[i];
        line.setAttribute("x2", x * R);
        line.setAttribute("y2", -y * R);
        const far = Math.hypot(x, y) || 1;
        label.setAttribute("x", (x / far) * (R * Math.max(far, 0.35) + 15 + (i ? 0 : 0)));
        label.setAttribute("y", (-y / far) * (R * Math.max(far, 0.35) + 15));
        label.textContent = place;
      });
      // Two places at one angle: one label under the other.
      if (Math.abs(angle(scheme, pair, p, q)) < 0.2 && p !== q) hands[1].label.setAttribute("y", Number(hands[1].label.getAttribute("y")) + 13);
      hands[1].label.toggleAttribute("hidden", p === q);
      arc.setAttribute("d", sweep(scheme, pair, p, q));
    },
  };
}

/** The shorter way round from q to p, on a small circle. */
function sweep(scheme, pair, p, q) {
  const [x, y] = scheme.at(pair, q);
  const [from, turn, r] = [Math.atan2(y, x), angle(scheme, pair, p, q), 30];
  const to = from + turn;
  return `M0,0 L${r * Math.cos(from)},${-r * Math.sin(from)} A${r},${r} 0 0 ${turn > 0 ? 0 : 1} ${r * Math.cos(to)},${-r * Math.sin(to)} Z`;
}
