// One sweep as it came: effects, controls, and what is said of them.

import { floats } from "../glass/kit.js";

/** The picture shown, from the model. */
export function read(model) {
  const name = model.get("picture");
  const said = model.get("pictures").find((one) => one.name === name) ?? model.get("pictures")[0];
  const [effects, points] = ["_effects", "_controls"].map((trait) => floats(model.get(trait)[said.name]));
  const { rows, across, n, clean, corrupted } = said;
  const [size, gap] = [rows.length * across, clean - corrupted];
  const pieces = { clean: model.get("clean_pieces"), corrupted: model.get("corrupted_pieces") };
  const byPosition = said.columns === "position";
  const columns = byPosition ? model.get("pairs").map(([from, into]) => ({ from, into, at: from < 0 ? -1 : into }))
    : Array.from({ length: across }, (_, at) => ({ at }));
  const controls = (row, at) => Array.from({ length: n }, (_, i) => points[i * size + row * across + at]).filter(Number.isFinite);
  const mean = (row, at) => { const all = controls(row, at); return all.length ? all.reduce((sum, one) => sum + one, 0) / all.length : NaN; };
  const effect = (row, at) => (at < 0 ? NaN : effects[row * across + at]);
  const band = (row) => said.bands[row];
  let [reach, most, best] = [0, -1, 0];
  for (let i = 0; i < size; i++) {
    const [one, other] = [effects[i], mean(Math.floor(i / across), i % across)].map(Math.abs);
    if (one > best) [best, most] = [one, i];
    for (const part of [one, other]) if (part > reach) reach = part;
  }
  // A share of next to no way says nothing.
  const shared = model.get("colour") === "share" && reach < 5 * Math.abs(gap);
  const value = (one) => (shared ? one / gap : one);
  return {
    ...said, columns, kind: said.columns, pieces, byPosition, shared, value, effect, controls, mean, band, gap,
    reach: Math.abs(value(Math.max(reach, Math.abs(gap) / 4))) || 1, // little is pale, also while a sweep begins
    unitShown: shared ? "" : said.unit,
    strongest: most < 0 ? { row: 0, at: columns.find(({ at }) => at >= 0)?.at ?? 0 } : { row: Math.floor(most / across), at: most % across },
    doneAt: (row, at) => said.done[row * across + at],
    /** Is the effect further from nothing than 95 of 100 controls of its layer, and than each of its own? */
    beyond(row, at) {
      const [one, all] = [effect(row, at), [0, ...band(row).slice(0, 2), ...controls(row, at)]];
      return all[1] !== null && (one < Math.min(...all) || one > Math.max(...all));
    },
    columnOf: (at) => columns.find((one) => one.at === at),
    /** Where a cell is: what the session calls it. */
    place: (row, at) => ({ layer: rows[row][0], head: said.columns === "head" ? at : rows[row][1] < 0 ? null : rows[row][1], position: byPosition ? at : null }),
    /** The cell that the session picks, or null. */
    find({ layer, token, head }) {
      const row = rows.findIndex(([one, other]) => one === layer && (other < 0 || other === head));
      const at = byPosition ? token : said.columns === "head" ? head : 0;
      return row < 0 || at === null || at >= across || !columns.some((one) => one.at === at) ? null : { row, at };
    },
    rowName: (row) => (rows[row][1] < 0 ? `L${rows[row][0]}` : `L${rows[row][0]}H${rows[row][1]}`),
  };
}

/** The two prompts, and which of their pieces differ. */
export const differs = ({ pieces }, { from, into }) => from < 0 || into < 0 || pieces.clean[from] !== pieces.corrupted[into];
