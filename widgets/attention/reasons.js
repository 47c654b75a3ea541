// Answers to "why this score": those that came with a saved page, and those asked for since.

import { asker } from "../glass/kit.js";
import { placeOf } from "./why.js";

/** `of(pair)` gives [what is known or null, a message]; asks for what is not here. */
export function reasonStore({ model, session, signal, view, changed }) {
  const known = new Map();
  let [asked, failed] = ["", ""];
  const ask = asker(model, session, "breakdown", {
    answered({ place, found }) { failed = ""; known.set(place, found); changed(); },
    failed(message) { failed = message; changed(); },
    busy: view.busy, signal,
  });
  return {
    of(pair) {
      const place = placeOf(pair);
      const found = known.get(place) ?? model.get("reasons")[place];
      if (found) { asked = ""; return [found, ""]; }
      if (asked !== place) {
        [asked, failed] = [place, ""];
        if (!ask(pair)) [asked, failed] = ["", "needs the kernel: this pair was not broken down before the page was saved"];
      }
      return [null, failed];
    },
  };
}
