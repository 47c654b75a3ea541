// The growing prediction in words: headline, detail lines, the table.

import { chip, h, number, soft, visible } from "../glass/kit.js";
import { whole } from "./measures.js";

export const KEYS = [
  ["← → ↑ ↓", "another cell"], ["Home End", "first, last token"], ["Page ↑ ↓", "embedding, last layer"],
  ["m", "another measure"], ["t", "the other lens"], ["e", "more or fewer layers"], ["Enter", "follow the cell's best guess"],
  ["n", "follow what comes next"], ["Esc", "let go"],
];

export const headline = (model, { lenses, layers, size }) => [
  ...(model ? [model] : []), "what each layer would say", `${layers.length} rows × ${size} token${size === 1 ? "" : "s"}`,
  ...(lenses.length === 1 ? [`${lenses[0]} lens`] : []),
].join(" · ");

const ordinal = (n) => `${whole(n)}${n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th")}`;

/** One cell in words, and when its position was made up. */
export function cellLines({ reading, lens, cell }) {
  const { piece, prob, kl, entropy, rank, chance } = reading.says(lens, cell.row, cell.token);
  const [last, row] = [reading.says(lens, reading.last, cell.token), reading.settled(lens, cell.token)];
  const target = reading.targets[cell.token];
  const next = rank > 1 ? ["; ", chip(target, { most: 16 }), ` is ${ordinal(rank)}, ${number(chance)}`] : rank ? [", the piece that is followed"] : [];
  return [
    [h("strong", {}, reading.layers[cell.row]), " after ", chip(reading.pieces[cell.token], { special: reading.special[cell.token], most: 16 }), soft(` ${cell.token}`),
      ": ", chip(piece, { most: 16 }), ` ${number(prob)}`, ...next, soft(` · ${number(kl)} nats from the end · entropy ${number(entropy)} nats`)],
    ["In the end ", chip(last.piece, { most: 16 }), ` ${number(last.prob)}`, row === reading.last ? ", which only the last layer makes the best guess." : `, the best guess from ${reading.layers[row]} on.`,
      soft(" Underlined: the same guess as in the end.")],
  ];
}

/** The whole grid as numbers. */
export function table(reading, lens) {
  const columns = ["position", "token", "row", "best guess", "probability", "followed", "rank", "its probability", "KL to the end, nats", "entropy, nats"];
  const rows = reading.pieces.flatMap((piece, token) => reading.layers.map((name, row) => {
    const says = reading.says(lens, row, token);
    const followed = says.rank ? [visible(reading.targets[token]), says.rank, number(says.chance)] : ["", "", ""];
    return [token, visible(piece), name, visible(says.piece), number(says.prob), ...followed, number(says.kl), number(says.entropy)];
  }));
  return { columns, rows };
}
