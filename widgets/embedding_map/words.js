// The map in words: headline, detail lines, table, keys.

import { chip, number, soft, visible } from "../glass/kit.js";

export const KEYS = [
  ["← → ↑ ↓", "pick the next point on that side; the page's own view follows"], ["Shift + arrows", "move the map"], ["+ − 0", "closer, farther, whole map"],
  ["/", "find a piece; Enter picks the next one found"], ["[ ]", "map before, after"],
  ["a", "analogy: type the first word"], ["1 2 3", "put the picked point into the analogy as a, b, c"], ["r", "a frame to select with: arrows move it, Shift + arrows size it, Enter takes what is inside"], ["l", "lasso on or off (or Shift + drag)"], ["Esc", "let go: of the frame, the picked point, the selection"],
  ["wheel", "zooms once the map has been clicked, or with Ctrl"],
];
const whole = (count) => count.toLocaleString("en");

/** A property's value at a point. */
export function valueOf(property, point) {
  if (property.groups) return property.groups[property.codes[point]];
  return Number.isNaN(property.values[point]) ? "not looked at" : number(property.values[point], property.unit);
}

export const headline = (map) => `Map of ${whole(map.count)} ${map.count === 1 ? "point" : "points"}`;

/** What stands over a board: the map's name, or the two it lies between. */
export const named = (map, at) => (at % 1 ? `${map.maps[Math.floor(at)]} → ${map.maps[Math.ceil(at)]}` : map.maps[at]);

/** The two detail lines: a point, and the map. */
export function told(map, point, near, at) {
  const token = map.tokens.indexOf(point);
  const second = token < 0 ? tellMap(map, at) : soft(`token ${token} of the text`);
  return [point === null ? soft("Point at a dot; click it for its true neighbours. Drag moves, the wheel zooms once the map has the focus.") : tellPoint(map, point, near), second];
}

function tellPoint(map, point, near) {
  const values = map.properties.map((one) => `${one.name}: ${valueOf(one, point)}`).join(" · ");
  const place = near && !near.three ? near.ids.indexOf(point) : -1;
  return [chip(map.names[point], { most: 24 }), soft(` point ${whole(point)}`), values ? ` · ${values}` : "", place < 0 ? "" : ` · true neighbour ${place + 1}, ${map.unit} ${number(near.similarities[place])}`];
}

function tellMap(map, at) {
  if (at % 1) return soft(`on the way from ${named(map, at).replace(" → ", " to ")}: places between the two mean nothing`);
  return soft(map.notes[at] ? `${map.maps[at]}: ${map.notes[at]}` : map.maps.length > 1 ? map.maps[at] : "");
}

/** The neighbours as numbers where a point is picked, else the points in sight that matter most. */
export function table(map, { near, names, places, points }) {
  if (near) {
    return { columns: [near.three ? "answer" : "true neighbour", map.unit, ...(near.three ? ["given"] : names.map((name) => `rank in ${name}`))],
      rows: near.ids.map((id, i) => [visible(map.names[id]), number(near.similarities[i]), ...(near.three ? [near.three.includes(id) ? "yes" : ""] : near.ranks.map((ranks) => ranks[i]))]) };
  }
  return { columns: ["point", "name", "x", "y", ...map.properties.map(({ name }) => name)],
    rows: points.slice(0, 200).map((i) => [i, visible(map.names[i]), ...map.real(i, Math.round(places[0])).map((value) => number(value)), ...map.properties.map((one) => valueOf(one, i))]) };
}
