import assert from "node:assert/strict";
import { test } from "node:test";
import { chip, short, visible } from "../../widgets/glass/pieces.js";

test("white space and invisible characters are to be seen", () => {
  const shown = {
    " cat": "·cat", "  ": "··", "a b": "a b", "x ": "x·", "\n\n": "⏎⏎", "a \n b": "a·⏎·b", "\t": "⇥", "\r\n": "⟨CR⟩⏎", "\u00a0": "⟨NBSP⟩",
    "\u200b": "⟨ZWSP⟩", "\u202e": "⟨RLO⟩", "\u2028": "⟨LS⟩", "\0": "⟨NUL⟩", "\ue000": "⟨U+E000⟩", "\u{e0041}": "⟨U+E0041⟩", "": "⟨empty⟩", "\u0301": "◌\u0301",
  };
  for (const [piece, text] of Object.entries(shown)) assert.equal(visible(piece), text);
});

test("what can be seen already stays as it is", () => {
  for (const piece of ["cat", "שלום", "日本", "🙂", "⟨E2⟩", "<s>", "&amp;", "<img/src=x onerror=1>"]) assert.equal(visible(piece), piece);
});

test("a long piece is cut between characters, with an ellipsis", () => {
  assert.equal(short("abcdef", 4), "abc…");
  assert.equal(short("🙂🙂🙂🙂🙂", 3), "🙂🙂…");
  assert.equal(short("abcd", 4), "abcd");
});

test("a chip holds its piece as text and frames special ones", () => {
  globalThis.document = { createElement: (tag) => ({ tag }) };
  assert.deepEqual(chip("<b> "), { tag: "span", className: "kit-chip", textContent: "<b>·" });
  assert.match(chip("<s>", { special: true }).className, /kit-special/);
  delete globalThis.document;
});
