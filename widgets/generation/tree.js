// The tree of branches: a row each, its pieces on a common axis of places, forks drawn where they left.
import { chip, css, h, keys, number, short } from "../glass/kit.js";
import { odds, rowsOf, surprise } from "./data.js";

const ROW = 24;

/** `go(node)` chooses a branch, `say(lines|null)` tells of one. */
export function treeOf({ signal, go, say, redraw }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const list = h("div", { role: "tree", "aria-label": "branches", class: "generation-rows" });
  const scroll = h("div", { class: "generation-scroll" }, canvas, list);
  const head = h("div", { class: "generation-columns", "aria-hidden": "true" }, h("span", {}, "places"), h("span", {}, "branch"), h("span", {}, "nats"), h("span", {}, "a piece"));
  const element = h("div", { class: "generation-tree" }, head, scroll);
  const folded = new Set();
  let [rows, focus, store] = [[], 0, null];
  const rove = (at) => {
    list.children[focus]?.setAttribute("tabindex", "-1");
    focus = Math.max(0, Math.min(at, rows.length - 1));
    list.children[focus]?.setAttribute("tabindex", "0");
  };
  const move = (at) => { rove(at); list.children[focus]?.focus(); };
  const fold = (at, on) => { if (rows[at].forks.length) { folded[on ? "add" : "delete"](rows[at].start); redraw(); move(at); } };
  const right = () => (rows[focus].folded ? fold(focus, false) : rows[focus].forks.length && move(focus + 1));
  const left = () => (rows[focus].forks.length && !rows[focus].folded ? fold(focus, true) : rows[focus].parent >= 0 && move(rows[focus].parent));
  const index = (event) => [...list.children].indexOf(event.target.closest("[role=treeitem]"));
  list.addEventListener("click", (event) => {
    const at = index(event);
    if (at < 0) return;
    rove(at);
    if (event.target.closest(".generation-fold")) fold(at, !rows[at].folded);
    else go(rows[at].end);
  }, { signal });
  const lines = (at) => {
    if (!rows[at]) return;
    const { written, logp, each } = rows[at].odds;
    const first = store.nodes[rows[at].start];
    const forked = rows[at].parent < 0 ? [] : [`leaves at place ${rows[at].from} with `, chip(first.piece), ` (probability ${number(first.p)}) · `];
    say([[...forked, `${written} written: log-probability ${number(logp, "nats")}, ${number(each)} a piece, probability ${number(Math.exp(logp))}`], short(rows[at].text, 400)]);
  };
  list.addEventListener("mouseover", (event) => lines(index(event)), { signal });
  list.addEventListener("focusin", (event) => { rove(index(event)); lines(focus); }, { signal });
  for (const name of ["mouseleave", "focusout"]) list.addEventListener(name, () => say(null), { signal });
  keys(list, { ArrowUp: () => move(focus - 1), ArrowDown: () => move(focus + 1), ArrowRight: right, ArrowLeft: left, Home: () => move(0), End: () => move(1e9), Enter: () => go(rows[focus].end), " ": () => go(rows[focus].end) }, signal);

  return {
    element, focus: () => move(focus),
    draw(given, { ruler, value, theme, width }) {
      store = given;
      rows = rowsOf(store, folded);
      const had = list.contains(document.activeElement);
      const track = Math.round(Math.max(110, width * 0.34));
      element.style.setProperty("--generation-track", `${track}px`);
      const chosen = new Set(store.path(store.tip));
      rows.forEach((row) => {
        row.path = store.path(row.end);
        row.odds = odds(store, row.path);
        row.text = row.path.map((at) => store.nodes[at].piece).join("");
      });
      list.replaceChildren(...rows.map((row, i) => item(store, row, i, rows, row.end === store.tip)));
      rove(had ? focus : Math.max(0, rows.findIndex((row) => row.end === store.tip)));
      if (had) list.children[focus]?.focus();
      paint(canvas, { store, rows, chosen, ruler, value, theme, track });
    },
  };
}

function item(store, row, at, rows, mine) {
  const first = row.parent < 0 ? row.own.find((node) => !store.nodes[node].given) : row.start;
  const rest = row.own.filter((node) => node !== first && !store.nodes[node].given).map((node) => store.nodes[node].piece).join("");
  const beside = rows.filter(({ parent }) => parent === row.parent);
  const sign = row.forks.length ? (row.folded ? `▸${row.hidden}` : "▾") : "";
  const said = first === undefined ? "nothing written yet" : `${store.nodes[first].piece}${rest}`;
  return h("div", {
    role: "treeitem", tabindex: "-1", class: "generation-row", "aria-level": row.depth + 1, "aria-posinset": beside.indexOf(row) + 1, "aria-setsize": beside.length,
    "aria-selected": String(mine), "aria-expanded": row.forks.length ? String(!row.folded) : null, "aria-label": `${said}, ${number(row.odds.logp, "nats")}`,
  }, h("span", { class: "generation-fold" }, sign), h("span", { class: "generation-said" }, ...(first === undefined ? [h("span", { class: "kit-soft" }, "nothing written yet")] : [chip(store.nodes[first].piece, { most: 16 }), short(rest, 120)])),
    h("span", {}, number(row.odds.logp)), h("span", {}, number(row.odds.each)));
}

/** Cells of one colour each on a common axis of places, and the lines by which branches leave. */
function paint(canvas, { store, rows, chosen, ruler, value, theme, track }) {
  const high = rows.length * ROW;
  const ratio = globalThis.devicePixelRatio || 1;
  Object.assign(canvas, { width: track * ratio, height: high * ratio });
  Object.assign(canvas.style, { width: `${track}px`, height: `${high}px` });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const given = store.nodes.findIndex((node) => !node.given);
  const from = Math.max(0, Math.min(given < 0 ? store.nodes.length : given, ...rows.slice(1).map((row) => row.from)) - 1);
  const most = Math.max(...rows.map((row) => row.path.length), from + 12);
  const wide = Math.min(14, (track - 14) / (most - from));
  const x = (place) => 4 + (place - from) * wide;
  const middle = (i) => i * ROW + ROW / 2;
  rows.forEach((row, i) => {
    const own = row.own.map((at, k) => [store.nodes[at], row.from + k]).filter(([, place]) => place >= from);
    if (row.parent >= 0) {
      const on = chosen.has(row.start);
      context.fillStyle = on ? theme.accent : theme.soft;
      const [px, top] = [x(row.from), middle(row.parent) + 7];
      context.fillRect(px - 1, top, on ? 2 : 1, middle(i) - top + 1);
      context.fillRect(px - 1, middle(i), 4, on ? 2 : 1);
    }
    for (const [node, place] of own) {
      const amount = node.given ? NaN : value(node);
      context.fillStyle = Number.isNaN(amount) ? theme.line : css(ruler.colour(Math.min(amount, ruler.high)));
      context.fillRect(x(place) + (row.parent >= 0 ? 2 : 0), middle(i) - 6, Math.max(wide - 1, 1), 12);
      context.strokeStyle = theme.line;
      if (wide > 4) context.strokeRect(x(place) + (row.parent >= 0 ? 2.5 : 0.5), middle(i) - 5.5, wide - 2, 11);
      if (chosen.has(node.at)) {
        context.fillStyle = theme.accent;
        context.fillRect(x(place) + (row.parent >= 0 ? 2 : 0), middle(i) + 7, Math.max(wide - 1, 1), 2);
      }
    }
  });
}
