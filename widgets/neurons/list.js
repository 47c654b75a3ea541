// All neurons of a layer in the order of a property: only the rows that show are in the page.
import { h, keys, number, short } from "../glass/kit.js";
import { letter } from "./data.js";

const TALL = 22;

/** Builds the list. `choose(neuron)` is called with what the reader picks, `layer(by)` with a step along the layers. */
export function list({ data, signal, choose, layer, search, escape }) {
  const [sheet, nothing] = [h("div", { class: "neurons-sheet", "aria-hidden": "true" }), h("div", { class: "neurons-nothing kit-soft" })];
  const element = h("div", { class: "neurons-list", tabindex: "0", role: "application" }, sheet, nothing);
  let [seen, most] = [{ found: [], place: [0, 0], sort: "", kept: null }, 1];

  const row = (neuron, i) => {
    const value = data.value(seen.sort, seen.place[0], neuron);
    const bar = h("i", { class: "neurons-size" });
    bar.style.width = `${(100 * Math.max(0, value)) / most}%`;
    const now = neuron === seen.place[1] ? " neurons-now" : "";
    const lost = seen.kept && !seen.kept.has(`${seen.place[0]}:${neuron}`) ? " neurons-lost" : "";
    const made = h("div", { class: `neurons-row${now}${lost}` }, bar, h("span", { class: "neurons-name" }, `${letter(data.unit)}${neuron}`),
      h("span", { class: "neurons-peak kit-chip" }, short(data.peak(seen.place[0], neuron), 11)), h("span", { class: "neurons-value" }, number(value)));
    made.style.top = `${i * TALL}px`;
    made.dataset.neuron = neuron;
    return made;
  };
  const paint = () => {
    const first = Math.max(0, Math.floor(element.scrollTop / TALL) - 2);
    const last = Math.min(seen.found.length, first + Math.ceil(element.clientHeight / TALL) + 4);
    sheet.replaceChildren(...seen.found.slice(first, last).map((neuron, i) => row(neuron, first + i)));
  };
  const at = () => seen.found.indexOf(seen.place[1]);
  const show = () => {
    const [top, tall] = [at() * TALL, element.clientHeight];
    if (top < 0 || !tall) return;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + TALL > element.scrollTop + tall) element.scrollTop = top + TALL - tall;
  };
  const go = (to) => { if (seen.found.length) choose(seen.found[Math.min(Math.max(to, 0), seen.found.length - 1)]); };
  const step = (by) => () => go(at() < 0 ? 0 : at() + by);
  keys(element, {
    ArrowUp: step(-1), ArrowDown: step(1), PageUp: step(-10), PageDown: step(10), Home: () => go(0), End: () => go(Infinity),
    ArrowLeft: () => layer(-1), ArrowRight: () => layer(1), "/": search, Escape: escape,
  }, signal);
  element.addEventListener("scroll", paint, { signal });
  element.addEventListener("click", ({ target }) => {
    const box = target.closest(".neurons-row");
    if (box) choose(Number(box.dataset.neuron));
  }, { signal });
  const sizes = new ResizeObserver(() => { show(); paint(); });
  sizes.observe(element);
  signal.addEventListener("abort", () => sizes.disconnect());

  return {
    element,
    /** `found`: neurons in order; `place`: the one picked; `kept`: keys that a saved page knows, or null. */
    draw(next) {
      const moved = next.place.join() !== seen.place.join() || next.found.length !== seen.found.length || next.sort !== seen.sort;
      seen = next;
      most = Math.max(...seen.found.map((neuron) => data.value(seen.sort, seen.place[0], neuron)), 1e-9);
      sheet.style.height = `${seen.found.length * TALL}px`;
      nothing.textContent = seen.found.length ? "" : `No ${data.unit} of this layer is strongest at such a piece.`;
      element.setAttribute("aria-label", `${seen.found.length} ${data.unit}s of layer ${seen.place[0]}, largest ${seen.sort} first`);
      if (moved) show();
      paint();
    },
  };
}
