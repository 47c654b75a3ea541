// The keyboard: everything the mouse does has a key.

import { keys, pick } from "../glass/kit.js";
import { within } from "./look.js";

export const KEYS = [
  ["Tab", "from the heads to the matrix to the text"],
  ["← → ↑ ↓", "in the heads: another head; in the matrix: another cell; in the text: another token"],
  ["[ ]", "token before, after"],
  ["Enter", "pin the head, or let it go"],
  ["Esc", "let go of the cell, then the token, then the pins"],
  ["+ − 0", "zoom in, out, whole; also Ctrl + wheel, or a pinch"],
  ["Shift + arrows", "move the window (in the matrix)"],
  ["l", "logarithmic or linear scale"],
  ["f", "first token drawn or left out"],
  ["s", "heads by score, highest or lowest first, or by layer"],
  ["m", "mark the heads by another score"],
  ["w", "why this score: the picked query and key broken down"],
  ["c", "the code of this picture"],
];

export const CUT_KEYS = [
  ["x", "switch the head off, or on again; also Shift + click on its picture"],
  ["X", "switch the MLP of its layer off, or on again"],
  ["r", "switch everything on again"],
];

/** Binds the keys of the whole view, and the arrows of each part. */
export function bind({ view, parts, session, signal, look, hoverCell, switches, open, pin, pickPair, pickToken }) {
  const step = (by) => () => { const { token, tokens } = look(); pickToken(within(token + by, tokens, token)); };
  const beside = (right, down) => () => open(parts.overview.beside(look().index, right, down));
  const move = (right, down) => (event) => {
    if (event.shiftKey) return parts.matrix.pan(right, down);
    const { token, tokens, cell = null } = look();
    const from = cell ?? { query: token, key: token };
    const to = { query: within(from.query + down, tokens, from.query), key: within(from.key + right, tokens, from.key) };
    parts.matrix.reveal(to);
    hoverCell(to);
    return pickPair(to);
  };
  const letGo = () => {
    if (look().cell) return hoverCell(null);
    if (session.get("token") !== null) return pickToken(null);
    return pick(session, { pinned: [] });
  };
  const arrows = (act) => ({ ArrowLeft: act(-1, 0), ArrowRight: act(1, 0), ArrowUp: act(0, -1), ArrowDown: act(0, 1) });
  const zoom = (factor) => () => {
    const token = session.get("token");
    parts.matrix.zoom(factor, look().cell ?? (token === null ? null : { query: token, key: token }));
  };
  const Enter = () => { const { layer, head } = look(); pin([layer, head]); };
  keys(parts.overview.element, { ...arrows(beside), Enter }, signal);
  keys(parts.matrix.element, { ...arrows(move), Enter }, signal);
  keys(parts.text.focus, { ...arrows((right, down) => step(right + down)), Enter }, signal);
  keys(view.root, { "[": step(-1), "]": step(1), "+": zoom(1.5), "=": zoom(1.5), "-": zoom(1 / 1.5), 0: zoom(0),
    l: switches.log, f: switches.first, s: switches.sort, m: switches.mark, w: switches.why, c: switches.code, ...switches.cut, Escape: letGo }, signal);
}
