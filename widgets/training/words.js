// The board in words: where the run stands, the numbers of a step, the samples of a moment.
import { h, number, short, soft, visible } from "../glass/kit.js";
import { clock, known, whole } from "./data.js";

/** Step, speed and time as a row of figures over a bar of how far the run is. */
export function factsOf() {
  const [row, bar] = ["figures", "done"].map((name) => h("div", { class: `training-${name}` }));
  return {
    element: h("div", { class: "training-facts" }, row, h("div", { class: "training-bar" }, bar)),
    draw({ facts: { step, of, tokens, rate, left, seconds }, phase }) {
      const time = (value) => (known(value) ? clock(value) : "–");
      const figures = [[whole(step), of ? `of ${whole(of)} steps` : "steps"], [whole(tokens), "tokens"], [whole(rate), "tokens a second"],
        [time(seconds), "elapsed"], [time(phase === "running" ? left : null), "left"]];
      row.replaceChildren(...figures.filter(([value], i) => !i || value !== "–").map(([value, what]) => h("span", {}, h("strong", {}, value), soft(` ${what}`))));
      bar.style.width = of ? `${Math.min(100, (100 * step) / of)}%` : 0;
    },
  };
}

/** Two lines with the numbers of a step; `rough`: of thinned curves, so the nearest that are here. */
export function tellStep({ step, tokens, seconds, loss, lr, grad_norm: norm, tokens_per_second: rate, layers, measured }, rough) {
  const part = (name, value, unit) => known(value) && `${name} ${number(value, unit)}`;
  const when = ([name, [value, at]]) => known(value) && part(name === "valid" ? "validation" : short(name, 28), value) + (at === step ? "" : ` (step ${whole(at)})`);
  const line = (...parts) => parts.filter(Boolean).join(" · ");
  return [
    [h("strong", {}, `step ${whole(step)}`), " · ", line(part("loss", loss, "nats"), ...Object.entries(measured).map(when))],
    soft(line(rough && "the nearest points kept", known(tokens) && `${whole(tokens)} tokens`, known(seconds) && clock(seconds), part("learning rate", lr), known(rate) && `${whole(rate)} tokens a second`,
      part("gradient norm", norm), layers.some(known) && layers.map((value, i) => part(`L${i}`, value) || "").join(" "))),
  ];
}

/** The samples of one moment, the newest unless another was chosen. */
export function samplesOf(signal) {
  const [label, body] = [h("span", { class: "training-moment" }), h("div", { class: "training-text", tabindex: "0", role: "region", "aria-label": "samples" })];
  const slider = h("input", { type: "range", min: 0, value: 0, "aria-label": "moment of the samples" });
  const element = h("div", { class: "training-samples" }, h("div", { class: "training-moments" }, h("strong", {}, "Samples"), slider, label), body);
  let [moments, chosen, shown] = [[], null, ""];
  const draw = (now) => {
    moments = now;
    element.hidden = !moments.length;
    if (!moments.length) return;
    slider.max = moments.length - 1;
    slider.value = chosen ?? slider.max;
    const [step, texts] = moments[slider.value];
    label.textContent = `step ${whole(step)}`;
    slider.setAttribute("aria-valuetext", label.textContent);
    if (shown === (shown = JSON.stringify([step, texts]))) return;
    body.replaceChildren(...texts.flatMap(([name, text]) => [h("div", { class: "kit-soft" }, short(name, 60)), h("p", {}, text.split("\n").map((part) => part && visible(part)).join("\n"))]));
  };
  const choose = (at) => {
    chosen = at < moments.length - 1 ? Math.max(0, at) : null;
    draw(moments);
  };
  slider.addEventListener("input", () => choose(Number(slider.value)), { signal });
  return { element, draw, step: (by) => choose((chosen ?? moments.length - 1) + by), upTo: (step) => choose(moments.findLastIndex(([at]) => at <= step)) };
}
