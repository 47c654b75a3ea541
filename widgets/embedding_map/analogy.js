// a is to b as c is to …: three pieces typed or picked, the answers, and the arrows on the map.

import { chip, h, number } from "../glass/kit.js";

/** The point of a name as typed: as inside a sentence first, then as it is. */
export function pointOf(map, text) {
  map.points ??= new Map(map.names.map((name, i) => [name, i]).reverse());
  return [` ${text}`, `▁${text}`, text].map((name) => map.points.get(name)).find((point) => point !== undefined) ?? null;
}

/** Builds the line of three boxes; `ask([a, b, c])` is called once all three are pieces. */
export function analogyLine({ map, signal, ask }) {
  const slots = ["a", "b", "c"].map((name) => h("input", { class: "embedding-map-find embedding-map-slot", type: "text", "aria-label": `analogy: ${name}`, placeholder: name, spellcheck: "false", autocomplete: "off" }));
  const note = h("span", { class: "kit-soft", role: "status" });
  const element = h("div", { class: "embedding-map-analogy" }, slots[0], "is to", slots[1], "as", slots[2], "is to …", note);
  let points = [null, null, null];
  const shown = (point) => { const bare = map.names[point].trim(); return pointOf(map, bare) === point ? bare : map.names[point]; };
  const tell = () => {
    const wrong = slots.find((slot, i) => slot.value && points[i] === null);
    slots.forEach((slot, i) => slot.setAttribute("aria-invalid", String(Boolean(slot.value) && points[i] === null)));
    note.textContent = wrong ? `“${wrong.value.slice(0, 20)}” is no piece here` : "";
    if (points.every((point) => point !== null)) ask([...points]);
  };
  slots.forEach((slot, i) => {
    slot.addEventListener("change", () => { points[i] = pointOf(map, slot.value); tell(); }, { signal });
    slot.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { points[i] = pointOf(map, slot.value); tell(); slots[i + 1]?.focus(); }
    }, { signal });
  });
  return {
    element,
    focus: () => slots[0].focus(),
    /** Put a point into a slot, as a key does with what is picked. */
    put(i, point) { points[i] = point; slots[i].value = shown(point); tell(); },
    /** Show the three that were asked, or nothing. */
    set(three) {
      if (three.length ? three.join() === points.join() : points.includes(null)) return;
      points = three.length ? [...three] : [null, null, null];
      slots.forEach((slot, i) => { slot.value = three.length ? shown(three[i]) : ""; });
    },
  };
}

/** The answers in words: heading, rows with the three given words grayed, and what it comes to. */
export function answersOf(map, { three, ids, similarities }, row) {
  const [a, b, c] = three.map((point) => chip(map.names[point], { most: 10 }));
  const best = ids.find((id) => !three.includes(id));
  const first = ids[0];
  return {
    heading: [b, " − ", a, " + ", c],
    rows: ids.slice(0, 10).map((id, i) => {
      const one = row(id, similarities[i], []);
      one.append(h("span", { class: "embedding-map-place" }, three.includes(id) ? "given" : ""));
      if (three.includes(id)) one.classList.add("embedding-map-given");
      return one;
    }),
    verdict: best === undefined ? ["All of these were given."] : [chip(map.names[best], { most: 14 }), three.includes(first) ? " once the given words are left out; with them, " : ` is nearest even with the given words in (${number(similarities[0])}).`, ...(three.includes(first) ? [chip(map.names[first], { most: 14 }), " comes first."] : [])],
    best: best ?? null,
  };
}
