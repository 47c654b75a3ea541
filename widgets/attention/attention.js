// Every head at a glance, one large, and a token's attention both ways: all drawn from the model and the session.

import { h, hoverOf, isLive, listen, onTheme, painter, pick, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { averages } from "./averages.js";
import { button, headButtons, scoreTools } from "./controls.js";
import { MLP, cutStore, switched } from "./cuts.js";
import { cutPanel } from "./cutting.js";
import { RESTS, headName, sorting, strongest, withFirst } from "./data.js";
import { headStore, thumbs } from "./heads.js";
import { CUT_KEYS, KEYS, bind } from "./keys.js";
import { layout, legend, themeOf, within } from "./look.js";
import { matrix } from "./matrix.js";
import { overview } from "./overview.js";
import { pins, toggled } from "./pins.js";
import { WHOLE, texts } from "./text.js";
import { reasonStore } from "./reasons.js";
import { whyPanel } from "./why.js";
import { cellLine, headLine, headline, notes, summary, tableOf, tokenLines } from "./words.js";

export default {
  /** Draw, and anew from the start when Python shows another text in the same view. */
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    let end = new AbortController();
    const kept = { sorted: 0 };
    const again = () => {
      const [part, open] = [el.querySelector('[role="application"]:focus')?.classList[0], unfolded(el)];
      end.abort();
      end = new AbortController();
      (model.get("distances") ? averages : show)({ model, el, session, signal: end.signal, kept });
      for (const button of el.querySelectorAll("[aria-expanded]")) if (open.includes(button.textContent)) button.click();
      if (part) el.querySelector(`.${part}`).focus({ preventScroll: true });
    };
    listen(model, "change:shown", again, signal);
    signal.addEventListener("abort", () => end.abort());
    again();
  },
};

/** What stands open at the foot. */
const unfolded = (el) => [...el.querySelectorAll('[aria-expanded="true"]')].map((button) => button.textContent);

function show({ model, el, session, signal, kept }) {
  const hover = hoverOf(session);
  const view = frame({ el, model, session, signal }, { stem: "attention", keys: model.get("ablates") ? [...KEYS, ...CUT_KEYS] : KEYS, table: () => table() });
  const soon = painter(view.picture, draw, signal);
  const store = headStore({ model, session, signal, view, changed: () => { soon(); view.refresh(); } });
  const small = thumbs(model);
  const [pieces, special, labels] = ["pieces", "special", "labels"].map((name) => model.get(name));
  const { layers, heads, tokens, causal } = store;
  const state = { cell: null, hoverHead: null, pinHover: null };
  const { first: onFirst } = model.get("scores");
  const resting = onFirst.flatMap((share, i) => (tokens > 1 && share >= RESTS ? [i] : []));
  const live = () => isLive(model, session);
  const cuttable = model.get("ablates") || model.get("off").length > 0;
  const table = () => { const told = tableOf(look(), both(look()), live()); return { ...told, rows: [...told.rows, ...cuts.rows()] }; };
  const pairOf = (index) => [layers[Math.floor(index / heads)], index % heads];
  const open = ([layer, head]) => pick(session, { layer, head });
  const pin = (pair) => pick(session, { pinned: toggled(session.get("pinned"), pair) });
  const pickToken = (token) => pick(session, { token });
  const turn = (name, value) => { model.set(name, value); model.save_changes(); };
  const pickPair = ({ query, key }) => { if (model.get("key") !== key) turn("key", key); if (session.get("token") !== query) pickToken(query); };
  const log = () => turn("scale", model.get("scale") === "log" ? "linear" : "log");
  const first = () => turn("skip_first", !model.get("skip_first"));
  const cut = (part) => { if (cuttable) turn("off", switched(model.get("off"), part)); };
  const restore = () => turn("off", []);
  const scoring = scoreTools({ model, kept, turn, soon });
  const hoverCell = (cell) => {
    const here = cell && cell.query >= 0 && cell.key >= 0 && cell.query < tokens && cell.key < tokens ? cell : null;
    if (JSON.stringify(here) === JSON.stringify(state.cell)) return;
    state.cell = here;
    hover.set({ token: here ? here.query : null });
    soon();
  };

  const parts = {
    overview: overview({ signal, thumbs: small, pick: (index) => open(pairOf(index)), cut: (index) => { open(pairOf(index)); cut(pairOf(index)); },
      hover(index) { if (index !== state.hoverHead) { state.hoverHead = index; soon(); } } }),
    matrix: matrix({ signal, tokens, hover: hoverCell, pick: pickPair, moved: soon }),
    text: texts({ signal, pick: pickToken, hover: (token) => hover.set({ token }) }),
    pins: pins({ signal, open, unpin: pin, hover(pair, at) {
      const { query, key, span } = parts.matrix.view();
      state.pinHover = at && pair;
      hoverCell(at && { query: Math.floor(query + at[1] * span), key: Math.floor(key + at[0] * span) });
    } }),
  };
  const [why, reasons] = [whyPanel({ signal }), reasonStore({ model, session, signal, view, changed: soon })];
  const cuts = cutPanel({ signal, layers, turn: cut, restore, tell: (line) => (line ? view.tell(line, []) : soon()) });
  const cutter = cutStore({ model, session, signal, view, changed: () => { soon(); view.refresh(); } });
  const cutHead = button("Cut", "switch the head off, or on again (x)", () => { const { layer, head } = look(); cut([layer, head]); });
  const cutMlp = button("Cut MLP", "switch the MLP of this layer off, or on again (X)", () => cut([look().layer, MLP]));
  cutHead.hidden = cutMlp.hidden = !cuttable;
  const head = headButtons({ model, view, pin: () => { const { layer, head } = look(); pin([layer, head]); }, why, soon });
  const [name, about] = [h("strong"), h("div", { class: "attention-summary", "aria-live": "polite" })];
  const title = h("div", { class: "attention-name" }, name, head.pinner, cutHead, cutMlp);
  const side = h("div", { class: "attention-side" }, title, about, parts.text.element);
  const grid = h("div", { class: "attention-grid" }, parts.overview.element, parts.matrix.element, side);
  view.picture.append(grid, parts.pins.element, cuts.element, why.element, head.code.element);

  const scaleBox = h("span");
  const switches = {
    log: button("Log", "logarithmic scale (l)", log),
    first: button("Skip first", "leave the first token out of the picture (f)", first),
  };
  view.tools.append(scaleBox, h("span", { class: "attention-switches" }, ...Object.values(switches), ...scoring.elements,
    button("−", "zoom out (−)", () => parts.matrix.zoom(1 / 1.5)), button("+", "zoom in (+)", () => parts.matrix.zoom(1.5)),
    button("Whole", "the whole text (0)", () => parts.matrix.zoom(0))));
  const entitle = () => view.title(headline({ title: model.get("title"), modelName: model.get("model_name"), layers, heads, tokens }),
    model.get("summary"));
  entitle();

  let theme = null;
  /** Colours and scale, read once per theme and switch. */
  function themed() {
    theme = themeOf(view.root, model.get("scale") === "log", tokens);
    scaleBox.replaceChildren(legend(theme.scale));
    switches.log.setAttribute("aria-pressed", String(theme.scale.log));
    switches.first.setAttribute("aria-pressed", String(model.get("skip_first")));
  }

  /** Everything that is on screen, from the model and the session. */
  function look() {
    if (!theme) themed();
    const [layer, head] = layers.includes(session.get("layer")) && within(session.get("head"), heads, null) !== null
      ? [session.get("layer"), session.get("head")] : model.get("start");
    const token = within(hover.get().token, tokens, within(session.get("token"), tokens, tokens - 1));
    const pinned = session.get("pinned").filter(([l, n]) => layers.includes(l) && n < heads).slice(-6);
    const [score, scores] = scoring.now();
    const off = cuttable ? model.get("off") : [];
    const key = within(model.get("key"), causal ? token + 1 : tokens, null);
    return {
      ...theme, pieces, special, score, scores, labels, layers, heads, tokens, causal, layer, head, token, pinned, resting, first: onFirst, off,
      settled: within(session.get("token"), tokens, tokens - 1), offAt: off.flatMap(([l, part]) => (part === MLP || !layers.includes(l) || part >= heads ? [] : [store.index(l, part)])),
      pair: key === null ? null : { query: token, key },
      index: store.index(layer, head), pinnedAt: pinned.map(([l, n]) => store.index(l, n)), hoverHead: state.hoverHead, cell: state.cell,
      labelled: Object.keys(labels).map((key) => store.index(...key.split(".").map(Number))),
      order: kept.sorted && scores.length ? sorting(scores, kept.sorted) : null, firstShown: !model.get("skip_first"), dpr: globalThis.devicePixelRatio || 1,
    };
  }
  const both = (now, [layer, head] = state.pinHover ?? [now.layer, now.head]) => store.both(layer, head, now.token);

  /** What to paint for a head: the window asked for, else its cells, else its small picture. */
  function sourceOf(now, [layer, head], window = parts.matrix.view()) {
    const whole = store.head(layer, head, now.firstShown) ?? withFirst(small[store.index(layer, head)], now.firstShown);
    const zoomedIn = window.span < tokens && model.get("side") < tokens;
    const detail = zoomedIn && layer === now.layer && head === now.head && store.window(layer, head, window, now.firstShown);
    return detail || whole;
  }

  let drawn = [];
  function draw(width) {
    const now = look();
    const plan = layout(width, layers.length, heads);
    grid.className = `attention-grid attention-${plan.name}${tokens > WHOLE ? " attention-long" : ""}`;
    const there = store.need([[now.layer, now.head], ...now.pinned]);
    const { height } = parts.overview.draw(now, plan.overview);
    grid.style.setProperty("--attention-box", `${plan.matrix}px`);
    grid.style.setProperty("--attention-lines", Math.max(3, Math.min(9, Math.floor((plan.matrix - height - 112) / 22))));
    parts.overview.element.setAttribute("aria-label", `heads, ${headName(now.layer, now.head)} picked; arrows pick another`);
    parts.matrix.element.setAttribute("aria-label", `${headName(now.layer, now.head)}, queries down, keys across; arrows move the cell`);
    const stamp = JSON.stringify([parts.matrix.view(), now.scale, now.firstShown, now.dpr, plan.matrix, now.inks]);
    const source = sourceOf(now, [now.layer, now.head]);
    parts.matrix.draw(now, drawn[0] === stamp && drawn[1] === source ? null : source, plan.matrix);
    drawn = [stamp, source];
    parts.pins.draw(now, parts.matrix.view(), (pair) => sourceOf(now, pair), stamp);
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
    head.draw(now, session);
    scoring.draw();
    cutHead.textContent = now.offAt.includes(now.index) ? "On again" : "Cut";
    cuts.draw(now, now.off, () => cutter.of(now.off, now.settled));
    parts.text.draw(now, state.pinHover ? both(now, [now.layer, now.head]) : weights);
    const [looks, looked] = tokenLines(now, weights, live());
    const [line, second] = now.hoverHead !== null ? [headLine(now, now.hoverHead, labels[pairOf(now.hoverHead).join(".")]), []]
      : now.cell ? [cellLine(now, now.cell, weights, live()), looks] : [looks, looked];
    const aside = notes(now, { notice: model.get("notice"), stats, only: !there && !store.head(now.layer, now.head) });
    view.tell(state.pinHover ? [`${headName(...state.pinHover)}: `, ...line] : line, h("span", { class: "attention-second" }, h("span", {}, ...second), aside));
    explain(now, weights);
    view.refresh();
  }

  /** The picked pair's score taken apart; without a picked key the one looked at most, the first token last. */
  function explain(now, weights) {
    if (why.element.hidden || !weights) return;
    const token = within(session.get("token"), tokens, tokens - 1);
    const row = token === now.token ? weights.row : store.both(now.layer, now.head, token)?.row;
    if (!now.pair && !row) return;
    const key = now.pair?.key ?? strongest(row, 1, (at) => at === 0)[0] ?? 0;
    const pair = { layer: now.layer, head: now.head, query: token, key };
    why.draw(now, pair, ...reasons.of(pair));
  }

  const retheme = () => { theme = null; soon(); };

  listen(session, "change:layer change:head change:token change:pinned", soon, signal);
  listen(model, "change:score change:key change:off", soon, signal);
  listen(model, "change:scale change:skip_first", retheme, signal);
  listen(model, "change:title", entitle, signal);
  hover.listen(soon, signal);
  onTheme(retheme, signal);

  bind({ view, parts, session, signal, look, hoverCell, switches: { log, first, ...scoring.keys, ...head.keys, cut: cuttable ? { x: () => cutHead.click(), X: () => cutMlp.click(), r: restore } : {} },
    open: (index) => open(pairOf(index)), pin, pickPair, pickToken });
}
