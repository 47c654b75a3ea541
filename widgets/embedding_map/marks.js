// Over the points: names where there is room, rings, ties to the true neighbours, arrows, the lasso.

import { short } from "../glass/kit.js";
import { room } from "./paint.js";

const [NAMES, TRIED] = [90, 1500]; // names at most, and how many in sight are tried

/** Draw all marks. `spot(point)`: its pixel; `wide`: widths of names, −1 where not measured; `corners`: of a lasso or null. */
export function mark(context, look, map, { spot, wide, corners }) {
  const { theme, picked, arrows } = look;
  Object.assign(context, { font: `11px ${theme.mono}`, textBaseline: "middle", lineJoin: "round" });
  if (picked !== null) {
    context.globalAlpha = 0.55;
    for (const tie of look.ties) path(context, [spot(picked), spot(tie)], theme.accent, 1);
    context.globalAlpha = 1;
  }
  for (const tie of look.ties) ring(context, spot(tie), 3.5, theme.accent, 1.5);
  for (const point of look.framed) ring(context, spot(point), 4, theme.ink, 1);
  if (picked !== null) ring(context, spot(picked), 6, theme.accent, 2.5);
  if (look.over !== null) ring(context, spot(look.over), 6, theme.ink, 1.5);
  if (arrows) analogy(context, theme, arrows.map((point) => (point === null ? null : spot(point))));
  names(context, look, map, spot, wide);
  if (corners) path(context, [...corners, corners[0]], theme.ink, 1.5, [5, 3]);
}

/** a → b and c → the answer; dashed, where the step from a to b would lead from c in this picture. */
function analogy(context, theme, [a, b, c, d]) {
  arrow(context, a, b, theme.accent);
  if (d) arrow(context, c, d, theme.accent);
  arrow(context, c, [c[0] + b[0] - a[0], c[1] + b[1] - a[1]], theme.soft, [4, 4]);
}

/** What is pointed at and picked always has its name; the others as long as none touches another. */
function names(context, look, map, spot, wide) {
  const free = room(look.width, look.height);
  const told = new Set();
  let tried = 0;
  const name = (point, always) => {
    const [x, y] = spot(point);
    if (told.has(point) || x < 0 || y < 0 || x > look.width || y > look.height) return;
    tried++;
    const text = short(map.names[point], 18);
    if (wide[point] < 0) wide[point] = context.measureText(text).width;
    const left = x + (x + 8 + wide[point] > look.width ? -8 - wide[point] : 7);
    if (!free(left - 2, y - 7, left + wide[point] + 2, y + 7) && !always) return;
    told.add(point);
    Object.assign(context, { font: `${always ? "bold " : ""}11px ${look.theme.mono}`, strokeStyle: look.theme.paper, lineWidth: 3.5, fillStyle: look.theme.ink });
    context.strokeText(text, left, y);
    context.fillText(text, left, y);
  };
  for (const point of [look.over, look.picked]) if (point !== null) name(point, true);
  for (const points of [look.named, look.all ? look.order : []]) {
    for (const point of points) {
      if (told.size >= NAMES || tried > TRIED) return;
      name(point, false);
    }
  }
}

function path(context, corners, colour, width, dash = []) {
  context.beginPath();
  for (const corner of corners) context.lineTo(...corner);
  Object.assign(context, { strokeStyle: colour, lineWidth: width });
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

function ring(context, [x, y], radius, colour, width) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(context, { strokeStyle: colour, lineWidth: width });
  context.stroke();
}

function arrow(context, from, to, colour, dash) {
  path(context, [from, to], colour, 2, dash);
  const turn = Math.atan2(to[1] - from[1], to[0] - from[0]);
  context.beginPath();
  context.moveTo(...to);
  for (const side of [-0.4, 0.4]) context.lineTo(to[0] - 10 * Math.cos(turn + side), to[1] - 10 * Math.sin(turn + side));
  context.fillStyle = colour;
  context.fill();
}
