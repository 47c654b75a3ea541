// Beam search as it prunes: a column for each step, a line for each text that was held.
import { chip, h, keys, number, short, visible } from "../glass/kit.js";

const [COLUMN, ROW, CHIP] = [112, 24, 92];
const [NUMBER, PARENT, ID, PIECE, SHARE, LOGP, SCORE, FATE] = [0, 1, 2, 3, 4, 5, 6, 7];
const soft = (text) => h("span", { class: "kit-soft" }, text);

/** `search(width)` asks for one, `say(lines|null)` tells of a hypothesis. */
export function beamsOf({ signal, search, say }) {
  const width = h("select", { class: "generation-choice", "aria-label": "beam width" }, ...[1, 2, 3, 4, 6, 8].map((n) => h("option", { selected: n === 4 }, `width ${n}`)));
  const start = h("button", { class: "kit-button generation-go", type: "button", onclick: () => search(Number(width.value.slice(6))) }, "Search");
  const asks = h("span", {}, width, start);
  const slider = h("input", { type: "range", min: 1, max: 1, value: 1, "aria-label": "step of the search" });
  const said = h("span", { class: "generation-said" });
  const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  lines.setAttribute("aria-hidden", "true");
  const board = h("div", { class: "generation-board", role: "group", "aria-label": "hypotheses by step" }, lines);
  const scroll = h("div", { class: "generation-scroll", tabindex: "-1" }, board);
  const element = h("div", { class: "generation-beams" }, h("div", { class: "generation-head" }, asks, slider, said), scroll);
  let [found, all, step, focus, boxes] = [{}, new Map(), 1, null, new Map()];

  const ways = (number) => { const path = []; for (let one = all.get(number); one; one = all.get(one[PARENT])) path.unshift(one); return path; };
  const tell = (number) => {
    const path = ways(number);
    const one = path.at(-1);
    const rest = found.steps[path.length - 1].filter((other) => other[FATE] === "kept");
    const fate = one[FATE] === "pruned" ? `pruned: the last one kept has ${number3(rest.at(-1)?.[LOGP])}` : one[FATE];
    say([[`step ${path.length} · `, chip(one[PIECE]), ` probability ${number3(one[SHARE])} · log-probability ${number3(one[LOGP])} nats · score ${number3(one[SCORE])} · ${fate}`], path.map((part) => part[PIECE]).join("")]);
  };
  const number3 = (value) => number(value ?? NaN);
  const show = (to) => {
    step = Math.max(1, Math.min(to, found.steps?.length ?? 1));
    slider.value = step;
    paint();
    scroll.scrollLeft = Math.max(0, step * COLUMN - scroll.clientWidth + 8);
  };
  slider.addEventListener("input", () => show(Number(slider.value)), { signal });
  const over = (event) => { const box = event.target.closest("[data-number]"); if (box) { focus = Number(box.dataset.number); rove(); tell(focus); trace(focus); } };
  board.addEventListener("mouseover", over, { signal });
  board.addEventListener("focusin", over, { signal });
  for (const name of ["mouseleave", "focusout"]) board.addEventListener(name, () => { say(null); trace(null); }, { signal });
  const rove = () => { for (const [number, box] of boxes) box.setAttribute("tabindex", number === focus ? "0" : "-1"); };
  const beside = (across, down) => () => {
    const at = ways(focus).length - 1 + across;
    const column = found.steps[Math.max(0, Math.min(at, step - 1))];
    const rank = found.steps[ways(focus).length - 1].findIndex((one) => one[NUMBER] === focus);
    const next = across < 0 ? all.get(focus)[PARENT] : across > 0 ? (column.find((one) => one[PARENT] === focus) ?? column[Math.min(rank, column.length - 1)])[NUMBER] : column[Math.max(0, Math.min(rank + down, column.length - 1))][NUMBER];
    if (boxes.has(next)) { focus = next; rove(); boxes.get(next).focus({ preventScroll: false }); }
  };
  keys(board, { ArrowLeft: beside(-1, 0), ArrowRight: beside(1, 0), ArrowUp: beside(0, -1), ArrowDown: beside(0, 1), Home: () => show(1), End: () => show(1e9), PageUp: () => show(step - 1), PageDown: () => show(step + 1) }, signal);

  const trace = (number) => {
    const path = new Set(number === null ? [] : ways(number).map((one) => one[NUMBER]));
    for (const line of lines.children) line.classList.toggle("generation-on", path.has(Number(line.dataset.number)));
  };
  const paint = () => {
    const held = new Set((found.steps?.[step - 1] ?? []).filter((one) => one[FATE] !== "pruned").flatMap((one) => ways(one[NUMBER]).map((part) => part[NUMBER])));
    for (const number of found.finished ?? []) if (ways(number).length <= step) for (const part of ways(number)) held.add(part[NUMBER]);
    for (const [number, box] of boxes) {
      const at = ways(number).length;
      box.hidden = at > step;
      box.classList.toggle("generation-held", held.has(number));
    }
    for (const line of lines.children) {
      line.toggleAttribute("hidden", Number(line.dataset.step) > step);
      line.style.display = Number(line.dataset.step) > step ? "none" : "";
      line.classList.toggle("generation-held", held.has(Number(line.dataset.number)));
    }
    const lost = (found.steps?.[step - 1] ?? []).filter((one) => one[FATE] === "pruned").length;
    const kept = (found.steps?.[step - 1]?.length ?? 0) - lost;
    said.replaceChildren(...(found.steps?.length ? [`step ${step} of ${found.steps.length}: ${kept} held, ${lost} pruned`] : []));
  };

  return {
    element,
    draw(next, { live, can }) {
      asks.hidden = !(live && can);
      const fresh = next.steps !== found.steps;
      found = next;
      slider.hidden = !found.steps?.length;
      if (!fresh) return;
      all = new Map((found.steps ?? []).flat().map((one) => [one[NUMBER], one]));
      const [best, rival] = [found.best, found.rival].map((text) => marked(found, text));
      boxes = new Map();
      const paths = [];
      (found.steps ?? []).forEach((column, s) => column.forEach((one, rank) => {
        const signs = [best.has(one[NUMBER]) ? "generation-best" : "", rival.has(one[NUMBER]) ? "generation-rival" : "", `generation-${one[FATE]}`].filter(Boolean).join(" ");
        const words = [best.has(one[NUMBER]) && "in the best text", rival.has(one[NUMBER]) && "in the better text that was pruned"].filter(Boolean);
        const box = h("button", { type: "button", tabindex: "-1", "data-number": one[NUMBER], class: `generation-one ${signs}`, "aria-label": [`step ${s + 1}, ${rank + 1} of ${column.length}: ${visible(one[PIECE])}`, `${number3(one[LOGP])} nats`, one[FATE], ...words].join(", ") },
          h("span", { class: "kit-chip" }, short(one[PIECE], 9)), h("em", {}, number3(one[LOGP])));
        Object.assign(box.style, { left: `${s * COLUMN}px`, top: `${rank * ROW}px`, width: `${CHIP}px` });
        boxes.set(one[NUMBER], box);
        const before = s ? found.steps[s - 1].findIndex((other) => other[NUMBER] === one[PARENT]) : -1;
        if (before >= 0) paths.push(link(one, s, before, rank, signs));
      }));
      lines.replaceChildren(...paths);
      const [wide, high] = [(found.steps?.length ?? 0) * COLUMN, Math.max(0, ...(found.steps ?? []).map((column) => column.length)) * ROW];
      Object.assign(board.style, { width: `${wide}px`, height: `${high}px` });
      for (const [name, value] of Object.entries({ width: wide, height: high })) lines.setAttribute(name, value);
      board.replaceChildren(lines, ...boxes.values());
      if (!boxes.size) board.replaceChildren(h("p", { class: "kit-soft" }, live && can ? "Search holds several texts at once, and lets the unlikely ones go at every step." : "No beam search was run here."));
      focus = boxes.keys().next().value ?? null;
      rove();
      slider.max = Math.max(1, found.steps?.length ?? 1);
      show(found.steps?.length ?? 1);
    },
    /** How it ended, in two lines. */
    words() {
      if (!found.steps?.length) return null;
      const text = found.best && [...all.values()].filter((one) => marked(found, found.best).has(one[NUMBER])).map((one) => one[PIECE]).join("");
      const from = found.pieces.length ? `after “…${found.pieces.slice(-4).join("")}” ` : "";
      const first = found.best ? [`best of width ${found.width ?? "?"} ${from}: ${number3(found.best.logp)} nats `, soft(text)] : [`${found.steps.length} steps`];
      const { rival } = found;
      const away = rival && found.steps.findIndex((column) => !column.some((one) => one[FATE] !== "pruned" && marked(found, rival).has(one[NUMBER])));
      return [first, rival ? `${rival.width ? `Width ${rival.width} found a better text (${number3(rival.logp)} nats)` : "The dashed text"}: ${away < 0 ? "held to the end here" : `here it was pruned at step ${away + 1}`}.` : soft("Point at a hypothesis, or walk with the arrows; the slider steps through the search.")];
    },
  };
}

/** The hypotheses that are beginnings of a text. */
function marked({ steps = [] }, text) {
  const found = new Set();
  let parent = -1;
  for (const [s, column] of text ? steps.entries() : []) {
    const one = column.find((other) => other[PARENT] === parent && other[ID] === text.ids[s]);
    if (!one) break;
    found.add((parent = one[NUMBER]));
  }
  return found;
}

function link(one, s, before, rank, signs) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const [x, y, to, end] = [(s - 1) * COLUMN + CHIP, before * ROW + ROW / 2 - 1, s * COLUMN, rank * ROW + ROW / 2 - 1];
  line.setAttribute("d", `M${x} ${y}C${x + 10} ${y} ${to - 10} ${end} ${to} ${end}`);
  line.setAttribute("class", signs);
  Object.assign(line.dataset, { number: one[NUMBER], step: s + 1 });
  return line;
}
