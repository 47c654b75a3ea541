// The text behind the picture of tokens: read from the model, laid out, told, and tabled.
import { chip, floats, h, ints, number } from "../glass/kit.js";

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

/** The pieces as chips, and the words that keep them together when lines break. */
export function laid({ pieces, special }) {
  const [chips, words] = [[], []];
  let length = 0;
  pieces.forEach((piece, i) => {
    const box = chip(piece, { special: Boolean(special?.[i]) });
    box.classList.add("tokens-piece");
    box.dataset.at = i;
    box.setAttribute("role", "option");
    box.setAttribute("aria-selected", "false");
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

/** What is known of piece i, for the detail line. */
export function facts(data, i) {
  const parts = [h("span", { class: "kit-soft tokens-at" }, String(i)), chip(data.pieces[i], { special: Boolean(data.special?.[i]), most: 32 })];
  if (data.ids) parts.push(`id ${data.ids[i]}`);
  data.names.forEach((name, k) => parts.push(`${name} ${number(data.values[k][i] ?? NaN, data.units[k])}`));
  if (data.spans) parts.push(hex(data, i));
  return parts.map((part) => h("span", { class: "tokens-fact" }, part));
}

/** What the model expects after piece i. */
export function next(data, i) {
  if (!data.top) return "";
  const width = data.top.length / data.pieces.length;
  const shown = Array.from({ length: width }, (_, k) => i * width + k).flatMap((at) => [
    h("span", { class: "tokens-fact" }, chip(data.expected[data.top[at]], { most: 20 }), ` ${number(data.shares[at])}`)]);
  return [h("span", { class: "tokens-fact kit-soft" }, "expected next, with probability"), ...shown];
}

/** The picture as numbers. */
export function table(data) {
  const known = [["id", data.ids && ((i) => data.ids[i])], ["bytes", data.spans && ((i) => hex(data, i).slice(6))]].filter(([, of]) => of);
  const columns = ["position", "piece", ...known.map(([name]) => name), ...data.names.map((name, k) => (data.units[k] ? `${name} (${data.units[k]})` : name))];
  const rows = data.pieces.map((piece, i) => [i, chip(piece).textContent, ...known.map(([, of]) => of(i)), ...data.values.map((values) => number(values[i] ?? NaN))]);
  return { columns, rows };
}
