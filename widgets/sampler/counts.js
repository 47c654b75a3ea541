// A thousand draws counted, against what the chances say, with the range in which 95 of 100 counts should fall.
import { chip, h, number } from "../glass/kit.js";
import { drawnAll } from "./draws.js";
import { MANY } from "./pairs.js";
import { chance } from "./rules.js";
import { count } from "./words.js";

const ROWS = 13; // the last one for all other pieces

/** Builds the panel of counts. */
export function counts() {
  const rows = Array.from({ length: ROWS }, () => {
    const [name, bar, range, mark, says] = ["name", "drawn", "range", "mark", "says"].map((part) => h("span", { class: `sampler-${part}` }));
    return { element: h("div", { class: "sampler-row", role: "listitem" }, name, h("span", { class: "sampler-bar" }, bar, range, mark), says), name, bar, range, mark, says };
  });
  const says = h("div", { class: "sampler-says", role: "status" });
  const head = h("div", { class: "sampler-heads" }, h("span", {}, `${count(MANY)} draws: `, h("i", { class: "sampler-key sampler-drawn" }), " counted ", h("i", { class: "sampler-key sampler-mark" }), " expected ", h("i", { class: "sampler-key sampler-range" }), " where 95 of 100 counts fall"));
  const element = h("div", { class: "sampler-counts" }, head, h("div", { role: "list", "aria-label": "pieces and counts" }, ...rows.map(({ element }) => element)), says);
  let ended = new AbortController();
  const show = ({ state, name }, drawn) => {
    const lines = expected(state, drawn);
    element.style.setProperty("--rows", String(lines.length));
    // The others together may be most of all: they are told, and not drawn to the pieces' scale.
    const most = Math.max(...lines.filter(({ id }) => id !== null).map(({ high, found }) => Math.max(high, found ?? 0)), 1);
    rows.forEach((row, i) => {
      const line = lines[i];
      row.element.hidden = !line;
      if (!line) return;
      row.name.parentElement.classList.toggle("sampler-beyond", Math.max(line.high, line.found ?? 0) > most);
      row.name.replaceChildren(line.id === null ? `${count(line.pieces)} others` : chip(name(line.id), { most: 16 }));
      row.bar.style.width = `${(100 * (line.found ?? 0)) / most}%`;
      Object.assign(row.range.style, { left: `${(100 * line.low) / most}%`, width: `${(100 * (line.high - line.low)) / most}%` });
      row.mark.style.left = `${(100 * line.mean) / most}%`;
      row.says.textContent = line.found === null ? `expected ${number(line.mean)}` : `${line.found} (${number(line.mean)} ± ${number((line.high - line.low) / 2)})`;
      row.element.classList.toggle("sampler-off", line.found !== null && !inside(line));
    });
    const known = lines.filter(({ found }) => found !== null);
    says.textContent = known.length ? `${known.filter(inside).length} of ${known.length} rows lie where chance lets 95 of 100 fall.` : "drawing…";
  };
  return {
    element,
    draw(given) {
      ended.abort();
      ended = new AbortController();
      show(given, null);
      const { signal } = ended;
      setTimeout(() => { if (!signal.aborted) drawnAll(given.state, given.seed, MANY, (ids) => show(given, ids), signal); }, 120);
    },
    stop: () => ended.abort(),
  };
}

const inside = ({ found, low, high }) => found >= low && found <= high;

/** Rows for the likeliest pieces that are left, and one for the rest: expected, its range, counted. */
export function expected(state, drawn) {
  const found = new Map();
  for (const id of drawn ?? []) found.set(id, (found.get(id) ?? 0) + 1);
  const left = state.high - state.low;
  const shown = left <= ROWS ? left : ROWS - 1;
  const line = (id, share, times, pieces = 1) => {
    const [mean, noise] = [MANY * share, 1.96 * Math.sqrt(MANY * share * (1 - share))];
    return { id, pieces, mean, low: Math.max(0, mean - noise), high: Math.min(MANY, mean + noise), found: drawn ? times : null };
  };
  const lines = Array.from({ length: shown }, (_, i) => [state.order[state.low + i], chance(state, state.low + i)]).map(([id, share]) => line(id, share, found.get(id) ?? 0));
  if (shown < left) {
    const rest = Math.max(0, 1 - lines.reduce((all, { mean }) => all + mean / MANY, 0));
    lines.push(line(null, rest, MANY - lines.reduce((all, { id }) => all + (found.get(id) ?? 0), 0), left - shown));
  }
  return lines;
}
