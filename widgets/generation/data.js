// The tree of texts as the browser keeps it: one store per widget, filled by pages and news from Python.
import { asker, listen, number } from "../glass/kit.js";

const stores = new WeakMap();
const forever = new AbortController().signal;
const [PARENT, ID, PIECE, SHARE, RANK, SECONDS, ENDED, GIVEN] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The store of a model; `changed()` is called when something in it is new. */
export function storeOf(model, session, changed, signal) {
  if (!stores.has(model)) stores.set(model, store(model, session));
  const found = stores.get(model);
  found.bus.addEventListener("new", changed, { signal });
  return found;
}

function store(model, session) {
  const bus = new EventTarget();
  const all = { bus, nodes: [], ways: [], places: new Map(), latest: new Map(), tip: 0, move: 0, work: null };
  const tell = () => bus.dispatchEvent(new Event("new"));
  const whole = asker(model, session, "whole", { answered: (page) => { clear(); take(page); }, signal: forever });
  const clear = () => { all.nodes = []; all.ways = []; all.places.clear(); };
  const take = (page) => {
    if (page.from > all.nodes.length) return void whole();
    for (const row of page.nodes.slice(all.nodes.length - page.from)) {
      const at = all.nodes.length;
      all.nodes.push({ at, parent: row[PARENT], id: row[ID], piece: row[PIECE], p: row[SHARE] ?? NaN, rank: row[RANK], seconds: row[SECONDS], ended: row[ENDED], given: row[GIVEN] });
      all.ways.push([]);
      if (at) all.ways[row[PARENT]].push(at);
    }
    for (const [at, [entropy, others]] of Object.entries(page.places)) all.places.set(Number(at), { entropy, others });
    all.work = page.work;
    if (page.move >= all.move) [all.move, all.tip] = [page.move, page.tip];
    for (const at of all.path(all.tip)) all.latest.set(all.nodes[at].parent, at);
    tell();
  };
  Object.assign(all, {
    /** Nodes from the beginning to this one. */
    path(at) { const found = []; for (; at >= 0; at = all.nodes[at].parent) found.unshift(at); return found; },
    /** Where the text through a node ends, each time by the way gone last. */
    end(at) { while (all.ways[at].length) at = all.latest.get(at) ?? all.ways[at][0]; return at; },
    child: (at, id) => all.ways[at].find((way) => all.nodes[way].id === id),
    /** Choose the text through a node, here and now; Python hears of it with the number returned. */
    go(at, { end = true } = {}) {
      for (const node of all.path(at)) all.latest.set(all.nodes[node].parent, node);
      all.tip = end ? all.end(at) : at;
      tell();
      return ++all.move;
    },
    tell,
  });
  model.on("msg:custom", (content) => { if (content?.kind === "news") take(content); });
  listen(model, "change:_tree", () => take(model.get("_tree")), forever);
  take(model.get("_tree"));
  return all;
}

/** Nats. */
export const surprise = ({ p }) => (p > 0 ? -Math.log(p) : p === 0 ? Infinity : NaN);

/** How likely the written part of a text is: `{ written, logp, each }`, in nats. */
export function odds(store, path) {
  const written = path.filter((at) => !store.nodes[at].given);
  const logp = -written.reduce((sum, at) => sum + surprise(store.nodes[at]), 0);
  return { written: written.length, logp: written.length ? logp : NaN, each: logp / written.length };
}

/**
 * The tree as rows: a text goes on in its row, and what left it stands below, the latest fork first, so
 * that no line crosses another. `folded`: numbers of the rows whose branches are hidden.
 */
export function rowsOf(store, folded = new Set()) {
  const rows = [];
  const lay = (start, depth, parent) => {
    const row = { start, depth, parent, own: [], forks: [], from: store.nodes[start].parent < 0 ? 0 : depthOf(store, start) };
    rows.push(row);
    for (let at = start; at !== undefined; [at] = store.ways[at]) {
      row.own.push(at);
      row.forks.push(...store.ways[at].slice(1));
    }
    row.end = row.own.at(-1);
    row.folded = folded.has(start);
    row.hidden = row.folded ? row.forks.length : 0;
    const index = rows.length - 1;
    if (!row.folded) for (const fork of row.forks.reverse()) lay(fork, depth + 1, index);
  };
  if (store.nodes.length) lay(0, 0, -1);
  return rows;
}

const depthOf = (store, at) => store.path(at).length - 1;

/** Every piece of the tree as a table. */
export function tableOf(store) {
  const columns = ["node", "after", "piece", "id", "probability", "surprisal (nats)", "rank", "seconds", "in the chosen text"];
  const chosen = new Set(store.path(store.tip));
  const rows = store.nodes.map((node) => [node.at, node.parent < 0 ? "–" : node.parent, node.piece, node.id, number(node.p), number(surprise(node)), node.rank ?? "–", number(node.seconds ?? NaN), chosen.has(node.at) ? (node.given ? "given" : "yes") : ""]);
  return { columns, rows };
}
