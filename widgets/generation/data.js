// The tree of texts as the browser keeps it: one store per widget, filled by pages and news from Python.
import { asker, number } from "../glass/kit.js";

const stores = new WeakMap();
const NAMES = ["parent", "id", "piece", "p", "rank", "seconds", "ended", "given", "special"];

/** A number that may not be known. */
export const known = (value, unit) => number(value ?? NaN, unit);

/** Nats. */
export const surprise = ({ p }) => (p === null ? NaN : -Math.log(p));

/** The store of a model; `changed()` is called when something in it is new. */
export function storeOf(model, session, changed, signal) {
  if (!stores.has(model)) stores.set(model, store(model, session));
  stores.get(model).addEventListener("new", changed, { signal });
  return stores.get(model);
}

function store(model, session) {
  const tell = () => all.dispatchEvent(new Event("new"));
  const visit = (at) => { for (const node of all.path(at)) all.latest.set(all.nodes[node].parent, node); };
  const all = Object.assign(new EventTarget(), {
    nodes: [], ways: [], places: {}, latest: new Map(), tip: 0, move: 0, work: null,
    /** Nodes from the beginning to this one. */
    path(at) { const found = []; for (; at >= 0; at = all.nodes[at].parent) found.unshift(at); return found; },
    child: (at, id) => all.ways[at].find((way) => all.nodes[way].id === id),
    /** Choose the text through a node, to where it ends, here and now; the number of that choice. */
    go(at) {
      visit(at);
      for (; all.ways[at].length; at = all.latest.get(at) ?? all.ways[at][0]);
      all.tip = at;
      tell();
      return ++all.move;
    },
  });
  const whole = asker(model, session, "whole", { answered: (page) => { Object.assign(all, { nodes: [], ways: [] }); take(page); }, signal: new AbortController().signal });
  const take = (page) => {
    if (page.from > all.nodes.length) return void whole();
    for (const row of page.nodes.slice(all.nodes.length - page.from)) {
      const at = all.nodes.push(Object.fromEntries(NAMES.map((name, i) => [name, row[i]]))) - 1;
      all.nodes[at].at = at;
      all.ways.push([]);
      all.ways[row[0]]?.push(at);
    }
    for (const [at, [entropy, others]] of Object.entries(page.places)) all.places[at] = { entropy, others };
    all.work = page.work;
    if (page.move >= all.move) [all.move, all.tip] = [page.move, page.tip]; // else: older than the reader's own choice
    visit(all.tip);
    tell();
  };
  model.on("msg:custom", (content) => { if (content?.kind === "news") take(content); });
  model.on("change:_tree", () => take(model.get("_tree")));
  take(model.get("_tree"));
  return all;
}

/** How likely the written part of a text is: pieces, nats, nats a piece. */
export function odds(store, path) {
  const lost = path.map((at) => store.nodes[at]).filter((node) => !node.given).map(surprise);
  const logp = lost.length ? -lost.reduce((sum, one) => sum + one, 0) : NaN;
  return { written: lost.length, logp, each: logp / lost.length };
}

/** The same in words. */
export const oddsSaid = ({ written, logp, each }) => (written ? `${written} written: log-probability ${number(logp, "nats")}, ${number(each)} a piece` : "Nothing is written yet.");

/**
 * The tree as rows: a text goes on in its row, and what left it stands below, the latest fork first, so
 * that no line crosses another. `folded`: first nodes of the rows whose branches are hidden.
 */
export function rowsOf(store, folded = new Set()) {
  const rows = [];
  const lay = (start, parent) => {
    const row = { start, parent, depth: parent ? parent.depth + 1 : 1, own: [], forks: [], folded: folded.has(start), index: rows.length };
    rows.push(row);
    for (let at = start; at !== undefined; [at] = store.ways[at]) {
      row.own.push(at);
      row.forks.unshift(...store.ways[at].slice(1));
    }
    row.end = row.own.at(-1);
    row.path = store.path(row.end);
    row.from = row.path.length - row.own.length;
    if (!row.folded) for (const fork of row.forks) lay(fork, row);
  };
  if (store.nodes.length) lay(0);
  return rows;
}

/** Every piece of the tree as a table. */
export function tableOf(store) {
  const columns = ["node", "after", "piece", "id", "probability", "surprisal (nats)", "rank", "seconds", "in the chosen text"];
  const chosen = new Set(store.path(store.tip));
  const rows = store.nodes.map((node) => [node.at, node.parent < 0 ? "–" : node.parent, node.piece, node.id, known(node.p), number(surprise(node)), node.rank ?? "–", known(node.seconds), chosen.has(node.at) ? (node.given ? "given" : "yes") : ""]);
  return { columns, rows };
}
