// Piece under piece: one line of text as a grid, a row for each tokenizer, letter over letter.
import { chip, h, number } from "../glass/kit.js";
import { beneath, lines, places, SMALL, widths, worded } from "./data.js";

export const LABEL = 168; // px, the column of names
const MOST = 9_000; // boxes that are drawn

/** Draws the cuts into `element`; gives the cells (each with `cut`, `box`) and the last byte drawn. */
export function drawn(element, data, { under, room, letter }) {
  const where = places(data);
  const columns = widths(data, where.all, under);
  const most = Math.max(...data.cuts.map(({ boxes }) => boxes.length), 1);
  const [cells, grids] = [[], []];
  let end = 0;
  for (const [first, last] of lines(where, columns, Math.max(12, (room - LABEL - 4) / letter))) {
    if (cells.length > MOST) break;
    const [from, to] = [where.all[first], (end = where.all[last])];
    const grid = h("div", { class: "tokenization-line", role: "grid", "aria-label": `line ${grids.length + 1}` });
    grid.style.gridTemplateColumns = `${LABEL}px ${[...columns.subarray(first, last)].map((wide) => `${(wide * letter).toFixed(1)}px`).join(" ")}`;
    data.cuts.forEach((cut, row) => {
      const inside = cut.boxes.filter((box) => box.start < to && box.stop > from);
      const made = inside.map((box) => cell(data, cut, row, box, { first, from, to, where, under }));
      cells.push(...made);
      grid.append(h("div", { class: "tokenization-row", role: "row" }, label(cut, row, most, grids.length), ...gaps(cut, row, inside, { first, last, where }), ...made.map(({ element: one }) => one)));
    });
    grids.push(grid);
  }
  element.replaceChildren(...grids);
  return { cells, end };
}

function label(cut, row, most, line) {
  const box = h("div", { class: "tokenization-name", role: "rowheader", title: cut.name }, h("span", { class: "tokenization-who" }, cut.name));
  box.style.gridRow = row + 1;
  if (line) return box;
  const bar = h("span", { class: "tokenization-bar" });
  bar.style.width = `${(100 * cut.boxes.length) / most}%`;
  const count = cut.pieces.length;
  box.append(h("span", { class: "tokenization-cost" }, h("span", { class: "tokenization-rail" }, bar), `${count.toLocaleString("en")} ${count === 1 ? "piece" : "pieces"}`));
  return box;
}

function cell(data, cut, row, box, { first, from, to, where, under }) {
  const element = h("div", { class: "tokenization-box", role: "gridcell", tabindex: "-1" });
  const text = chip(cut.pieces.slice(box.from, box.to).join(""), { special: Boolean(cut.special[box.from]) });
  if (box.to - box.from > 1) text.textContent = worded(cut, box);
  const low = beneath(data, cut, box, under);
  element.append(text, ...(under === "nothing" ? [] : [h("span", { class: "tokenization-under" }, low)]));
  element.classList.toggle("tokenization-on", box.start < from);
  element.classList.toggle("tokenization-more", box.stop > to);
  const column = (place) => where.all.indexOf(place) - first + 2;
  element.style.gridArea = `${row + 1} / ${column(Math.max(box.start, from))} / auto / ${column(Math.min(box.stop, to))}`;
  return { element, cut, row, box };
}

/** Where a tokenizer has no piece over some of the text, a hatched place says so. */
function gaps(cut, row, inside, { first, last, where }) {
  const found = [];
  let at = where.all[first];
  const until = (place) => {
    if (place > at) {
      const gap = h("div", { class: "tokenization-gap", role: "gridcell", "aria-label": "in no piece", title: "in no piece" });
      gap.style.gridArea = `${row + 1} / ${where.all.indexOf(at) - first + 2} / auto / ${where.all.indexOf(place) - first + 2}`;
      found.push(gap);
    }
  };
  for (const box of inside) { until(box.start); at = Math.max(at, box.stop); }
  until(where.all[last]);
  return found;
}

/** How wide one letter of the chips is, in px. */
export function letterOf(element) {
  const probe = element.appendChild(h("span", { class: "kit-chip tokenization-probe", "aria-hidden": "true" }, "0".repeat(50)));
  const wide = probe.getBoundingClientRect().width / 50;
  probe.remove();
  return wide || 8;
}

/** The table behind the picture. */
export function table(data) {
  const each = (cut, i) => [cut.name, i, cut.pieces[i], cut.ids[i], `${cut.starts[i]}–${cut.stops[i]}`];
  return { columns: ["tokenizer", "place", "piece", "id", "bytes"], rows: data.cuts.flatMap((cut) => cut.pieces.slice(0, 500).map((_, i) => each(cut, i))) };
}

export const perPiece = (data, cut) => number([...data.text].length / (cut.pieces.length || NaN));
