// The tree of branches: a row each, its pieces on a common axis of places, forks drawn where they left.
import { chip, css, h, number, short } from "../glass/kit.js";
import { known, odds, oddsSaid, rowsOf } from "./data.js";
import { listed } from "./listed.js";

const ROW = 24;
const SIZE = 12;

/** `go(node)` chooses a branch, `say(lines | null)` tells of one, `redraw()` draws all anew. */
export function treeOf({ signal, go, say, redraw }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const list = h("div", { role: "tree", "aria-label": "branches" });
  const head = h("div", { class: "generation-columns", "aria-hidden": "true" }, ...["places", "branch", "nats", "a piece"].map((name) => h("span", {}, name)));
  const element = h("div", { class: "generation-tree" }, head, h("div", { class: "generation-scroll" }, canvas, list));
  const folded = new Set();
  let [rows, store] = [[], null];
  const fold = (row) => { if (!folded.delete(row.start)) folded.add(row.start); redraw(); };
  const choose = (at, { target }) => (target.className === "generation-fold" && rows[at].forks.length ? fold(rows[at]) : go(rows[at].end));
  const point = (at) => {
    const row = rows[at];
    if (!row) return say(null);
    const first = store.nodes[row.start];
    const left = row.parent ? [`leaves at place ${row.from} with `, chip(first.piece), ` (probability ${known(first.p)}) · `] : [];
    return say([[...left, `${oddsSaid(row.odds)}, probability ${number(Math.exp(row.odds.logp))}`], short(row.path.map((node) => store.nodes[node].piece).join(""), 400)]);
  };
  const one = listed(list, { signal, choose, point, table: (self) => ({
    ArrowRight() { const row = rows[self.at]; if (row.folded) fold(row); else if (row.forks.length) self.go(self.at + 1); },
    ArrowLeft() { const row = rows[self.at]; if (row.forks.length && !row.folded) fold(row); else if (row.parent) self.go(row.parent.index); },
  }) });
  return {
    element,
    draw(given, { width, ...look }) {
      store = given;
      const [held, start, track] = [one.held(), rows[one.at]?.start, Math.round(Math.max(110, width * 0.34))];
      rows = rowsOf(store, folded);
      element.style.setProperty("--generation-track", `${track}px`);
      for (const row of rows) row.odds = odds(store, row.path);
      list.replaceChildren(...rows.map((row) => item(store, row, rows)));
      const at = rows.findIndex((row) => (held ? row.start === start : row.end === store.tip));
      if (held) one.go(at);
      else one.set(at);
      paint(canvas, { store, rows, track, ...look });
    },
  };
}

function item(store, row, rows) {
  const [first, ...rest] = row.own.map((at) => store.nodes[at]).filter((node) => !node.given || row.parent);
  const beside = rows.filter(({ parent }) => parent === row.parent);
  const said = [...(first ? [chip(first.piece, { most: 16 })] : []), first ? short(rest.map(({ piece }) => piece).join(""), 120) : "nothing written yet"];
  return h("div", {
    role: "treeitem", tabindex: "-1", class: "generation-row", "aria-level": row.depth, "aria-posinset": beside.indexOf(row) + 1, "aria-setsize": beside.length,
    "aria-selected": String(row.end === store.tip), "aria-expanded": row.forks.length ? String(!row.folded) : null,
  }, h("span", { class: "generation-fold" }, row.forks.length ? (row.folded ? `▸${row.forks.length}` : "▾") : ""), h("span", { class: "generation-said" }, ...said), h("span", {}, number(row.odds.logp)), h("span", {}, number(row.odds.each)));
}

/** Cells of one colour each on a common axis of places, and the lines by which branches leave. */
function paint(canvas, { store, rows, ruler, value, theme, track }) {
  const [ratio, chosen] = [globalThis.devicePixelRatio || 1, new Set(store.path(store.tip))];
  const high = rows.length * ROW;
  Object.assign(canvas, { width: track * ratio, height: high * ratio });
  Object.assign(canvas.style, { width: `${track}px`, height: `${high}px` });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const box = (colour, ...where) => { context.fillStyle = colour; context.fillRect(...where); };
  const given = store.nodes.filter((node) => node.given).length;
  const from = Math.max(0, Math.min(given, ...rows.slice(1).map((row) => row.from)) - 1);
  const wide = Math.min(14, (track - 16) / (Math.max(...rows.map((row) => row.path.length), from + SIZE) - from));
  const x = (place) => 4 + (place - from) * wide;
  const middle = (row) => row.index * ROW + ROW / 2;
  for (const row of rows) {
    const [y, thick] = [middle(row), chosen.has(row.start) ? 2 : 1];
    if (row.parent) {
      box(thick > 1 ? theme.accent : theme.soft, x(row.from) - 1, middle(row.parent) + 7, thick, y - middle(row.parent) - 6);
      box(thick > 1 ? theme.accent : theme.soft, x(row.from) - 1, y, 4, thick);
    }
    row.own.forEach((at, i) => {
      const [left, amount] = [x(row.from + i) + (row.parent ? 2 : 0), store.nodes[at].given ? NaN : value(store.nodes[at])];
      if (row.from + i < from) return;
      box(theme.line, left, y - 6, Math.max(wide - 1, 1), SIZE);
      if (!Number.isNaN(amount)) box(css(ruler.colour(Math.min(amount, ruler.high))), left + 0.5, y - 5.5, Math.max(wide - 2, 1), SIZE - 1);
      if (chosen.has(at)) box(theme.accent, left, y + 7, Math.max(wide - 1, 1), 2);
    });
  }
}
