// All heads as small pictures in a grid: layers down and heads across, or the other way where layers are many.

import { h } from "../glass/kit.js";
import { withFirst } from "./data.js";
import { paint } from "./paint.js";

const LABELS = 24;
const LARGEST = 72;

/** The grid's plan for so much room: which way it runs, how large a picture is, where each stands. */
export function plan({ layers, heads, width, height, marks = false, across = layers > 1.6 * heads }) {
  const [columns, rows] = across ? [layers, heads] : [heads, layers];
  const gap = marks ? 6 : 3;
  const room = Math.min((width - LABELS) / columns, (height - 16) / rows);
  const size = Math.max(7, Math.min(LARGEST, Math.floor(room) - gap));
  const step = size + gap;
  return { across, columns, rows, size, gap, step, left: LABELS, top: 16,
    width: LABELS + columns * step, height: 16 + rows * step };
}

/** Place in the grid of the head with this index, and the index at a place; `order` is a sorting or null. */
export function places(grid, heads, order) {
  const back = order && new Map(order.map((index, at) => [index, at]));
  return {
    of(index) {
      const at = back ? back.get(index) : index;
      if (back) return { column: at % grid.columns, row: Math.floor(at / grid.columns) };
      const [layer, head] = [Math.floor(at / heads), at % heads];
      return grid.across ? { column: layer, row: head } : { column: head, row: layer };
    },
    at(column, row) {
      if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
      if (order) return order[row * grid.columns + column] ?? null;
      return grid.across ? column * heads + row : row * heads + column;
    },
  };
}

/** Builds the overview; `pick(index)`, `hover(index|null)` and, with Shift, `cut(index)` are called with heads' indices. */
export function overview({ signal, thumbs, pick, hover, cut = pick, paintBase = paintPictures }) {
  const [base, marks] = ["base", "marks"].map(() => h("canvas", { "aria-hidden": "true" }));
  const element = h("div", { class: "attention-overview", tabindex: "0", role: "application" }, base, marks);
  let [grid, place, painted] = [null, null, ""];

  const at = (event) => {
    const box = base.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - grid.left) / grid.step);
    return place.at(column, Math.floor((event.clientY - box.top - grid.top) / grid.step));
  };
  element.addEventListener("pointermove", (event) => hover(at(event)), { signal });
  element.addEventListener("pointerleave", () => hover(null), { signal });
  element.addEventListener("click", (event) => { const index = at(event); if (index !== null) (event.shiftKey ? cut : pick)(index); }, { signal });

  return {
    element,
    /** The head one step away from another in the grid, or itself at the edge. */
    beside(index, right, down) {
      const { column, row } = place.of(index);
      return place.at(column + right, row + down) ?? index;
    },
    draw(look, room) {
      grid = plan({ layers: look.layers.length, heads: look.heads, marks: look.scores.length > 0, ...room });
      place = places(grid, look.heads, look.order);
      const key = JSON.stringify([grid, look.scale, look.firstShown, look.dpr, look.order, look.scores, look.inks]);
      if (key !== painted) {
        paintBase(base, grid, place, thumbs, look);
        const context = base.getContext("2d");
        names(context, grid, look);
        scoreBars(context, grid, place, look);
      }
      painted = key;
      drawMarks(marks, grid, place, look);
      return grid;
    },
  };
}

export function sized(canvas, grid, dpr) {
  canvas.width = Math.round(grid.width * dpr);
  canvas.height = Math.round(grid.height * dpr);
  canvas.style.width = `${grid.width}px`;
  canvas.style.height = `${grid.height}px`;
  return canvas.getContext("2d");
}

function paintPictures(canvas, grid, place, thumbs, look) {
  const { dpr } = look;
  const context = sized(canvas, grid, dpr);
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const view = { query: 0, key: 0, span: look.tokens };
  thumbs.forEach((thumb, index) => {
    const { column, row } = place.of(index);
    const [left, top] = [grid.left + column * grid.step, grid.top + row * grid.step].map((x) => Math.round(x * dpr));
    paint(withFirst(thumb, look.firstShown), view,
      { pixels, width: canvas.width, left, top, size: Math.round(grid.size * dpr) }, look.lookup, look.causal);
  });
  context.putImageData(image, 0, 0);
  context.scale(dpr, dpr);
}

/** L0 … and H0 … along the edges, thinned out where pictures are small; ranks when sorted. */
function names(context, grid, look) {
  context.font = `10px ${look.fonts.sans}`;
  context.fillStyle = look.inks.soft;
  const every = (least) => [1, 2, 5, 10].find((n) => n * grid.step >= least) ?? 20;
  const middle = grid.size / 2;
  const name = (i, layers) => (layers ? `L${look.layers[i]}` : `H${i}`);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let i = 0; i < grid.rows; i += every(11)) {
    const text = look.order ? `${i * grid.columns + 1}.` : name(i, !grid.across);
    context.fillText(text, grid.left - 5, grid.top + i * grid.step + middle + 0.5);
  }
  if (look.order) return;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (let i = 0; i < grid.columns; i += every(26)) context.fillText(name(i, grid.across), grid.left + i * grid.step + middle, grid.top - 5);
}

function scoreBars(context, grid, place, look) {
  const most = Math.max(...look.scores.map(Math.abs), 1e-12);
  look.scores.forEach((score, index) => {
    const { column, row } = place.of(index);
    const [x, y] = [grid.left + column * grid.step, grid.top + row * grid.step + grid.size + 1];
    context.fillStyle = look.inks.line;
    context.fillRect(x, y, grid.size, 2);
    context.fillStyle = score < 0 ? look.inks.column : look.inks.row;
    context.fillRect(x, y, (grid.size * Math.abs(score)) / most, 2);
  });
}

/** Frames of the picked, hovered and pinned heads, a corner for those with a label, a post for those that rest. */
function drawMarks(canvas, grid, place, look) {
  const context = sized(canvas, grid, look.dpr);
  context.scale(look.dpr, look.dpr);
  const frame = (index, style, width, dash = []) => {
    const { column, row } = place.of(index);
    const out = width / 2 + 0.5;
    context.setLineDash(dash);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.strokeRect(grid.left + column * grid.step - out, grid.top + row * grid.step - out, grid.size + 2 * out, grid.size + 2 * out);
  };
  for (const index of look.labelled) {
    const { column, row } = place.of(index);
    const [x, y, corner] = [grid.left + (column * grid.step) + grid.size, grid.top + row * grid.step, Math.max(4, grid.size / 5)];
    context.fillStyle = look.inks.row;
    context.beginPath();
    context.moveTo(x - corner, y);
    context.lineTo(x, y);
    context.lineTo(x, y + corner);
    context.fill();
  }
  for (const index of look.resting ?? []) {
    const { column, row } = place.of(index);
    context.fillStyle = look.inks.soft;
    context.fillRect(grid.left + column * grid.step - 2, grid.top + row * grid.step, 1, grid.size);
  }
  for (const index of look.offAt ?? []) crossed(context, grid, place.of(index), look);
  for (const index of look.pinnedAt) frame(index, look.inks.soft, 1, [2, 2]);
  if (look.hoverHead !== null) frame(look.hoverHead, look.inks.ink, 1);
  frame(look.index, look.inks.accent, 2);
}

/** A head that is switched off: veiled, and struck through. */
function crossed(context, grid, { column, row }, look) {
  const [x, y, size] = [grid.left + column * grid.step, grid.top + row * grid.step, grid.size];
  Object.assign(context, { fillStyle: look.inks.paper, globalAlpha: 0.72, strokeStyle: look.inks.row, lineWidth: 2 });
  context.setLineDash([]);
  context.fillRect(x, y, size, size);
  context.globalAlpha = 1;
  context.beginPath();
  for (const [from, to] of [[0, size], [size, 0]]) { context.moveTo(x + from, y); context.lineTo(x + to, y + size); }
  context.stroke();
}
