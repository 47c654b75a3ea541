// The training board: curves with one crosshair, samples as they change, where the run stands, and the way to stop it.
import { asker, h, isLive, keys, listen, onTheme, painter, sessionOf, soft } from "../glass/kit.js";
import { FOOT, chart, inks, nearest } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { between, clock, numbersAt, storeOf, tableOf } from "./data.js";
import { panelsOf } from "./panels.js";
import { factsOf, samplesOf, tellStep } from "./words.js";

const KEYS = [
  ["← →", "the step before, after; with Shift a twentieth of the way"], ["Home End", "the first, the last step"], ["Space", "stop, resume (in the curves)"],
  ["Enter, click", "hold the crosshair, with the samples of that step"], ["Esc", "let it go"], ["[ ]", "the samples before, after"], ["l y", "logarithmic steps, logarithmic loss"],
];
const KINDS = { step: "steps", tokens: "tokens", seconds: "time" };
const WORDS = { empty: "nothing watched yet", stored: "a finished run" };
const STOPS = { running: ["Stop", "stop"], stopping: ["Stopping…", "resume"], stopped: ["Resume", "resume"] };

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    let [theme, scale] = [null, null];
    const view = frame({ el, model, session, signal }, { stem: "training", keys: KEYS, table: () => tableOf(store) });
    const soon = painter(view.picture, draw, signal);
    const store = storeOf({ model, session, signal, changed: soon });
    const state = { over: null, held: null, exact: null };
    const [facts, samples, panels] = [factsOf(), samplesOf(signal), panelsOf(store, soon)];

    const here = () => state.over ?? state.held;
    const hold = (step) => { state.held = step; if (step !== null) samples.upTo(step); cross(); };
    const kept = (x) => { const steps = store.curve("loss").x; return steps[nearest(steps, scale.back(x))] ?? null; };
    const [left, right] = ["loss and metrics", "gradients and learning rate"].map((what) => chart({
      signal, label: `${what}; arrows move the crosshair`,
      point(x) { state.over = x === null ? null : kept(x); cross(); }, pick: (x) => hold(state.held === null ? kept(x) : null),
    }));
    const grid = h("div", {}, left.element, right.element, samples.element);
    view.picture.append(facts.element, grid);

    const turn = (name, value) => { model.set(name, value); model.save_changes(); };
    const logs = [["log_x", "Log x", "logarithmic axis (l)"], ["log_y", "Log loss", "logarithmic loss (y)"]].map(([name, text, title]) => {
      const flip = () => turn(name, !model.get(name));
      return { name, flip, button: h("button", { class: "kit-button", type: "button", title, onclick: flip }, text) };
    });
    const kinds = h("select", { class: "training-choice", "aria-label": "along the curves", onchange: () => turn("x", kinds.value) },
      ...Object.entries(KINDS).map(([value, text]) => h("option", { value }, text)));
    const asks = Object.fromEntries(["stop", "resume"].map((what) => [what, asker(model, session, what, { answered: () => {}, failed: view.stale, signal })]));
    const act = () => {
      const [, what] = STOPS[store.page.phase] ?? [];
      if (what && asks[what]() && what === "stop") stop.textContent = "Stopping…"; // at once, though the step in hand may last
    };
    const stop = h("button", { class: "kit-button training-stop", type: "button", title: "stop after the step in hand, resume (Space)", onclick: act });
    view.tools.append(stop, kinds, h("span", { class: "training-switches" }, ...logs.map(({ button }) => button)));

    /** Steps → the chosen axis and back. While a run is young its axis ends at a half, a quarter … of the way. */
    function scaled() {
      const { facts: { step: last, of }, phase } = store.page;
      const kind = store.curve(model.get("x")).x.length ? model.get("x") : "step";
      const ways = (prefix) => { const { x, y } = store.curve(prefix + kind); return kind === "step" ? [Number, Number] : [between(x, y), between(y, x)]; };
      const [[to, back], [before]] = [ways(""), ways("earlier ")];
      const log = model.get("log_x") && last > 0;
      let end = (phase in STOPS && (of ?? 2 ** Math.ceil(Math.log2(last + 1)))) || last || 1;
      while (end >= 2 * last && end > 20) end /= 2;
      const high = last ? to(last) * Math.max(1, end / last) : end;
      const first = to(store.curve("loss").x.find((step) => !log || to(step) > 0) ?? 0) || 0;
      return { to, back, before, kind, low: first < high ? first : high / 10, high, log, text: last === null ? () => "" : kind === "seconds" ? clock : undefined };
    }

    function draw(width) {
      theme ??= inks(view.root);
      scale = scaled();
      const [{ phase, metrics }, live] = [store.page, isLive(model, session)];
      const [narrow, texts] = [width < 860, store.samples.length > 0];
      const aside = ["grad_norm", "lr", "layers"].some((name) => store.curve(name).x.length);
      const [half, tall] = [(width - 24) * (narrow ? 0.5 : 0.4), narrow ? 230 : 336];
      const side = narrow ? 196 : texts ? 204 : tall;
      grid.className = `training-grid${narrow ? " training-narrow" : ""}${aside && texts ? "" : aside || texts ? " training-two" : " training-one"}`;
      grid.style.setProperty("--training-text", `${narrow || !aside ? side : tall - side - 8}px`);
      samples.draw(store.samples);
      right.element.hidden = !aside;
      const look = { x: scale, theme, log: model.get("log_y") };
      const low = metrics.length ? Math.round(tall * 0.38) : 0;
      left.draw({ ...look, width: Math.floor(narrow || !(aside || texts) ? width : width - 24 - half),
        panels: [panels.loss(look, tall - FOOT - low), ...(low ? [panels.metrics(look, low)] : [])] });
      if (aside) right.draw({ ...look, width: Math.floor(narrow && !texts ? width : half), panels: panels.gradients(look, side - FOOT) });
      facts.draw(store.page);
      const [label] = (live && STOPS[phase]) || [""];
      if (label || live) stop.textContent = label;
      stop.hidden = !label;
      kinds.value = scale.kind;
      for (const { name, button } of logs) button.setAttribute("aria-pressed", String(model.get(name)));
      const word = session.comm_live === false ? "disconnected" : live || !(phase in STOPS) ? WORDS[phase] ?? phase : "as it was when saved";
      view.title(`${model.get("title") || "Training"} · ${word}`, model.get("summary"));
      cross();
      view.refresh();
    }

    function cross() {
      const step = here();
      for (const plot of [left, right]) plot.cross(step === null ? null : scale.to(step));
      if (step === null) return view.tell(model.get("summary"), soft("Point at the curves, or use ← →; a click holds the crosshair."));
      if (state.exact?.step !== step) {
        state.exact = null;
        exact({ step });
      }
      return view.tell(...tellStep(state.exact ?? numbersAt(store, step), !state.exact && store.page.thinned));
    }
    const exact = asker(model, session, "at", { answered(found) { if (found.step === here()) { state.exact = found; cross(); } }, signal });

    const move = (by) => ({ shiftKey }) => {
      const { x } = store.curve("loss");
      const from = here() === null ? (by > 0 ? -1 : x.length) : nearest(x, here());
      const to = Math.min(Math.max(from + by * (shiftKey ? Math.ceil(x.length / 20) : 1), 0), x.length - 1);
      state.over = null;
      if (x.length) hold(x[to]);
    };
    for (const { element } of [left, right])
      keys(element, { ArrowLeft: move(-1), ArrowRight: move(1), Home: move(-1e9), End: move(1e9), " ": act, Enter: () => hold(here()) }, signal);
    keys(view.root, { Escape() { state.over = null; hold(null); }, "[": () => samples.step(-1), "]": () => samples.step(1), l: logs[0].flip, y: logs[1].flip }, signal);
    listen(model, "change:x change:log_x change:log_y change:title change:summary", soon, signal);
    listen(session, "comm_live_update", soon, signal);
    onTheme(() => { theme = null; soon(); }, signal);
  },
};
