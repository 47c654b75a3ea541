// The growing prediction: a grid of guesses, one cell's likeliest pieces, and the way of the piece that is followed.

import { asker, h, hoverOf, isLive, keys, listen, onTheme, painter, pick, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { inks } from "../glass/curves.js";
import { fitting, read, standing, thinned } from "./data.js";
import { grid } from "./grid.js";
import { legendOf, measureOf, NAMES } from "./measures.js";
import { side } from "./side.js";
import { cellLines, headline, KEYS, table } from "./words.js";

const HIGH = 348; // px, the same for every text: nothing jumps

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let reading = read(model);
    const view = frame({ el, model, session, signal }, { stem: "lens", keys: KEYS, table: () => table(reading, look().lens) });
    const soon = painter(view.picture, draw, signal);
    let [over, theme, measure, told] = [null, null, null, {}];
    const inside = (value, size) => (Number.isInteger(value) && value >= 0 && value < size ? value : null);
    const live = () => isLive(model, session);
    const turn = (changes) => pick(model, changes);

    const choose = h("select", { class: "lens-choice", "aria-label": "what colours a cell", onchange: () => turn({ measure: choose.value }) },
      ...Object.entries(NAMES).map(([value, name]) => h("option", { value }, name)));
    const thin = h("select", { class: "lens-choice", "aria-label": "layers drawn", onchange: () => turn({ every: Number(thin.value) }) });
    const lenses = h("span", { class: "lens-switches", role: "group", "aria-label": "lens" });
    const typed = h("input", { class: "lens-typed", type: "text", size: "9", "aria-label": "a piece to follow; empty for what comes next", placeholder: "what comes next", title: "the piece to follow, as it stands in the text: with its space in front" });
    const field = h("label", { class: "lens-field" }, "follow ", typed);
    field.hidden = !model.get("follows");
    const key = h("span");
    view.tools.append(key, lenses, choose, thin, field);
    const [left, right] = [
      grid({ signal, over: (cell) => { over = cell; hover.set({ token: cell?.token ?? null }); soon(); }, picked: (cell) => go({ row: settled().row, ...(cell.row === null ? { token: cell.token } : cell) }) }),
      side({ signal, follow: (piece) => follow(piece), go: (row) => go({ ...settled(), row }) }),
    ];
    view.picture.append(h("div", { class: "lens-body" }, left.element, right.element));

    /** What is picked, for all views; the embedding is a row of this view alone. */
    function go({ row, token }) {
      over = null;
      hover.set({ token: null });
      turn({ row });
      pick(session, row ? { token, layer: row - 1 } : { token, layer: null });
    }
    /** The picked cell; the last token and the last row while nothing is. */
    function settled() {
      const layer = inside(session.get("layer"), reading.last);
      const row = layer === null ? (model.get("row") === 0 ? 0 : reading.last) : layer + 1;
      return { row, token: inside(session.get("token"), reading.size) ?? reading.size - 1 };
    }

    const follow = (piece) => {
      if (!model.get("follows")) return;
      if (!askFollow({ piece })) view.stale(live() ? "" : "Following another piece takes the notebook's kernel.");
    };
    const askFollow = asker(model, session, "follow", { answered: () => view.stale(""), failed: view.stale, busy: view.busy, signal });
    typed.addEventListener("change", () => follow(typed.value), { signal });
    const askCell = asker(model, session, "cell", { answered: ({ row, token, lens, guesses }) => { told = { key: `${row} ${token} ${lens}`, guesses }; soon(); }, failed: view.stale, signal });
    /** The ten likeliest of a cell: what travelled, and more where somebody can be asked. */
    function guesses(lens, { row, token }) {
      const wanted = `${row} ${token} ${reading.lenses[lens]}`;
      if (told.key === wanted && told.guesses) return told.guesses;
      if (reading.top < 10 && told.key !== wanted) { told = { key: wanted }; askCell({ row, token, lens: reading.lenses[lens] }); }
      return reading.guesses(lens, row, token);
    }

    function look() {
      theme ??= inks(view.root);
      const every = model.get("every") || fitting(reading.layers.length);
      const rows = thinned(reading.layers.length, every);
      const at = settled();
      const token = over?.token ?? inside(hover.get().token, reading.size) ?? at.token;
      const lens = Math.max(0, reading.lenses.indexOf(model.get("lens")));
      return { reading, rows, every, lens, theme, settled: at, cell: { row: over?.row ?? at.row, token }, followed: model.get("target") ? "follow" : "next", canFollow: model.get("follows") && live() };
    }

    function draw() {
      const seen = { ...look(), width: left.element.clientWidth, height: HIGH };
      measure ??= measureOf(model.get("measure"), reading, seen.theme);
      seen.measure = measure;
      left.draw(seen);
      right.draw({ ...seen, guesses: guesses(seen.lens, seen.cell) });
      view.title(model.get("title") || headline(model.get("model_name"), reading), model.get("summary"));
      view.tell(...cellLines(seen));
      view.refresh();
    }
    /** The switches as the model has them. */
    function tools() {
      measure = null;
      choose.value = model.get("measure");
      key.replaceChildren(legendOf(measureOf(model.get("measure"), reading, look().theme), look().theme.dark));
      lenses.replaceChildren(...reading.lenses.map((name) => h("button", { class: "kit-button", type: "button", "aria-pressed": String(name === model.get("lens")), onclick: () => turn({ lens: name }) }, name)));
      lenses.hidden = reading.lenses.length < 2;
      const most = reading.layers.length;
      thin.replaceChildren(...[[0, most > 16 ? `every ${ordinal(fitting(most))} layer` : "all layers"], ...[1, 2, 3, 5].filter((n) => n < most / 2 && (most > 16 ? n !== fitting(most) : n > 1)).map((n) => [n, n === 1 ? "all layers" : `every ${ordinal(n)} layer`])].map(([value, name]) => h("option", { value }, name)));
      thin.value = model.get("every");
      if (thin.selectedIndex < 0) thin.selectedIndex = 0;
      thin.hidden = thin.options.length < 2;
      typed.value = model.get("target");
      typed.disabled = !live();
      soon();
    }
    const ordinal = (n) => ({ 2: "2nd", 3: "3rd" })[n] ?? `${n}th`;

    const move = (down, across) => () => {
      const { rows, settled: at } = look();
      const row = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(standing(rows, at.row)) + down))];
      go({ row: down ? row : at.row, token: Math.max(0, Math.min(reading.size - 1, at.token + across)) });
    };
    const next = (list, now) => list[(list.indexOf(now) + 1) % list.length];
    keys(left.element, {
      ArrowUp: move(-1, 0), ArrowDown: move(1, 0), ArrowLeft: move(0, -1), ArrowRight: move(0, 1), Home: move(0, -1e9), End: move(0, 1e9), PageUp: move(-1e9, 0), PageDown: move(1e9, 0),
      Enter: () => { const { lens, settled: { row, token } } = look(); follow(reading.says(lens, row, token).piece); },
    }, signal);
    keys(view.root, {
      m: () => turn({ measure: next(Object.keys(NAMES), model.get("measure")) }),
      t: () => turn({ lens: next(reading.lenses, model.get("lens")) }),
      e: () => turn({ every: next([...thin.options].map(({ value }) => Number(value)), Number(thin.value)) }),
      n: () => follow(""),
      Escape: () => { turn({ row: null }); pick(session, { token: null, layer: null }); },
    }, signal);

    const anew = () => { reading = read(model); told = {}; tools(); };
    listen(model, "change:shown change:_chances", anew, signal);
    listen(model, "change:measure change:lens change:every change:target", tools, signal);
    listen(model, "change:title change:row", soon, signal);
    listen(session, "change:token change:layer", soon, signal);
    listen(session, "comm_live_update", tools, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; tools(); }, signal);
    tools();
  },
};
