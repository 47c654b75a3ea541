// CircuitsVis' components in the house's frame: its own drawing, our text.
import { frame } from "../glass/frame.js";
import { contrast, css, floats, h, ink, number, sessionOf, visible } from "../glass/kit.js";

const PIECES = new Set(["tokens", "prompt", "topKTokens"]);
const COLOURS = new Set(["negativeColor", "positiveColor"]);
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML that shows this very text. */
export const escaped = (text) => text.replace(/[&<>"']/g, (char) => ENTITIES[char]);

/**
 * A token as CircuitsVis can take it for both of its uses. In a tooltip or on an axis it is a text
 * (React draws a list of one string as that string). In the picture CircuitsVis makes HTML of it,
 * by `token.replace(/\s/g, "&nbsp;")`: here that gives the same text, escaped. `match` finds the
 * newlines after which CircuitsVis breaks the line.
 */
export function piece(text) {
  const label = visible(text);
  const replace = (_pattern, by) => (by === "" ? label : escaped(label));
  return Object.assign([label], { replace, match: (pattern) => text.match(pattern), toString: () => label });
}

const deep = (value, change) => (Array.isArray(value) ? value.map((part) => deep(part, change)) : change(value));

/** Texts made safe and visible; numbers and colours as they are. */
export function readable(props) {
  const change = (name) => (value) => (typeof value !== "string" || COLOURS.has(name) ? value : PIECES.has(name) ? piece(value) : visible(value));
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [name, deep(value, change(name))]));
}

/** Nested lists of the given shape over a flat array. */
export function nested(shape, flat) {
  if (shape.length < 2) return [...flat];
  const step = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(shape.slice(1), flat.slice(i * step, (i + 1) * step)));
}

function lists(arrays) {
  const unpacked = ({ many, parts }) => {
    const all = parts.map(({ shape, data }) => nested(shape, floats(data)));
    return many ? all : all[0];
  };
  return Object.fromEntries(Object.entries(arrays).map(([name, packed]) => [name, unpacked(packed)]));
}

const libraries = new Map();

/** The few sums its tensor library does for it need no graphics card, and no warning for want of one. */
function quietly(module) {
  globalThis._tfengine?.removeBackend("webgl");
  return module.default;
}

/** A reloaded page may still be fetching 1.3 MB: ask for ten seconds before giving up. */
async function patiently(find, tries = 100) {
  return find().catch(async (error) => {
    if (!tries) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return patiently(find, tries - 1);
  });
}

/** The bundle, run once per page. */
async function library(manager, ref) {
  const carrier = await patiently(() => manager.get_model(ref.replace("IPY_MODEL_", "")));
  const digest = carrier.get("digest");
  if (!libraries.has(digest)) {
    const plain = new Blob([carrier.get("packed")]).stream().pipeThrough(new DecompressionStream("gzip"));
    const url = new Response(plain).text().then((source) => URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    libraries.set(digest, url.then((found) => import(found)).then(quietly));
  }
  return libraries.get(digest);
}

// The bundle keeps React to itself, but for what one needs to be a component of it: this is one.
const element = (type, props) => ({ $$typeof: Symbol.for("react.element"), type, props, key: null, ref: null });

class Holder {
  static getDerivedStateFromError = (error) => ({ error });
  constructor(props) { Object.assign(this, { props, state: {} }); }
  componentDidMount() { this.props.signal.addEventListener("abort", () => this.updater.enqueueSetState(this, { gone: true })); }
  componentDidCatch(error) { this.props.failed(error); }
  render() { return this.state.gone || this.state.error ? null : element(this.props.type, this.props.shown); }
}
Holder.prototype.isReactComponent = {};

/** Draw a component into `paper`; it is unmounted, with all its listeners, when the signal comes. */
function mount(circuitsvis, paper, props) {
  paper.id = `circuitsvis-${crypto.randomUUID()}`; // its `render` wants an id in the document, for this one call
  document.body.append(paper);
  circuitsvis.render(paper.id, Holder, props);
  paper.removeAttribute("id");
  return paper;
}

/** What a text stands on: the nearest background that isn't transparent, else the paper. */
function groundOf(part, paper) {
  for (let at = part; at !== paper; at = at.parentElement) {
    const [red, green, blue, alpha = 1] = getComputedStyle(at).backgroundColor.match(/[\d.]+/g).map(Number);
    if (alpha > 0) return [red, green, blue];
  }
  return [255, 255, 255];
}

/** CircuitsVis writes white on middling colours, and on none: choose the ink that can be read. */
function legible(paper, signal) {
  const seen = new MutationObserver(() => {
    for (const part of paper.querySelectorAll("[style*='color']")) {
      if (!part.style.color) continue;
      const ground = groundOf(part, paper);
      const written = getComputedStyle(part).color.match(/[\d.]+/g).map(Number);
      if (contrast(written, ground) < 4.5) part.style.color = css(ink(ground));
    }
  });
  seen.observe(paper, { subtree: true, childList: true, attributes: true, attributeFilter: ["style"] });
  signal.addEventListener("abort", () => seen.disconnect());
}

/** The name of a chooser or a picture, from the words before it or from the view's own. */
function nameOf(part, paper) {
  const before = part.closest("label, div")?.textContent.trim().split(/[:\n]/)[0].slice(0, 40);
  return before && part.tagName !== "CANVAS" ? before : paper.dataset.name;
}

/** CircuitsVis leaves its choosers, pictures and corner cells without names: give them some. */
function named(paper, signal) {
  const seen = new MutationObserver(() => {
    for (const part of paper.querySelectorAll("input, select, canvas"))
      if (!part.hasAttribute("aria-label")) part.setAttribute("aria-label", nameOf(part, paper));
    for (const corner of paper.querySelectorAll("th:empty")) corner.textContent = "\u00a0rank";
  });
  seen.observe(paper, { subtree: true, childList: true });
  signal.addEventListener("abort", () => seen.disconnect());
}

/** What the colours mean, in words: the ends are CircuitsVis' own. */
const SCALES = {
  ColoredTokens: ({ minValue, maxValue, negativeColor = "red", positiveColor = "blue" }) =>
    `${negativeColor} ${number(Math.min(minValue, 0))} · white 0 · ${positiveColor} ${number(Math.max(maxValue, 0))}`,
  ColoredTokensMulti: () => "red: negative bound · white 0 · blue: positive bound",
  TokenLogProbs: () => "red: probability 1 · white: below 0.0067",
  TopkTokens: () => "white: 0 or less · blue: 1 or more",
  TextNeuronActivations: () => "red: the smallest · white 0 · blue: the largest",
  AttentionHeads: ({ minValue = -1, maxValue = 1, negativeColor = "red", positiveColor = "blue" }) =>
    `${negativeColor} ${number(minValue)} · white 0 · ${positiveColor} ${number(maxValue)}`,
};

/** What a chooser of the picture stands at, by the name CircuitsVis gave it; 0 where it is not there. */
const chosen = (paper, name) => Number(paper.querySelector(`[id="${name}-selector"]`)?.value) || 0;
/** The first and the last of a range that is chosen, "0-4". */
function span(paper, name) {
  const [from = 0, to = from] = paper.querySelector(`[id="${name}-selector"]`)?.value.match(/\d+/g)?.map(Number) ?? [];
  return [from, to];
}
const each = (list, row) => list.map(row);
/** The picture as numbers: (what was given, the paper with its choosers) → table. */
const TABLES = {
  ColoredTokens: ({ tokens, values }) => ({
    columns: ["position", "token", "value"],
    rows: each(tokens, (token, i) => [i, visible(token), number(values[i])]),
  }),
  ColoredTokensMulti: ({ tokens, values, labels }) => ({
    columns: ["position", "token", ...labels.map(visible)],
    rows: each(tokens, (token, i) => [i, visible(token), ...values[i].map((value) => number(value))]),
  }),
  TokenLogProbs: ({ prompt, correctTokenLogProb, correctTokenRank, topKTokens }) => ({
    columns: ["position", "token", "log probability (nats)", "rank", "first guess"],
    rows: each(prompt.slice(1), (token, i) =>
      [i + 1, visible(token), number(correctTokenLogProb[i]), correctTokenRank[i], visible(topKTokens[i][0])]),
  }),
  TextNeuronActivations: ({ tokens, activations, firstDimensionName, secondDimensionName, firstDimensionLabels, secondDimensionLabels }, paper) => {
    const [first, second] = [chosen(paper, "layer"), chosen(paper, "neuron")];
    const name = `${visible(firstDimensionName)} ${visible(firstDimensionLabels?.[first] ?? `${first}`)}, ${visible(secondDimensionName)} ${visible(secondDimensionLabels?.[second] ?? `${second}`)}`;
    return {
      columns: ["sample", "position", "token", name],
      rows: tokens.flatMap((sample, s) => each(sample, (token, i) => [s, i, visible(token), number(activations[s][i][first][second])])),
    };
  },
  TopkTokens: ({ tokens, topkVals, topkIdxs, bottomkVals, bottomkIdxs, firstDimensionName, thirdDimensionName, firstDimensionLabels, sampleLabels }, paper) => {
    const [sample, first, [from, to]] = [chosen(paper, "sample"), chosen(paper, "layer"), span(paper, "neuron")];
    const end = (name, values, places) => values[sample][first].flatMap((row, rank, all) => each(row.slice(from, to + 1), (value, i) => {
      const at = places[sample][first][rank][from + i];
      return [from + i, `${name} ${name === "highest" ? rank + 1 : all.length - rank}`, at, visible(tokens[sample][at]), number(value)];
    }));
    const name = `sample ${visible(sampleLabels?.[sample] ?? `${sample}`)}, ${visible(firstDimensionName)} ${visible(firstDimensionLabels?.[first] ?? `${first}`)}`;
    const rows = [...end("highest", topkVals, topkIdxs), ...end("lowest", bottomkVals, bottomkIdxs)];
    return { columns: [visible(thirdDimensionName), "rank", "position", "token", name], rows: rows.sort((a, b) => a[0] - b[0]) };
  },
  AttentionHeads: ({ tokens, attention, attentionHeadNames }) => ({
    columns: ["head", "query", "looks most at", "weight"],
    rows: attention.flatMap((head, h) => head.map((row, query) => {
      const key = row.indexOf(Math.max(...row));
      const name = attentionHeadNames ? visible(attentionHeadNames[h]) : `H${h}`;
      return [name, `${query} ${visible(tokens[query])}`, `${key} ${visible(tokens[key])}`, number(row[key])];
    })),
  }),
};

export default {
  async render({ model, el, signal }) {
    const [manager, component] = [model.widget_manager, model.get("component")];
    const given = { ...model.get("props"), ...lists(model.get("arrays")) };
    const name = `CircuitsVis ${component}`;
    const paper = h("div", { class: "circuitsvis-paper", tabindex: "0", role: "group", "aria-label": name, "data-name": name });
    const table = () => TABLES[component](given, paper);
    const keys = [["Tab", "to the choosers"], ["?", "these keys"]];
    const view = frame({ el, model, session: await sessionOf(model), signal }, { stem: "circuitsvis", keys, table });
    view.title(model.get("title") || `CircuitsVis ${component}: ${model.get("summary")}`, model.get("summary"));
    view.tools.append(SCALES[component](given));
    view.detail.hidden = true; // CircuitsVis tells its details beside the mouse
    const circuitsvis = await library(manager, model.get("bundle"));
    paper.style.setProperty("--circuitsvis-guesses", given.topKTokens?.[0].length ?? 0);
    legible(paper, signal);
    named(paper, signal);
    const failed = (error) => view.stale(`CircuitsVis could not draw this: ${error.message}`);
    mount(circuitsvis, paper, { type: circuitsvis[component], shown: readable(given), failed, signal });
    view.picture.append(paper);
    paper.addEventListener("change", () => requestAnimationFrame(view.refresh), { signal });
  },
};
