// What cutting a unit does to the next piece, and what as large cuts of others do: never one without the other.
import { chip, h, number } from "../glass/kit.js";

export const CUT = ["Cut it", "the change of these pieces' probability, in points, at places it was not chosen on"];

/** The pieces, and a row each for the unit and its controls: the mean change and its interval, on one axis about 0. */
export function changes(cut, tell) {
  const all = [cut, ...cut.controls];
  const most = Math.max(...all.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]), 1e-9);
  const at = (value) => `${50 + (48 * value) / most}%`;
  const row = (one, i) => {
    const [band, dot] = [h("i", { class: "neurons-band" }), h("b", {})];
    Object.assign(band.style, { left: at(one.low), right: `calc(100% - ${at(one.high)})` });
    dot.style.left = at(one.mean);
    const made = h("div", { class: "neurons-change", [i ? "data-control" : "data-effect"]: true },
      h("span", {}, one.name), h("span", {}, number(one.mean)), h("div", { class: "neurons-line" }, band, dot),
      h("span", { class: "kit-soft" }, `95 %: ${number(one.low)} to ${number(one.high)}`));
    made.addEventListener("pointerenter", () => tell(`${one.name}, cut at ${cut.n} places: ${number(one.mean)} points (95 %: ${number(one.low)} to ${number(one.high)}), of ${number(cut.before)} before; ${CUT[1]}`));
    return made;
  };
  return [h("div", { class: "neurons-pieces" }, ...cut.pieces.map((piece) => chip(piece, { most: 12 }))), ...all.map(row)];
}
