// Seconds a step with kept keys and values and without, and what ran through the model in each.
import { chart, range } from "../glass/curves.js";
import { h, number } from "../glass/kit.js";

/** `measure()` asks for it. */
export function timeOf({ signal, measure, say }) {
  const start = h("button", { class: "kit-button generation-go", type: "button", onclick: measure }, "Measure");
  const words = h("span", { class: "generation-said" });
  const heads = ["with the cache", "without"].map((name) => h("span", { class: "generation-key" }, h("i"), name));
  const plot = chart({ signal, label: "milliseconds a step, by tokens in the text", point: (x) => tell(x) });
  const none = h("p", { class: "kit-soft" });
  const element = h("div", { class: "generation-time" }, h("div", { class: "generation-head" }, start, words), plot.element, none);
  let data = {};
  const sum = (name) => (data[name] ?? []).reduce((total, value) => total + value, 0);
  const tell = (x) => {
    plot.cross(x);
    if (x === null) return say(null);
    const i = data.length.reduce((best, at, k) => (Math.abs(at - x) < Math.abs(data.length[best] - x) ? k : best), 0);
    const ran = data.positions_kept ? ` · positions run ${data.positions_kept[i]} against ${data.positions_anew[i]}` : "";
    return say([`${data.length[i]} tokens in the text: ${number(1000 * data.kept[i], "ms")} with the cache, ${number(1000 * data.anew[i], "ms")} without${ran}`, lines()[1]]);
  };
  const lines = () => [
    `Without the cache the whole takes ${number(sum("anew") / sum("kept"))} times as long (${number(sum("kept"), "s")} against ${number(sum("anew"), "s")}).`,
    [data.positions_kept && `${sum("positions_kept").toLocaleString("en")} positions run through the model against ${sum("positions_anew").toLocaleString("en")}`, data.flops_kept && `${number(sum("flops_kept"))} against ${number(sum("flops_anew"))} operations: ${number(100 * (1 - sum("flops_kept") / sum("flops_anew")))} % saved`].filter(Boolean).join(" · "),
  ];
  return {
    element,
    words: () => (data.length?.length ? lines() : null),
    draw(next, { live, can, theme, width }) {
      data = next;
      const there = Boolean(data.length?.length);
      start.hidden = !(live && can);
      plot.element.hidden = !there;
      none.hidden = there;
      none.textContent = live && can ? "Measure writes one text twice, step beside step: with its keys and values kept, and anew each time." : "Nothing was measured here.";
      words.textContent = there ? `${data.length.length} steps: × ${number(sum("anew") / sum("kept"))} without the cache` : "";
      if (!there) return;
      const both = ["kept", "anew"].map((name, i) => ({ x: data.length, y: data[name].map((value) => 1000 * value), colour: theme.lines[i], width: 2, radius: data.length.length < 3 ? 3 : 0 }));
      heads.forEach((head, i) => { head.firstChild.style.background = theme.lines[i]; });
      const head = h("div", {}, h("strong", {}, "a step"), h("span", { class: "kit-soft" }, "ms, by tokens in the text"), ...heads);
      const { low, high } = { low: data.length[0], high: data.length.at(-1) };
      plot.draw({ width, theme, x: { low, high: high > low ? high : low + 1 }, panels: [{ height: 190, head, y: { ...range(both), low: 0 }, lines: both }] });
    },
  };
}
