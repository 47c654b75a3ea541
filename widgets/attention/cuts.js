// What is switched off, and what was answered for it: with the page, and asked for since.

import { asker } from "../glass/kit.js";
import { headName } from "./data.js";

export const MLP = "mlp";

/** A part as it is written everywhere: L5H1, L3 MLP. */
export const partName = ([layer, part]) => (part === MLP ? `L${layer} MLP` : headName(layer, part));

const order = ([layer, part]) => layer * 1e6 + (part === MLP ? 1e5 : part);

/** The parts with one switched off, or on again if it was off; in the model's order. */
export function switched(off, part) {
  const rest = off.filter((one) => one.join() !== part.join());
  return (rest.length < off.length ? rest : [...off, part]).sort((a, b) => order(a) - order(b));
}

/** `of(off, position)` gives [{effect, control} or null, a message]; asks for what is not here. */
export function cutStore({ model, session, signal, view, changed }) {
  const known = new Map();
  let [asked, failed] = ["", ""];
  const ask = asker(model, session, "cut", {
    answered({ key, effect, control }) { failed = ""; view.stale(""); known.set(key, { effect, control }); changed(); },
    failed(message) { failed = message; changed(); },
    busy: view.busy, signal,
  });
  return {
    of(off, position) {
      const key = `${position}:${off.map((part) => part.join(".")).join(",")}`;
      const [effect, control] = [model.get("effects")[key], model.get("controls")[key]];
      const found = known.get(key) ?? (effect && control ? { effect, control } : null);
      if (found) { asked = ""; return [found, ""]; }
      if (asked !== key) {
        [asked, failed] = [key, ""];
        if (!ask({ off, position })) [asked, failed] = ["", "needs the kernel: this was not measured before the page was saved"];
      }
      return [null, failed];
    },
    forget() { known.clear(); asked = ""; },
  };
}
