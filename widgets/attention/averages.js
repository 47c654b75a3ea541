// Heads over many texts: how far back each looks on average, small for all and large for one, and its scores with intervals.

import { css, h, hoverOf, keys, listen, number, onTheme, painter, pick, sequential } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { button, headButtons, scoreTools } from "./controls.js";
import { RESTS, floatsOf, headName, sorting } from "./data.js";
import { layout, legend, themeOf, within } from "./look.js";
import { overview, sized } from "./overview.js";
import { position, tinted } from "./paint.js";
import { plot } from "./plot.js";
import { headLine, scoreName } from "./words.js";

const NEAR = 20; // distances in a small picture
const KEYS = [
  ["Tab", "from the heads to the distances to the scores"],
  ["← → ↑ ↓", "in the heads: another head; in the distances: another distance"],
  ["s", "heads by score, highest or lowest first, or by layer"],
  ["m", "mark the heads by another score"],
  ["l", "logarithmic or linear scale"],
  ["c", "the code of this picture"],
];

/** The profiles out of their bytes: `mean(index)` and `spread(index)`, a row of numbers a head. */
export function profilesOf(bytes, count, distances) {
  const all = floatsOf(bytes);
  const row = (at) => Array.from(all.subarray(at * distances, (at + 1) * distances));
  return { mean: row, spread: (index) => row(count + index) };
}

/** The picture of averages; drawn anew when others are shown. */
export function averages({ model, el, session, signal, kept }) {
  const hover = hoverOf(session);
  const [layers, heads, distances, scores, spreads, chance, texts, labels] =
    ["layers", "heads", "distances", "scores", "spreads", "chance", "texts", "labels"].map((name) => model.get(name));
  const profiles = profilesOf(model.get("profiles"), layers.length * heads, distances);
  const view = frame({ el, model, session, signal }, { stem: "attention", keys: KEYS, table: () => tableOf(look()) });
  const soon = painter(view.picture, draw, signal);
  const first = scores.first ?? [];
  const resting = first.flatMap((share, i) => (share >= RESTS ? [i] : []));
  let over = null; // the head under the mouse
  const turn = (name, value) => { model.set(name, value); model.save_changes(); };
  const pairOf = (index) => [layers[Math.floor(index / heads)], index % heads];
  const open = (index) => pick(session, { layer: pairOf(index)[0], head: pairOf(index)[1] });
  const log = () => turn("scale", model.get("scale") === "log" ? "linear" : "log");
  const scoring = scoreTools({ model, kept, turn, soon });
  const code = headButtons({ model, view, pin: null, soon });

  const map = overview({ signal, thumbs: profiles, pick: open, paintBase: paintProfiles,
    hover(index) { if (index !== over) { over = index; soon(); } } });
  const large = plot({ signal, name: "mean weight by distance", height: 230 });
  const [name, about, list] = [h("strong"), h("div", { class: "attention-summary", "aria-live": "polite" }), h("ul", { class: "attention-scores" })];
  const side = h("div", { class: "attention-side" }, h("div", { class: "attention-name" }, name), about, list);
  const box = h("div", { class: "attention-profile" }, h("h4", {}, "mean weight, by how far back"), large.element);
  const grid = h("div", { class: "attention-grid" }, map.element, box, side);
  view.picture.append(grid, code.code.element);
  const scaleBox = h("span");
  const logger = button("Log", "logarithmic scale (l)", log);
  view.tools.append(scaleBox, h("span", { class: "attention-switches" }, logger, ...scoring.elements));
  const entitle = () => view.title(model.get("title") || titleOf(), model.get("summary"));
  const titleOf = () => `Attention by distance${model.get("model_name") ? ` of ${model.get("model_name")}` : ""} · mean of ${texts.toLocaleString("en")} texts`;

  let theme = null;
  function look() {
    if (!theme) {
      theme = themeOf(view.root, model.get("scale") === "log", distances);
      scaleBox.replaceChildren(legend(theme.scale));
      logger.setAttribute("aria-pressed", String(theme.scale.log));
    }
    const [layer, head] = layers.includes(session.get("layer")) && within(session.get("head"), heads, null) !== null
      ? [session.get("layer"), session.get("head")] : model.get("start");
    const [score, marks] = scoring.now();
    return {
      ...theme, layers, heads, labels, layer, head, index: layers.indexOf(layer) * heads + head, score, scores: marks, first, resting,
      hoverHead: over, pinnedAt: [], pinned: session.get("pinned"), tokens: distances, firstShown: true, dpr: globalThis.devicePixelRatio || 1,
      labelled: Object.keys(labels).map((key) => { const [l, n] = key.split(".").map(Number); return layers.indexOf(l) * heads + n; }),
      order: kept.sorted && marks.length ? sorting(marks, kept.sorted) : null,
    };
  }

  function draw(width) {
    const now = look();
    const plan = layout(width, layers.length, heads);
    grid.className = `attention-grid attention-averages attention-${plan.name}`;
    map.draw(now, plan.overview);
    map.element.setAttribute("aria-label", `heads, ${headName(now.layer, now.head)} picked; arrows pick another`);
    const [mean, spread] = [profiles.mean(now.index), profiles.spread(now.index)];
    const kind = now.scale.log ? (value) => position(Math.max(value, 0), now.scale) : undefined;
    const colour = (value) => css(sequential(tinted(Math.sqrt(position(Math.max(value, 0), now.scale))), now.scale.dark));
    large.draw(now, mean, { band: spread, kind, key: now.index, colour, marked: true, width: plan.matrix, tell: (i) => `${i} back: ${number(mean[i])}${spread[i] > 0 ? ` ± ${number(spread[i])}` : ""}` });
    const label = labels[`${now.layer}.${now.head}`];
    name.textContent = `${headName(now.layer, now.head)}${label ? ` · ${label}` : ""}`;
    about.replaceChildren(...aboutOf(now, mean));
    const held = [...list.querySelectorAll("button")].indexOf(list.getRootNode().activeElement);
    list.replaceChildren(...Object.keys(scores).filter((one) => one !== "entropy").map((one) => scoreRow(now, one)));
    list.querySelectorAll("button")[held]?.focus({ preventScroll: true });
    view.tell(headLine(now, over ?? now.index, over === null ? label : labels[pairOf(over).join(".")]),
      h("span", { class: "kit-soft" }, `±, whiskers: 95 % over texts · blue: even attention · first token left out · small: nearest ${Math.min(NEAR, distances)}, height √ weight`));
    scoring.draw();
    code.draw(now, session);
    view.refresh();
  }

  function aboutOf(now, mean) {
    const [entropy, half] = [scores.entropy?.[now.index], spreads.entropy?.[now.index]];
    const most = mean.reduce((best, value, i) => (value > (mean[best] ?? -1) ? i : best), 0);
    return [
      resting.includes(now.index) ? h("strong", { class: "attention-rests" }, `⚠ rests on the first token: ${number(100 * first[now.index])} %; `) : "",
      entropy === undefined ? "" : `mean entropy ${number(entropy)}${half > 0 ? ` ± ${number(half)}` : ""} nats; `,
      `most on the token ${most} back: ${number(mean[most])}`,
    ];
  }

  /** A score as a dot with its interval on a line from 0 to 1, and chance as a tick; a click marks the heads by it. */
  function scoreRow(now, one) {
    const [value, half] = [scores[one][now.index], spreads[one]?.[now.index] ?? 0];
    const at = (share) => `${100 * Math.min(1, Math.max(0, share))}%`;
    const part = (kind, from, to = from) => { const mark = h("span", { class: `attention-${kind}` }); mark.style.left = at(from); mark.style.right = `calc(100% - ${at(to)})`; return mark; };
    const track = h("span", { class: "attention-line" }, ...(chance[one] === undefined ? [] : [part("chance", chance[one])]), part("interval", value - half, value + half), part("dot", value));
    const choose = h("button", { class: "kit-button", type: "button", title: "mark the heads by this", "aria-pressed": String(one === now.score), onclick: () => turn("score", one) }, scoreName(one));
    const said = `${number(value)}${half > 0 ? ` ± ${Number(half.toPrecision(1))}` : ""}`;
    return h("li", {}, choose, track, h("span", { class: "attention-much" }, said));
  }

  const tableOf = (now) => {
    const [mean, spread] = [profiles.mean(now.index), profiles.spread(now.index)];
    return { columns: ["places back", `${headName(now.layer, now.head)}: mean weight`, "± (95 %)"], rows: mean.map((value, i) => [i, number(value), number(spread[i])]) };
  };

  const retheme = () => { theme = null; soon(); };
  listen(session, "change:layer change:head", soon, signal);
  listen(model, "change:score", soon, signal);
  listen(model, "change:scale", retheme, signal);
  listen(model, "change:title", entitle, signal);
  hover.listen(soon, signal);
  onTheme(retheme, signal);
  const beside = (right, down) => () => open(map.beside(look().index, right, down));
  keys(map.element, { ArrowLeft: beside(-1, 0), ArrowRight: beside(1, 0), ArrowUp: beside(0, -1), ArrowDown: beside(0, 1) }, signal);
  keys(view.root, { s: scoring.keys.sort, m: scoring.keys.mark, l: log, c: code.keys.code }, signal);
  entitle();
}

/** Each head's profile as bars, as high and as dark as the mean weight; near at the left. */
function paintProfiles(canvas, grid, place, profiles, look) {
  const context = sized(canvas, grid, look.dpr);
  context.scale(look.dpr, look.dpr);
  for (let index = 0; index < look.layers.length * look.heads; index++) {
    const { column, row } = place.of(index);
    const [left, top, size] = [grid.left + column * grid.step, grid.top + row * grid.step, grid.size];
    context.fillStyle = css(sequential(tinted(0), look.scale.dark));
    context.fillRect(left, top, size, size);
    const values = profiles.mean(index).slice(0, NEAR).map((value) => (value > 0 ? value : 0));
    const step = size / values.length;
    values.forEach((value, i) => {
      const height = Math.sqrt(position(value, look.scale));
      context.fillStyle = css(sequential(tinted(height), look.scale.dark));
      context.fillRect(left + i * step, top + size * (1 - height), Math.max(step, 0.8), size * height);
    });
  }
}
