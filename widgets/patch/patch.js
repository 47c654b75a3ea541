// What each place of one run carries into another: a map of effects, the control's map beside it, one cell and its texts.

import { asker, h, hoverOf, isLive, keys, legend, listen, onTheme, painter, pick, scale, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { inks } from "../glass/curves.js";
import { bar } from "./bar.js";
import { read } from "./data.js";
import { map, paint } from "./map.js";
import { side } from "./side.js";
import { headline, KEYS, lines, table } from "./words.js";

const HIGH = 306; // px, the same for every sweep: nothing jumps

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let sweep = read(model);
    const view = frame({ el, model, session, signal }, { stem: "patch", keys: KEYS, table: () => table(sweep) });
    let [over, theme, writing, wanted, ruler, anew] = [null, null, null, true, null, true];
    const soon = painter(view.picture, (_, resized) => { if (anew || resized) draw(); else mark(); }, signal);
    const all = () => { anew = true; soon(); };
    const live = () => isLive(model, session);
    const offers = model.get("_offers");
    const turn = (changes) => pick(model, changes);

    const button = (text, title, onclick, kind = "") => h("button", { class: `kit-button ${kind}`, type: "button", title, onclick }, text);
    const tabs = h("span", { class: "patch-tabs", role: "group", "aria-label": "what is patched" });
    const only = button("beyond control", "only what leaves the controls' range (o)", () => turn({ only: !model.get("only") }));
    const unit = button("", "share of the way, or the metric's unit (u)", () => turn({ colour: model.get("colour") === "share" ? "effect" : "share" }));
    const key = h("span");
    view.tools.append(key);
    const ask = asker(model, session, "run", { answered: () => view.stale(""), failed: view.stale, signal });
    const halt = asker(model, session, "stop", { answered() {}, signal });
    const line = bar({ signal, offers, before: [tabs, h("span", { class: "patch-switches" }, only, unit)], ask: (question) => { if (live()) ask(question); }, stop: () => halt() });
    const control = h("canvas", { "aria-hidden": "true" });
    const big = map({ signal, beside: control, over: (cell) => { over = cell; hover.set({ token: cell && sweep.byPosition ? cell.at : null }); soon(); }, picked: (cell) => { go(cell); write(cell); } });
    const beside = h("div", { class: "patch-control", "data-control": "", title: "mean of the controls, on the same scale" }, h("div", { class: "patch-says" }), control);
    const right = side({ signal, write: () => write(settled()) });
    view.picture.append(line.element, h("div", { class: "patch-body" }, big.element, beside, right.element));

    const askWrite = asker(model, session, "write", {
      answered() { writing = null; soon(); }, failed(message) { writing = null; view.stale(message); soon(); }, busy: view.busy, signal,
    });
    const keyOf = ({ layer, position, head }) => [sweep.name, layer, position ?? "", head ?? ""].join("|");
    const textsOf = (cell) => model.get("_written")[keyOf(sweep.place(cell.row, cell.at))];
    /** Ask for the texts of a cell, once. */
    function write(cell) {
      if (!offers.write || textsOf(cell) || !Number.isFinite(sweep.effect(cell.row, cell.at))) return;
      if (askWrite({ name: sweep.name, ...sweep.place(cell.row, cell.at) })) writing = keyOf(sweep.place(cell.row, cell.at));
      view.stale("");
      soon();
    }
    /** What is picked, for all views. */
    function go({ row, at }) {
      over = null;
      const { layer, position, head } = sweep.place(row, at);
      wanted = true;
      pick(session, { layer, ...(position === null ? {} : { token: position }), ...(head === null ? {} : { head }) });
      soon();
    }
    const settled = () => sweep.find({ layer: session.get("layer"), token: session.get("token"), head: session.get("head") }) ?? sweep.strongest;

    /** Everything anew: maps, switches, the line to ask on. */
    function draw() {
      anew = false;
      theme ??= inks(view.root);
      ruler = scale({ low: -sweep.reach, high: sweep.reach, unit: sweep.unitShown, signed: true, dark: theme.dark });
      const { tall, top, rows } = big.draw({ sweep, width: big.element.clientWidth, height: HIGH - 2, scale: ruler, theme, only: model.get("only") });
      const columns = sweep.columns.length;
      paint(control, {
        rows, columns, across: beside.clientWidth / columns, tall: Math.min(tall, (HIGH - top - 2) / rows), scale: ruler, theme,
        value: (row, i) => { const { at } = sweep.columns[i]; return at < 0 ? NaN : sweep.doneAt(row, at) ? sweep.value(sweep.mean(row, at)) : undefined; },
      });
      beside.firstChild.style.height = `${top}px`;
      beside.firstChild.replaceChildren(h("strong", {}, "control"), ` ×${sweep.n}`, h("div", { class: "kit-soft", title: sweep.control }, sweep.control));
      tools();
      view.title(model.get("title") || headline(model.get("model_name"), sweep), model.get("summary"));
      view.refresh();
      mark();
    }
    /** One cell: the frames around it, the panel, the two lines. */
    function mark() {
      const cell = settled();
      const [shown, token] = [over ?? cell, hover.get().token];
      big.mark(cell, over ?? (sweep.byPosition && token !== null && token < sweep.across ? { row: cell.row, at: token } : null));
      if (wanted) { big.reveal(cell); wanted = false; }
      right.draw({ sweep, cell: shown, scale: ruler, written: textsOf(shown), offered: offers.write, live: live(), busy: writing === keyOf(sweep.place(shown.row, shown.at)) });
      view.tell(...lines(sweep, shown));
    }
    function tools() {
      const names = model.get("pictures").map(({ name }) => name);
      const others = live() ? offers.sites.filter(([, , name]) => !names.includes(name)) : [];
      tabs.replaceChildren(...names.map((name) => button(name, "", () => turn({ picture: name }))), ...others.map(([site, by, name]) => button(name, "not swept yet: sweep it", () => line.wish({ site, by }), "patch-open")));
      names.forEach((name, i) => tabs.children[i].setAttribute("aria-pressed", String(name === sweep.name)));
      tabs.hidden = tabs.children.length < 2;
      only.setAttribute("aria-pressed", String(model.get("only")));
      unit.textContent = sweep.unit || "metric";
      unit.setAttribute("aria-pressed", String(!sweep.shared));
      key.replaceChildren(legend(ruler, sweep.shared ? "share of the way" : "effect"));
      asks();
    }
    function asks() {
      line.draw({ texts: [model.get("clean"), model.get("corrupted")], place: { site: sweep.site, by: sweep.by }, work: model.get("_work"), live: live() });
    }

    const move = (down, across) => () => {
      const cell = settled();
      const places = sweep.columns.filter(({ at }) => at >= 0);
      const clamp = (at, size) => Math.max(0, Math.min(size - 1, at));
      const at = places[clamp(places.findIndex((one) => one.at === cell.at) + across, places.length)].at;
      go({ row: clamp(cell.row + down, sweep.rows.length), at });
    };
    const next = () => { const names = model.get("pictures").map(({ name }) => name); turn({ picture: names[(names.indexOf(sweep.name) + 1) % names.length] }); };
    keys(big.element, {
      ArrowUp: move(-1, 0), ArrowDown: move(1, 0), ArrowLeft: move(0, -1), ArrowRight: move(0, 1), Home: move(0, -1e9), End: move(0, 1e9), PageUp: move(-1e9, 0), PageDown: move(1e9, 0),
      Enter: () => { go(settled()); write(settled()); },
    }, signal);
    keys(view.root, {
      p: next, o: () => only.click(), u: () => unit.click(), s: () => { if (offers.run && live()) line.press(); },
      Escape: () => pick(session, { layer: null, token: null, head: null }),
    }, signal);

    listen(model, "change:pictures change:_effects change:_controls change:picture change:colour", () => { sweep = read(model); over = null; all(); }, signal);
    listen(model, "change:picture", () => { wanted = true; }, signal);
    listen(model, "change:only change:title", all, signal);
    listen(model, "change:_written", soon, signal);
    listen(model, "change:_work", asks, signal);
    listen(session, "change:token change:layer change:head", soon, signal);
    listen(session, "comm_live_update", all, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; all(); }, signal);
    asks();
  },
};
