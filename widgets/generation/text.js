// The chosen text as chips, and beside it what else could stand at a place.
import { chip, h, keys, number, short, visible } from "../glass/kit.js";
import { surprise } from "./data.js";

/** The text. `pick(place|null)`, `over(place|null)`, `down()` to the alternatives. */
export function textOf({ signal, pick, over, down }) {
  const element = h("div", { class: "generation-text", role: "listbox", "aria-label": "the chosen text, piece by piece", tabindex: "-1" });
  let [path, focus, marked] = [[], 0, null];
  const chips = () => element.children;
  const rove = (at) => {
    chips()[focus]?.setAttribute("tabindex", "-1");
    focus = Math.max(0, Math.min(at, path.length - 1));
    chips()[focus]?.setAttribute("tabindex", "0");
  };
  const move = (at) => { rove(at); chips()[focus].focus(); pick(focus); };
  const place = (event) => { const box = event.target.closest(".generation-piece"); return box ? Number(box.dataset.at) : null; };
  const on = (name, call) => element.addEventListener(name, call, { signal });
  on("click", (event) => { const at = place(event); if (at !== null) { rove(at); pick(at === marked ? null : at); } });
  on("mouseover", (event) => over(place(event)));
  on("mouseleave", () => over(null));
  keys(element, { ArrowLeft: () => move(focus - 1), ArrowRight: () => move(focus + 1), Home: () => move(0), End: () => move(path.length - 1), ArrowDown: down, Enter: () => pick(focus), " ": () => pick(focus) }, signal);
  return {
    element,
    focus: () => chips()[focus]?.focus(),
    draw(store, next, { ruler, value }) {
      let same = 0;
      while (same < path.length && path[same] === next[same]) same++;
      const grown = same === path.length && same < next.length;
      while (chips().length > same) element.lastChild.remove();
      path = next;
      next.slice(same).forEach((at, i) => {
        const node = store.nodes[at];
        const box = chip(node.piece, { tag: "span", special: node.ended });
        for (const [name, text] of Object.entries({ role: "option", tabindex: "-1", "data-at": same + i, "aria-selected": "false" })) box.setAttribute(name, text);
        box.classList.add("generation-piece");
        box.classList.toggle("generation-given", Boolean(node.given));
        element.append(box);
      });
      path.forEach((at, i) => {
        const node = store.nodes[at];
        ruler.ground(chips()[i], node.given ? NaN : value(node));
        chips()[i].setAttribute("aria-label", `${i}: ${visible(node.piece)}${node.given ? ", given" : `, ${number(node.p, "probability")}`}${store.ways[node.parent]?.length > 1 ? ", a fork" : ""}`);
        chips()[i].classList.toggle("generation-fork", node.parent >= 0 && store.ways[node.parent].length > 1);
      });
      rove(grown || focus >= path.length ? path.length - 1 : focus);
      if (grown) element.scrollTop = element.scrollHeight;
    },
    mark(picked, hovered) {
      marked = picked;
      [...chips()].forEach((box, i) => {
        box.setAttribute("aria-selected", String(i === picked));
        box.classList.toggle("generation-over", i === hovered);
      });
      if (picked !== null && !element.contains(document.activeElement)) rove(picked);
    },
  };
}

/** What else could stand at a place. `take(parent, id)`, `up()` back to the text, `say(lines|null)`. */
export function othersOf({ signal, take, up, say }) {
  const head = h("div", { class: "generation-head" });
  const list = h("div", { class: "generation-others", role: "listbox", "aria-label": "what could stand there" });
  const element = h("div", { class: "generation-side" }, head, list);
  let [shown, focus, parent] = [[], 0, -1];
  const rove = (at) => {
    list.children[focus]?.setAttribute("tabindex", "-1");
    focus = Math.max(0, Math.min(at, shown.length - 1));
    list.children[focus]?.setAttribute("tabindex", "0");
  };
  const move = (by) => { rove(focus + by); list.children[focus]?.focus(); };
  const index = (event) => [...list.children].indexOf(event.target.closest("[role=option]"));
  const choose = (at) => { if (shown[at]) take(parent, shown[at][0]); };
  const lines = (at) => shown[at] && say([["instead: ", chip(shown[at][1]), ` · id ${shown[at][0]} · probability ${number(shown[at][2] ?? NaN)} · rank ${at}`], shown[at].way === undefined ? "Enter or a click goes on from it." : "This way is in the tree: Enter or a click goes there."]);
  list.addEventListener("click", (event) => { const at = index(event); if (at >= 0) { rove(at); choose(at); } }, { signal });
  list.addEventListener("mouseover", (event) => lines(index(event)), { signal });
  list.addEventListener("focusin", (event) => lines(index(event)), { signal });
  for (const name of ["mouseleave", "focusout"]) list.addEventListener(name, () => say(null), { signal });
  keys(list, { ArrowUp: () => (focus ? move(-1) : up()), ArrowDown: () => move(1), Home: () => move(-1e9), End: () => move(1e9), Enter: () => choose(focus), " ": () => choose(focus), ArrowLeft: up, Escape: up }, signal);
  return {
    element,
    focus: () => move(0),
    draw(store, at, place, live) {
      const node = store.nodes[at];
      const had = list.contains(document.activeElement);
      const known = node && store.places.get(node.parent);
      if (node?.parent !== parent) focus = 0;
      parent = node?.parent ?? -1;
      shown = (known?.others ?? []).map((one) => Object.assign([...one], { way: store.child(parent, one[0]) }));
      head.replaceChildren(...(known ? ["place ", h("strong", {}, String(place)), known.entropy === null ? "" : ` · entropy ${number(known.entropy, "nats")}`] : ["what could stand there"]));
      const most = Math.max(...shown.map((one) => one[2] ?? 0), 1e-9);
      list.replaceChildren(...shown.map(([id, piece, p, ], i) => {
        const way = shown[i].way;
        const bar = h("i");
        bar.style.width = `${(100 * (p ?? 0)) / most}%`;
        const mine = id === node.id;
        return h("div", { role: "option", tabindex: "-1", class: way !== undefined ? "generation-way" : live ? "" : "generation-gone", "aria-selected": String(mine), "aria-disabled": way === undefined && !live ? "true" : null, "aria-label": `${visible(piece)}, probability ${number(p ?? NaN)}${mine ? ", stands there" : way === undefined ? "" : ", in the tree"}` },
          h("b", { "aria-hidden": "true" }, mine ? "●" : way === undefined ? "" : "○"), bar, h("span", { class: "kit-chip" }, short(piece, 14)), h("em", {}, number(p ?? NaN)));
      }));
      list.toggleAttribute("hidden", !shown.length);
      if (!shown.length) head.replaceChildren(node?.given ? "Step writes the first piece; then every place shows what else could stand there." : "Nothing is known of this place.");
      rove(focus);
      if (had) list.children[focus]?.focus();
    },
  };
}

/** A piece in words: what it is, how likely, how long it took. */
export function facts(node, place) {
  const found = [`place ${place} `, chip(node.piece), ` · id ${node.id}`];
  if (node.given) found.push(" · given");
  if (!Number.isNaN(node.p)) found.push(` · probability ${number(node.p)} · ${number(surprise(node), "nats")}`);
  if (node.rank !== null && node.rank !== undefined) found.push(` · rank ${node.rank}`);
  if (node.seconds) found.push(` · ${number(1000 * node.seconds, "ms")}`);
  return found;
}
