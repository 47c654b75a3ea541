// A number as a place on a slider, and how far a guess was off.
import { number } from "../glass/scales.js";

/** The slider's places: `at(value)` from 0 to 1, and `value(place)` rounded to what can be told apart. */
export function ruler({ ends, whole, log }) {
  const [low, high] = ends;
  const bend = log ? Math.log : Number;
  const span = bend(high) - bend(low);
  const step = whole ? 1 : 10 ** Math.floor(Math.log10((high - low) / 100));
  return {
    at: (value) => (log && value <= 0 ? 0 : (bend(value) - bend(low)) / span),
    value(place) {
      const raw = bend(low) + span * place;
      if (log) return whole ? Math.round(Math.exp(raw)) : Number(Math.exp(raw).toPrecision(2));
      return Number((Math.round(raw / step) * step).toPrecision(12));
    },
  };
}

/** How far the guess was off, in words: the difference, or on a scale of factors how many times. */
export function off(guess, truth, { log, whole }) {
  if (guess === truth) return "exactly";
  const way = guess < truth ? "too low" : "too high";
  if (log && guess > 0 && truth > 0) return `${number(Math.max(guess / truth, truth / guess))} times ${way}`;
  return `${whole ? Math.abs(guess - truth).toLocaleString("en") : number(Math.abs(guess - truth))} ${way}`;
}
