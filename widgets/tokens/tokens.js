// A text as its pieces, coloured by a value. A click, or the arrows and Enter, picks a piece.
import { h, hoverOf, isDark, keys, legend, listen, number, onTheme, pick, scale, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { facts, laid, next, range, read, table } from "./data.js";

const KEYS = [
  ["← →", "the piece before, after"], ["↑ ↓", "the line above, below"], ["Home End", "the first, the last piece"],
  ["Enter, click", "pin the piece"], ["Esc", "let it go"], ["?", "these keys"],
];
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
      text.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
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
      requestAnimationFrame(show);
    };
    const show = () => reveal(text, chips[inside(session.get("token"))]);

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
    listen(session, "change:token", () => { look(); show(); }, signal);
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
  return [model.get("title") || what, model.get("model_name"), `${data.pieces.length.toLocaleString("en")} ${data.pieces.length === 1 ? "piece" : "pieces"}`].filter(Boolean).join(" · ");
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
