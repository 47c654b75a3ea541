// The picture: edges on a canvas, parts above it as boxes with their names.

import { css, diverging, h, ink } from "../glass/kit.js";
import { nearestEdge, neighbour, places, way } from "./places.js";

/** Orange holds the metric up, blue works against it. */
export const colourOf = (value, dark) => css(diverging(value < 0 ? -0.66 : 0.66, dark));

/** Builds it; `over(node, edge)` and `picked(node, edge)` say what the mouse does; -1: none. */
export function graph({ signal, over, picked }) {
  const [canvas, rows, boxes] = [h("canvas", { "aria-hidden": "true" }), h("div"), h("div")];
  const element = h("div", { class: "circuit-graph", tabindex: "0", role: "application", "aria-label": "parts of the model, layers from the bottom to the top; arrows move" }, rows, canvas, boxes);
  let [look, nodes, stand, ways, drawn] = [{}, [], null, new Map(), null];
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
    const flags = { live, far, here: i === here, over: i === hovered, spare: Math.abs(lost) <= need?.spare };
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
      if (moved || look.circuit !== drawn) ways = new Map(look.circuit.edges.map((e) => [e, way(stand, look.known, e)]));
      drawn = look.circuit;
      paint(canvas, look, ways);
    },
  };
}

function put(element, sizes) {
  for (const [name, px] of Object.entries(sizes)) element.style[name] = `${px}px`;
  return element;
}

/** Edges of one look are one stroke: a thousand of them cost little more than ten. */
function paint(canvas, { known: { scores, widest }, circuit, touches, marked, dark, soft, ink: line, width, height }, ways) {
  const ratio = globalThis.devicePixelRatio || 1;
  Object.assign(put(canvas, { width, height }), { width: width * ratio, height: height * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const looks = new Map();
  const wide = (e) => Math.round(2 * (0.8 + (6.2 * Math.abs(scores[e])) / widest)) / 2;
  for (const [e, points] of ways) {
    const [leads, near] = [circuit.leads.has(e), !touches || touches(e)];
    const lineWidth = leads ? wide(e) : 0.9;
    const key = `${near} ${leads} ${scores[e] < 0} ${lineWidth}`;
    if (!looks.has(key)) looks.set(key, { near, lineWidth, dash: leads ? [] : [2, 3], strokeStyle: leads ? colourOf(scores[e], dark) : soft, globalAlpha: near ? (touches ? 1 : 0.78) : 0.12, path: new Path2D() });
    trace(looks.get(key).path, points);
  }
  const draw = ({ dash, path, ...style }) => {
    Object.assign(context, style).setLineDash(dash);
    context.stroke(path);
  };
  if (ways.has(marked)) draw({ dash: [], path: trace(new Path2D(), ways.get(marked)), strokeStyle: line, lineWidth: wide(marked) + 4, globalAlpha: 0.4 });
  [...looks.values()].sort((a, b) => a.near - b.near || a.lineWidth - b.lineWidth).forEach(draw);
}

function trace(path, [ax, ay, ...rest]) {
  path.moveTo(ax, ay);
  path.bezierCurveTo(...rest);
  return path;
}
