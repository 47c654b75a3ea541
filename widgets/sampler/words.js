// What the sampler says: names of rules, numbers as shares, sentences, and the code for what is set.
import { number } from "../glass/kit.js";
import { RULES } from "./rules.js";

export const NAMES = { repetition_penalty: "repetition", temperature: "temperature", top_k: "top-k", top_p: "top-p", min_p: "min-p", typical: "typical", greedy: "greedy" };
export const TIPS = {
  repetition_penalty: "Over 1, pieces that stand in the text become rarer: logits over 0 are divided by it, others multiplied.",
  temperature: "Divides the logits: over 1 the chances move together, under 1 apart; 0 takes the likeliest (greedy).",
  top_k: "So many of the likeliest pieces stay.",
  top_p: "The nucleus stays: the fewest pieces that together have this chance.",
  min_p: "Pieces with at least this share of the likeliest one's chance stay.",
  typical: "Pieces as surprising as the entropy says stay, the nearest first, up to this chance.",
};
const BOUNDS = {
  repetition_penalty: [(x) => x > 0 && x < Infinity, "a number over 0"],
  temperature: [(x) => x >= 0 && x < Infinity, "a number from 0 up"],
  top_k: [(x) => Number.isInteger(x) && x >= 1, "a whole number from 1 up"],
  top_p: [(x) => x >= 0 && x <= 1, "a number from 0 to 1"],
  min_p: [(x) => x >= 0 && x <= 1, "a number from 0 to 1"],
  typical: [(x) => x > 0 && x <= 1, "a number over 0, up to 1"],
  seed: [(x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32, "a whole number from 0 to 4294967295"],
};

/** Give an element a text, and leave it alone where it has it: no layout for nothing. */
export const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
export const percent = (share) => `${number(100 * share)} %`;
export const count = (many) => many.toLocaleString("en");
export const said = (value) => (value === null ? "off" : String(Number(value.toPrecision(6))));

/** A typed number, or an error that says what would do. Nothing, or "off", leaves the rule out. */
export function typed(rule, text) {
  const [fits, wanted] = BOUNDS[rule];
  const clean = text.trim().replace(",", ".");
  if (["", "off"].includes(clean.toLowerCase()) && rule in RULES) return RULES[rule];
  const value = Number(clean);
  if (!clean || !fits(value)) throw new Error(`${NAMES[rule] ?? rule} ${text.trim() || "(nothing)"}: ${wanted} is needed${rule in RULES ? ", or off" : ""}.`);
  return rule === "min_p" && !value ? null : value;
}

const set = (settings) => Object.entries({ ...RULES, ...settings }).filter(([rule, value]) => value !== RULES[rule]);

/** Settings in a few words: "temperature 0.7, top-p 0.9". */
export const brief = (settings) => set(settings).map(([rule, value]) => `${NAMES[rule]} ${said(value)}`).join(", ") || "the model's own";

/** The call that does what the sliders say. */
export function code([before = "", between = "", after = ""], settings, seed) {
  const rules = { temperature: settings.temperature, ...Object.fromEntries(set(settings)) };
  return `${before}${Object.entries(rules).map(([rule, value]) => `${rule}=${said(value)}`).join(", ")}${between}${seed}${after}`;
}

/** The picture in one sentence. */
export function overall(base, state) {
  const entropies = `entropy ${number(base.entropy)} → ${number(state.entropy, "nats")}, as of ${number(Math.exp(state.entropy))} equal choices`;
  return `${count(state.high - state.low)} of ${count(base.order.length)} pieces left, ${percent(state.cut)} of the chance cut; ${entropies}`;
}
