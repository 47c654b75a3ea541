// The time machine: one slider through a training moves attention, lens, words and sample together.
// Everything of every moment is in the browser; nobody is asked while the slider moves.

import { h, hoverOf, listen, onTheme, painter, pick, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { inks } from "../glass/curves.js";
import { read } from "./data.js";
import { heads } from "./heads.js";
import { lens } from "./lens.js";
import { words } from "./map.js";
import { spine } from "./spine.js";
import { headline, KEYS, said, table, tellCell, tellToken, where } from "./words.js";

const PACES = [["slow", 800], ["1×", 300], ["fast", 100]]; // ms a moment
const TOLD = 120; // ms between two messages to the kernel while the slider moves

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    const life = read(model);
    const view = frame({ el, model, session, signal }, { stem: "life", keys: KEYS, table: () => table(life, look()) });
    const soon = painter(view.picture, draw, signal);
    const inside = (value, size) => (Number.isInteger(value) && value >= 0 && value < size ? value : null);
    let [cell, over, theme, timer] = [null, null, null, 0];

    const tellKernel = throttled(() => model.save_changes(), signal);
    const now = () => inside(model.get("moment"), life.count) ?? 0;
    const move = (moment) => { model.set("moment", Math.min(life.count - 1, Math.max(0, moment))); tellKernel(); };
    const show = (moment) => { run(false); move(moment); };
    const run = (on) => {
      clearTimeout(timer);
      timer = on ? setTimeout(tick, PACES[speed.selectedIndex][1]) : 0;
      play.textContent = on ? "Pause" : "Play";
    };
    const tick = () => { move(now() + 1); run(now() < life.count - 1); };
    const toggle = () => { if (!timer && now() === life.count - 1) move(0); run(!timer); };
    signal.addEventListener("abort", () => run(false));
    const play = h("button", { class: "kit-button life-play", type: "button", onclick: toggle }, "Play");
    const speed = h("select", { class: "life-choice", "aria-label": "speed" }, ...PACES.map(([name]) => h("option", { selected: name === "1×" }, name)));
    const place = h("span", { class: "life-place" });
    place.style.minWidth = `${where(life, life.count - 1).length}ch`; // the longest there is
    view.tools.append(place, h("span", { class: "life-player" }, play, speed));

    const common = { ",": () => show(now() - 1), ".": () => show(now() + 1), " ": toggle, Escape: () => pick(session, { token: null }) };
    /** Pick the token so many places on, whatever the mouse is over. */
    const along = (by) => () => {
      const from = inside(session.get("token"), life.size) ?? life.start[1];
      hover.set({ token: null });
      pick(session, { token: Math.min(life.size - 1, Math.max(0, from + by)) });
    };
    const about = { signal, life, session, hover, look, common, along, show, again: soon, tell: (what) => { cell = what; soon(); }, point: (moment) => { over = moment; soon(); } };
    const wordy = life.words.length + life.sample_names.length;
    const parts = [spine(about), life.heads.length && heads(about), life.layers.length && lens(about), wordy && words(about)].filter(Boolean);
    const panels = h("div", { class: `life-panels life-${parts.length - 1}` }, ...parts.slice(1).map(({ element }) => element));
    const tabs = ["Logit lens", "Words and sample"].map((name, i) => h("button", { class: "kit-button", type: "button", onclick: () => turn(i) }, name));
    const turn = (to) => {
      panels.dataset.tab = to;
      tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String(i === to)));
      soon();
    };
    view.picture.append(parts[0].element, ...(parts.length > 3 ? [h("div", { class: "life-tabs" }, ...tabs)] : []), panels);

    /** Everything that is on screen, from the model and the session. */
    function look() {
      const head = life.heads.findIndex(([layer, head]) => layer === session.get("layer") && head === session.get("head"));
      const settled = inside(session.get("token"), life.size) ?? life.start[1];
      const token = inside(hover.get().token, life.size) ?? settled;
      theme ??= inks(view.root);
      return { moment: now(), head: head < 0 ? life.start[0] : head, token, settled, theme, pace: timer ? PACES[speed.selectedIndex][1] : undefined };
    }

    function draw(width) {
      const seen = { ...look(), width, stamp: `${width} ${panels.dataset.tab}` };
      seen.said = said(life, seen);
      for (const part of parts) part.draw(seen);
      place.textContent = where(life, seen.moment);
      view.title(model.get("title") || headline(life), `${model.get("summary")}. ${seen.said}`);
      const first = over !== null ? said(life, { ...seen, moment: over }) : cell ? tellCell(life, seen, cell) : seen.said;
      view.tell(first, tellToken(life, seen));
      view.refresh();
    }

    listen(model, "change:moment change:title", soon, signal);
    listen(session, "change:layer change:head change:token", soon, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    turn(0);
  },
};

/** At most one call in so many milliseconds; the last is always made. */
function throttled(call, signal) {
  let [waiting, timer] = [false, 0];
  const run = () => {
    timer = waiting ? setTimeout(run, TOLD) : 0;
    if (waiting) call();
    waiting = false;
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => { waiting = true; if (!timer) run(); };
}
