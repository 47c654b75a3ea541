// A map of a vocabulary: boards of points, a slider between maps, search, and the truth beside the picture.

import { asker, css, h, hoverOf, keys, legend, listen, onTheme, pick as pickIn, scale, sessionOf } from "../glass/kit.js";
import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { analogyLine } from "./analogy.js";
import { board } from "./board.js";
import { order, ranks, read, search } from "./data.js";
import { packed } from "./paint.js";
import { honest, panel } from "./panel.js";
import { headline, KEYS, table, tellMap, tellPoint } from "./words.js";

const LEVELS = 64; // colours of a numeric scale

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    const map = await read(model);
    const view = frame({ el, model, session, signal }, { stem: "embedding-map", keys: KEYS, table: () => table(map, { ...truth(), names: shownMaps().map(([name]) => name), at: Math.round(at()), points: left.within() }) });
    let [over, near, why, found, theme, asked, only, lasso, moving, what] = [null, null, "", [], null, 0, null, false, 0, "Selected"];
    let mask = null;
    const inOrder = order(map);

    const at = () => Math.min(map.maps.length - 1, Math.max(0, model.get("at") ?? 0));
    const picked = () => { const point = model.get("picked"); return Number.isInteger(point) && point < map.count ? point : null; };
    const chosen = () => { const raw = model.get("_chosen"); return raw?.byteLength ? new Int32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength)) : new Int32Array(0); };
    const save = (changes) => { model.set(changes); model.save_changes(); };
    const besides = () => map.maps.indexOf(model.get("beside"));
    const shownMaps = () => [[map.maps[Math.round(at())], at()], ...(besides() < 0 ? [] : [[map.maps[besides()], besides()]])];

    /** Pick a point here and, where it stands in the text, for the other views. */
    function pick(point, shown = false) {
      if (point === picked()) return;
      save({ picked: point });
      const token = point === null ? null : map.tokens.indexOf(point);
      if (map.tokens.length && token !== -1 && map.tokens[session.get("token")] !== point) pickIn(session, { token });
      if (shown && point !== null) boards().forEach((one) => one.show(point));
    }
    function choose(points, more, named = "Selected") {
      what = named;
      const all = more ? [...new Set([...chosen(), ...points])] : points;
      save({ _chosen: new DataView(Int32Array.from(all).sort().buffer) });
    }

    const point = (to) => { if (to !== over) { over = to; soon("marks"); } };
    const make = (label) => board({ signal, map, label, hover: point, pick, choose, again: () => soon(), lassoing: () => lasso });
    const left = make("map; arrows pick the next point, ? lists the keys");
    let right = null;
    const boards = () => (right && besides() >= 0 ? [left, right] : [left]);
    const row = h("div", { class: "embedding-map-boards" }, left.element);
    const side = panel({ map, pick: (to) => pick(to, true), clear: () => choose([], false), hover: point });
    const shown = h("div", { class: "embedding-map-legend" });
    const line = model.get("analogies") || model.get("compared")?.length ? analogyLine({ map, signal, ask: (three) => { save({ compared: three, picked: null }); } }) : null;
    view.picture.append(h("div", { class: "embedding-map-all" }, h("div", { class: "embedding-map-left" }, row, shown, line?.element ?? ""), side.element));

    // The tools: find, colour, maps, lasso, zoom.
    const choice = (label, names, value, call) => h("select", { class: "embedding-map-choice", "aria-label": label, onchange: (event) => call(event.target.value) }, ...names.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
    const find = h("input", { class: "embedding-map-find", type: "search", placeholder: "find a piece", "aria-label": "find a piece" });
    const take = h("button", { class: "kit-button", type: "button", onclick: () => choose(found, false, `Found “${find.value}”`) }, "Select");
    const button = (text, label, call) => h("button", { class: "kit-button", type: "button", "aria-label": label, title: label, onclick: call }, text);
    const loopButton = button("Lasso", "lasso: draw around points to select them", () => turnLasso(!lasso));
    const turnLasso = (on) => { lasso = on; loopButton.setAttribute("aria-pressed", String(on)); row.classList.toggle("embedding-map-lasso", on); };
    const zooms = h("span", { class: "embedding-map-zooms" }, button("−", "farther", () => left.zoom(1 / 1.5)), button("+", "closer", () => left.zoom(1.5)), button("Fit", "whole map", () => boards().forEach((one) => one.fit())));
    const colours = choice("colour by", [["", "one colour"], ...map.properties.map(({ name }) => [name, name])], model.get("colour"), (name) => { only = null; save({ colour: name }); });
    const slider = h("input", { class: "embedding-map-slider", type: "range", min: 0, max: map.maps.length - 1, step: 0.01, "aria-label": "map" });
    const where = h("output", { class: "embedding-map-where" });
    where.style.minWidth = `${Math.min(24, Math.max(...map.maps.map((name) => name.length)))}ch`;
    const beside = choice("beside it", [["", "alone"], ...map.maps.map((name) => [name, `beside ${name}`])], model.get("beside"), (name) => save({ beside: name }));
    const several = map.maps.length > 1 ? [h("span", { class: "embedding-map-move" }, slider, where), beside] : [];
    view.tools.append(find, take, ...(map.properties.length ? [colours] : []), ...several, loopButton, zooms);
    turnLasso(false);

    const tellAt = throttled(() => model.save_changes(), signal);
    const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
    /** Move the points to a map; at once where motion is not wanted. */
    function glide(to) {
      cancelAnimationFrame(moving);
      const [from, start] = [at(), performance.now()];
      const step = (now) => {
        const share = still() ? 1 : Math.min(1, (now - start) / 700);
        model.set("at", from + (to - from) * (share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2));
        if (share < 1) moving = requestAnimationFrame(step);
        else tellAt();
      };
      step(start);
    }
    const next = (by) => () => glide(Math.min(map.maps.length - 1, Math.max(0, by > 0 ? Math.floor(at() + 1) : Math.ceil(at() - 1))));
    slider.addEventListener("input", () => { cancelAnimationFrame(moving); model.set("at", Number(slider.value)); tellAt(); }, { signal });
    slider.addEventListener("change", () => { if (Math.abs(at() - Math.round(at())) < 0.12) glide(Math.round(at())); }, { signal });
    find.addEventListener("input", () => { found = search(map, find.value); remask(); }, { signal });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { find.value = ""; found = []; remask(); left.element.focus(); }
      if (event.key === "Enter" && found.length) {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) take.click();
        else pick(found[(found.indexOf(picked()) + (event.shiftKey ? found.length - 1 : 1)) % found.length], true);
      }
    }, { signal });
    // JupyterLab would take letters typed here for its shortcuts.
    find.addEventListener("keydown", (event) => event.stopPropagation(), { signal });

    const keyed = (own) => {
      const arrow = (dx, dy) => (event) => {
        if (own.framing()) own.push(12 * dx, 12 * dy, event.shiftKey);
        else if (event.shiftKey) own.move(-60 * dx, -60 * dy);
        else pick(own.beside(picked(), dx, dy), true);
      };
      const slot = (i) => () => { if (line && picked() !== null) line.put(i, picked()); };
      keys(own.element, {
        ArrowLeft: arrow(-1, 0), ArrowRight: arrow(1, 0), ArrowUp: arrow(0, -1), ArrowDown: arrow(0, 1),
        "+": () => own.zoom(1.5), "=": () => own.zoom(1.5), "-": () => own.zoom(1 / 1.5), 0: () => own.fit(), "/": () => find.focus(), "[": next(-1), "]": next(1),
        1: slot(0), 2: slot(1), 3: slot(2), a: () => line?.focus(), r: () => own.begin(), l: () => turnLasso(!lasso), Enter: () => { if (own.framing()) own.end(true); },
        Escape: () => { if (own.framing()) own.end(false); else if (picked() !== null) pick(null); else if (three()) save({ compared: [] }); else if (chosen().length) choose([], false); },
      }, signal);
    };
    keyed(left);

    // True neighbours: given with the map, asked for before, or asked of Python now. Analogies: the last two.
    const heard = (points) => model.get("_near")[points.join(" ")];
    const asks = ["neighbours", "analogy"].map((name) => asker(model, session, name, {
      answered: ({ points, near: told }) => { model.get("_near")[points.join(" ")] = told; neighbours(); soon(); },
      failed: (message) => { why = ""; view.stale(message); soon(); }, busy: view.busy, signal,
    }));
    const three = () => (model.get("compared")?.length === 3 ? model.get("compared") : null);
    const subject = () => (picked() === null ? three() : [picked()]);
    function neighbours() {
      const points = subject();
      [near, why] = [null, ""];
      if (!points) return;
      const known = heard(points);
      if (points.length === 1 && map.given) near = map.given(points[0]);
      else if (known) near = { ids: known[0], similarities: known[1] };
      else if (points.length === 1 && !model.get("asks")) why = "No true neighbours were given with this map.";
      else why = asks[Number(points.length === 3)]({ points }) ? "asking …" : "This page has what was asked before it was saved. Ask again in the notebook for more.";
      if (near && !near.ids.length) [near, why] = [null, "No true neighbours were given with this map."];
      if (near) { near.points = points; view.stale(""); }
    }
    /** The neighbours with their ranks in the pictures as they are now. */
    function truth() {
      const [of, points] = [picked(), subject()];
      if (!near || near.points.join() !== points?.join()) return { picked: of, near: null };
      if (points.length === 3) return { picked: of, near: { ...near, three: points, ranks: [] } };
      return { picked: of, near: { ...near, ranks: shownMaps().map(([, to], i) => ranks(map.place(to, i > 0), of, near.ids)) } };
    }

    /** Which points stand out: found ones, else selected ones, else those of the one category. */
    function remask() {
      const property = map.properties.find(({ name }) => name === model.get("colour"));
      const points = found.length ? found : chosen();
      mask = null;
      if (points.length || (only !== null && property?.groups)) {
        mask = new Uint8Array(map.count);
        if (points.length) for (const i of points) mask[i] = 1;
        else property.codes.forEach((code, i) => { mask[i] = Number(code === only); });
      }
      take.textContent = found.length ? `Select ${found.length}` : "Select";
      take.disabled = !found.length;
      soon();
    }

    /** A byte for each point and the colours that bytes stand for. */
    let [painted, codes, lut, late] = ["", null, null, null];
    function colouring() {
      const name = model.get("colour");
      const stamp = `${name} ${theme.dark} ${name === "kept neighbours" ? Math.round(at()) : ""}`;
      if (stamp === painted) return;
      [painted, late] = [stamp, null];
      const property = map.properties.find((one) => one.name === name);
      const rgb = (text) => (text.startsWith("#") ? [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)) : text.match(/[\d.]+/g).map(Number));
      const soft = packed(rgb(theme.dark ? "#8a8f98" : "#8c8c8c"));
      const lines = theme.lines.map((line) => packed(rgb(line)));
      if (!property) [codes, lut] = [new Uint8Array(map.count), [lines[0]]];
      else if (property.groups) [codes, lut] = [property.codes, [...lines, soft]];
      else {
        const values = name === "kept neighbours" ? map.honesty[Math.round(at())] ?? property.values : property.values;
        const ruler = scale({ ...property, signed: property.low < 0 && property.high > 0, dark: theme.dark });
        const level = (value) => (Number.isNaN(value) ? LEVELS : Math.round(((value - ruler.low) / (ruler.high - ruler.low)) * (LEVELS - 1)));
        codes = Uint8Array.from(values, level);
        // The paper's own colour would hide the points at the scale's low end.
        lut = Array.from({ length: LEVELS }, (_, i) => packed(ruler.colour(ruler.low + ((0.16 + (0.84 * i) / (LEVELS - 1)) * (ruler.high - ruler.low)))));
        if (ruler.signed) lut = Array.from({ length: LEVELS }, (_, i) => packed(ruler.colour(ruler.low + (i / (LEVELS - 1)) * (ruler.high - ruler.low))));
        lut.push(packed(rgb(theme.dark ? "#4a4e55" : "#d4d4d4")));
        const known = values.some((value) => Number.isNaN(value)) ? [h("span", { class: "kit-soft" }, "gray: not known")] : [];
        if (known.length) late = codes.map((code) => Number(code < LEVELS));
        shown.replaceChildren(legend(ruler, property.name), ...known);
        return;
      }
      shown.replaceChildren(...(property?.groups ?? []).map((group, i) => {
        const swatch = h("i", {});
        swatch.style.background = css([lut[i] & 255, (lut[i] >> 8) & 255, (lut[i] >> 16) & 255]);
        return h("button", { class: "kit-button embedding-map-group", type: "button", "aria-pressed": "false", onclick: () => { only = only === i ? null : i; remask(); } }, swatch, group, h("span", { class: "kit-soft" }, ` ${property.sizes[i].toLocaleString("en")}`));
      }));
    }

    function look() {
      theme ??= { ...inks(view.root), mono: getComputedStyle(view.root).getPropertyValue("--kit-mono").trim() };
      colouring();
      const of = picked();
      const { near: told } = truth();
      const some = found.length ? found : [...chosen().subarray(0, 3000)];
      const ground = getComputedStyle(view.root).backgroundColor.match(/[\d.]+/g).map(Number);
      return {
        theme, paper: packed(ground), codes, colours: lut, late, bright: mask, all: !found.length && !chosen().length && only === null, picked: of, over,
        ties: told && !told.three ? told.ids.slice(0, 10) : [], arrows: told?.three ? [...told.three, told.ids.find((id) => !told.three.includes(id)) ?? null] : null, framed: map.tokens.length ? [...new Set(map.tokens)] : [],
        named: [...(told?.three ?? []), ...(told ? told.ids.slice(0, 10) : []), ...some, ...(only === null ? [] : inOrder.filter((i) => mask?.[i]).slice(0, 400))], order: inOrder, told,
      };
    }

    let width = 0;
    const high = () => (map.maps.length && view.picture.clientWidth < 640 ? 320 : 392);
    function draw() {
      if (!width) return;
      const pair = besides() >= 0;
      if (pair && !right) { right = make("the map beside; arrows pick the next point"); keyed(right); }
      if (row.children.length !== 1 + Number(pair)) row.replaceChildren(left.element, ...(pair ? [right.element] : []));
      const seen = look();
      const room = row.clientWidth;
      const each = { ...seen, width: Math.floor(pair ? (room - 8) / 2 : room), height: high() };
      shownMaps().forEach(([name, to], i) => boards()[i].draw(map.maps.length > 1 ? (to % 1 ? `${map.maps[Math.floor(to)]} → ${map.maps[Math.ceil(to)]}` : name) : "", map.place(to, i > 0), { ...each, bulk: map.bulk(to) }));
      slider.value = at();
      where.textContent = map.maps[Math.round(at())];
      shown.querySelectorAll("button").forEach((one, i) => one.setAttribute("aria-pressed", String(i === only)));
      [colours.value, beside.value] = [model.get("colour"), model.get("beside")];
      view.title(model.get("title") || headline(map), model.get("summary"));
      const selected = chosen();
      side.draw({ picked: seen.picked, near: seen.told, why: !subject() ? honest(map, Math.round(at()), model.get("asks")) : why, selected: found.length ? found : [...selected], what: found.length ? "Found" : what, searched: find.value, boards: shownMaps().map(([name]) => name) });
      words(seen.told);
      view.refresh();
    }
    function words(told) {
      const point = over ?? picked();
      const second = point !== null && map.tokens.length && map.tokens.includes(point) ? [h("span", { class: "kit-soft" }, `token ${map.tokens.indexOf(point)} of the text`)] : tellMap(map, at());
      view.tell(point === null ? h("span", { class: "kit-soft" }, "Point at a dot; click it for its true neighbours. Drag moves, the wheel zooms once the map has the focus.") : tellPoint(map, point, told), second);
    }

    /** Draw before the next frame, once however much has changed. */
    let less = true;
    function soon(part) {
      if (part !== "marks") less = false;
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        const lightly = less && width;
        less = true;
        if (!lightly) return draw();
        const { over: to, told } = look();
        boards().forEach((one) => one.marks(to));
        words(told);
      });
    }
    signal.addEventListener("abort", () => { cancelAnimationFrame(asked); cancelAnimationFrame(moving); });
    listen(model, "change:at change:beside change:title", () => soon(), signal);
    listen(model, "change:picked change:compared", () => { neighbours(); line?.set(three() ?? []); soon(); }, signal);
    listen(model, "change:colour change:_chosen", remask, signal);
    const follow = () => { const token = session.get("token"); if (map.tokens.length && token !== null && map.tokens[token] !== undefined) pick(map.tokens[token], true); };
    listen(session, "change:token", follow, signal);
    hover.listen(() => { const { token } = hover.get(); point(token === null ? null : map.tokens[token] ?? null); }, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    const sizes = new ResizeObserver(() => { if (width !== (width = row.clientWidth)) draw(); });
    sizes.observe(row);
    signal.addEventListener("abort", () => sizes.disconnect());
    neighbours();
    line?.set(three() ?? []);
    follow();
    remask();
  },
};

/** At most one call in 120 ms; the last is always made. */
function throttled(call, signal) {
  let [waiting, timer] = [false, 0];
  const run = () => {
    timer = waiting ? setTimeout(run, 120) : 0;
    if (waiting) call();
    waiting = false;
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => { waiting = true; if (!timer) run(); };
}
