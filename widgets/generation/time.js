// Seconds a step with kept keys and values and without, and what ran through the model in each.
import { chart, nearest, range } from "../glass/curves.js";
import { h, number } from "../glass/kit.js";

/** `measure()` asks for it, `say(lines | null)` tells of a step. */
export function timeOf({ signal, measure, say }) {
  const start = h("button", { class: "kit-button generation-go", type: "button", onclick: measure }, "Measure");
  const [words, none] = [h("span", { class: "generation-said" }), h("p", { class: "kit-soft" })];
  const heads = ["with the cache", "without"].map((name) => h("span", { class: "generation-key" }, h("i"), name));
  const head = h("div", {}, h("strong", {}, "a step"), h("span", { class: "kit-soft" }, "ms by tokens"), ...heads);
  const plot = chart({ signal, label: "milliseconds a step, by tokens in the text", point: tell });
  let data = {};
  const whole = (value) => (Number.isInteger(value) && value < 1e7 ? value.toLocaleString("en") : number(value));
  const sum = (name) => data[name].reduce((total, value) => total + value, 0);
  const against = (unit, ...names) => (data[names[0]] ? `${names.map((name) => whole(sum(name))).join(" against ")} ${unit}` : "");
  function tell(x) {
    plot.cross(x);
    if (x === null) return say(null);
    const i = nearest(data.length, x);
    const ran = data.positions_kept ? ` · positions run: ${data.positions_kept[i]} against ${data.positions_anew[i]}` : "";
    return say([`${data.length[i]} tokens in the text: ${number(1000 * data.kept[i], "ms")} with the cache, ${number(1000 * data.anew[i], "ms")} without${ran}`, lines()[1]]);
  }
  const lines = () => [
    `Without the cache the whole takes ${number(sum("anew") / sum("kept"))} times as long: ${against("s", "anew", "kept")}.`,
    [against("positions run through the model", "positions_anew", "positions_kept"), against("operations", "flops_anew", "flops_kept")].filter(Boolean).join(" · "),
  ];
  return {
    element: h("div", { class: "generation-time" }, h("div", { class: "generation-head" }, start, words), plot.element, none),
    words: () => (data.length ? lines() : null),
    draw(next, { live, can, theme, width }) {
      data = next;
      start.hidden = !(live && can);
      plot.element.hidden = !data.length;
      none.textContent = data.length ? "" : start.hidden ? "Nothing was measured here." : "Measure writes one text twice, step beside step: with its keys and values kept, and anew each time.";
      words.textContent = data.length ? `${data.length.length} steps: × ${number(sum("anew") / sum("kept"))} without the cache` : "";
      if (!data.length) return;
      const both = ["kept", "anew"].map((name, i) => ({ x: data.length, y: data[name].map((value) => 1000 * value), colour: theme.lines[i], width: 2 }));
      heads.forEach((one, i) => { one.firstChild.style.background = theme.lines[i]; });
      const low = data.length[0];
      plot.draw({ width, theme, x: { low, high: Math.max(low + 1, data.length.at(-1)) }, panels: [{ height: 190, head, y: { ...range(both), low: 0 }, lines: both }] });
    },
  };
}
