// The picture: edges on a canvas, parts above it as boxes with their names.

import { css, diverging, h, ink } from "../glass/kit.js";
import { nearestEdge, neighbour, places, way } from "./places.js";

/** Orange holds the metric up, blue works against it. */
export const colourOf = (value, dark) => css(diverging(value < 0 ? -0.66 : 0.66, dark));

/** Builds it; `over(node, edge)` and `picked(node, edge)` say what the mouse does; -1: none. */
export function graph({ signal, over, picked }) {
  const [canvas, rows, boxes] = [h("canvas", { "aria-hidden": "true" }), h("div"), h("div")];
  const element = h("div", { class: "circuit-graph", tabindex: "0", role: "application", "aria-label": "parts of the model, layers from the bottom to the top; arrows move" }, rows, canvas, boxes);
  let [look, nodes, stand, ways] = [{}, [], null, new Map()];
  const place = (call) => (event) => {
    const node = nodes.indexOf(event.target.closest(".circuit-node"));
    const { left, top } = canvas.getBoundingClientRect();
    call(node, node < 0 ? nearestEdge(ways, event.clientX - left, event.clientY - top) : -1);
  };
  element.addEventListener("pointermove", place(over), { signal });
  element.addEventListener("pointerleave", () => over(-1, -1), { signal });
  element.addEventListener("click", place(picked), { signal });

  function build({ known, width, height }) {
    stand = places(known, width, height);
    const { pitch, w, tall } = stand;
    rows.replaceChildren(...stand.bands.map((top, i) => put(h("div", { class: "circuit-band" }, pitch >= 13 || i % 5 === 0 ? `L${i}` : ""), { top, height: pitch, lineHeight: Math.min(pitch, 40) * 1.28 })));
    nodes = known.names.map((name, i) => {
      const at = stand.nodes[i];
      const short = known.kinds[i] === "mlp" ? "MLP" : w < 7 * name.length + 4 ? `H${known.heads[i]}` : name;
      const one = h("div", { class: `circuit-node${tall < 12 && !at.bar ? " circuit-small" : ""}`, title: at.bar ? undefined : name }, at.bar ? name : w < 20 ? "" : short, h("i"));
      return put(one, { left: at.x - at.w / 2, top: at.y - at.h / 2, width: at.w, height: at.h, lineHeight: at.h - 2 });
    });
    boxes.replaceChildren(...nodes);
  }

  function box(one, i) {
    const { known, circuit, here, hovered, touched, need, dark } = look;
    const [live, far, lost] = [circuit.live[i], touched && !touched.has(i), need?.of.get(i)];
    const flags = { live, far, here: i === here, over: i === hovered, spare: lost <= need?.spare };
    for (const [name, on] of Object.entries(flags)) one.classList.toggle(`circuit-${name}`, Boolean(on));
    const ground = live && !far && !stand.nodes[i].bar ? diverging((0.8 * known.effects[i]) / known.most, dark) : null;
    Object.assign(one.style, { backgroundColor: ground ? css(ground) : "", color: ground ? css(ink(ground)) : "" });
    one.lastChild.style.width = lost > 0 && live ? `${(100 * lost) / need.most}%` : "0";
  }

  return {
    element,
    to: (...how) => neighbour(stand, ...how),
    draw(next) {
      const moved = next.known !== look.known || next.width !== look.width;
      look = next;
      if (moved) build(look);
      nodes.forEach(box);
      ways = new Map(look.circuit.edges.map((e) => [e, way(stand, look.known, e)]));
      paint(canvas, look, ways);
    },
  };
}

function put(element, sizes) {
  for (const [name, px] of Object.entries(sizes)) element.style[name] = `${px}px`;
  return element;
}

function paint(canvas, { known: { scores, widest }, circuit, touches, marked, dark, soft, ink, width, height }, ways) {
  const ratio = globalThis.devicePixelRatio || 1;
  Object.assign(put(canvas, { width, height }), { width: width * ratio, height: height * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const touched = touches ?? (() => true);
  const order = [...ways.keys()].sort((a, b) => touched(a) - touched(b) || Math.abs(scores[a]) - Math.abs(scores[b]));
  const trace = ([ax, ay, ...rest], style, dash = []) => {
    Object.assign(context, style);
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(ax, ay);
    context.bezierCurveTo(...rest);
    context.stroke();
  };
  for (const e of order) {
    const [leads, lineWidth] = [circuit.leads.has(e), 0.8 + (6.2 * Math.abs(scores[e])) / widest];
    if (e === marked) trace(ways.get(e), { strokeStyle: ink, lineWidth: lineWidth + 4, globalAlpha: 0.4 });
    const globalAlpha = touched(e) ? (touches ? 1 : 0.78) : 0.12;
    if (leads) trace(ways.get(e), { strokeStyle: colourOf(scores[e], dark), lineWidth, globalAlpha });
    else trace(ways.get(e), { strokeStyle: soft, lineWidth: 1, globalAlpha }, [2, 3]);
  }
}
