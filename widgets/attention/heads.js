// The heads at hand: what came with the view, what was asked for since, and what still has to be.

import { asker } from "../glass/kit.js";
import { bytesOf, floatsOf, isWhole, lookedAt, looksAt, pictureSize, source, unpack, withFirst } from "./data.js";

const KEPT = 12; // unpacked heads; 1 MB each at 1,024 tokens
const SENT = 24e6; // bytes of packed heads
const ROWS = 200; // tokens with exact rows and columns

/** A map that forgets what was not used for longest. */
function recent(most) {
  const map = new Map();
  const touch = (key, value) => { map.delete(key); map.set(key, value); return value; };
  return {
    get: (key) => (map.has(key) ? touch(key, map.get(key)) : undefined),
    set(key, value) {
      touch(key, value);
      if (map.size > most) map.delete(map.keys().next().value);
      return value;
    },
  };
}

/** Heads by layer and number; `changed()` is called when more has arrived. */
export function headStore({ model, session, signal, view, changed }) {
  const [layers, heads, side, causal] = ["layers", "heads", "side", "causal"].map((name) => model.get(name));
  const tokens = model.get("pieces").length;
  const index = (layer, head) => layers.indexOf(layer) * heads + head;
  const size = pictureSize(side, causal);
  const sent = recent(Math.max(16, Math.floor(SENT / size)));
  for (const [key, entry] of Object.entries(model.get("opened"))) sent.set(key, entry);
  const opened = recent(KEPT);
  const exact = recent(ROWS);
  const pending = {};
  let detail = null;

  const heard = (what, take) => ({
    answered(...answer) { pending[what] = ""; view.stale(""); take(...answer); changed(); },
    failed(error) { pending[what] = "failed"; view.stale(error); },
    busy: what === "exact" ? undefined : view.busy,
    signal,
  });
  /** The same question is not asked twice while it is under way. */
  const once = (what, args) => {
    const text = JSON.stringify(args);
    if (pending[what] === text) return true;
    pending[what] = text;
    return ask[what](args) || Boolean((pending[what] = ""));
  };
  const ask = {
    heads: asker(model, session, "heads", heard("heads", ({ heads: pairs, stats }, buffers) => {
      pairs.forEach((pair, i) => sent.set(pair.join("."), { picture: buffers[i], stats: stats[i] }));
    })),
    window: asker(model, session, "window", heard("window", (asked, [cells, first]) => {
      const [[query, bottom], [key, right]] = [asked.rows, asked.columns];
      const { width, height } = asked;
      detail = { ...asked, source: source(bytesOf(cells).slice(), bytesOf(first).slice(),
        { width, height, query, key, queries: bottom - query, keys: right - key }) };
    })),
    exact: asker(model, session, "exact", heard("exact", ({ layer, head, token }, [row, column]) => {
      exact.set(`${layer}.${head}.${token}`, { row: floatsOf(row), column: floatsOf(column) });
    })),
  };

  function bytes(layer, head) {
    const all = bytesOf(model.get("all_heads"));
    const at = index(layer, head) * size;
    const entry = sent.get(`${layer}.${head}`);
    return all.length ? all.subarray(at, at + size) : entry && bytesOf(entry.picture);
  }

  return {
    layers, heads, tokens, causal, index,

    /** A head's cells, or null while they are not here. */
    head(layer, head, firstShown = true) {
      const key = `${layer}.${head}`;
      const known = opened.get(key);
      const packed = known ? null : bytes(layer, head);
      if (!known && !packed) return null;
      return withFirst(known ?? opened.set(key, unpack(packed, side, causal, tokens)), firstShown);
    },

    /** Its numbers (`stats.Stats`), or null. */
    stats(layer, head) {
      const all = model.get("all_stats");
      const at = index(layer, head) * 7;
      if (all?.byteLength) return [...floatsOf(all).subarray(at, at + 7)];
      return sent.get(`${layer}.${head}`)?.stats ?? null;
    },

    /** Ask for those [layer, head] that are not here; false when there is nobody to ask. */
    need(pairs) {
      const wanted = pairs.filter(([layer, head]) => !bytes(layer, head)).slice(0, 8);
      return !wanted.length || once("heads", { heads: wanted });
    },

    /** Full resolution for a part of a pooled head: here if it has come, else asked for. */
    window(layer, head, { query, key, span }, firstShown) {
      const reach = (start) => [Math.max(0, Math.floor(start)), Math.min(tokens, Math.ceil(start + span))];
      const [rows, columns] = [reach(query), reach(key)];
      const covers = ([from, to], [low, high]) => low <= from && high >= to;
      const ours = detail?.layer === layer && detail.head === head;
      if (ours && covers(rows, detail.rows) && covers(columns, detail.columns) &&
        detail.rows[1] - detail.rows[0] <= 1.5 * (rows[1] - rows[0])) return withFirst(detail.source, firstShown);
      once("window", { layer, head, rows, columns });
      return null;
    },

    /**
     * Where a token looks and who looks at it: {row, column, exact}. At once from bytes when the head
     * has a cell a token, exactly when the answer is there; null when neither.
     */
    both(layer, head, token, wanted = true) {
      const known = exact.get(`${layer}.${head}.${token}`);
      if (known) return { ...known, exact: true };
      if (wanted) once("exact", { layer, head, token });
      const cells = this.head(layer, head);
      return isWhole(cells) ? { row: looksAt(cells, token), column: lookedAt(cells, token), exact: false } : null;
    },
  };
}

/** The small pictures, unpacked once; the heads themselves where texts are short. */
export function thumbs(model) {
  const [all, side, causal] = [bytesOf(model.get("thumbs")), model.get("thumb_side"), model.get("causal")];
  const bytes = all.length ? all : bytesOf(model.get("all_heads"));
  const size = pictureSize(side, causal);
  const tokens = model.get("pieces").length;
  return Array.from({ length: bytes.length / size }, (_, i) => unpack(bytes.subarray(i * size, (i + 1) * size), side, causal, tokens));
}
