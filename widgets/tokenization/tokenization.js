// One text, typed once, cut by several tokenizers: piece under piece, letter over letter.
import { asker, h, hoverOf, isLive, keys, listen, onWidth, pick, sessionOf, short, soft } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { beneath, covering, read, toBytes, toLetters, worded } from "./data.js";
import { drawn, letterOf, perPiece, table } from "./rows.js";

const KEYS = [
  ["← →", "the piece before, after, of the same tokenizer"], ["↑ ↓", "the tokenizer above, below"], ["Home End", "the first, the last piece"],
  ["Enter, click", "pick the piece's part of the text"], ["Shift + ← →", "pick more, less of the text"], ["Esc", "let it go"],
];

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let [data, cells, focus, over, room, letter, end] = [read({}), [], 0, null, 0, 8, 0];
    const view = frame({ el, model, session, signal }, { stem: "tokenization", keys: KEYS, table: () => table(data) });

    // What is typed, and the texts that stand ready.
    const text = h("textarea", { class: "tokenization-text", rows: 1, maxlength: 20_000, spellcheck: "false", "aria-label": "text to cut" });
    const examples = h("div", { class: "tokenization-examples" });
    const body = h("div", { class: "tokenization-body" });
    const under = h("select", { class: "tokenization-choice", "aria-label": "under each piece" }, ...["ids", "bytes", "nothing"].map((what) => h("option", {}, what)));
    view.tools.append(h("label", {}, "under each piece ", under));
    view.picture.append(text, examples, body);

    const ask = asker(model, session, "cut", { answered: () => view.stale(""), failed: view.stale, busy: view.busy, signal });
    const typed = () => { fit(); ask({ text: text.value }); };
    const fit = () => {
      text.style.height = "auto";
      text.style.height = `${Math.min(text.scrollHeight + 2, 120)}px`;
    };
    const choose = (one) => {
      text.value = one.shown?.text ?? one.text;
      fit();
      view.stale(one.error ?? "");
      // What stands ready shows at once; Python hears of it where there is one.
      if (one.shown) model.set({ picked: null, _shown: one.shown });
      ask({ text: text.value });
    };
    const offer = () => {
      const live = isLive(model, session) && model.get("_asks");
      text.readOnly = !live;
      const ready = model.get("_examples").filter((one) => live || one.shown);
      examples.replaceChildren(...(ready.length ? [soft("try")] : []),
        ...ready.map((one) => h("button", { class: "kit-button", type: "button", onclick: () => choose(one) }, one.name)),
        ...(live ? [] : [soft(model.get("_asks") ? "A saved page: these texts only." : "This text only.")]));
    };

    const picked = () => (model.get("picked")?.length ? toBytes(data, model.get("picked")) : null);
    const pickText = (span) => {
      const leading = data.cuts[model.get("leading")];
      const inside = span && leading ? leading.boxes.find((box) => box.start < span[1] && box.stop > span[0]) : null;
      model.set("picked", span && toLetters(data, span));
      model.save_changes();
      pick(session, { token: inside ? inside.from : null });
    };
    const spanOf = ({ box }) => [box.start, box.stop];
    /** The part of the text that the session's token stands for. */
    const follow = () => {
      const [cut, token] = [data.cuts[model.get("leading")], session.get("token")];
      const box = token === null ? null : cut?.boxes.find(({ from, to }) => from <= token && token < to);
      if (!box) return void (token === null && model.set("picked", null));
      const now = picked();
      if (!now || now[0] >= box.stop || now[1] <= box.start) model.set("picked", toLetters(data, [box.start, box.stop]));
    };

    const look = () => {
      const token = hover.get().token;
      const leading = data.cuts[model.get("leading")];
      const hovered = over ?? (token === null ? null : leading?.boxes.find(({ from, to }) => from <= token && token < to));
      const span = hovered ? [hovered.start, hovered.stop] : picked();
      const held = picked();
      const meets = ({ box }, part) => Boolean(part && box.start < part[1] && box.stop > part[0]);
      for (const one of cells) {
        one.element.classList.toggle("tokenization-over", Boolean(hovered) && meets(one, span));
        one.element.classList.toggle("tokenization-picked", meets(one, held));
        one.element.setAttribute("aria-selected", String(meets(one, held)));
      }
      if (!span) return view.tell(costs(data), soft("Point at a piece, or mark some of the text: the pieces that hold it stand out in every row."));
      view.tell(part(data, span), among(data, span));
    };
    const rove = (to) => {
      cells[focus]?.element.setAttribute("tabindex", "-1");
      focus = Math.min(Math.max(to, 0), Math.max(0, cells.length - 1));
      cells[focus]?.element.setAttribute("tabindex", "0");
    };
    const draw = () => {
      if (!room) return;
      letter = letterOf(body);
      const made = drawn(body, data, { under: model.get("under"), room, letter });
      [cells, end] = [made.cells, made.end];
      if (end < data.raw.length) body.append(soft(`The first ${end.toLocaleString("en")} of ${data.raw.length.toLocaleString("en")} bytes are drawn; the counts are of the whole text.`));
      rove(focus);
      look();
      view.refresh();
    };
    const build = () => {
      data = read(model.get("_shown"));
      if (document.activeElement !== text) { text.value = data.text; requestAnimationFrame(fit); }
      under.value = model.get("under");
      over = null;
      view.title(model.get("title") || headline(data), model.get("summary"));
      draw();
    };

    /** The cell beside this one: of the same tokenizer, or of the next at the same place. */
    const beside = (by) => {
      const row = cells.map((_, i) => i).filter((i) => cells[i].row === cells[focus]?.row);
      return row[Math.min(Math.max(row.indexOf(focus) + by, 0), row.length - 1)];
    };
    const across = (by) => {
      const { row, box } = cells[focus];
      const found = cells.findIndex((one) => one.row === row + by && one.box.stop > box.start);
      return found < 0 ? focus : found;
    };
    const go = (to) => {
      if (!cells.length) return;
      rove(to);
      cells[focus].element.focus();
      over = cells[focus].box;
      look();
    };
    const stretch = (by) => {
      const [start, stop] = picked() ?? spanOf(cells[focus]);
      const wider = by > 0 ? cells[beside(1)].box.stop : Math.max(start, cells[focus].box.start);
      go(beside(by));
      pickText([Math.min(start, cells[focus].box.start), by > 0 ? Math.max(stop, wider) : Math.max(cells[focus].box.stop, start)]);
    };
    const along = (by) => (event) => (cells.length && event.shiftKey ? stretch(by) : go(beside(by)));
    keys(body, {
      ArrowLeft: along(-1), ArrowRight: along(1), ArrowUp: () => go(across(-1)), ArrowDown: () => go(across(1)),
      Home: () => go(beside(-Infinity)), End: () => go(beside(Infinity)),
      Enter: () => pickText(spanOf(cells[focus])), " ": () => pickText(spanOf(cells[focus])), Escape: () => { over = null; pickText(null); },
    }, signal);

    const at = (event) => { const box = event.target.closest(".tokenization-box"); return box ? cells.findIndex(({ element }) => element === box) : -1; };
    const point = (i) => {
      const next = i < 0 ? null : cells[i].box;
      if (next === over) return;
      over = next;
      hover.set({ token: next && cells[i].row === model.get("leading") ? next.from : null });
      look();
    };
    const on = (name, call) => body.addEventListener(name, call, { signal });
    on("mouseover", (event) => point(at(event)));
    on("mouseleave", () => point(-1));
    on("focusout", () => point(-1));
    on("click", (event) => {
      const i = at(event);
      if (i < 0) return;
      rove(i);
      const [span, now] = [spanOf(cells[i]), picked()];
      pickText(now && now[0] === span[0] && now[1] === span[1] ? null : span);
    });
    text.addEventListener("input", typed, { signal });
    text.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
    // A part marked in the line of text is a part picked.
    text.addEventListener("select", () => {
      const marked = [text.selectionStart, text.selectionEnd].map((end) => [...text.value.slice(0, end)].length);
      if (text.value === data.text && marked[0] < marked[1]) pickText(toBytes(data, marked));
    }, { signal });
    under.addEventListener("change", () => { model.set("under", under.value); model.save_changes(); }, { signal });
    signal.addEventListener("abort", () => hover.set({ token: null }));

    listen(model, "change:_shown change:title", build, signal);
    listen(model, "change:under", () => { under.value = model.get("under"); draw(); }, signal);
    listen(model, "change:picked", look, signal);
    listen(model, "change:_examples", offer, signal);
    listen(session, "change:token", follow, signal);
    listen(session, "comm_live_update", offer, signal);
    hover.listen(look, signal);
    onWidth(body, (width) => { room = width; draw(); }, signal);
    offer();
    build();
    if (!picked()) follow();
  },
};

const some = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
const headline = (data) => `One text, ${some(data.cuts.length, "tokenizer")} · ${some([...data.text].length, "character")}, ${some(data.raw.length, "byte")}`;

/** Characters per piece, of every tokenizer. */
const costs = (data) => [soft("characters per piece: "), ...data.cuts.map((cut) => h("span", { class: "tokenization-fact" }, soft(`${cut.name} `), perPiece(data, cut)))];

const piece = (text) => h("span", { class: "kit-chip" }, text);

/** The part of the text, in letters and bytes. */
function part(data, span) {
  const raw = data.raw.subarray(...span);
  const [first, last] = toLetters(data, span);
  const values = beneath(data, null, { start: span[0], stop: Math.min(span[1], span[0] + 16) }, "bytes");
  return [piece(short([...data.text].slice(first, last).join(""), 30)),
    ` ${last - first === 1 ? `character ${first}` : `characters ${first}–${last - 1}`} · ${some(raw.length, "byte")} `, soft(values + (raw.length > 16 ? " …" : ""))];
}

/** The pieces that hold it, of every tokenizer. */
function among(data, span) {
  return data.cuts.map((cut) => {
    const boxes = covering(cut, span);
    const shown = boxes.slice(0, 5).flatMap((box, i) => [i ? " " : "", piece(short(worded(cut, box), 14))]);
    return h("span", { class: "tokenization-fact" }, soft(`${cut.name} `), ...(boxes.length ? shown : ["none"]), boxes.length > 5 ? ` … ${boxes.length}` : "");
  });
}
