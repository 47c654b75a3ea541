// A text as its pieces, coloured by a value. A click, or the arrows and Enter, picks a piece.
import { chip, floats, h, hoverOf, ints, isDark, keys, legend, listen, number, onTheme, pick, scale, sessionOf } from "./kit.js";
import { frame } from "./frame.js";

const KEYS = [
  ["← →", "the piece before, after"], ["↑ ↓", "the line above, below"], ["Home End", "the first, the last piece"],
  ["Enter", "pin the piece"], ["Esc", "let it go"], ["?", "these keys"],
];
const LONGEST_WORD = 24;

/** Everything the picture needs, read from the model once per change. */
export function read(model) {
  const bytes = model.get("_numbers");
  const whole = (name) => (bytes[name] ? ints(bytes[name]) : null);
  const names = model.get("names");
  return {
    pieces: model.get("pieces"), names, units: model.get("_units"),
    values: names.map((_, i) => floats(bytes[`value ${i}`])),
    ids: whole("ids"), spans: whole("spans"), special: whole("special"), top: whole("top"),
    shares: bytes.shares ? floats(bytes.shares) : null, expected: model.get("_expected"),
    text: bytes.text ? new Uint8Array(bytes.text.buffer, bytes.text.byteOffset, bytes.text.byteLength) : null,
  };
}

/** Which piece opens a new word, so that lines break between words as in running text. */
export function opensWord(pieces, i, length) {
  return i === 0 || /^\s/.test(pieces[i]) || /\s$/.test(pieces[i - 1]) || length + pieces[i].length > LONGEST_WORD;
}

/** Lowest and highest finite value, from 0 when nothing is below it. */
export function range(values) {
  let [low, high] = [0, 0];
  for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high, signed: low < 0 };
}

function laid({ pieces, special }) {
  const [chips, words] = [[], []];
  let length = 0;
  pieces.forEach((piece, i) => {
    const box = chip(piece, { special: Boolean(special?.[i]) });
    box.classList.add("tokens-piece");
    box.dataset.at = i;
    box.setAttribute("role", "option");
    box.tabIndex = -1;
    chips.push(box);
    if (opensWord(pieces, i, length) || special?.[i] || special?.[i - 1]) {
      words.push(h("span", { class: "tokens-word", role: "presentation" }));
      length = 0;
    }
    length += piece.length;
    words.at(-1).append(box);
    if (piece.endsWith("\n")) words.push(h("span", { class: "tokens-break", role: "presentation" }));
  });
  return { chips, words: words.filter((word) => word.hasChildNodes() || word.className === "tokens-break") };
}

function hex(data, i) {
  const [from, to] = [data.spans[2 * i], data.spans[2 * i + 1]];
  const bytes = data.text ? [...data.text.slice(from, to)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()) : [];
  const some = bytes.length > 8 ? [...bytes.slice(0, 8), "…"] : bytes;
  return `bytes ${from}–${to}${some.length ? `: ${some.join(" ")}` : ""}`;
}

function facts(data, i) {
  const parts = [h("span", { class: "kit-soft tokens-at" }, String(i)), chip(data.pieces[i], { special: Boolean(data.special?.[i]), most: 32 })];
  if (data.ids) parts.push(`id ${data.ids[i]}`);
  if (data.spans) parts.push(hex(data, i));
  data.names.forEach((name, k) => parts.push(`${name} ${number(data.values[k][i] ?? NaN, data.units[k])}`));
  return parts.map((part) => h("span", { class: "tokens-fact" }, part));
}

function next(data, i) {
  if (!data.top) return "";
  const width = data.top.length / data.pieces.length;
  const shown = Array.from({ length: width }, (_, k) => i * width + k).flatMap((at) => [
    h("span", { class: "tokens-fact" }, chip(data.expected[data.top[at]], { most: 20 }), ` ${number(data.shares[at])}`)]);
  return [h("span", { class: "tokens-fact kit-soft" }, "expected next, with probability"), ...shown];
}

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let [data, chips, shown, focus] = [read(model), [], 0, 0];
    const view = frame({ el, model, session, signal }, { stem: "tokens", keys: KEYS, table: () => table(data) });
    const text = view.picture.appendChild(h("div", { class: "tokens-text", role: "listbox", "aria-label": "pieces" }));
    const inside = (i) => (i !== null && i >= 0 && i < chips.length ? i : null);

    const colour = () => {
      const values = data.values[shown] ?? [];
      const ruler = scale({ ...range(values), unit: data.units[shown], dark: isDark(view.root) });
      chips.forEach((box, i) => {
        const value = values[i] ?? NaN;
        box.classList.toggle("tokens-unknown", data.names.length > 0 && Number.isNaN(value));
        ruler.ground(box, value);
        box.setAttribute("aria-label", [`${i}: ${box.textContent}`, data.names.length && number(value, data.units[shown])].filter(Boolean).join(", "));
      });
      view.tools.replaceChildren(...(data.names.length ? [...choice(), legend(ruler, data.names[shown])] : []));
      view.title(headline(model, data, shown), model.get("summary"));
    };
    const choice = () => (data.names.length < 2 ? [] : [h("select", {
      class: "tokens-choice", "aria-label": "colour by", onchange: (event) => { shown = event.target.selectedIndex; colour(); },
    }, ...data.names.map((name, i) => h("option", { selected: i === shown }, name)))]);

    const mark = (name, i) => {
      text.querySelector(`.${name}`)?.classList.remove(name);
      chips[i]?.classList.add(name);
    };
    const look = () => {
      const [picked, over] = [inside(session.get("token")), inside(hover.get().token)];
      mark("tokens-picked", picked);
      mark("tokens-over", over);
      text.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
      if (picked !== null) chips[picked].setAttribute("aria-selected", "true");
      const at = over ?? picked;
      if (at === null) view.tell(model.get("summary"), h("span", { class: "kit-soft" }, "Point at a piece, or use the arrows; Enter or a click pins it."));
      else view.tell(facts(data, at), next(data, at));
    };
    const rove = (i) => {
      chips[focus]?.setAttribute("tabindex", "-1");
      focus = i;
      chips[focus]?.setAttribute("tabindex", "0");
    };
    const build = () => {
      data = read(model);
      shown = Math.min(shown, Math.max(0, data.names.length - 1));
      const made = laid(data);
      chips = made.chips;
      text.replaceChildren(...made.words);
      rove(Math.min(inside(session.get("token")) ?? 0, Math.max(0, chips.length - 1)));
      colour();
      look();
      view.refresh();
    };

    const choose = (i) => pick(session, { token: i });
    const move = (i) => {
      rove(Math.min(Math.max(i, 0), chips.length - 1));
      chips[focus].focus();
      if (inside(session.get("token")) !== null) choose(focus);
    };
    keys(text, {
      ArrowLeft: () => move(focus - 1), ArrowRight: () => move(focus + 1),
      ArrowUp: () => move(nearest(chips, focus, -1)), ArrowDown: () => move(nearest(chips, focus, 1)),
      Home: () => move(0), End: () => move(chips.length - 1),
      Enter: () => choose(focus), " ": () => choose(focus), Escape: () => choose(null),
    }, signal);
    const at = (event) => { const box = event.target.closest(".tokens-piece"); return box ? Number(box.dataset.at) : null; };
    const on = (name, call) => text.addEventListener(name, call, { signal });
    on("click", (event) => { const i = at(event); if (i !== null) { rove(i); choose(i === session.get("token") ? null : i); } });
    on("mouseover", (event) => hover.set({ token: at(event) }));
    on("mouseleave", () => hover.set({ token: null }));
    on("focusin", (event) => { const i = at(event); if (i !== null) { rove(i); hover.set({ token: i }); } });
    on("focusout", () => hover.set({ token: null }));
    signal.addEventListener("abort", () => hover.set({ token: null }));

    hover.listen(look, signal);
    listen(session, "change:token", () => { look(); reveal(text, chips[inside(session.get("token"))]); }, signal);
    listen(model, "change:pieces change:names change:_numbers change:_expected change:_units", soon(build), signal);
    listen(model, "change:title change:summary change:model_name", soon(() => { colour(); look(); }), signal);
    onTheme(colour, signal);
    build();
  },
};

/** Several traits of one message, one redraw. */
function soon(draw) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    queueMicrotask(() => { due = false; draw(); });
  };
}

function headline(model, data, shown) {
  const what = data.names.length ? `${data.names[shown][0].toUpperCase()}${data.names[shown].slice(1)} of each piece` : "Pieces";
  return [model.get("title") || what, model.get("model_name"), `${data.pieces.length.toLocaleString("en")} pieces`].filter(Boolean).join(" · ");
}

/** The piece of the next line, up or down, that stands nearest. */
function nearest(chips, from, way) {
  const here = chips[from].getBoundingClientRect();
  let [best, line] = [from, null];
  for (let i = from + way; i >= 0 && i < chips.length; i += way) {
    const box = chips[i].getBoundingClientRect();
    if (Math.abs(box.top - here.top) < 4) continue;
    if (line !== null && Math.abs(box.top - line) > 4) break;
    if (line === null || Math.abs(box.left - here.left) < Math.abs(chips[best].getBoundingClientRect().left - here.left)) best = i;
    line = box.top;
  }
  return best;
}

/** Scroll the text, never the notebook, until the piece shows. */
function reveal(text, box) {
  if (!box) return;
  const [outer, inner] = [text.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top) text.scrollTop -= outer.top - inner.top + 8;
  else if (inner.bottom > outer.bottom) text.scrollTop += inner.bottom - outer.bottom + 8;
}

function table(data) {
  const known = [["id", data.ids && ((i) => data.ids[i])], ["bytes", data.spans && ((i) => hex(data, i).slice(6))]].filter(([, of]) => of);
  const columns = ["position", "piece", ...known.map(([name]) => name), ...data.names.map((name, k) => (data.units[k] ? `${name} (${data.units[k]})` : name))];
  const rows = data.pieces.map((piece, i) => [i, chip(piece).textContent, ...known.map(([, of]) => of(i)), ...data.values.map((values) => number(values[i] ?? NaN))]);
  return { columns, rows };
}
