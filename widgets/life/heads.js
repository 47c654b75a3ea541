// Attention at one moment: every kept head small, one large, and the prompt shaded by where its token looks.

import { chip, css, h, ink, keys, number, pick, sequential } from "../glass/kit.js";
import { overview, plan } from "../attention/overview.js";
import { paint, palette, tinted } from "../attention/paint.js";

const [HIGH, LINE] = [174, 18];

/** Builds the panel; `tell(cell|null)` says what the mouse is over: {query, key} or {head}. */
export function heads({ signal, life, session, hover, look: seen, tell, along, common }) {
  const layers = [...new Set(life.heads.map(([layer]) => layer))];
  const most = 1 + Math.max(...life.heads.map(([, head]) => head));
  const spots = life.heads.map(([layer, head]) => layers.indexOf(layer) * most + head);
  const thumbs = []; // with holes where a head was not kept
  spots.forEach((spot, i) => { thumbs[spot] = { ...life.weights.cells(0, i), first: [], rest: [], shown: true }; });
  const headAt = (spot) => (spot === null || !thumbs[spot] ? null : spots.indexOf(spot));
  const pickHead = (spot) => { if (headAt(spot) !== null) pick(session, { layer: layers[Math.floor(spot / most)], head: spot % most }); };
  const pickToken = (token) => pick(session, { token });

  const [name, about] = [h("strong"), h("span", { class: "kit-soft" })];
  const grid = overview({ signal, thumbs, pick: pickHead, hover: (spot) => tell(headAt(spot) === null ? null : { head: headAt(spot) }) });
  const canvas = h("canvas", { "aria-hidden": "true" });
  const board = h("div", { class: "life-canvas", tabindex: "0", role: "application", "aria-label": "the picked head, queries down, keys across; arrows move the token" }, canvas);
  const chips = life.pieces.map((piece, i) => Object.assign(chip(piece, { special: life.special[i], most: 14 }), { at: i }));
  const prompt = h("div", { class: "life-prompt" }, ...chips);
  const element = h("div", { class: "life-panel" }, h("div", { class: "life-top" }, name, about), h("div", { class: "life-boards" }, grid.element, board), prompt);
  grid.element.setAttribute("aria-label", "the kept heads; arrows pick another");
  let [side, width, settled, lookup, theme, stamp] = [0, 0, null, null, null, ""];

  const on = (box, type, call) => box.addEventListener(type, call, { signal });
  const cellAt = (event) => {
    const box = canvas.getBoundingClientRect();
    const [key, query] = [event.clientX - box.left, event.clientY - box.top].map((px) => Math.min(life.size - 1, Math.max(0, Math.floor((px / side) * life.size))));
    return { query, key };
  };
  on(board, "pointermove", (event) => { const cell = cellAt(event); hover.set({ token: cell.query }); tell(cell); });
  on(board, "click", (event) => pickToken(cellAt(event).query));
  on(prompt, "pointerover", ({ target }) => hover.set({ token: target.at ?? null }));
  on(prompt, "click", ({ target }) => { if (target.at !== undefined) pickToken(target.at === session.get("token") ? null : target.at); });
  for (const box of [board, prompt]) on(box, "pointerleave", () => { hover.set({ token: null }); tell(null); });
  const arrows = (act) => ({ ...common, ArrowLeft: act(-1, 0), ArrowRight: act(1, 0), ArrowUp: act(0, -1), ArrowDown: act(0, 1) });
  keys(grid.element, arrows((right, down) => () => pickHead(grid.beside(spots[seen().head], right, down))), signal);
  keys(board, arrows((right, down) => along(right + down)), signal);

  return {
    element,
    draw(look) {
      if (settled !== (settled = look.settled)) prompt.scrollTop = chips[settled].offsetTop - LINE;
      if (stamp !== (stamp = look.stamp)) width = element.clientWidth;
      if (!width) return;
      if (theme !== look.theme) [theme, lookup] = [look.theme, palette({ log: false, dark: look.theme.dark })];
      life.heads.forEach((_, i) => life.weights.cells(look.moment, i));
      const dpr = globalThis.devicePixelRatio || 1;
      const room = { layers: layers.length, heads: most, width: Math.min(0.48 * width, width - 150), height: HIGH };
      const across = plan({ ...room, across: true }).size > plan({ ...room, across: false }).size;
      const drawn = grid.draw({ layers, heads: most, scores: [], order: null, pinnedAt: [], labelled: [], hoverHead: null, index: spots[look.head], firstShown: true,
        tokens: life.size, causal: life.causal, scale: { at: look.moment }, lookup, dpr, inks: theme, fonts: theme }, { width: room.width, height: HIGH, across });
      side = Math.min(HIGH, width - drawn.width - 12);
      drawBoard(canvas, side, dpr, life, look, lookup);
      const [layer, head] = life.heads[look.head];
      name.textContent = `L${layer}H${head}`;
      about.textContent = scored(life, look.moment, look.head);
      const row = life.weights.row(look.moment, look.head, look.token);
      chips.forEach((one, i) => shade(one, row[i], i === look.token, theme.dark));
    },
  };
}

/** The kind a head comes nearest to, above chance, and chance; "" where nothing was scored. */
export function scored(life, moment, head) {
  const above = life.kinds.map((_, kind) => life.score(kind, moment, head) - (life.chance[kind] ?? 0));
  const best = above.indexOf(Math.max(...above.filter(Number.isFinite)));
  if (best < 0) return "";
  const chance = life.chance[best] === null ? "" : ` (chance ${number(life.chance[best])})`;
  return `${life.kinds[best]} ${number(life.score(best, moment, head))}${chance}`;
}

function drawBoard(canvas, side, dpr, life, look, lookup) {
  const size = (canvas.width = canvas.height = Math.round(side * dpr));
  canvas.style.width = canvas.style.height = `${side}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  const box = { pixels: new Uint32Array(image.data.buffer), width: size, left: 0, top: 0, size };
  paint(life.weights.cells(look.moment, look.head), { query: 0, key: 0, span: life.size }, box, lookup, life.causal);
  context.putImageData(image, 0, 0);
  const cell = size / life.size;
  Object.assign(context, { strokeStyle: look.theme.dark ? "#e69f00" : "#d55e00", lineWidth: 1.5 * dpr });
  context.strokeRect(dpr, look.token * cell + dpr / 2, (life.causal ? look.token + 1 : life.size) * cell - dpr, Math.max(cell - dpr, 2));
}

/** A chip on the ground of its weight; what cannot be seen from here stays plain. */
function shade(one, weight, here, dark) {
  const ground = weight === undefined ? null : sequential(tinted(weight), dark);
  one.style.backgroundColor = ground ? css(ground) : "";
  one.style.color = ground ? css(ink(ground)) : "";
  one.classList.toggle("life-here", here);
}
