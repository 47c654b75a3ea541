// The logit lens at one moment: for each token of the prompt, what every layer would say comes next.

import { chip, css, h, ink, keys, legend, pick, scale, sequential } from "../glass/kit.js";

const LEVELS = 64;
const [ROW, SEEN] = [19, 14]; // pixels of a row, and how many show at once: only those are drawn

/** Builds the panel; `tell({row, token}|null)` says which cell the mouse is over, `again()` asks for a drawing. */
export function lens({ signal, life, session, hover, tell, again, along, common }) {
  const followed = life.says(0, 0, 0).chance >= 0 && life.targets.some(Boolean);
  const key = h("span");
  const turn = h("button", { class: "kit-button", type: "button", "aria-pressed": "false", title: "rank of the piece that does come next, shaded by its probability (n)", onclick: () => flip() }, "true next");
  turn.hidden = !followed;
  const cell = (child = "", name = "") => h("span", { class: `life-cell ${name}` }, child);
  const box = h("div", { class: "life-grid", tabindex: "0", role: "application", "aria-label": "best guess of each layer, tokens down; arrows move the token" },
    ...["token", ...life.layers, followed ? "next" : ""].map((name) => cell(name, "life-column")));
  box.style.gridTemplateColumns = `max-content repeat(${life.layers.length}, minmax(0, 1fr)) max-content`;
  const rows = life.pieces.map((piece, token) => {
    const cells = life.layers.map((_, row) => Object.assign(cell("", "life-guess"), { token, row }));
    const ends = [chip(piece, { special: life.special[token], most: 10 }), life.targets[token] ? chip(life.targets[token], { most: 10 }) : ""].map((end) => Object.assign(cell(end), { token }));
    box.append(ends[0], ...cells, ends[1]);
    return { head: ends[0], cells };
  });
  const element = h("div", { class: "life-panel life-lens" }, h("div", { class: "life-top" }, h("strong", {}, "Logit lens"), key, turn), box);
  let [chances, theme, colours, now, first] = [false, null, [], null, 0];

  const flip = () => { if (!followed) return; chances = !chances; turn.setAttribute("aria-pressed", String(chances)); again(); };
  const at = ({ target }) => { const one = target.closest(".life-cell"); return one?.token === undefined ? null : one; };
  const on = (type, call) => box.addEventListener(type, call, { signal });
  on("pointerover", (event) => { const one = at(event); hover.set({ token: one?.token ?? null }); tell(one?.row === undefined ? null : { row: one.row, token: one.token }); });
  on("pointerleave", () => { hover.set({ token: null }); tell(null); });
  on("click", (event) => { const one = at(event); if (one) pick(session, { token: one.token === session.get("token") ? null : one.token }); });
  keys(box, { ...common, ArrowUp: along(-1), ArrowDown: along(1), n: flip }, signal);

  function fillRows() {
    for (const { cells } of rows.slice(first, first + SEEN)) for (const one of cells) fill(one, life.says(now.moment, one.row, one.token), chances, colours);
  }
  on("scroll", () => { first = Math.floor(box.scrollTop / ROW); fillRows(); });

  return {
    element,
    draw(look) {
      if (theme !== look.theme) {
        theme = look.theme;
        colours = Array.from({ length: LEVELS + 1 }, (_, level) => sequential(level / LEVELS, theme.dark)).map((rgb) => [css(rgb), css(ink(rgb))]);
        key.replaceChildren(legend(scale({ low: 0, high: 1, dark: theme.dark }), "probability"));
      }
      const moved = look.settled !== now?.settled;
      now = look;
      rows.forEach(({ head }, token) => { if (head.here !== (head.here = token === look.token)) head.classList.toggle("life-here", head.here); });
      if (moved) reveal(box, rows[look.settled].head);
      fillRows();
    },
  };
}

/** One cell, touched only where it changes. */
function fill(one, { label, prob, chance, rank }, chances, colours) {
  const says = chances ? (rank ? `${rank}.` : "") : label;
  if (says !== one.says) one.textContent = one.says = says;
  const colour = colours[Math.round((chances ? chance : prob) * LEVELS)];
  if (colour !== one.colour) [one.colour, one.style.backgroundColor, one.style.color] = [colour, ...colour];
  if (one.right !== (one.right = rank === 1)) one.classList.toggle("life-right", one.right);
}

/** Scroll the panel, and nothing around it, until the row is to be seen below the names of the layers. */
function reveal(box, { offsetTop: top, offsetHeight: high }) {
  box.scrollTop = Math.min(top - high, Math.max(box.scrollTop, top + high - box.clientHeight));
}
