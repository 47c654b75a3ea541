// What colours a cell: each measure's text, colour and legend.

import { css, h, ink, number, sequential, visible } from "../glass/kit.js";

export const NAMES = { guess: "best guess", rank: "rank", probability: "probability", kl: "KL to the end", entropy: "entropy" };
const LEVELS = 48;

/** The measure as a scale: `level(cell)` from 0 to 1 (NaN: nothing), `text(cell)`, `low` and `high` for the legend. */
export function measureOf(name, reading, theme) {
  const nats = (part) => {
    const high = reading.high(part);
    return { low: "0", high: `≥ ${number(high)} nats`, level: (cell) => cell[part] / high, text: (cell) => brief(cell[part]) };
  };
  const known = {
    guess: () => ({ low: "0", high: "1", level: (cell) => cell.prob, text: (cell) => visible(cell.piece), label: "probability of the best guess" }),
    rank: () => ({ low: whole(reading.worst), high: "1", level: ({ rank }) => (rank ? 1 - Math.log(rank) / Math.log(reading.worst) : NaN), text: ({ rank }) => (rank ? whole(rank) : ""), label: "rank, log scale" }),
    probability: () => ({ low: "0", high: "1", level: ({ chance }) => chance, text: ({ chance }) => (Number.isNaN(chance) ? "" : brief(chance)) }),
    kl: () => nats("kl"),
    entropy: () => nats("entropy"),
  };
  const found = { label: NAMES[name], ...known[name]() };
  const colours = Array.from({ length: LEVELS + 1 }, (_, i) => sequential(i / LEVELS, theme.dark)).map((rgb) => [css(rgb), css(ink(rgb))]);
  const nothing = ["transparent", "inherit"];
  return { ...found, colour: (cell) => colours[Math.round(Math.min(1, Math.max(0, found.level(cell))) * LEVELS)] ?? nothing };
}

/** A number as a cell has room for it; the line below the picture has three digits of all. */
const brief = (value) => (value > 0 && value < 0.001 ? "<0.001" : number(value));
export const whole = (count) => count.toLocaleString("en");

/** The scale's ends and colours. */
export function legendOf({ label, low, high }, dark) {
  const bar = h("span", { class: "kit-bar" });
  bar.style.background = `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => css(sequential(i / 8, dark))).join(", ")})`;
  return h("span", { class: "kit-legend", role: "img", "aria-label": `${label}: colours from ${low} to ${high}` },
    h("span", { class: "kit-name" }, label), h("span", {}, low), bar, h("span", {}, high));
}
