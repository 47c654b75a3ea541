// A slider of strength for every layer: effect and price as curves beside random directions, what comes next, what is written.

import { asker, h, isLive, keys, legend, listen, onTheme, painter, pick, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { chances } from "../glass/beside.js";
import { chart, inks, range } from "../glass/curves.js";
import { likeliest, nearestTo, read } from "./data.js";
import { strip } from "./strip.js";
import { headline, heads, KEYS, lines, pushed, table } from "./words.js";

const ROWS = 7;

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    let run = read(model);
    const view = frame({ el, model, session, signal }, { stem: "steer", keys: KEYS, table: () => table(run) });
    const soon = painter(view.picture, draw, signal);
    let [theme, over] = [null, null];
    const turn = (changes) => pick(model, changes);
    const live = () => isLive(model, session);

    const layers = strip({ signal, pick: (row) => pick(session, { layer: run.layers[row] }) });
    const slider = h("input", { type: "range", class: "steer-slider", step: "0.001", "aria-label": "strength" });
    slider.addEventListener("input", () => turn({ strength: run.strengths[nearestTo(run.strengths, Number(slider.value))] }), { signal });
    const told = h("output", { class: "steer-told" });
    const panels = Object.fromEntries(["effect", "cost"].map((name) => [name, h("div", {}, h("strong", { "data-effect": "" }), h("span", { "data-control": "" }), h("span", { class: "kit-soft" }))]));
    const curves = chart({ signal, label: "effect and price by strength", point: (x) => { over = x; soon(); }, pick: (x) => turn({ strength: run.strengths[nearestTo(run.strengths, x)] }) });
    const list = h("ul", { class: "beside-chances" });
    const written = [["no push", null], ["pushed", "data-effect"], ["a random push as long", "data-control"]].map(([name, mark]) => {
      const text = h("div", { class: "steer-text", ...(mark ? { [mark]: "" } : {}) });
      return { text, element: h("div", { class: "steer-written" }, h("span", { class: "kit-soft" }, name), text) };
    });
    const [key, signs] = [h("span"), h("span", { class: "steer-signs" }, h("i", { class: "steer-own" }), "the direction", h("i", { class: "steer-random" }), h("span"), h("b", {}, "•"), "beyond them all")];
    view.tools.append(key, signs);
    const typed = h("input", { type: "text", class: "steer-typed", "aria-label": "the text that is pushed", spellcheck: "false" });
    const go = h("button", { class: "kit-button", type: "button" }, "Push");
    const bar = h("div", { class: "steer-ask" }, typed, go);
    view.picture.append(h("div", { class: "steer-grid" },
      h("div", { class: "steer-left" }, layers.element, h("div", { class: "steer-strength" }, slider, told), curves.element),
      h("div", { class: "steer-right" }, bar, list, ...written.map(({ element }) => element))));

    const ask = asker(model, session, "push", { answered: () => view.stale(""), failed: view.stale, busy: view.busy, signal });
    const wish = () => {
      if (model.get("work").length) turn({ stops: model.get("stops") + 1 });
      else if (typed.value && !ask({ prompt: typed.value })) view.stale("Another text takes the notebook's kernel.");
    };
    go.addEventListener("click", wish, { signal });
    typed.addEventListener("keydown", (event) => { if (event.key === "Enter") wish(); event.stopPropagation(); }, { signal });

    /** The cell shown: the session's layer where it was pushed, the strength nearest to the slider's. */
    function place() {
      const row = run.layers.indexOf(session.get("layer"));
      return [row < 0 ? Math.max(0, run.layers.indexOf(model.get("start"))) : row, nearestTo(run.strengths, model.get("strength"))];
    }

    function draw() {
      theme ??= inks(view.root);
      const [row, column] = place();
      const cell = run.at(row, column);
      const peek = over === null ? cell : run.at(row, nearestTo(run.strengths, over));
      const colours = layers.draw({ run, row, column, dark: theme.dark });
      key.replaceChildren(legend({ ...colours, unit: run.unit }, "by layer"));
      view.root.classList.toggle("beside-dark", theme.dark);
      [slider.min, slider.max] = [run.strengths[0], run.strengths.at(-1)].map(String);
      slider.value = String(cell.strength);
      slider.setAttribute("aria-valuetext", pushed(cell));
      told.textContent = `strength: ${pushed(cell)}`;
      signs.children[2].textContent = `${run.randoms} random ones`;
      drawCurves(row, peek, cell);
      list.classList.toggle("beside-dark", theme.dark);
      list.replaceChildren(...(cell.known ? chances(likeliest(cell.chances, ROWS), "random pushes", "comes next, %") : []));
      const still = run.at(row, run.strengths.indexOf(0));
      [still.text, cell.text, cell.other].forEach((text, i) => written[i].text.replaceChildren(h("span", { class: "kit-soft" }, i < 0 ? "" : tail(run.prompt)), cell.known || !i ? text || "–" : "not done"));
      view.title(headline({ title: model.get("title"), run }), model.get("summary"));
      view.tell(...lines(run, peek));
      view.refresh();
    }

    function drawCurves(row, peek, cell) {
      const [own, other] = theme.dark ? ["#f0a030", "#56b4e9"] : ["#d55e00", "#0072b2"];
      const x = { low: run.strengths[0], high: run.strengths.at(-1) };
      const panel = (name, mine, others, log, height) => {
        const beside = others.map((y) => ({ x: run.strengths, y, colour: other, width: 1, alpha: 0.55, radius: 1.5, mute: true }));
        const path = [...beside, { x: run.strengths, y: mine, colour: own, width: 2.5, radius: 3 }];
        heads[name](run, peek).forEach((text, i) => { panels[name].children[i].textContent = text; });
        return { height, head: panels[name], y: range(path, log), lines: path, marks: [{ x: cell.strength, y: mine[cell.column], colour: own }] };
      };
      curves.draw({ width: curves.element.clientWidth, x, theme, now: null, panels: [
        panel("effect", run.effects(row), run.controls(row), false, 158), panel("cost", run.costs(row), run.costControls(row), true, 110)] });
    }

    /** What can be asked, and how far a run is. */
    function tools() {
      const work = model.get("work");
      bar.hidden = !model.get("pushes");
      typed.disabled = !live();
      go.disabled = !live();
      go.textContent = work.length ? "Stop" : "Push";
      view.busy(work.length > 0);
      if (work[1]) view.root.querySelector(".kit-mark").textContent = `layer ${work[0]} of ${work[1]} done`;
    }
    const anew = () => { run = read(model); over = null; if (el.ownerDocument.activeElement !== typed) typed.value = run.prompt; tools(); soon(); };

    const more = (by) => () => { const [, column] = place(); turn({ strength: run.strengths[Math.max(0, Math.min(run.strengths.length - 1, column + by))] }); };
    const higher = (by) => () => { const [row] = place(); pick(session, { layer: run.layers[Math.max(0, Math.min(run.layers.length - 1, row + by))] }); };
    keys(layers.element, { ArrowLeft: higher(-1), ArrowRight: higher(1), ArrowUp: higher(1), ArrowDown: higher(-1) }, signal);
    keys(curves.element, { ArrowLeft: more(-1), ArrowRight: more(1), ArrowUp: higher(1), ArrowDown: higher(-1), Home: more(-1e9), End: more(1e9) }, signal);
    keys(view.root, { 0: () => turn({ strength: 0 }), Escape: () => pick(session, { layer: null }) }, signal);
    const none = () => {};
    keys(slider.parentElement, { ArrowUp: none, ArrowDown: none, ArrowLeft: none, ArrowRight: none, Home: none, End: none, 0: none, Escape: none }, signal); // the notebook's stay out
    const slid = { ArrowLeft: more(-1), ArrowRight: more(1), ArrowUp: higher(1), ArrowDown: higher(-1), Home: more(-1e9), End: more(1e9), 0: () => turn({ strength: 0 }) };
    slider.addEventListener("keydown", (event) => { if (event.key in slid) { event.preventDefault(); slid[event.key](); } }, { signal });

    listen(model, "change:shown", anew, signal);
    listen(model, "change:strength change:title", soon, signal);
    listen(model, "change:work change:pushes", tools, signal);
    listen(session, "change:layer", soon, signal);
    listen(session, "comm_live_update", tools, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    anew();
  },
};

const tail = (prompt) => (prompt.length > 24 ? `…${prompt.slice(-22)}` : prompt);
