// One cell: its effect among its controls, and the texts that each run goes on to write.

import { css, h, number, signed, visible } from "../glass/kit.js";
import { brief, where } from "./words.js";

const WHOSE = { corrupted: "unpatched", clean: "clean run" };

/** Builds the panel; `write()` is called when a text is asked for. */
export function side({ signal, write }) {
  const name = h("div", { class: "patch-name" });
  const plot = h("div", { class: "patch-plot", role: "img", "data-effect": "" });
  const beside = h("div", { class: "patch-beside", "data-control": "" });
  const texts = h("dl", { class: "patch-texts" });
  const go = h("button", { class: "kit-button patch-go", type: "button", title: "Enter", onclick: write }, "Write on");
  const hint = h("div", { class: "patch-hint kit-soft" });
  const writes = h("div", { class: "patch-writes" }, h("span", {}, "what each run writes"), go);
  const element = h("div", { class: "patch-side" }, name, h("div", {}, plot, beside), writes, hint, texts);
  return {
    element,
    draw({ sweep, cell, scale, written, offered, live, busy }) {
      const [column, points] = [sweep.columnOf(cell.at), sweep.controls(cell.row, cell.at)];
      name.replaceChildren(...where(sweep, cell, column));
      drawPlot(plot, { sweep, cell, scale, points });
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
function drawPlot(plot, { sweep, cell, scale, points }) {
  const effect = sweep.value(sweep.effect(cell.row, cell.at));
  const [low, high] = sweep.band(cell.row).map((end) => (end === null ? NaN : sweep.value(end)));
  const [target, others] = [sweep.value(sweep.gap), points.map(sweep.value)];
  const all = [0, target, effect, low, high, ...others].filter(Number.isFinite);
  const [from, to] = [Math.min(...all), Math.max(...all)];
  const at = (value) => (100 * (value - from)) / (to - from || 1);
  const put = (kind, value, text = "") => {
    const part = h("i", { class: `patch-${kind}` }, text);
    part.style[value === null ? "right" : "left"] = `${value === null ? 0 : at(value)}%`;
    return part;
  };
  const band = put("band", Math.min(low, high));
  band.style.width = `${Math.abs(at(high) - at(low))}%`;
  const far = Math.abs(at(target) - at(0)) > 60; // room for both names
  const diamond = put("diamond", effect);
  if (Number.isFinite(effect)) diamond.style.background = css(scale.colour(effect));
  const names = [[0, "as corrupted"], ...(far ? [[target, "as clean"]] : [])].map(([value, text]) => put("name-at", at(value) > 50 ? null : value, `${text} ${number(value, sweep.unitShown)}`));
  plot.setAttribute("aria-label", `effect ${signed(effect)}; controls ${others.map((one) => signed(one)).join(", ") || "none"}`);
  plot.replaceChildren(...(Number.isFinite(low) ? [band] : []), put("end", 0), put("end", target), ...names,
    ...others.map((one, i) => Object.assign(put("circle", one), { className: `patch-circle patch-${i % 3}` })), ...(Number.isFinite(effect) ? [diamond] : []));
}
