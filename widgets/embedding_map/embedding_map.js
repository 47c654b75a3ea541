// A map of a vocabulary: boards of points, a slider between maps, search, and the truth beside the picture.

import { h, hoverOf, ints, keys, listen, onTheme, painter, pick as pickIn, sessionOf } from "../glass/kit.js";
import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { analogyLine } from "./analogy.js";
import { board } from "./board.js";
import { coloured, parts } from "./colours.js";
import { HONEST, order, ranks, read } from "./data.js";
import { packed } from "./paint.js";
import { honest, panel } from "./panel.js";
import { tools } from "./tools.js";
import { truths } from "./truth.js";
import { headline, KEYS, named, table, told } from "./words.js";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    const map = await read(model);
    const first = order(map);
    const last = map.maps.length - 1;
    let [over, found, only, lasso, what, theme, paint, mask, whole, moving] = [null, [], null, false, "Selected", null, {}, null, false, 0];

    // What is shown: all of it from the model.
    const at = () => Math.min(last, Math.max(0, model.get("at") ?? 0));
    const picked = () => { const point = model.get("picked"); return Number.isInteger(point) && point < map.count ? point : null; };
    const three = () => (model.get("compared")?.length === 3 ? model.get("compared") : null);
    const chosen = () => { const raw = model.get("_chosen"); return raw?.byteLength ? ints(raw) : new Int32Array(0); };
    const shown = () => [at(), map.maps.indexOf(model.get("beside"))].filter((place) => place >= 0);
    const save = (changes) => pickIn(model, changes);

    const view = frame({ el, model, session, signal }, { stem: "embedding-map", keys: KEYS, table: () => table(map, { ...state(), points: boards[0].within() }) });
    const truth = truths({ model, session, map, view, signal, again: () => soon() });
    const point = (to) => { if (to !== over) { over = to; soon(true); } };
    const line = model.get("analogies") || three() ? analogyLine({ map, signal, ask: (points) => { truth.forget(); save({ compared: points, picked: null }); } }) : null;
    const side = panel({ map, pick: (to) => pick(to, true), clear: () => choose([], false), hover: point });
    const bar = tools({ map, signal, act: {
      save, slide, find: (points) => { found = points; remask(); }, take: (points) => choose(points, false, `Found “${bar.text()}”`),
      pick: (to) => { pick(to, true); if (to === null) boards[0].element.focus(); }, lasso: (on) => { lasso = on; row.classList.toggle("embedding-map-lasso", on); },
      zoom: (by) => boards[0].zoom(by), fit: () => boards.forEach((one) => one.fit()),
    } });
    const boards = [];
    const row = h("div", { class: "embedding-map-boards" });
    const painted = painter(row, (width, resized) => (whole || resized ? draw(width) : mark()), signal);
    const key = h("div", { class: "embedding-map-legend" });
    view.tools.append(...bar.elements);
    view.picture.append(h("div", { class: "embedding-map-all" }, h("div", { class: "embedding-map-left" }, row, key, line?.element ?? ""), side.element));

    /** Pick a point here and, where it stands in the text, for the other views. */
    function pick(to, bring = false) {
      if (to === picked()) return;
      truth.forget();
      save({ picked: to });
      const token = to === null ? null : map.tokens.indexOf(to);
      if (map.tokens.length && token !== -1 && map.tokens[session.get("token")] !== to) pickIn(session, { token });
      if (bring && to !== null) boards.forEach((one) => one.show(to));
    }
    function choose(points, more, name = "Selected") {
      what = name;
      const all = more ? [...new Set([...chosen(), ...points])] : points;
      save({ _chosen: new DataView(Int32Array.from(all).sort().buffer) });
    }

    /** Move the points to a map; at once where motion is not wanted. */
    function glide(to) {
      const [from, start] = [at(), performance.now()];
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const step = (now) => {
        const share = still ? 1 : Math.min(1, Math.max(0, now - start) / 700);
        model.set("at", from + (to - from) * share * share * (3 - 2 * share));
        if (share < 1) moving = requestAnimationFrame(step);
        else model.save_changes();
      };
      cancelAnimationFrame(moving);
      step(start);
    }
    /** The slider moves; the kernel hears of it at the end, where it also settles on a map close by. */
    function slide(to, done) {
      cancelAnimationFrame(moving);
      model.set("at", to);
      if (done && Math.abs(to - Math.round(to)) < 0.12) glide(Math.round(to));
      else if (done) model.save_changes();
    }

    function make(label) {
      const own = board({ signal, map, label, hover: point, pick, choose, again: () => soon(), lassoing: () => lasso });
      const arrow = (dx, dy) => (event) => {
        if (own.framing()) own.push(12 * dx, 12 * dy, event.shiftKey);
        else if (event.shiftKey) own.move(-60 * dx, -60 * dy);
        else pick(own.beside(picked(), dx, dy), true);
      };
      const slot = (i) => () => { if (line && picked() !== null) line.put(i, picked()); };
      const escape = () => {
        if (own.framing()) own.end(false);
        else if (picked() !== null) pick(null);
        else if (three()) save({ compared: [] });
        else if (chosen().length) choose([], false);
      };
      keys(own.element, {
        ArrowLeft: arrow(-1, 0), ArrowRight: arrow(1, 0), ArrowUp: arrow(0, -1), ArrowDown: arrow(0, 1), Escape: escape, Enter: () => { if (own.framing()) own.end(true); },
        "+": () => own.zoom(1.5), "=": () => own.zoom(1.5), "-": () => own.zoom(1 / 1.5), 0: own.fit, "/": bar.focus, r: own.begin, l: bar.turn, a: () => line?.focus(), 1: slot(0), 2: slot(1), 3: slot(2),
        "[": () => glide(Math.max(0, Math.ceil(at() - 1))), "]": () => glide(Math.min(last, Math.floor(at() + 1))),
      }, signal);
      boards.push(own);
    }
    make("map; arrows pick the next point, ? lists the keys");

    /** Which points stand out: found ones, else selected ones, else those of the one group. */
    function remask() {
      const property = map.properties.find(({ name }) => name === model.get("colour"));
      const points = found.length ? found : chosen();
      mask = points.length || (only !== null && property?.groups) ? new Uint8Array(map.count) : null;
      if (points.length) for (const i of points) mask[i] = 1;
      else if (mask) property.codes.forEach((code, i) => { mask[i] = Number(code === only); });
      soon();
    }

    /** What is picked or asked, with the true answer and its ranks in the pictures as they are now. */
    function state() {
      const [of, places] = [picked(), shown()];
      const points = of === null ? three() : [of];
      const answer = points ? truth.of(points) : { why: honest(map, Math.round(at()), model.get("asks")) };
      const near = answer.ids && { ...answer, three: of === null ? points : null, ranks: of === null ? [] : places.map((place, i) => ranks(map.place(place, i > 0), of, answer.ids)) };
      return { picked: of, near: near ?? null, why: answer.why ?? "", places, names: places.map((place) => map.maps[Math.round(place)]) };
    }

    /** The colours, worked out anew only where they change. */
    function colouring() {
      const name = model.get("colour");
      const stamp = `${name} ${theme.dark} ${name === HONEST ? Math.round(at()) : ""}`;
      if (paint.stamp === stamp) return;
      if (paint.name !== name) only = null;
      paint = { ...coloured(map, name, Math.round(at()), theme, (i) => { only = only === i ? null : i; remask(); }), stamp, name };
      key.replaceChildren(...paint.legend);
    }

    function look(now) {
      theme ??= { ...inks(view.root), mono: getComputedStyle(view.root).getPropertyValue("--kit-mono").trim() };
      colouring();
      const { near } = now;
      const answers = near?.ids.slice(0, 10) ?? [];
      return {
        ...paint, theme, paper: packed(parts(getComputedStyle(view.root).backgroundColor)), bright: mask, all: !found.length && !chosen().length && only === null, picked: now.picked, over, order: first,
        ties: near?.three ? [] : answers, arrows: near?.three ? [...near.three, near.ids.find((id) => !near.three.includes(id)) ?? null] : null, framed: [...new Set(map.tokens)],
        named: [...(near?.three ?? []), ...answers, ...(found.length ? found : chosen().subarray(0, 3000)), ...(only === null ? [] : first.filter((i) => mask?.[i]).slice(0, 400))],
      };
    }

    function draw(width) {
      whole = false;
      const now = state();
      const pair = now.places.length > 1;
      if (pair && boards.length < 2) make("the map beside; arrows pick the next point");
      if (row.children.length !== now.places.length) row.replaceChildren(...boards.slice(0, now.places.length).map(({ element }) => element));
      const seen = { ...look(now), width: Math.floor(pair ? (width - 8) / 2 : width), height: view.picture.clientWidth < 640 ? 320 : 392 };
      now.places.forEach((place, i) => boards[i].draw(last ? named(map, place) : "", map.place(place, i > 0), { ...seen, bulk: map.bulk(place) }));
      key.querySelectorAll("button").forEach((one, i) => one.setAttribute("aria-pressed", String(i === only)));
      bar.show({ at: at(), colour: model.get("colour"), beside: model.get("beside") });
      side.draw({ ...now, selected: found.length ? found : [...chosen()], what: found.length ? "Found" : what, searched: bar.text() });
      view.title(model.get("title") || headline(map), model.get("summary"));
      view.tell(...told(map, over ?? now.picked, now.near, at()));
      view.refresh();
    }

    /** The marks alone. */
    function mark() {
      boards.forEach((one) => one.marks(over));
      view.tell(...told(map, over ?? picked(), state().near, at()));
    }
    /** Draw before the next frame; `light`: the marks alone, if nothing else has changed. */
    function soon(light = false) {
      whole ||= !light;
      painted();
    }
    signal.addEventListener("abort", () => cancelAnimationFrame(moving));
    const follow = () => { const to = map.tokens[session.get("token")]; if (to !== undefined) pick(to, true); };
    listen(model, "change:at change:beside change:title", () => soon(), signal);
    listen(model, "change:picked change:compared", () => { line?.set(three() ?? []); soon(); }, signal);
    listen(model, "change:colour change:_chosen", remask, signal);
    listen(session, "change:token", follow, signal);
    hover.listen(() => { const { token } = hover.get(); if (map.tokens.length) point(map.tokens[token] ?? null); }, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    row.append(boards[0].element);
    line?.set(three() ?? []);
    follow();
    remask();
  },
};
