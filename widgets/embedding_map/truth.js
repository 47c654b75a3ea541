// What is true beside the picture: neighbours given with the map, asked for before, or asked of Python now; analogies likewise.

import { asker } from "../glass/kit.js";

const NONE = "No true neighbours were given with this map.";

/** `of(points)`: {ids, similarities} of one point or of three (an analogy), or {why} in words. `again()` when more is known. */
export function truths({ model, session, map, view, signal, again }) {
  const asks = ["neighbours", "analogy"].map((name) => asker(model, session, name, {
    answered: ({ points, near }) => { model.get("_near")[points.join(" ")] = near; view.stale(""); again(); },
    failed: (message) => { refused = asked; view.stale(message); again(); }, busy: view.busy, signal,
  }));
  let [asked, refused] = ["", ""];

  function found(points) {
    if (points.length === 1 && map.given) return map.given(points[0]);
    const heard = model.get("_near")[points.join(" ")];
    return heard && { ids: heard[0], similarities: heard[1] };
  }
  return {
    of(points) {
      const near = found(points);
      if (near) return near.ids.length ? near : { why: NONE };
      const name = points.join(" ");
      if (points.length === 1 && !model.get("asks")) return { why: NONE };
      if (name === refused) return { why: "" };
      if (name !== asked && !asks[Number(points.length === 3)]({ points })) return { why: "This page has what was asked before it was saved. Ask again in the notebook for more." };
      asked = name;
      return { why: "asking …" };
    },
    /** What was refused may be asked again. */
    forget() { [asked, refused] = ["", ""]; },
  };
}
