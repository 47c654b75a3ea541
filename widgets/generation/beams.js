// Beam search as it prunes: a column for each step, a line for each text that was held.
import { chip, h, short, svg, visible } from "../glass/kit.js";
import { known } from "./data.js";
import { listed } from "./listed.js";

const [COLUMN, ROW, CHIP] = [112, 24, 92];
const NAMES = ["number", "parent", "id", "piece", "p", "logp", "score", "fate"];

/** `search(width)` asks for one, `say(lines | null)` tells of a hypothesis. */
export function beamsOf({ signal, search, say }) {
  const width = h("select", { class: "generation-choice", "aria-label": "beam width" }, ...[1, 2, 3, 4, 6, 8].map((n) => h("option", { selected: n === 4, value: n }, `width ${n}`)));
  const asks = h("span", {}, width, h("button", { class: "kit-button generation-go", type: "button", onclick: () => search(Number(width.value)) }, "Search"));
  const slider = h("input", { type: "range", min: 1, "aria-label": "step of the search" });
  const [said, none] = [h("span", { class: "generation-said" }), h("p", { class: "kit-soft" })];
  const lines = svg("svg", { "aria-hidden": "true" });
  const board = h("div", { class: "generation-board", role: "group", "aria-label": "hypotheses by step" });
  const scroll = h("div", { class: "generation-scroll" }, lines, board, none);
  let [found, all, step] = [{}, [], 1];
  const path = (one) => (one ? [...path(all[one.parent]), one] : []);
  const column = (at) => all.filter((one) => one.step === at);

  const point = (at) => {
    const one = all[flat[at]];
    for (const line of lines.children) line.classList.toggle("generation-on", path(one).some(({ number }) => number === Number(line.dataset.number)));
    if (!one) return say(null);
    const last = column(one.step).findLast(({ fate }) => fate === "kept");
    const fate = one.fate === "pruned" && last ? `pruned: the last one kept has ${known(last.logp)}` : one.fate;
    return say([[`step ${one.step} · `, chip(one.piece), ` probability ${known(one.p)} · log-probability ${known(one.logp)} nats · score ${known(one.score)} · ${fate}`], path(one).map(({ piece }) => piece).join("")]);
  };
  const across = (self, by) => () => {
    const one = all[flat[self.at]];
    const to = by < 0 ? all[one.parent] : column(one.step + 1).find(({ parent }) => parent === one.number);
    if (to && to.step <= step) self.go(flat.indexOf(to.number));
  };
  let flat = [];
  const one = listed(board, { signal, point, choose: () => {}, table: (self) => ({ ArrowLeft: across(self, -1), ArrowRight: across(self, 1), PageUp: () => show(step - 1), PageDown: () => show(step + 1) }) });
  slider.addEventListener("input", () => show(Number(slider.value)), { signal });

  function show(to) {
    step = slider.value = Math.max(1, Math.min(to, slider.max));
    const live = (number) => all[number].step === step && all[number].fate !== "pruned";
    const held = new Set(flat.filter((number) => live(number) || (all[number].fate === "finished" && all[number].step <= step)).flatMap((number) => path(all[number])));
    for (const element of [...board.children, ...lines.children]) {
      const { number } = element.dataset;
      element.style.display = all[number].step > step ? "none" : "";
      element.classList.toggle("generation-held", held.has(all[number]));
    }
    const now = column(step);
    const lost = now.filter(({ fate }) => fate === "pruned").length;
    said.textContent = now.length ? `step ${step} of ${slider.max}: ${now.length - lost} held, ${lost} pruned` : "";
    scroll.scrollLeft = step * COLUMN - scroll.clientWidth + 8;
  }

  return {
    element: h("div", { class: "generation-beams" }, h("div", { class: "generation-head" }, asks, slider, said), scroll),
    draw(next, { live, can }) {
      asks.hidden = !(live && can);
      const steps = next.steps ?? [];
      none.textContent = steps.length ? "" : asks.hidden ? "No beam search was run here." : "Search holds several texts at once, and lets the unlikely ones go at every step.";
      slider.hidden = !steps.length;
      if (next === found) return;
      [found, all] = [next, []];
      for (const [s, rows] of steps.entries()) rows.forEach((row, rank) => { all[row[0]] = { ...Object.fromEntries(NAMES.map((name, i) => [name, row[i]])), step: s + 1, rank }; });
      flat = Object.keys(all).map(Number);
      const [best, rival] = [found.best, found.rival].map(marked);
      const signs = (one) => `generation-${one.fate}${best.has(one) ? " generation-best" : ""}${rival.has(one) ? " generation-rival" : ""}`;
      board.replaceChildren(...flat.map((number) => {
        const one = all[number];
        const words = [`step ${one.step}, ${one.rank + 1}: ${visible(one.piece)}`, known(one.logp, "nats"), one.fate, best.has(one) && "in the best text", rival.has(one) && "in the better text"].filter(Boolean);
        const box = h("button", { type: "button", tabindex: "-1", "data-number": number, class: `generation-one ${signs(one)}`, "aria-label": words.join(", ") }, h("span", { class: "kit-chip" }, short(one.piece, 9)), h("em", {}, known(one.logp)));
        Object.assign(box.style, { left: `${(one.step - 1) * COLUMN}px`, top: `${one.rank * ROW}px`, width: `${CHIP}px` });
        return box;
      }));
      lines.replaceChildren(...flat.map((number) => all[number]).filter((one) => all[one.parent]).map((one) => {
        const [x, y, end] = [(one.step - 1) * COLUMN, (all[one.parent].rank + 0.45) * ROW, (one.rank + 0.45) * ROW];
        const line = svg("path", { d: `M${x - 20} ${y}C${x - 10} ${y} ${x - 10} ${end} ${x} ${end}`, class: signs(one) });
        Object.assign(line.dataset, { number: one.number });
        return line;
      }));
      const size = { width: `${steps.length * COLUMN}px`, height: `${Math.max(0, ...steps.map((rows) => rows.length)) * ROW}px` };
      for (const element of [board, lines]) Object.assign(element.style, size);
      slider.max = Math.max(1, steps.length);
      one.set(0);
      show(steps.length);
      const away = pruned();
      if (away) scroll.scrollLeft = (away - 3) * COLUMN;
    },
    /** How it ended, in two lines. */
    words() {
      if (!all.length) return null;
      const { best, rival, pieces, width } = found;
      const after = pieces.length ? ` after “…${pieces.slice(-4).join("")}”` : "";
      const first = best ? `Best of width ${width ?? "?"}${after}, ${known(best.logp, "nats")}: ${[...marked(best)].map(({ piece }) => piece).join("")}` : `${slider.max} steps`;
      const which = rival?.width ? `Width ${rival.width} found a better text (${known(rival.logp, "nats")})` : "The dashed text";
      const away = pruned() ? `here it was pruned at step ${pruned()}` : "held to the end here";
      return [first, rival ? `${which}: ${away}.` : "Point at a hypothesis, or walk with the arrows; the slider steps through the search."];
    },
  };

  /** The hypotheses that are beginnings of a text. */
  function marked(text) {
    const here = new Set();
    let parent = -1;
    for (const id of text?.ids ?? []) {
      const one = all.find((other) => other?.parent === parent && other.id === id);
      if (!one) break;
      here.add(one);
      parent = one.number;
    }
    return here;
  }

  /** The step at which the rival was let go; 0 for none. */
  function pruned() {
    if (!found.rival) return 0;
    const held = [...marked(found.rival)].filter(({ fate }) => fate !== "pruned").length;
    return held < slider.max ? held + 1 : 0;
  }
}
