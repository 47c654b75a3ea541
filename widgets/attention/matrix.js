// One head large: queries down, keys across, zoomed and panned; the picked token's row and column on top.

import { h, short } from "../glass/kit.js";
import { paint } from "./paint.js";

const LEAST = 6; // tokens across at the closest zoom
const TEXT = 9.6; // pixels a cell needs to carry its piece
const LETTER = 7.3; // pixels of a monospaced letter at 12
const END = 8; // below and right of the square: half a line for the last piece

/** A view {query, key, span} kept inside the text. */
export function inside({ query, key, span }, tokens) {
  const width = Math.min(tokens, Math.max(Math.min(LEAST, tokens), span));
  const hold = (start) => Math.min(tokens - width, Math.max(0, start));
  return { query: hold(query), key: hold(key), span: width };
}

/** The view zoomed by a factor about a cell, which stays where it is. */
export function zoomed(view, factor, about, tokens) {
  const span = Math.min(tokens, Math.max(Math.min(LEAST, tokens), view.span / factor));
  const ratio = span / view.span;
  return inside({
    query: about.query - (about.query - view.query) * ratio,
    key: about.key - (about.key - view.key) * ratio,
    span,
  }, tokens);
}

/** Where the square stands in its box: gutters for the pieces, whole device pixels a cell if there are few. */
export function frameOf(box, pieces, dpr) {
  const tokens = pieces.length;
  const most = tokens * TEXT > box - 80 ? 6 : 10;
  const longest = Math.max(3, ...pieces.slice(0, 400).map((piece) => [...short(piece, most)].length));
  const gutter = Math.ceil(longest * LETTER) + 7;
  const room = Math.floor((box - gutter - END) * dpr);
  const size = room > 3 * tokens ? Math.floor(room / tokens) * tokens : room;
  return { gutter, most, size: size / dpr, box: gutter + size / dpr + END };
}

/** Positions that get a number when pieces have no room. */
export function ticks(start, span, pixels) {
  const least = Math.max(1, (30 * span) / pixels);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least);
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.max(0, Math.ceil((start + span - first) / step)) }, (_, i) => first + i * step);
}

/** Paint a head's window into a square of a canvas, with a grid between large cells and the diagonal's edge. */
export function paintSquare(context, source, view, look, { left, top, size }) {
  const { dpr } = look;
  const side = Math.round(size * dpr);
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  paint(source, view, { pixels, width: side, left: 0, top: 0, size: side }, look.lookup, look.causal);
  context.putImageData(image, Math.round(left * dpr), Math.round(top * dpr));
  const cell = size / view.span;
  context.save();
  context.beginPath();
  context.rect(left, top, size, size);
  context.clip();
  if (cell >= 9) lines(context, view, look.inks.paper, { left, top, size, cell, dpr });
  if (!look.firstShown && view.key < 1) hatch(context, look.inks.soft, left - view.key * cell, top, Math.max(cell, 2), size);
  context.restore();
  context.strokeStyle = look.inks.line;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, size + 1, size + 1);
}

function lines(context, view, paper, { left, top, size, cell, dpr }) {
  const edge = (at) => Math.ceil(at * cell * dpr - 1e-6) / dpr - 0.5; // where `paint` begins a new cell
  context.strokeStyle = paper;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = Math.ceil(view.key); i < view.key + view.span; i++) {
    const x = left + edge(i - view.key);
    context.moveTo(x, top);
    context.lineTo(x, top + size);
  }
  for (let i = Math.ceil(view.query); i < view.query + view.span; i++) {
    const y = top + edge(i - view.query);
    context.moveTo(left, y);
    context.lineTo(left + size, y);
  }
  context.stroke();
}

function hatch(context, colour, x, y, width, height) {
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let at = y - width; at < y + height; at += 5) {
    context.moveTo(x, at + width);
    context.lineTo(x + width, at);
  }
  context.stroke();
  context.restore();
  context.globalAlpha = 1;
}

/** The token's row (where it looks) and column (who looks at it), as two frames over a square. */
export function drawCross(context, view, look, { left, top, size }) {
  const cell = size / view.span;
  const { token, causal, inks, tokens } = look;
  context.save();
  context.beginPath();
  context.rect(left - 2, top - 2, size + 4, size + 4);
  context.clip();
  const x = (key) => left + (key - view.key) * cell;
  const y = (query) => top + (query - view.query) * cell;
  const thick = Math.max(cell, 1);
  context.lineWidth = cell < 5 ? 1.5 : 2;
  const around = (left, top, width, height, out = context.lineWidth / 2) =>
    context.strokeRect(left - out, top - out, width + 2 * out, height + 2 * out);
  context.strokeStyle = inks.column;
  const from = causal ? token : 0;
  around(x(token), y(from), thick, (tokens - from) * cell);
  context.strokeStyle = inks.row;
  around(x(0), y(token), (causal ? token + 1 : tokens) * cell, thick);
  const mark = (at, dash) => {
    context.strokeStyle = inks.ink;
    context.setLineDash(dash);
    around(x(at.key), y(at.query), thick, thick, Math.max(0.5, 2 - cell / 2));
  };
  if (look.pair) mark(look.pair, [3, 2]);
  if (look.cell) mark(look.cell, []);
  context.restore();
}

/** Pieces along both edges where cells have room, else numbers; the picked token's piece always. */
export function drawNames(context, view, look, { left, top, size, most }) {
  const cell = size / view.span;
  const { pieces, inks, fonts, token } = look;
  const roomy = cell >= TEXT;
  const shown = (start) => (roomy ? ticks(Math.floor(start), Math.ceil(view.span) + 1, Infinity) : ticks(start, view.span, size));
  const fits = (at, start) => at >= 0 && at < pieces.length && at + 0.5 >= start && at + 0.5 <= start + view.span;
  const points = roomy ? Math.min(12, Math.floor(cell)) : 11;
  const put = (at, along, side) => {
    const text = roomy || at === token ? short(pieces[at], most) : String(at);
    context.save();
    if (side) context.translate(left - 5, top + (at + 0.5 - along) * cell);
    else {
      context.translate(left + (at + 0.5 - along) * cell, top - 5);
      context.rotate(-Math.PI / 2);
    }
    context.textBaseline = "middle";
    context.textAlign = side ? "right" : "left";
    context.font = at === token ? `600 ${points}px ${fonts.mono}` : roomy ? `${points}px ${fonts.mono}` : `10px ${fonts.sans}`;
    context.fillStyle = at === token ? (side ? inks.rowText : inks.columnText) : inks.soft;
    context.fillText(text, 0, 0.5);
    context.restore();
  };
  for (const [start, side] of [[view.query, true], [view.key, false]]) {
    const clear = (at) => at === token || roomy || !fits(token, start) || Math.abs(at - token) * cell > 14;
    const list = new Set(shown(start).filter((at) => fits(at, start) && clear(at)));
    if (fits(token, start)) list.add(token);
    for (const at of list) put(at, start, side);
  }
}

/** Builds the large head. `hover({query, key}|null)`, `pick({query, key})` and `moved()` (zoom, pan) are called. */
export function matrix({ signal, tokens, hover, pick, moved }) {
  const [base, marks] = ["base", "marks"].map(() => h("canvas", { "aria-hidden": "true" }));
  const element = h("div", { class: "attention-matrix", tabindex: "0", role: "application" }, base, marks);
  let view = { query: 0, key: 0, span: tokens };
  let [place, drag] = [null, null];

  const set = (next) => { view = inside(next, tokens); element.classList.toggle("attention-zoomed", view.span < tokens); moved(); };
  const cellAt = (event, loose = false) => {
    if (!place) return null;
    const box = base.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left - place.left) / place.size, (event.clientY - box.top - place.top) / place.size];
    if (!loose && (x < 0 || y < 0 || x >= 1 || y >= 1)) return null;
    return { query: view.query + y * view.span, key: view.key + x * view.span };
  };
  const whole = (cell) => cell && { query: Math.floor(cell.query), key: Math.floor(cell.key) };

  element.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, view, far: false }; }, { signal });
  element.addEventListener("pointermove", (event) => {
    if (drag && event.buttons & 1 && place) {
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      drag.far ||= Math.hypot(dx, dy) > 4;
      const step = view.span / place.size;
      if (drag.far && view.span < tokens) return set({ ...drag.view, query: drag.view.query - dy * step, key: drag.view.key - dx * step });
    }
    return hover(whole(cellAt(event)));
  }, { signal });
  element.addEventListener("pointerleave", () => { hover(null); drag = null; }, { signal });
  element.addEventListener("click", (event) => {
    const cell = whole(cellAt(event));
    if (cell && !drag?.far) pick(cell);
    drag = null;
  }, { signal });
  // A plain wheel scrolls the notebook, always; a pinch arrives as a wheel with Ctrl.
  element.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    set(zoomed(view, Math.exp(-event.deltaY * 0.002), cellAt(event, true), tokens));
  }, { signal, passive: false });

  return {
    element,
    view: () => view,
    zoom(factor, about) {
      const centre = { query: view.query + view.span / 2, key: view.key + view.span / 2 };
      set(factor ? zoomed(view, factor, about ?? centre, tokens) : { query: 0, key: 0, span: tokens });
    },
    pan(right, down) { set({ ...view, key: view.key + (right * view.span) / 8, query: view.query + (down * view.span) / 8 }); },
    /** Move the window as little as brings a cell into it. */
    reveal({ query, key }) {
      const near = (start, at) => Math.min(at, Math.max(start, at + 1 - view.span));
      if (view.span < tokens) view = inside({ query: near(view.query, query), key: near(view.key, key), span: view.span }, tokens);
    },
    draw(look, source, box) {
      const { gutter, size, most, box: outer } = frameOf(box, look.pieces, look.dpr);
      place = { left: gutter, top: gutter, size, most };
      const [under, over] = [base, marks].map((canvas) => {
        const side = Math.round(outer * look.dpr);
        if (canvas.width !== side) { canvas.width = canvas.height = side; canvas.style.width = canvas.style.height = `${outer}px`; }
        const context = canvas.getContext("2d");
        context.setTransform(look.dpr, 0, 0, look.dpr, 0, 0);
        return context;
      });
      if (source) {
        under.clearRect(0, 0, outer, outer);
        paintSquare(under, source, view, look, place);
      }
      over.clearRect(0, 0, outer, outer);
      drawCross(over, view, look, place);
      drawNames(over, view, look, place);
    },
  };
}
