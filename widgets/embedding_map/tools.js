// Above the map: find, colour, the slider between maps, the map beside, lasso, zoom.

import { h } from "../glass/kit.js";
import { search } from "./data.js";

const pressable = (text, label, call) => h("button", { class: "kit-button", type: "button", "aria-label": label, title: label, onclick: call }, text);
const choice = (label, names, call) => h("select", { class: "embedding-map-choice", "aria-label": label, onchange: (event) => call(event.target.value) }, ...names.map(([value, text]) => h("option", { value }, text)));

/** Builds the tools. `act`: save(changes), find(points), pick(point), take(points), lasso(on), zoom(by), fit(), slide(at, done). */
export function tools({ map, signal, act }) {
  let [found, at, on] = [[], -1, false];
  const find = h("input", { class: "embedding-map-find", type: "search", placeholder: "find a piece", "aria-label": "find a piece" });
  const take = pressable("Select", undefined, () => act.take(found));
  const colour = choice("colour by", [["", "one colour"], ...map.properties.map(({ name }) => [name, name])], (name) => act.save({ colour: name }));
  const beside = choice("beside it", [["", "alone"], ...map.maps.map((name) => [name, `beside ${name}`])], (name) => act.save({ beside: name }));
  const slider = h("input", { class: "embedding-map-slider", type: "range", min: 0, max: map.maps.length - 1, step: 0.01, "aria-label": "map" });
  const where = h("output", { class: "embedding-map-where" });
  where.style.minWidth = `${Math.min(24, Math.max(...map.maps.map((name) => name.length)))}ch`;
  const lasso = pressable("Lasso", "lasso: draw around points to select them", () => turn());
  const turn = () => { on = !on; lasso.setAttribute("aria-pressed", String(on)); act.lasso(on); };
  const zooms = h("span", {}, pressable("−", "farther", () => act.zoom(1 / 1.5)), pressable("+", "closer", () => act.zoom(1.5)), pressable("Fit", "whole map", act.fit));
  const seek = () => {
    found = search(map, find.value);
    at = -1;
    take.textContent = found.length ? `Select ${found.length}` : "Select";
    take.disabled = !found.length;
    act.find(found);
  };
  find.addEventListener("input", seek, { signal });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; seek(); act.pick(null); }
    if (event.key !== "Enter" || !found.length) return;
    at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    if (event.ctrlKey || event.metaKey) take.click();
    else act.pick(found[Math.max(0, at)]);
  }, { signal });
  for (const type of ["input", "change"]) slider.addEventListener(type, () => act.slide(Number(slider.value), type === "change"), { signal });
  take.disabled = true;
  lasso.setAttribute("aria-pressed", "false");
  return {
    elements: [find, take, ...(map.properties.length ? [colour] : []), ...(map.maps.length > 1 ? [h("span", { class: "embedding-map-move" }, slider, where), beside] : []), lasso, zooms],
    focus: () => find.focus(), turn, text: () => find.value,
    show(state) {
      [slider.value, colour.value, beside.value] = [state.at, state.colour, state.beside];
      where.textContent = map.maps[Math.round(state.at)];
    },
  };
}
