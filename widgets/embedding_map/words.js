// The map in words: headline, detail lines, table, keys.

import { chip, h, number, visible } from "../glass/kit.js";

export const KEYS = [
  ["← → ↑ ↓", "pick the next point on that side; the page's own view follows"], ["Shift + arrows", "move the map"], ["+ − 0", "closer, farther, whole map"],
  ["/", "find a piece; Enter picks the next one found"], ["[ ]", "map before, after"],
  ["a", "analogy: type the first word"], ["1 2 3", "put the picked point into the analogy as a, b, c"], ["r", "a frame to select with: arrows move it, Shift + arrows size it, Enter takes what is inside"], ["l", "lasso on or off (or Shift + drag)"], ["Esc", "let go: of the frame, the picked point, the selection"],
  ["wheel", "zooms once the map has been clicked, or with Ctrl"],
];
const soft = (text) => h("span", { class: "kit-soft" }, text);
const whole = (count) => count.toLocaleString("en");

/** A property's value at a point. */
export function valueOf(property, point) {
  if (property.groups) return property.groups[property.codes[point]];
  return Number.isNaN(property.values[point]) ? "not looked at" : number(property.values[point], property.unit);
}

export const headline = (map) => `Map of ${whole(map.count)} ${map.count === 1 ? "point" : "points"}`;

/** A point in one line. */
export function tellPoint(map, point, near) {
  const told = map.properties.map((one) => `${one.name}: ${valueOf(one, point)}`).join(" · ");
  const place = near ? near.ids.indexOf(point) : -1;
  return [chip(map.names[point], { most: 24 }), soft(` point ${whole(point)}`), told ? ` · ${told}` : "", place < 0 ? "" : ` · true neighbour ${place + 1}, ${map.unit} ${number(near.similarities[place])}`];
}

/** The map in one line. */
export function tellMap(map, at) {
  const [from, to] = [Math.floor(at), Math.ceil(at)];
  if (map.maps.length === 1 && !map.notes[0]) return [];
  const named = (i) => `${map.maps[i]}${map.notes[i] ? `: ${map.notes[i]}` : ""}`;
  return [soft(from === to ? named(from) : `on the way from ${map.maps[from]} to ${map.maps[to]}: places between the two mean nothing`)];
}

/** The neighbours as numbers where a point is picked, else the points in sight that matter most. */
export function table(map, { picked, near, names, at, points }) {
  if (near) {
    return { columns: [near.three ? "answer" : "true neighbour", map.unit, ...(near.three ? ["given"] : names.map((name) => `rank in ${name}`))],
      rows: near.ids.map((id, i) => [visible(map.names[id]), number(near.similarities[i]), ...(near.three ? [near.three.includes(id) ? "yes" : ""] : near.ranks.map((ranks) => ranks[i]))]) };
  }
  return { columns: ["point", "name", "x", "y", ...map.properties.map(({ name }) => name)],
    rows: points.slice(0, 200).map((i) => [i, visible(map.names[i]), ...map.real(i, at).map((value) => number(value)), ...map.properties.map((one) => valueOf(one, i))]) };
}
