// A token's attention as text: where it looks, and who looks at it, in chips shaded by weight.

import { chip, css, h, ink, sequential } from "../glass/kit.js";
import { strongest } from "./data.js";
import { position, tinted } from "./paint.js";

export const WHOLE = 160; // texts up to so many pieces are shown whole
const STRONG = 24; // of longer ones the strongest, and the surroundings of the token
const NEAR = 3;
const SMALL = 2; // gaps up to so many pieces are filled

/** The positions to show, in the order of the text. */
export function excerpt(tokens, token, values) {
  if (tokens <= WHOLE) return Array.from({ length: tokens }, (_, i) => i);
  const shown = new Set(values ? strongest(values, STRONG) : []);
  for (let i = token - NEAR; i <= token + NEAR; i++) if (i >= 0 && i < tokens) shown.add(i);
  shown.add(0);
  const order = [...shown].sort((a, b) => a - b);
  const near = (at, i) => (i && at - order[i - 1] <= SMALL + 1 ? Array.from({ length: at - order[i - 1] - 1 }, (_, n) => order[i - 1] + 1 + n) : []);
  return order.flatMap((at, i) => [...near(at, i), at]);
}

/** The colour of a weight on the look's scale. */
export const colourOf = (weight, { scale }) => sequential(tinted(position(weight, scale)), scale.dark);

/** Builds the two paragraphs; `pick(token)` and `hover(token|null)` are called. */
export function texts({ signal, pick, hover }) {
  const element = h("div", { class: "attention-texts" });
  const parts = ["row", "column"].map((side) => {
    const [head, body] = [h("div", { class: `attention-direction attention-${side}` }), h("div", { class: "attention-text" })];
    element.append(h("div", {}, head, body));
    return { side, head, body, shown: "" };
  });
  parts[0].body.setAttribute("tabindex", "0");
  parts[0].body.setAttribute("role", "application");
  parts[0].body.setAttribute("aria-label", "the text; arrows move the picked token");
  const tokenOf = (event) => { const one = event.target.closest("[data-token]"); return one && element.contains(one) ? Number(one.dataset.token) : null; };
  element.addEventListener("pointerover", (event) => hover(tokenOf(event)), { signal });
  element.addEventListener("pointerleave", () => hover(null), { signal });
  element.addEventListener("click", (event) => { const token = tokenOf(event); if (token !== null) pick(token); }, { signal });

  return {
    element,
    focus: parts[0].body,
    draw(look, both) {
      for (const part of parts) {
        const values = both?.[part.side] ?? null;
        heading(part, look);
        paragraph(part, look, values);
      }
    },
  };
}

function heading({ side, head }, look) {
  const { pieces, special, token } = look;
  const words = side === "row" ? " looks at" : " is looked at by";
  head.replaceChildren(h("span", { class: "attention-key" }), chip(pieces[token], { special: special[token], most: 16 }),
    h("span", { class: "kit-soft" }, ` ${token}`), words);
}

function paragraph(part, look, values) {
  const { pieces, special, tokens, token } = look;
  const positions = excerpt(tokens, token, values);
  const key = positions.join();
  if (key !== part.shown) {
    part.body.replaceChildren(...positions.flatMap((at, i) => {
      const gap = at - (i ? positions[i - 1] : -1) - 1;
      const piece = chip(pieces[at], { special: special[at], most: 24 });
      piece.dataset.token = at;
      return [...(gap ? [h("span", { class: "attention-gap" }, `… ${gap} …`)] : []), piece, ...(/\n/.test(pieces[at]) ? [h("br")] : [])];
    }), ...(tokens - 1 - positions.at(-1) ? [h("span", { class: "attention-gap" }, `… ${tokens - 1 - positions.at(-1)} …`)] : []));
    part.shown = key;
  }
  for (const piece of part.body.querySelectorAll("[data-token]")) shade(piece, Number(piece.dataset.token), part.side, look, values);
  if (!part.body.matches(":hover")) reveal(part.body, part.body.querySelector(".attention-here"));
}

/** Scroll a paragraph, and nothing around it, so that a chip is to be seen. */
function reveal(body, piece) {
  const top = piece.offsetTop - body.offsetTop;
  if (top < body.scrollTop) body.scrollTop = top;
  else if (top + piece.offsetHeight > body.scrollTop + body.clientHeight) body.scrollTop = top + piece.offsetHeight - body.clientHeight;
}

/** Colour a chip; what cannot be seen from here (later keys, earlier queries) stays uncoloured and soft. */
function shade(piece, at, side, look, values) {
  const { token, causal, firstShown } = look;
  const hidden = causal && (side === "row" ? at > token : at < token);
  const left = !firstShown && (side === "row" ? at === 0 : token === 0);
  const coloured = values && !hidden && !left;
  const ground = coloured ? colourOf(values[at], look) : null;
  piece.style.backgroundColor = ground ? css(ground) : "";
  piece.style.color = ground ? css(ink(ground)) : "";
  piece.classList.toggle("attention-unseen", hidden || left);
  piece.classList.toggle("attention-here", at === token);
}
