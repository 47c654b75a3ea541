// Confusion at one row, and directions compared: between rows, and between the classes of all tasks.

import { diverging, h, number, sequential } from "../glass/kit.js";
import { matrix } from "./matrix.js";

/** The largest cells, up to `most`, that fit with their names into so many pixels. */
const fit = (names, most, across, high) => {
  const letters = Math.max(...names.map((name) => [...name].length)) * 7;
  const left = Math.min(110, letters + 10);
  const side = (room) => Math.max(5, Math.min(most, Math.floor(room / names.length)));
  const wide = side(across - left);
  const upright = letters > wide;
  const top = upright ? Math.min(96, letters + 12) : 20;
  return { rows: names, columns: names, left, top, upright, tall: side(high - top), wide };
};
/** A cell has room for two decimals; the line below the picture has three digits. */
const brief = (value) => value.toFixed(2).replace("-", "−");

/** Which class is called what, among the held-out items of one row. */
export function confusion({ signal, over, choose }) {
  const note = h("div", { class: "probes-note" });
  const grid = matrix({ signal, over: (place) => over(place && { called: place }), picked: ({ row }) => choose(row) });
  grid.element.dataset.effect = "confusion";
  const body = h("div", { class: "probes-body" }, grid.element);
  return {
    element: h("div", { class: "probes-panel" }, body, note), grids: [grid],
    draw({ known, task, row, of, theme }) {
      const size = task.classes.length;
      const total = (truth) => Array.from({ length: size }, (_, said) => task.called(row, truth, said)).reduce((sum, count) => sum + count, 0);
      const sums = task.classes.map((_, truth) => total(truth));
      const share = (truth, said) => task.called(row, truth, said) / (sums[truth] || 1);
      grid.draw({
        ...fit(task.classes, 56, body.clientWidth - 8, body.clientHeight - 8), stamp: [known.stamp, task.index, row, theme.dark, body.clientWidth].join(" "), label: "confusion: true class down, said across",
        colour: (truth, said) => sequential(share(truth, said), theme.dark), text: (truth, said) => brief(share(truth, said)), here: { row: of, column: of },
      });
      const shuffled = task.curve("shuffled");
      note.replaceChildren("Rows: the true class, 1 in all. ", h("span", { "data-control": "confusion" }, `On shuffled labels the diagonal is right ${number(shuffled.mean[row])} of the time; always “${task.classes[sums.indexOf(Math.max(...sums))]}” would be ${number(task.curve("majority").mean[row])}.`));
    },
  };
}

/** Cosines of the picked class's direction between rows, and of all classes' directions at the picked row. */
export function directions({ signal, over, go, choose }) {
  const note = h("div", { class: "probes-note", "data-control": "directions" });
  const [first, second] = [h("div", { class: "probes-title" }), h("div", { class: "probes-title" })];
  const layers = matrix({ signal, over: (place) => over(place && { turn: place }), picked: ({ row }) => go({ row }) });
  const kinds = matrix({ signal, over: (place) => over(place && { kinds: place }), picked: ({ row }) => choose(row) });
  for (const { element } of [layers, kinds]) element.dataset.effect = "cosine";
  const body = h("div", { class: "probes-body probes-two" }, h("div", {}, first, layers.element), h("div", {}, second, kinds.element));
  return {
    element: h("div", { class: "probes-panel" }, body, note), grids: [layers, kinds],
    draw({ known, task, row, of, by, theme, size }) {
      const alone = known.kinds.length === 1;
      body.classList.toggle("probes-two", !alone);
      body.lastChild.hidden = alone;
      const fitting = (names) => fit(names, 48, (alone ? body.clientWidth : (body.clientWidth - 24) / 2) - 6, body.clientHeight - 30);
      const colour = (cosine) => (i, j) => diverging(cosine(i, j), theme.dark);
      const across = (i, j) => task.across(by, of, i, j);
      const between = (i, j) => known.between(by, row, i, j);
      const here = known.kinds.findIndex((one) => one.task === task.index && (one.of === of || one.task === task.index && task.classes.length === 2));
      first.replaceChildren(`“${task.classes[of]}” between layers`);
      second.replaceChildren(`all tasks and classes at ${known.rows[row]}`);
      const stamp = [known.stamp, task.index, row, of, by, theme.dark, body.clientWidth].join(" ");
      layers.draw({ stamp, ...fitting(known.rows), colour: colour(across), text: (i, j) => brief(across(i, j)), here: { row, column: row }, label: "cosine of one direction between layers" });
      kinds.draw({ stamp, ...fitting(known.kinds.map(({ name }) => name)), colour: colour(between), text: (i, j) => brief(between(i, j)), here: { row: here, column: here }, label: "cosine of all classes' directions at one layer" });
      note.replaceChildren(`Of random directions among ${size} numbers, 95 of 100 pairs have a cosine within ±${number(1.96 / Math.sqrt(size))}.`);
    },
  };
}
