// A piece of text looks the same wherever it stands: everything in it is to be seen, and it keeps its place.

const NAMES = {
  0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0b: "VT", 0x0c: "FF", 0x0d: "CR", 0x1b: "ESC",
  0x7f: "DEL", 0xa0: "NBSP", 0xad: "SHY", 0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ",
  0x200e: "LRM", 0x200f: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE",
  0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI",
  0x2068: "FSI", 0x2069: "PDI", 0xfeff: "BOM",
};
const EDGES = /^ +| +$| +(?=\n)|(?<=\n) +/g;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]|(?! )\p{Zs}/gu;

function named(char) {
  if (char === "\n") return "⏎";
  if (char === "\t") return "⇥";
  const code = char.codePointAt(0);
  return `⟨${NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}⟩`;
}

/** A piece with everything in it to be seen: outer spaces ·, newline ⏎, tab ⇥, others by name. */
export function visible(piece) {
  if (!piece) return "⟨empty⟩";
  const shown = piece.replace(EDGES, (run) => "·".repeat(run.length)).replace(HIDDEN, named);
  return /^\p{M}/u.test(piece) ? `◌${shown}` : shown;
}

/** The same, cut after `most` characters with an ellipsis. */
export function short(piece, most = 16) {
  const letters = [...visible(piece)];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
}

/** The piece as a chip. `special` frames it. */
export function chip(piece, { special = false, tag = "span", most = Infinity } = {}) {
  const element = document.createElement(tag);
  element.className = special ? "kit-chip kit-special" : "kit-chip";
  element.textContent = short(piece, most);
  return element;
}
