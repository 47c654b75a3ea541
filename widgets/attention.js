// Every head at a glance, one large, and a token's attention both ways: all drawn from the model and the session.

import { css, h, hoverOf, isDark, isLive, keys, listen, onTheme, pick, sequential, sessionOf } from "./kit.js";
import { frame } from "./frame.js";
import { headName, withFirst } from "./attention_data.js";
import { headStore, thumbs } from "./attention_heads.js";
import { matrix } from "./attention_matrix.js";
import { overview } from "./attention_overview.js";
import { logFloor, palette, tinted } from "./attention_paint.js";
import { pins, toggled } from "./attention_pins.js";
import { texts } from "./attention_text.js";
import { cellLine, headLine, headline, noteLine, summary, tableOf, tokenLine } from "./attention_words.js";

const KEYS = [
  ["Tab", "from the heads to the matrix to the text"],
  ["← → ↑ ↓", "in the heads: another head; in the matrix: another cell; in the text: another token"],
  ["[ ]", "token before, after"],
  ["Enter", "pin the head, or let it go"],
  ["Esc", "let go of the cell, then the token, then the pins"],
  ["+ − 0", "zoom in, out, whole"],
  ["Shift + arrows", "move the window (in the matrix)"],
  ["l", "logarithmic or linear scale"],
  ["f", "first token drawn or left out"],
  ["s", "heads by score or by layer, where they have scores"],
];

/** How the parts stand for a width: {name, matrix (its box), overview (its room)}. */
export function layout(width, layers, heads) {
  const [long, short] = layers > 1.6 * heads ? [layers, heads] : [heads, layers];
  const wide = width >= 940;
  if (long > 1.6 * short) {
    return wide
      ? { name: "under", matrix: 400, overview: { width: width - 420, height: 230 } }
      : { name: "over", matrix: 276, overview: { width, height: 164 } };
  }
  return wide
    ? { name: "row", matrix: 400, overview: { width: Math.min(0.34 * width, 380), height: 400 } }
    : { name: "pair", matrix: 310, overview: { width: width - 330, height: 310 } };
}

/** A picked position or head that this view has, else the fallback. */
const within = (value, limit, fallback) => (Number.isInteger(value) && value >= 0 && value < limit ? value : fallback);

/** A scale's colours and ends; its unit says what a weight is. */
function legend(scale) {
  const stops = Array.from({ length: 13 }, (_, i) => css(sequential(tinted(i / 12), scale.dark)));
  const bar = h("span", { class: "kit-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const [low, kind] = scale.log ? [`≤ ${scale.floor}`, "log"] : ["0", "linear"];
  const text = `attention weight, share of 1, ${kind}`;
  return h("span", { class: "kit-legend attention-legend", role: "img", "aria-label": `${text}: colours from ${low} to 1` },
    h("span", {}, text), h("span", {}, low), bar, h("span", {}, "1"));
}

const button = (label, title, onclick) => h("button", { class: "kit-button", type: "button", title, onclick }, label);

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    const view = frame({ el, model, session, signal }, { stem: "attention", keys: KEYS, table: () => tableOf(look(), both(look()), live()) });
    const store = headStore({ model, session, signal, view, changed: () => { soon(); view.refresh(); } });
    const small = thumbs(model);
    const [pieces, special, scores, labels] = ["pieces", "special", "scores", "labels"].map((name) => model.get(name));
    const { layers, heads, tokens, causal } = store;
    const state = { cell: null, hoverHead: null, pinHover: null, sorted: false, width: 0 };
    const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
    const live = () => isLive(model, session);
    const pairOf = (index) => [layers[Math.floor(index / heads)], index % heads];
    const open = ([layer, head]) => pick(session, { layer, head });
    const pin = (pair) => pick(session, { pinned: toggled(session.get("pinned"), pair) });
    const pickToken = (token) => pick(session, { token });
    const turn = (name, value) => { model.set(name, value); model.save_changes(); };
    const log = () => turn("scale", model.get("scale") === "log" ? "linear" : "log");
    const first = () => turn("skip_first", !model.get("skip_first"));
    const sort = () => { if (scores.length) { state.sorted = !state.sorted; soon(); } };
    const hoverCell = (cell) => {
      const here = cell && cell.query >= 0 && cell.key >= 0 && cell.query < tokens && cell.key < tokens ? cell : null;
      if (JSON.stringify(here) === JSON.stringify(state.cell)) return;
      state.cell = here;
      hover.set({ token: here ? here.query : null });
      soon();
    };

    const parts = {
      overview: overview({ signal, thumbs: small, pick: (index) => open(pairOf(index)), pin: (index) => pin(pairOf(index)),
        hover(index) { if (index !== state.hoverHead) { state.hoverHead = index; soon(); } } }),
      matrix: matrix({ signal, tokens, hover: hoverCell, pick: pickToken, moved: () => soon() }),
      text: texts({ signal, pick: pickToken, hover: (token) => hover.set({ token }) }),
      pins: pins({ signal, open, unpin: pin, hover(pair, at) {
        const { query, key, span } = parts.matrix.view();
        state.pinHover = at && pair;
        hoverCell(at && { query: Math.floor(query + at[1] * span), key: Math.floor(key + at[0] * span) });
      } }),
    };
    const pinButton = button("Pin", "keep this head beside others (Enter)", () => { const { layer, head } = look(); pin([layer, head]); });
    const [name, about] = [h("strong"), h("div", { class: "attention-summary", "aria-live": "polite" })];
    const title = h("div", { class: "attention-name" }, name, pinButton);
    const side = h("div", { class: "attention-side" }, title, about, parts.text.element);
    const grid = h("div", { class: "attention-grid" }, parts.overview.element, parts.matrix.element, side);
    view.picture.append(grid, parts.pins.element);

    const scaleBox = h("span");
    const switches = {
      log: button("Log", "logarithmic scale (l)", log),
      first: button("Skip first", "leave the first token out of the picture (f)", first),
      sort: button("By score", "heads by score (s)", sort),
    };
    if (!scores.length) switches.sort.hidden = true;
    view.tools.append(scaleBox, h("span", { class: "attention-switches" }, ...Object.values(switches),
      button("−", "zoom out (−)", () => parts.matrix.zoom(1 / 1.5)), button("+", "zoom in (+)", () => parts.matrix.zoom(1.5)),
      button("Whole", "the whole text (0)", () => parts.matrix.zoom(0))));
    view.title(headline({ title: model.get("title"), modelName: model.get("model_name"), layers, heads, tokens }), model.get("summary"));

    let inks = null;
    let fonts = null;
    /** Colours from the page, read once per theme. */
    function themed() {
      const dark = isDark(view.root);
      view.root.classList.toggle("attention-dark", dark);
      const style = getComputedStyle(view.root);
      const value = (variable) => style.getPropertyValue(variable).trim();
      inks = Object.fromEntries(["ink", "soft", "paper", "line", "accent"].map((key) => [key, value(`--kit-${key}`)]));
      Object.assign(inks, Object.fromEntries(["row", "column", "rowText", "columnText"].map((key) => [key, value(`--attention-${key}`)])));
      fonts = { mono: value("--kit-mono"), sans: value("--kit-sans") };
      const scale = { log: model.get("scale") === "log", floor: logFloor(tokens), dark };
      state.scale = { scale, lookup: palette(scale) };
      scaleBox.replaceChildren(legend(scale));
      switches.log.setAttribute("aria-pressed", String(scale.log));
      switches.first.setAttribute("aria-pressed", String(model.get("skip_first")));
    }

    /** Everything that is on screen, from the model and the session. */
    function look() {
      if (!inks) themed();
      const [layer, head] = layers.includes(session.get("layer")) && within(session.get("head"), heads, null) !== null
        ? [session.get("layer"), session.get("head")] : model.get("start");
      const token = within(hover.get().token, tokens, within(session.get("token"), tokens, tokens - 1));
      const pinned = session.get("pinned").filter(([l, n]) => layers.includes(l) && n < heads).slice(-6);
      return {
        ...state.scale, pieces, special, scores, labels, layers, heads, tokens, causal, layer, head, token, pinned, inks, fonts,
        index: store.index(layer, head), pinnedAt: pinned.map(([l, n]) => store.index(l, n)), hoverHead: state.hoverHead, cell: state.cell,
        labelled: Object.keys(labels).map((key) => store.index(...key.split(".").map(Number))),
        order: state.sorted ? order : null, firstShown: !model.get("skip_first"), dpr: globalThis.devicePixelRatio || 1,
      };
    }
    const both = (now, [layer, head] = state.pinHover ?? [now.layer, now.head]) => store.both(layer, head, now.token);

    /** What to paint for a head: the window asked for, else its cells, else its small picture. */
    function sourcesOf(now, [layer, head], window = parts.matrix.view()) {
      const whole = store.head(layer, head, now.firstShown) ?? withFirst(small[store.index(layer, head)], now.firstShown);
      const zoomedIn = window.span < tokens && model.get("side") < tokens;
      const detail = zoomedIn && layer === now.layer && head === now.head && store.window(layer, head, window, now.firstShown);
      return [detail || whole];
    }

    let drawn = [];
    function draw() {
      if (!state.width) return;
      const now = look();
      const plan = layout(state.width, layers.length, heads);
      grid.className = `attention-grid attention-${plan.name}`;
      const there = store.need([[now.layer, now.head], ...now.pinned]);
      parts.overview.draw(now, plan.overview);
      parts.overview.element.setAttribute("aria-label", `heads, ${headName(now.layer, now.head)} picked; arrows pick another`);
      parts.matrix.element.setAttribute("aria-label", `${headName(now.layer, now.head)}, queries down, keys across; arrows move the cell`);
      const stamp = JSON.stringify([parts.matrix.view(), now.scale, now.firstShown, now.dpr, plan.matrix, now.inks]);
      const sources = sourcesOf(now, [now.layer, now.head]);
      parts.matrix.draw(now, drawn[0] === stamp && drawn[1] === sources[0] ? null : sources, plan.matrix);
      drawn = [stamp, sources[0]];
      parts.pins.draw(now, parts.matrix.view(), (pair) => sourcesOf(now, pair), stamp);
      words(now, there);
    }

    function words(now, there) {
      const [weights, stats] = [both(now), store.stats(now.layer, now.head)];
      const label = labels[`${now.layer}.${now.head}`];
      const called = `${headName(now.layer, now.head)}${label ? ` · ${label}` : ""}`;
      if (name.textContent !== called || about.known !== Boolean(stats)) {
        name.textContent = called;
        about.replaceChildren(...summary(now, stats));
        about.known = Boolean(stats);
      }
      pinButton.textContent = now.pinnedAt.includes(now.index) ? "Unpin" : "Pin";
      switches.sort.setAttribute("aria-pressed", String(state.sorted));
      parts.text.draw(now, state.pinHover ? both(now, [now.layer, now.head]) : weights);
      const line = now.hoverHead !== null ? headLine(now, now.hoverHead, labels[pairOf(now.hoverHead).join(".")])
        : now.cell ? cellLine(now, now.cell, weights, live()) : tokenLine(now, weights, live());
      view.tell(state.pinHover ? [`${headName(...state.pinHover)}: `, ...line] : line,
        noteLine(now, { notice: model.get("notice"), stats, only: !there && !store.head(now.layer, now.head) }));
      view.refresh();
    }

    let frameAsked = 0;
    /** Draw before the next frame, once however much has changed. */
    function soon() { frameAsked ||= requestAnimationFrame(() => { frameAsked = 0; draw(); }); }
    signal.addEventListener("abort", () => cancelAnimationFrame(frameAsked));
    const retheme = () => { inks = null; soon(); };

    listen(session, "change:layer change:head change:token change:pinned", soon, signal);
    listen(model, "change:scale change:skip_first", retheme, signal);
    hover.listen(soon, signal);
    onTheme(retheme, signal);
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      const width = Math.floor(contentRect.width);
      if (width && width !== state.width) { state.width = width; draw(); }
    });
    sizes.observe(view.picture);
    signal.addEventListener("abort", () => sizes.disconnect());

    const step = (by) => () => { const now = look(); pickToken(within(now.token + by, tokens, now.token)); };
    const beside = (right, down) => () => open(pairOf(parts.overview.beside(look().index, right, down)));
    const enter = () => { const { layer, head } = look(); pin([layer, head]); };
    const move = (right, down) => (event) => {
      if (event.shiftKey) return parts.matrix.pan(right, down);
      const { token } = look();
      const cell = state.cell ?? { query: token, key: token };
      const next = { query: within(cell.query + down, tokens, cell.query), key: within(cell.key + right, tokens, cell.key) };
      parts.matrix.reveal(next);
      hoverCell(next);
      if (next.query !== session.get("token")) pickToken(next.query);
      return soon();
    };
    const letGo = () => {
      if (state.cell) return hoverCell(null);
      if (session.get("token") !== null) return pickToken(null);
      return pick(session, { pinned: [] });
    };
    const arrows = (act) => ({ ArrowLeft: act(-1, 0), ArrowRight: act(1, 0), ArrowUp: act(0, -1), ArrowDown: act(0, 1) });
    const zoom = (factor) => () => parts.matrix.zoom(factor, state.cell);
    keys(parts.overview.element, { ...arrows(beside), Enter: enter }, signal);
    keys(parts.matrix.element, { ...arrows(move), Enter: enter }, signal);
    keys(parts.text.focus, { ...arrows((right, down) => step(right + down)), Enter: enter }, signal);
    keys(view.root, { "[": step(-1), "]": step(1), "+": zoom(1.5), "=": zoom(1.5), "-": zoom(1 / 1.5), 0: zoom(0), l: log, f: first, s: sort,
      Escape: letGo }, signal);
  },
};
