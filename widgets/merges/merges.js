// A byte-pair encoding, stepped through merge by merge. Everything is worked out here, with or without a kernel.
import { chip, css, h, isLive, listen, number, sequential, isDark, onTheme, onWidth, sessionOf, soft, visible } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { after, read, readable, ready } from "./data.js";

const KEYS = [
  ["← →", "on the slider: a merge back, on"], ["PgUp PgDn", "the merge that changed, will change the sentence"],
  ["Home End", "no merge, all merges"], ["Space", "play, pause"], ["?", "these keys"],
];
const PACE = 700; // ms a merge
const LIST = 8; // merges in the list
const TOLD = 150; // ms between two messages to the kernel

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const table = read(model.get("_table"));
    const size = table.merges.length;
    let [sentence, timer, telling] = [ready("", "x", table), 0, 0];
    const view = frame({ el, model, session, signal }, { stem: "merges", keys: KEYS, table: () => tabled() });
    const name = (symbol) => readable(table.bytes[symbol]);
    const pair = ({ left, right }) => [chip(name(left), { most: 18 }), " + ", chip(name(right), { most: 18 })];

    const text = h("textarea", { class: "merges-text", rows: 1, maxlength: 2_000, spellcheck: "false", "aria-label": "sentence" });
    const slider = h("input", { class: "merges-slider", type: "range", min: 0, max: size, step: 1, "aria-label": "merges done" });
    const marks = h("canvas", { class: "merges-marks", "aria-hidden": "true" });
    const pieces = h("div", { class: "merges-pieces", role: "img" });
    const [contest, list] = [h("div", { class: "merges-contest" }), h("div", { class: "merges-list", role: "group", "aria-label": "merges" })];
    const button = (label, call, more = {}) => h("button", { class: "kit-button", type: "button", onclick: call, ...more }, label);
    const play = button("Play", () => toggle(), { class: "kit-button merges-play" });
    const place = h("span", { class: "merges-place" });
    place.style.minWidth = `${`merge ${size} of ${size}`.length}ch`;
    const steps = h("div", { class: "merges-steps" }, h("div", { class: "merges-track" }, slider, marks),
      button("‹ change", () => jump(-1), { "aria-label": "the last merge that changed the sentence" }), button("change ›", () => jump(1), { "aria-label": "the next merge that changes the sentence" }));
    view.tools.append(place, play);
    view.picture.append(text, steps, pieces, h("div", { class: "merges-below" }, contest, list));

    const now = () => Math.min(Math.max(model.get("merge"), 0), size);
    const keep = () => { telling ||= setTimeout(() => { telling = 0; model.save_changes(); }, TOLD); };
    const move = (to) => { model.set("merge", Math.min(Math.max(to, 0), size)); keep(); };
    const step = (to) => { run(false); move(to); };
    const jump = (by) => {
      const at = now(); // the merge just done is at - 1
      const next = by > 0 ? sentence.changes.find((rank) => rank + 1 > at) : sentence.changes.findLast((rank) => rank + 1 < at);
      step(next === undefined ? (by > 0 ? size : 0) : next + 1);
    };
    const run = (on) => {
      clearTimeout(timer);
      timer = on ? setTimeout(() => { move(now() + 1); run(now() < size); }, PACE) : 0;
      play.textContent = on ? "Pause" : "Play";
    };
    const toggle = () => { if (!timer && now() === size) move(0); run(!timer); };
    signal.addEventListener("abort", () => { clearTimeout(timer); clearTimeout(telling); });

    const word = ({ states }, done) => {
      const state = after(states, done);
      return h("span", { class: "merges-word" }, ...state.symbols.map((symbol, i) => {
        const box = chip(name(symbol));
        box.classList.add("merges-piece");
        if (state.rank === done - 1 && state.joins.includes(i)) box.classList.add("merges-new");
        return box;
      }));
    };
    const draw = () => {
      const done = now();
      slider.value = done;
      slider.style.colorScheme = isDark(view.root) ? "dark" : "light";
      place.textContent = `merge ${done} of ${size}`;
      slider.setAttribute("aria-valuetext", done ? `merge ${done} of ${size}: ${visible(name(table.merges[done - 1].made))}` : "no merge: bytes");
      const counted = sentence.spelled.map(({ states }) => after(states, done).symbols.length);
      const total = counted.reduce((a, b) => a + b, 0);
      pieces.replaceChildren(...sentence.spelled.map((one) => word(one, done)));
      pieces.setAttribute("aria-label", `${total} pieces: ${sentence.spelled.flatMap(({ states }) => after(states, done).symbols.map((symbol) => visible(name(symbol)))).join(", ")}`);
      counts(done);
      listed(done);
      view.title(model.get("title") || `Byte pairs joined · ${size.toLocaleString("en")} ${size === 1 ? "merge" : "merges"}`, model.get("summary"));
      tell(done, total);
      view.refresh();
    };
    const tell = (done, total) => {
      const last = table.merges[done - 1];
      const joined = sentence.spelled.reduce((sum, { states }) => { const state = after(states, done); return sum + (state.rank === done - 1 ? state.joins.length : 0); }, 0);
      view.tell(
        last ? [`merge ${done}: `, ...pair(last), " → ", chip(name(last.made), { most: 36 }), ` id ${last.id}`, last.count < 0 ? "" : `; the pair stood ${last.count.toLocaleString("en")} ${last.count === 1 ? "time" : "times"} in the corpus, and none more often`]
          : ["no merge yet: the sentence as its ", `${total} bytes`],
        [soft("in the sentence: "), last ? (joined ? `joined ${joined} ${joined === 1 ? "time" : "times"}, ` : "it does not stand there, ") : "", `${total} ${total === 1 ? "piece" : "pieces"}, ${number([...text.value].length / (total || NaN))} characters each`],
      );
    };
    /** The pairs that stood highest when the merge last done was chosen, or the first is to be. */
    const counts = (done) => {
      const at = Math.max(done - 1, 0);
      const chosen = table.merges[at];
      const rows = table.most ? table.rivals(at) : chosen.count >= 0 ? [chosen] : [];
      const highest = Math.max(...rows.map(({ count }) => count), 1);
      const colour = css(sequential(0.55, isDark(view.root)));
      contest.replaceChildren(h("div", { class: "merges-head" }, `Pairs in the corpus before merge ${at + 1}`),
        ...(rows.length ? rows.map((row) => {
          const bar = h("span", { class: "merges-bar" });
          bar.style.width = `${(100 * row.count) / highest}%`;
          bar.style.background = colour;
          const won = row.left === chosen.left && row.right === chosen.right;
          return h("div", { class: won ? "merges-rival merges-won" : "merges-rival" }, h("span", { class: "merges-pair" }, ...pair(row)),
            h("span", { class: "merges-rail" }, bar), h("span", { class: "merges-count" }, row.count.toLocaleString("en")), h("span", { class: "merges-next" }, won ? (done ? "joined" : "next") : ""));
        }) : [soft("Nobody counted: these merges came without their corpus.")]));
    };
    const listed = (done) => {
      const first = Math.min(Math.max(0, done - Math.ceil(LIST / 2)), Math.max(0, size - LIST));
      const changes = new Set(sentence.changes);
      list.replaceChildren(h("div", { class: "merges-head" }, "Learnt, in order"), ...table.merges.slice(first, first + LIST).map((one, i) => {
        const at = first + i;
        const row = h("button", { class: "merges-row", type: "button", "aria-pressed": String(at === done - 1), onclick: () => step(at + 1) },
          h("span", { class: "merges-number" }, String(at + 1)), h("span", { class: "merges-pair" }, ...pair(one)), h("span", { class: "merges-made" }, "→ ", chip(name(one.made), { most: 20 })),
          h("span", { class: "merges-here" }, changes.has(at) ? "in the sentence" : ""));
        if (at >= done) row.classList.add("merges-later");
        return row;
      }));
    };
    /** A mark under the slider for each merge that changes the sentence. */
    const mark = () => {
      const [wide, ratio] = [slider.clientWidth, devicePixelRatio || 1];
      if (!wide) return;
      [marks.width, marks.height] = [wide * ratio, 6 * ratio];
      const paint = marks.getContext("2d");
      paint.scale(ratio, ratio);
      paint.fillStyle = getComputedStyle(view.root).color;
      // A slider's thumb has a width: its middle goes from half of it to half of it before the end.
      for (const rank of sentence.changes) paint.fillRect(8 + ((wide - 16) * (rank + 1)) / size - 0.5, 0, 1.5, 6);
    };
    const typed = () => {
      text.style.height = "auto";
      text.style.height = `${Math.min(text.scrollHeight + 2, 90)}px`;
      try {
        sentence = ready(text.value, model.get("_words"), table);
        view.stale("");
      } catch (error) {
        view.stale(`words: ${error.message}`);
      }
      mark();
      draw();
    };
    const tabled = () => ({
      columns: ["merge", "left", "right", "piece", "id", "count", "in the sentence"],
      rows: table.merges.slice(0, 1_000).map(({ left, right, made, id, count }, i) => [i + 1, name(left), name(right), name(made), id, count < 0 ? "–" : count, sentence.changes.includes(i) ? "yes" : ""]),
    });

    const quiet = (element, call) => element.addEventListener("keydown", (event) => { event.stopPropagation(); call(event); }, { signal });
    quiet(text, () => {});
    quiet(slider, (event) => {
      const acts = { " ": toggle, PageUp: () => jump(-1), PageDown: () => jump(1), "?": () => view.foot.querySelector("button:nth-of-type(3)")?.click() };
      if (!(event.key in acts)) return;
      event.preventDefault();
      acts[event.key]();
    });
    slider.addEventListener("input", () => step(Number(slider.value)), { signal });
    text.addEventListener("input", () => { model.set("text", text.value); keep(); typed(); }, { signal });
    listen(model, "change:merge change:title", draw, signal);
    listen(model, "change:text", () => { if (text.value !== model.get("text")) { text.value = model.get("text"); typed(); } }, signal);
    onTheme(() => { mark(); draw(); }, signal);
    onWidth(slider, mark, signal);
    text.value = model.get("text");
    requestAnimationFrame(typed);
    typed();
  },
};
