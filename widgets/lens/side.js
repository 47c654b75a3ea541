// Beside the grid: the likeliest pieces of one cell, and how the followed piece rises through the layers.

import { chip, h, number, svg } from "../glass/kit.js";
import { whole } from "./measures.js";

const ROW = 17;

/** Builds the panel; `follow(piece)` when a piece is pressed, `go(row)` when the way is. */
export function side({ signal, follow, go }) {
  const name = h("div", { class: "lens-name" });
  const list = h("ol", { class: "lens-top" });
  const rise = h("div", { class: "lens-name lens-rise" });
  const way = svg("svg", { class: "lens-way", role: "img" });
  const element = h("div", { class: "lens-side" }, name, list, rise, way);
  let look = null;
  way.addEventListener("click", (event) => {
    const box = way.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    if (look) go(Math.max(0, Math.min(look.reading.last, Math.round(share * look.reading.last))));
  }, { signal });
  const rows = Array.from({ length: 10 }, () => {
    const [bar, share, piece] = [h("i"), h("b"), h("span")];
    const button = h("button", { class: "lens-guess", type: "button", onclick: () => follow(button.piece) }, bar, piece, share);
    const row = Object.assign(h("li", {}, button), { button, bar, share, piece });
    list.append(row);
    return row;
  });

  return {
    element,
    draw(next) {
      look = next;
      const { reading, cell, lens, guesses, canFollow } = next;
      name.replaceChildren(h("strong", {}, reading.layers[cell.row]), " after ", chip(reading.pieces[cell.token], { special: reading.special[cell.token], most: 14 }), ` ${cell.token}`);
      rows.forEach((row, i) => {
        const [piece, prob] = guesses[i] ?? [];
        row.hidden = piece === undefined;
        if (row.hidden) return;
        if (row.button.piece !== piece) row.piece.replaceChildren(chip(piece, { most: 18 }));
        row.button.piece = piece;
        row.button.disabled = !canFollow;
        row.button.title = canFollow ? "follow this piece" : "";
        row.bar.style.width = `${prob * 100}%`;
        row.share.textContent = number(prob);
        row.classList.toggle("lens-target", piece === reading.targets[cell.token]);
      });
      const target = reading.targets[cell.token];
      rise.replaceChildren(...(target ? ["rank of ", chip(target, { most: 14 })] : ["nothing comes next here"]));
      if (reading.lenses.length > 1) rise.append(...reading.lenses.flatMap((one, i) => [" ", swatch(next.theme.lines[i % next.theme.lines.length]), one]));
      const height = Math.max(70, next.height - ROW * 10 - 58);
      drawWay(way, next, { width: element.clientWidth, height, lens });
    },
  };
}

function swatch(colour) {
  const key = h("i");
  key.style.background = colour;
  return key;
}

const [LEFT, RIGHT, TOP, FOOT] = [40, 14, 6, 18];

function drawWay(way, { reading, cell, settled, theme }, { width, height, lens }) {
  Object.assign(way.style, { width: `${width}px`, height: `${height}px` });
  const across = (row) => LEFT + ((width - LEFT - RIGHT) * row) / Math.max(1, reading.last);
  const down = (rank) => TOP + ((height - TOP - FOOT) * Math.log(rank)) / Math.log(reading.worst);
  const parts = [];
  const powers = [1, 10, 100, 1000, 10000, 100000].filter((rank) => rank <= reading.worst);
  const every = Math.ceil((powers.length * 13) / (height - TOP - FOOT));
  for (const rank of powers.filter((_, i) => i % every === 0)) {
    parts.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: down(rank), y2: down(rank), stroke: theme.line }));
    parts.push(svg("text", { x: LEFT - 5, y: down(rank) + 3.5, "text-anchor": "end" }, whole(rank)));
  }
  const step = Math.ceil((reading.last + 1) / 8);
  reading.layers.forEach((name, row) => {
    if ((reading.last - row) % step === 0) parts.push(svg("text", { x: across(row), y: height - 4, "text-anchor": "middle" }, name));
  });
  parts.push(svg("line", { x1: across(cell.row), x2: across(cell.row), y1: TOP - 4, y2: height - FOOT + 4, stroke: theme.accent, "stroke-width": cell.row === settled.row ? 2 : 1 }));
  const said = [];
  reading.lenses.forEach((name, i) => {
    const ranks = reading.ranks(i, cell.token);
    if (ranks.some(Number.isNaN)) return;
    const colour = theme.lines[i % theme.lines.length];
    parts.push(svg("polyline", { points: ranks.map((rank, row) => `${across(row)},${down(rank)}`).join(" "), fill: "none", stroke: colour, "stroke-width": i === lens ? 2 : 1.5, "stroke-dasharray": i === lens ? "" : "4 3" }));
    parts.push(svg("circle", { cx: across(cell.row), cy: down(ranks[cell.row]), r: i === lens ? 3.5 : 2.5, fill: colour }));
    said.push(`${name}: ${ranks.map(whole).join(", ")}`);
  });
  way.setAttribute("aria-label", said.length ? `ranks by layer, ${said.join("; ")}` : "no piece is followed here");
  way.replaceChildren(...parts);
}
