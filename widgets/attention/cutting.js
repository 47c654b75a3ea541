// Heads and MLPs switched off, and at once what is left of the prediction, beside other parts switched off in their place.

import { h, number } from "../glass/kit.js";
import { beside, chances, standing } from "../glass/beside.js";
import { button } from "./controls.js";
import { MLP, partName } from "./cuts.js";
import { placed } from "./words.js";

/** Builds the panel. `turn(part)` switches one, `restore()` all on again; `tell(line)` says what the mouse is over. */
export function cutPanel({ signal, layers, turn, restore, tell }) {
  const [chips, where, said] = [h("span", { class: "attention-off" }), h("span", {}), h("span", { class: "kit-soft", role: "status" })];
  const mlps = layers.map((layer) => button(`L${layer}`, `MLP of layer ${layer} off or on`, () => turn([layer, MLP])));
  mlps.forEach((one, i) => one.setAttribute("aria-label", `L${layers[i]} MLP`));
  const all = button("All on", "switch everything on again (r)", restore);
  const head = h("div", { class: "attention-cut-head" }, h("strong", {}, "Switched off"), chips, all, said,
    h("span", { class: "attention-mlps", role: "group", "aria-label": "MLPs" }, h("span", { class: "kit-soft" }, "MLPs"), ...mlps));
  let shown = null;
  const over = (which) => (at) => {
    if (!shown || at === null) return tell(null);
    const { effect, control } = shown.found;
    const [own, others, unit, what] = which ? [effect.kl, control.kls, "nats", "KL"] : [effect.change, control.changes, effect.unit, effect.metric];
    return tell(at < 0 ? [`${names(shown.off)} off: ${what} ${signed(own, which)}`, unit && ` ${unit}`] : [`control, ${control.names[at]} off instead: ${what} ${signed(others[at], which)}`, unit && ` ${unit}`]);
  };
  const lines = [beside({ signal, hover: over(0) }), beside({ signal, hover: over(1) })];
  const texts = lines.map(() => [h("h4"), h("div", { class: "attention-much-said", "data-effect": "" }), h("div", { class: "kit-soft", "data-control": "" })]);
  const list = h("ul", { class: "beside-chances" });
  const blocks = lines.map((line, i) => h("div", {}, texts[i][0], line.element, texts[i][1], texts[i][2]));
  const body = h("div", { class: "attention-cut-grid" }, ...blocks, h("div", {}, h("h4", {}, "chances after ", where, ", %"), list));
  const element = h("div", { class: "attention-cut", role: "group", "aria-label": "switched off" }, head, body);
  element.hidden = true;

  function fill(look, off, found) {
    const { effect, control } = found;
    const kinds = [[`change of ${effect.metric}`, effect.change, control.changes, effect.unit], ["all pieces: KL(before ‖ after)", effect.kl, control.kls, "nats"]];
    kinds.forEach(([label, own, others, unit], i) => {
      lines[i].draw({ effect: own, controls: others, unit, label });
      const [low, high] = [Math.min(...others), Math.max(...others)];
      texts[i][0].textContent = unit ? `${label}, ${unit}` : label;
      texts[i][1].replaceChildren(h("strong", {}, signed(own, i)), ` ${unit}, ${standing(own, others)} controls`);
      texts[i][2].textContent = i ? `controls: ${number(low)} to ${number(high)} (n = ${others.length})` : `${control.kind}: ${signed(low)} to ${signed(high)} (n = ${others.length})`;
    });
    list.classList.toggle("beside-dark", look.scale.dark);
    list.replaceChildren(...chances(effect.pieces.slice(0, 6).map((piece, i) => [piece, effect.before[i], effect.after[i], control.low[i], control.high[i]]), "controls off"));
  }

  return {
    element,
    /** Everything for what is off at a position; `found` null keeps the last answer, faded. */
    draw(look, off, ask) {
      element.hidden = !off.length;
      if (element.hidden) { shown = null; return; }
      mlps.forEach((one, i) => one.setAttribute("aria-pressed", String(off.some(([layer, part]) => layer === layers[i] && part === MLP))));
      const text = names(off);
      if (chips.dataset.names !== text) {
        chips.dataset.names = text;
        chips.replaceChildren(...off.map((part) => h("button", { class: "kit-button", type: "button", "aria-label": `${partName(part)} on again`, onclick: () => turn(part) }, `${partName(part)} ×`)));
      }
      where.replaceChildren(...placed(look, look.settled));
      const [found, message] = ask();
      said.textContent = found ? "" : message || "…";
      element.classList.toggle("attention-old", !found);
      body.style.visibility = shown || found ? "" : "hidden";
      if (found && shown?.found !== found) fill(look, off, found);
      if (found) shown = { found, off };
    },
    /** What the table says of it. */
    rows() {
      if (!shown || element.hidden) return [];
      const { found: { effect, control }, off } = shown;
      const say = (name, value, kl) => ["", name, value, kl, "KL, nats"];
      return [say(`${names(off)} off: change of ${effect.metric}`, effect.change, effect.kl), ...control.names.map((name, i) => say(`control, ${name} off instead`, control.changes[i], control.kls[i]))];
    },
  };
}

const names = (off) => off.map(partName).join(" + ");
const signed = (value, plain = 0) => `${value > 0 && !plain ? "+" : ""}${number(value)}`;
