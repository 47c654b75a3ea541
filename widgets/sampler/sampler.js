// What may come next, and what the rules make of it: worked out here, as a slider moves, from the logits sent once.
import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { asker, chip, floats, h, ints, listen, number, oncePerFrame, onTheme, onWidth, sessionOf, short } from "../glass/kit.js";
import { chances } from "./chances.js";
import { controls } from "./controls.js";
import { counts } from "./counts.js";
import { pairs } from "./pairs.js";
import { chance, cutter, ranked, RULES, ruled } from "./rules.js";
import { code, count, NAMES, overall, put } from "./words.js";

const KEYS = [
  ["Tab", "from rule to rule, to the pieces, to the curve"], ["← →", "move a slider; in the curve, rank by rank"], ["Home End", "a slider's ends"],
  ["type, Enter", "an exact number; off leaves a rule out"], ["↑ ↓", "in the pieces, up and down"], ["PgUp PgDn", "half, double the rank in the curve"], ["?", "these keys"],
];
const PANELS = { chances: "Chances", pairs: "Draws, A and B", counts: "1,000 draws" };

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const known = new Map();
    let [base, text, state, second, at, hint, places, theme, left] = [null, [], null, null, null, "", null, null, 0];
    const view = frame({ el, model, session, signal }, { stem: "sampler", keys: KEYS, table: () => table() });
    const settings = () => Object.fromEntries(Object.keys(RULES).map((rule) => [rule, model.get(rule)]));
    const other = () => ({ ...RULES, ...model.get("other") });
    const name = (id) => known.get(id) ?? `#${id}`;

    let due;
    const save = () => { clearTimeout(due); due = setTimeout(() => { if (!signal.aborted) model.save_changes(); }, 120); };
    const change = (values) => { model.set(values); save(); };
    const act = {
      reset: () => change({ ...RULES }),
      keep: () => change({ other: settings() }),
      swap: () => change({ ...other(), other: settings() }),
      reseed: () => change({ seed: (Math.imul(model.get("seed") + 1, 0x9e3779b9) ^ 0x2545f491) >>> 8 }),
    };
    const panel = controls({ signal, change, act, wrong: (message) => { hint = message; say(); }, tip: (tip) => { hint = tip; say(); } });
    const parts = { chances: chances({ signal, point: (place) => { at = place; want(place); say(); } }), pairs: pairs(), counts: counts() };
    const stage = h("div", { class: "sampler-stage" }, ...Object.values(parts).map((part) => part.element));
    view.picture.append(panel.element, stage);
    const tab = (label, pressed, onclick) => h("button", { class: "kit-button", type: "button", "aria-pressed": String(pressed), onclick }, label);
    const tools = () => {
      const [shown, log] = [model.get("panel"), model.get("log")];
      const had = view.tools.contains(document.activeElement) ? [...view.tools.querySelectorAll("button")].indexOf(document.activeElement) : -1;
      view.tools.replaceChildren(h("span", { role: "group", "aria-label": "shown" }, ...Object.entries(PANELS).map(([key, label]) => tab(label, key === shown, () => change({ panel: key })))),
        h("span", { role: "group", "aria-label": "axis", class: shown === "chances" ? "" : "sampler-away" }, tab("linear", !log, () => change({ log: false })), tab("log", log, () => change({ log: true }))));
      view.tools.querySelectorAll("button")[had]?.focus();
      for (const [key, part] of Object.entries(parts)) part.element.hidden = key !== shown;
    };

    const ask = asker(model, session, "names", { signal, busy: view.busy, failed: view.stale, answered: ({ ids, names }) => { ids.forEach((id, i) => known.set(id, names[i])); draw(); } });
    const named = (ids) => { const missing = [...new Set(ids)].filter((id) => !known.has(id)); if (missing.length) ask({ ids: missing.slice(0, 1000) }); };
    const want = (place) => { if (place !== null) named([base.order[place]]); };
    const move = asker(model, session, "at", { signal, busy: view.busy, failed: view.stale, answered: () => view.stale("") });
    const follow = () => {
      const [token, here] = [session.get("token"), model.get("position")];
      if (here === null || token === null || token === here) return say();
      if (!move({ token })) { hint = `This page holds the chances after piece ${here} alone.`; say(); }
    };

    const read = () => {
      base = ranked(floats(model.get("logits")));
      text = [...ints(model.get("_said"))];
      known.clear();
      ints(model.get("_first")).forEach((id, i) => known.set(id, model.get("_names")[i]));
      at = null;
    };
    const draw = () => {
      const [now, seed, shown] = [settings(), model.get("seed"), model.get("panel")];
      state = ruled(base, now, text);
      places = placed(state);
      panel.draw({ base, state, settings: now, seed, text: text.length });
      const given = { base, state, places, name, seed, settings: now, other: other(), log: model.get("log"), theme: theme ??= inks(view.root), left: left ||= parts.chances.width() || 320 };
      for (const [key, part] of Object.entries(parts)) if (key !== shown) part.stop?.();
      if (shown === "pairs") {
        second = given.second = ruled(base, given.other, text);
        named(parts.pairs.ids(given));
      }
      parts[shown].draw(given);
      say();
      view.refresh();
      tell();
    };
    // Where the model's n-th piece stands among the sorted ones: elsewhere only where a penalty has moved some.
    const placed = ({ order }) => {
      if (order === base.order) return (rank) => rank;
      const to = new Int32Array(order.length);
      for (let i = 0; i < order.length; i++) to[order[i]] = i;
      return (rank) => to[base.order[rank]];
    };
    let telling;
    const tell = () => {
      clearTimeout(telling);
      telling = setTimeout(() => {
        const top = Array.from({ length: Math.min(10, state.high - state.low) }, (_, i) => [state.order[state.low + i], chance(state, state.low + i)]);
        if (signal.aborted) return;
        view.title(headline(model), overall(base, state));
        model.set("found", { left: state.high - state.low, entropy: state.entropy, cut: state.cut, top, cuts: state.cuts.map(({ rule, pieces, chance }) => [rule, pieces, chance]) });
        save();
      }, 150);
    };
    // The detail line is made anew only where its first half changes; a move of a slider writes into its second.
    const line = h("code", { class: "sampler-code" });
    let told;
    const say = () => {
      if (!state) return;
      put(line, code(model.get("_code"), settings(), model.get("seed")));
      const key = at === null ? hint || name(state.order[0]) : null;
      if (key !== null && key === told) return;
      told = key;
      if (at !== null) view.tell(about(at), line);
      else view.tell(hint || ["Greedy takes ", chip(name(state.order[0]), { most: 24 }), h("span", { class: "kit-soft" }, ". Point at a piece or a rank, or use the arrows. The line below is the code for what is set.")], line);
    };
    const about = (rank) => {
      const [id, place] = [base.order[rank], places(rank)];
      const rule = cutter(state, place);
      return [chip(name(id), { most: 24 }), ` id ${count(id)} · ${count(rank + 1)}. of ${count(base.order.length)} · logit ${number(base.logits[id])} · model ${number(base.probs[rank])} → `,
        rule ? `cut by ${NAMES[rule]}` : number(chance(state, place)), text.includes(id) ? " · in the text" : ""];
    };
    const table = () => ({
      columns: ["rank", "piece", "id", "logit", "model", "after the rules", "cut by"],
      rows: Array.from({ length: Math.min(100, base.order.length) }, (_, rank) => {
        const [id, place] = [base.order[rank], places(rank)];
        return [rank + 1, short(name(id), 40), id, number(base.logits[id]), number(base.probs[rank]), number(chance(state, place)), NAMES[cutter(state, place)] ?? ""];
      }),
    });

    // JupyterLab's arrows go from cell to cell unless what has the focus is itself marked.
    window.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
      if (view.picture.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", /^(Arrow|Page|Home|End|Escape)/.test(key) && !(ctrlKey || metaKey || altKey));
    }, { capture: true, signal });

    const soon = oncePerFrame(draw, signal);
    listen(model, "change:logits change:_said change:_first change:_names", () => { base = null; queueMicrotask(() => { if (!base) { read(); follow(); } }); soon(); }, signal);
    listen(model, [...Object.keys(RULES), "seed", "other", "title", "model_name", "_text", "_code"].map((trait) => `change:${trait}`).join(" "), soon, signal);
    listen(model, "change:panel change:log", () => { left = 0; tools(); soon(); }, signal);
    listen(session, "change:token", () => { hint = ""; follow(); }, signal);
    onTheme(() => { theme = null; soon(); }, signal);
    onWidth(view.picture, () => { left = 0; soon(); }, signal);
    signal.addEventListener("abort", () => { for (const part of Object.values(parts)) part.stop?.(); });
    tools();
    read();
    draw();
    view.title(headline(model), overall(base, state));
    follow();
  },
};

function headline(model) {
  const text = model.get("_text").join("").replace(/\s+/g, " ");
  const after = text ? `after “${text.length > 38 ? `…${text.slice(-37)}` : text}”` : "";
  return [model.get("title") || "What may come next", model.get("model_name"), after].filter(Boolean).join(" · ");
}
