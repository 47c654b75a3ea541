// What stands in the board's charts: loss, metrics, gradients by layer, learning rate, each with its legend.
import { h, legend, number, sequential, short, soft } from "../glass/kit.js";
import { HEAD, fill, range } from "../glass/curves.js";
import { between, smoothed, whole } from "./data.js";

const NOWHERE = { x: [], y: [] };

/** Panels of a store; `changed()` is called when a metric is hidden or shown. */
export function panelsOf(store, changed) {
  const [hidden, parts] = [new Set(), new Map()];
  const once = (key, make) => parts.get(key) ?? parts.set(key, make()).get(key);
  const head = (name, ...children) => {
    const element = once(name, () => h("div", {}));
    fill(element, children.filter(Boolean));
    return element;
  };
  const swatch = (colour, dot) => {
    const element = h("span", { class: dot ? "training-dot" : "training-line" });
    element.style.backgroundColor = colour;
    return element;
  };
  const entry = (colour, text, dot) => h("span", { class: "training-entry" }, swatch(colour, dot), text);
  const placed = ({ x, y }, { to, kind }) => ({ x: kind === "step" ? x : x.map(to), y });
  const before = (curve, scale) => placed(curve, { ...scale, to: scale.before });
  const marks = (name, { x, y, colour }, { to }) => {
    const at = to(store.page.turns[name]?.[0] ?? NaN);
    return Number.isFinite(at) ? [{ x: at, y: between(x, y)(at), colour }] : [];
  };

  function coloured({ lines }) {
    const colours = [...lines.slice(2), ...lines.slice(0, 2)];
    return store.page.metrics.map((name, i) => ({ name, colour: colours[i % 6], dash: i < 6 ? [] : [5, 3] }));
  }

  function loss({ x, theme, log }, height) {
    const { lines: [blue, red], soft: grey } = theme;
    const [raw, mean, valid, earlier] = ["loss", "mean", "valid", "earlier mean"].map(store.curve);
    const { facts, turns } = store.page;
    const lines = [{ ...before(smoothed(earlier), x), colour: grey, alpha: 0.55, mute: true }, { ...placed(raw, x), colour: blue, width: 1, alpha: 0.35, mute: true },
      { ...placed(smoothed(mean), x), colour: blue, width: 2 }, { ...placed(valid, x), colour: red, radius: 2.5 }];
    const others = coloured(theme).filter(({ name }) => !hidden.has(name)).flatMap(({ name, colour }) => marks(`metric ${name}`, { ...NOWHERE, colour }, x));
    return { height, lines, y: raw.x.length ? range(lines, log) : null, marks: [...others, ...marks("loss", lines[2], x)], head: head("loss", h("strong", {}, "Loss"), soft("nats"),
      raw.x.length && entry(blue, `train ${number(facts.loss ?? NaN)}`), valid.x.length && entry(red, `validation ${number(facts.valid ?? NaN)}`, true),
      earlier.x.length && entry(grey, "run before"), turns.loss && soft(`◦ fastest ${turns.loss[1] < 0 ? "fall" : "rise"} near ${whole(turns.loss[0])}`)) };
  }

  /** A metric's entry in the legend hides and shows it; the button stays the same, so that a click finds it. */
  function choice(name, colour, value) {
    const text = once(`value ${name}`, () => h("span"));
    const button = once(`metric ${name}`, () => h("button", { class: "training-entry kit-button", type: "button", onclick() { if (!hidden.delete(name)) hidden.add(name); changed(); } }));
    const turn = store.page.turns[`metric ${name}`];
    text.textContent = `${short(name, 28)} ${number(value ?? NaN)}`;
    button.title = `${turn ? `fastest near step ${whole(turn[0])}; ` : ""}click to hide or show`;
    button.setAttribute("aria-pressed", String(!hidden.has(name)));
    if (button.ink !== colour) button.replaceChildren(swatch((button.ink = colour)), text);
    return button;
  }

  function metrics({ x, theme }, height) {
    const all = coloured(theme).map((line) => ({ ...line, curve: store.curve(`metric ${line.name}`) }));
    const own = all.filter(({ name }) => !hidden.has(name)).map(({ curve, ...line }) => ({ ...line, ...placed(curve, x), width: 2, radius: curve.x.length < 60 ? 2 : 0 }));
    const lines = [...own.map(({ name, colour }) => ({ ...before(store.curve(`earlier metric ${name}`), x), colour, alpha: 0.4, width: 1, mute: true })), ...own];
    const limits = range(own);
    const y = limits.low >= 0 && own.every((line) => line.y.every((value) => !(value > 1))) ? { low: 0, high: 1 } : limits;
    return { height, lines, y, marks: own.flatMap((line) => marks(`metric ${line.name}`, line, x)), head: head("metrics", ...all.map(({ name, colour, curve }) => choice(name, colour, curve.y.at(-1)))) };
  }

  function gradients({ x, theme: { lines: [blue], dark } }, height) {
    const [norm, each, rate] = ["grad_norm", "layers", "lr"].map(store.curve);
    const { layers } = store.page;
    const line = (name, text, curve, tall, log) => {
      const lines = [{ ...placed(curve, x), colour: blue, width: 1.2 }];
      return { height: tall, lines, y: { ...range(lines, log), ...(log ? {} : { low: 0 }) }, head: head(name, h("strong", {}, text), soft(number(curve.y.at(-1)))) };
    };
    const small = rate.x.length ? 48 : 0;
    const band = each.x.length ? HEAD + Math.min(layers * 14, Math.max(40, height - small - 60 - HEAD)) : 0;
    const strip = () => {
      const [low, high] = each.y.filter((value) => value > 0).reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, 0]);
      if (!high) return null;
      const shade = (t) => sequential(0.06 + 0.94 * t, dark);
      const bar = legend({ low, high, unit: "", colour: (value) => shade((value - low) / (high - low || 1)) }, "log");
      return { height: band, head: head("layers", h("strong", {}, "by layer"), bar), strip: { rows: Array.from({ length: layers }, (_, i) => `L${i}`), ends: placed(each, x).x,
        values: each.y, colour: (value) => shade(Math.log(Math.max(value, low) / low) / (Math.log(high / low) || 1)) } };
    };
    return [norm.x.length && line("norm", "Gradient norm", norm, height - band - small, true), band && strip(), small && line("lr", "Learning rate", rate, small, false)].filter(Boolean);
  }

  return { loss, metrics, gradients };
}
