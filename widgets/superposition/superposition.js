// More features than dimensions: their directions by sparsity, what comes back of each, and the phases.
import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { asker, CATEGORIES, h, isDark, isLive, keys, legend, listen, number, oncePerFrame, onTheme, pick, scale, sessionOf } from "../glass/kit.js";
import { arrows } from "./arrows.js";
import { dimensions, phasesOf, read, returned } from "./data.js";
import { matrix, phaseMap } from "./grids.js";
import { strip } from "./strip.js";
import { about, between, KEYS, NAMES, point, table } from "./words.js";

const PHASES = { false: [[226, 226, 226], CATEGORIES[4], CATEGORIES[1]], true: [[70, 74, 80], CATEGORIES[0], CATEGORIES[1]] };

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    let [data, phases, theme, fresh] = [read(model), phasesOf(model), null, false];
    const view = frame({ el, model, session, signal }, { stem: "superposition", keys: KEYS, table: () => table(data, phases, now()) });
    const now = () => Object.fromEntries(["run", "moment", "feature", "cell", "theory"].map((name) => [name, model.get(name)]));
    const set = (changes) => pick(model, changes);
    const within = (value, count) => Math.min(Math.max(value, 0), count - 1);

    const say = (...lines) => view.tell(...lines);
    const rest = () => say(...(model.get("cell") >= 0 && phases && told === "cell" ? point(phases, model.get("cell")) : about(data, now())));
    let told = "run";
    const choose = (changes) => { told = "cell" in changes ? "cell" : "run"; set(changes); };
    const feature = (i) => choose({ feature: i });
    const over = (i) => (i === null ? rest() : say(...about(data, { ...now(), feature: i })));
    const parts = {
      arrows: arrows({ over, chosen: feature }),
      matrix: matrix({ chosen: feature, over: (i, j) => { const { columns, bias } = toy(); say(between(returned(columns), bias, i, j), about(data, now())[1]); } }),
      strip: strip({ over: (i) => (i === null ? rest() : say(...about(data, { ...now(), run: i }))), chosen: (i) => choose({ run: i }) }),
      phases: phaseMap({ label: "phases: density to the right, importance upwards", over: (i) => (i < 0 ? rest() : say(...point(phases, i))), chosen: (i) => choose({ cell: i }) }),
    };
    const toy = () => data.toy(model.get("moment"), model.get("run"));

    const slider = (name, label) => {
      const input = h("input", { type: "range", min: 0, step: 1, "aria-label": label, oninput: () => choose({ [name]: Number(input.value) }) });
      const value = h("span", { class: "superposition-value" });
      return { input, value, row: h("label", { class: "superposition-slider" }, h("span", {}, label), input, value) };
    };
    const sliders = { run: slider("run", "sparsity"), moment: slider("moment", "step") };
    const button = (label, onclick) => h("button", { class: "kit-button", type: "button", onclick }, label);
    const train = button("Train anew", () => { ended = ""; ask({ seed: model.get("seed") + 1 }); });
    const stop = button("Stop", () => set({ _stop: true }));
    const work = h("span", { class: "kit-soft", role: "status" });
    let ended = "";
    const ask = asker(model, session, "train", { signal, busy: () => {}, answered: () => view.stale(""), failed: view.stale });

    const kinds = ["learned", "by hand"].map((name, i) => button(name, () => set({ theory: Boolean(i) })));
    const names = h("div", { class: "superposition-legend" });
    const head = (text, ...more) => h("div", { class: "superposition-head" }, h("span", {}, text), ...more);
    const toys = h("div", { class: "superposition-toys", tabindex: "0", role: "application", "aria-label": "toy models by sparsity" },
      h("div", { class: "superposition-part" }, head("Directions"), parts.arrows.element),
      h("div", { class: "superposition-part" }, head("What comes back: WᵀW"), parts.matrix.element));
    const share = h("span", { class: "kit-soft" });
    const map = h("div", { class: "superposition-part superposition-map" }, head("Phases", ...(phases ? [h("span", { role: "group", "aria-label": "phases" }, ...kinds)] : [])),
      ...(phases ? [h("div", { class: "superposition-frame" }, h("span", { class: "superposition-up" }, "importance"), parts.phases.element, h("div", { class: "superposition-ends" })), names]
        : []));
    map.hidden = !phases;
    const controls = h("div", { class: "superposition-controls" }, sliders.run.row, sliders.moment.row, h("div", { class: "superposition-work" }, train, stop, work));
    view.picture.append(h("div", { class: `superposition-top${phases ? "" : " superposition-alone"}` }, toys, map),
      h("div", { class: "superposition-under" }, controls, h("div", { class: "superposition-part" }, head("Share of a dimension, by sparsity", share), parts.strip.element)));

    function draw() {
      if (fresh) [data, phases, fresh] = [read(model), phasesOf(model), false];
      theme ??= inks(view.root);
      const { run, moment, feature: picked, cell, theory } = now();
      const [{ columns, bias, loss }, dark] = [toy(), isDark(view.root)];
      const colour = (i) => theme.lines[i % theme.lines.length];
      const rows = returned(columns);
      const ruler = scale({ low: -1, high: 1, signed: true, dark });
      parts.arrows.draw({ columns, feature: picked, colour });
      parts.matrix.draw({ rows, bias, feature: picked, scale: ruler, colour });
      parts.strip.draw({ sparsities: data.sparsities, shares: data.sparsities.map((_, i) => dimensions(data.toy(moment, i).columns)), run, feature: picked, colour });
      view.tools.replaceChildren(legend(ruler, "WᵀW, b"));
      if (phases) {
        const colours = PHASES[dark];
        parts.phases.draw({ phases, theory, cell, colours });
        const ends = (axis) => [axis[0], axis[axis.length - 1]].map((value) => String(Number(value.toPrecision(3))));
        map.querySelector(".superposition-ends").replaceChildren(h("span", {}, ends(phases.densities)[0]), h("span", {}, "density →"), h("span", {}, ends(phases.densities)[1]));
        map.querySelector(".superposition-up").textContent = `importance ${ends(phases.importances).join("–")} →`;
        names.replaceChildren(...NAMES.map((name, i) => { const key = h("i"); key.style.background = `rgb(${colours[i]})`; return h("span", { class: "superposition-key" }, key, name); }),
          h("span", {}, `● otherwise ${theory ? "learned" : "by hand"}: ${number(100 * (1 - phases.agreement))} %`));
        kinds.forEach((each, i) => each.setAttribute("aria-pressed", String(Boolean(i) === theory)));
      }
      sliders.run.input.max = data.runs - 1;
      sliders.moment.input.max = data.moments - 1;
      sliders.run.input.value = run;
      sliders.moment.input.value = moment;
      sliders.run.value.textContent = String(data.sparsities[run]);
      sliders.run.input.setAttribute("aria-valuetext", `sparsity ${String(data.sparsities[run])}`);
      sliders.moment.value.textContent = data.steps[moment].toLocaleString("en");
      sliders.moment.input.setAttribute("aria-valuetext", `step ${data.steps[moment]}`);
      share.textContent = data.hidden > 2 ? "arrows: the first two of the dimensions" : "";
      working();
      view.title([model.get("title") || `${data.features} features in ${data.hidden} dimensions`, `sparsity ${String(data.sparsities[run])}`, `loss ${number(loss)}`].join(" · "), model.get("summary"));
      view.refresh();
      rest();
    }
    function working() {
      const [on, live] = [model.get("_at_work"), isLive(model, session)];
      train.hidden = on || !live || !model.get("_can");
      stop.hidden = !on;
      work.textContent = on ? `seed ${model.get("seed")}: ${data.steps[data.moments - 1]} of ${data.of} …` : [`seed ${model.get("seed")}`, model.get("_note"), model.get("_can") && !live ? "Training anew needs a kernel." : ""].filter(Boolean).join(" · ");
    }
    const soon = oncePerFrame(draw, signal);

    const step = (name, count, by) => () => choose({ [name]: within(model.get(name) + by, count()) });
    const theory = () => set({ theory: !model.get("theory") });
    keys(toys, {
      ArrowLeft: step("run", () => data.runs, -1), ArrowRight: step("run", () => data.runs, 1), ArrowUp: step("feature", () => data.features, -1), ArrowDown: step("feature", () => data.features, 1),
      PageUp: step("moment", () => data.moments, 1), PageDown: step("moment", () => data.moments, -1), Home: () => choose({ run: 0 }), End: () => choose({ run: data.runs - 1 }), t: theory,
    }, signal);
    const walk = (across, up) => () => {
      const cell = Math.max(model.get("cell"), 0);
      const [x, y] = [within((cell % phases.wide) + across, phases.wide), within(Math.floor(cell / phases.wide) + up, phases.importances.length)];
      choose({ cell: model.get("cell") < 0 ? 0 : y * phases.wide + x });
    };
    if (phases) keys(parts.phases.element, { ArrowLeft: walk(-1, 0), ArrowRight: walk(1, 0), ArrowUp: walk(0, 1), ArrowDown: walk(0, -1), t: theory }, signal);

    listen(model, "change:_weights change:_losses change:_kinds", () => { fresh = true; soon(); }, signal);
    listen(model, "change:run change:moment change:feature change:cell change:theory change:title change:summary change:seed", soon, signal);
    listen(model, "change:_at_work change:_note", working, signal);
    listen(session, "comm_live_update", working, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    draw();
  },
};
