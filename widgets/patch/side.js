// One cell: its effect among its controls, and the texts that each run goes on to write.

import { chip, css, h, number, visible } from "../glass/kit.js";
import { brief, signed, where } from "./words.js";

const [TALL, EDGE] = [66, 12];
const WHOSE = { corrupted: "unpatched", clean: "clean run" };

function put(tag, attributes, text = "") {
  const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  part.append(text);
  return part;
}

/** Builds the panel; `write()` is called when a text is asked for. */
export function side({ signal, write }) {
  const name = h("div", { class: "patch-name" });
  const plot = put("svg", { class: "patch-plot", role: "img", "data-effect": "" });
  const beside = h("div", { class: "patch-beside", "data-control": "" });
  const texts = h("dl", { class: "patch-texts" });
  const go = h("button", { class: "kit-button patch-go", type: "button", title: "Enter", onclick: write }, "Write on");
  const hint = h("div", { class: "patch-hint kit-soft" });
  const writes = h("div", { class: "patch-writes" }, h("span", {}, "what each run writes"), go);
  const element = h("div", { class: "patch-side" }, name, plot, beside, writes, hint, texts);
  return {
    element,
    draw({ sweep, cell, theme, scale, written, offered, live, busy }) {
      const [column, points] = [sweep.columnOf(cell.at), sweep.controls(cell.row, cell.at)];
      name.replaceChildren(...where(sweep, cell, column));
      drawPlot(plot, { sweep, cell, theme, scale, points }, element.clientWidth);
      const [low, high, n] = sweep.band(cell.row);
      const ends = (all) => (all.length ? `${brief(Math.min(...all))} to ${brief(Math.max(...all))}` : "none yet");
      beside.replaceChildren(
        h("div", {}, `○ ${points.length} control${points.length === 1 ? "" : "s"} here: ${ends(points.map(sweep.value))}`),
        h("div", {}, `▒ 95 % of ${n} in L${sweep.rows[cell.row][0]}: ${ends(low === null ? [] : [low, high].map(sweep.value))}`));
      go.hidden = !live;
      go.disabled = busy;
      writes.hidden = !offered && !written;
      hint.hidden = Boolean(written) || !offered;
      hint.textContent = busy ? "writing…" : live ? "Click a cell, or press Enter." : "Texts of other cells take the notebook's kernel.";
      texts.replaceChildren(...(written ?? []).flatMap(([whose, text]) => [
        h("dt", { class: `patch-${whose}` }, WHOSE[whose] ?? whose),
        h("dd", { class: `patch-${whose}`, title: text, "data-effect": whose === "patched", "data-control": whose === "control" }, visible(text)),
      ]));
    },
  };
}

/** Effect (diamond), controls (circles) and their range, between as corrupted (0) and as clean. */
function drawPlot(plot, { sweep, cell, theme, scale, points }, width) {
  Object.assign(plot.style, { width: `${width}px`, height: `${TALL}px` });
  const effect = sweep.value(sweep.effect(cell.row, cell.at));
  const [low, high] = sweep.band(cell.row).slice(0, 2).map((end) => (end === null ? NaN : sweep.value(end)));
  const target = sweep.value(sweep.gap);
  const all = [0, target, effect, low, high, ...points.map(sweep.value)].filter(Number.isFinite);
  const [from, to] = [Math.min(...all), Math.max(...all)];
  const at = (value) => EDGE + ((width - 2 * EDGE) * (value - from)) / (to - from || 1);
  const [middle, foot] = [26, TALL - 18];
  const parts = [];
  if (Number.isFinite(low)) parts.push(put("rect", { x: Math.min(at(low), at(high)), width: Math.max(2, Math.abs(at(high) - at(low))), y: 8, height: foot - 10, fill: theme.soft, opacity: 0.25 }));
  for (const [value, text] of [[0, "as corrupted"], [target, "as clean"]]) {
    const [x, left] = [at(value), at(value) * 2 < width];
    parts.push(put("line", { x1: x, x2: x, y1: 4, y2: foot, stroke: theme.ink }));
    if (value && Math.abs(at(target) - at(0)) < 150) continue; // no room for both
    parts.push(put("text", { x: left ? Math.max(0, x - 3) : Math.min(width, x + 3), y: TALL - 5, "text-anchor": left ? "start" : "end" }, `${text} ${number(value, sweep.unitShown)}`));
  }
  points.forEach((one, i) => parts.push(put("circle", { cx: at(sweep.value(one)), cy: middle + ((i % 3) - 1) * 6, r: 3, fill: theme.paper, stroke: theme.ink, "stroke-width": 1.2 })));
  if (Number.isFinite(effect)) {
    const x = at(effect);
    parts.push(put("path", { d: `M${x - 7} ${middle}L${x} ${middle - 8}L${x + 7} ${middle}L${x} ${middle + 8}Z`, fill: css(scale.colour(effect)), stroke: theme.ink, "stroke-width": 1.5 }));
  }
  plot.setAttribute("aria-label", `effect ${signed(effect)}; controls ${points.map((one) => signed(sweep.value(one))).join(", ") || "none"}`);
  plot.replaceChildren(...parts);
}
