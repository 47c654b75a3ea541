// Words on their plane, moving through the training, and what the model wrote at the moment shown.

import { chip, h, keys, number, svg } from "../glass/kit.js";

/** Builds the panel; `tell({word}|null)` says which word the mouse is over or is picked. */
export function words({ signal, life, tell, common }) {
  const names = [...new Set(life.groups)];
  const soft = h("span", { class: "kit-soft" });
  const dots = life.words.map((word, at) => Object.assign(h("span", { class: "life-word" }, h("i"), chip(word, { most: 16 })), { at }));
  const ways = ["life-past", "life-future"].map((name) => svg("polyline", { class: name }));
  const trail = svg("svg", {}, ...ways);
  const board = h("div", { class: "life-map", tabindex: "0", role: "application", "aria-label": "words on the plane of their embeddings; arrows pick a word, its way is drawn" }, trail, ...dots);
  const key = names.filter(Boolean).map((name) => h("span", { class: "life-name" }, h("i"), name));
  const map = h("div", { class: "life-mapped" }, h("div", { class: "life-top" }, h("strong", {}, "Words"), soft), board, h("div", { class: "life-groups" }, ...key));
  const choice = h("select", { class: "life-choice", "aria-label": "sample", onchange: () => write() }, ...life.sample_names.map((name) => h("option", {}, name)));
  const text = h("div", { class: "life-sample", tabindex: "0", role: "region", "aria-label": "sample" });
  const sample = h("div", { class: "life-written" }, h("div", { class: "life-top" }, h("strong", {}, "Writes"), choice.length > 1 ? choice : h("span", { class: "kit-soft" }, ...life.sample_names)), text);
  const element = h("div", { class: "life-panel" }, ...(dots.length ? [map] : []), ...(choice.length ? [sample] : []));
  let [picked, over, look, stamp, place] = [null, null, null, "", null];

  const write = () => { text.textContent = life.samples[choice.selectedIndex]?.[look.moment] ?? ""; };
  const show = () => { const word = over ?? picked; tell(word === null ? null : { word }); draw(); };
  const choose = (word) => { picked = word; show(); };
  const wordOf = ({ target }) => target.closest(".life-word")?.at ?? null;
  const on = (type, call) => board.addEventListener(type, call, { signal });
  on("pointerover", (event) => { over = wordOf(event); show(); });
  on("pointerleave", () => { over = null; show(); });
  on("click", (event) => { const word = wordOf(event); choose(word === picked ? null : word); });
  const step = (by) => () => choose(((picked ?? (by < 0 ? 0 : -1)) + by + dots.length) % dots.length);
  keys(board, { ...common, ArrowLeft: step(-1), ArrowUp: step(-1), ArrowRight: step(1), ArrowDown: step(1), Escape: () => choose(null) }, signal);

  /** One scale for all moments, so that a word moves only where it moves; names where there is room for them at the end. */
  function measure(wide, high) {
    const [x, y] = [0, 1].map((axis) => {
      const all = life.places.filter((_, i) => i % 2 === axis).sort();
      return { middle: (all[0] + all.at(-1)) / 2, span: all.at(-1) - all[0] || 1 };
    });
    const grow = Math.min((wide - 90) / x.span, (high - 20) / y.span);
    place = (word, moment) => {
      const at = 2 * (moment * dots.length + word);
      return [wide / 2 - 30 + grow * (life.places[at] - x.middle), high / 2 - grow * (life.places[at + 1] - y.middle)].map(Math.round);
    };
    const taken = [];
    const boxes = dots.map((dot, i) => { const [px, py] = place(i, life.count - 1); return [px - 4, py - 7, px + dot.offsetWidth, py + 7]; });
    boxes.forEach((box, i) => {
      const free = taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
      if (free) taken.push(box);
      dots[i].classList.toggle("life-unnamed", !free);
    });
  }

  function draw() {
    if (stamp !== (stamp = look.stamp)) measure(board.clientWidth, board.clientHeight);
    const { moment, theme, pace } = look;
    const colour = (group) => theme.lines[names.indexOf(group) % theme.lines.length];
    const shown = over ?? picked;
    board.style.setProperty("--life-pace", `${pace ?? 150}ms`);
    dots.forEach((dot, i) => {
      dot.style.transform = `translate(${place(i, moment).join("px, ")}px)`;
      dot.firstChild.style.background = colour(life.groups[i]);
      dot.classList.toggle("life-shown", i === shown);
    });
    key.forEach((one) => { one.firstChild.style.background = colour(one.textContent); });
    board.classList.toggle("life-one", shown !== null);
    const way = shown === null ? [] : life.steps.map((_, at) => place(shown, at).join());
    [way.slice(0, moment + 1), way.slice(moment)].forEach((points, i) => ways[i].setAttribute("points", points.join(" ")));
    if (shown !== null) trail.style.stroke = colour(life.groups[shown]);
  }

  return {
    element,
    draw(next) {
      look = next;
      write();
      const share = life.share?.[look.moment] ?? NaN;
      soft.textContent = Number.isNaN(share) ? "" : `the plane shows ${number(100 * share)} % of their variance`;
      if (dots.length) draw();
    },
  };
}
