// The chosen text as chips, and beside it what else could stand at a place.
import { chip, h, short, visible } from "../glass/kit.js";
import { known, surprise } from "./data.js";
import { listed } from "./listed.js";

/** The text. `pick(place, again)` (again: let go what is picked), `over(place | null)`, `down()` to the alternatives. */
export function textOf({ signal, pick, over, down }) {
  const element = h("div", { class: "generation-text", role: "listbox", "aria-label": "the chosen text, piece by piece" });
  const boxes = element.children;
  let path = [];
  const move = (by) => () => { one.go(one.at + by); pick(one.at); };
  const one = listed(element, { signal, choose: (at) => pick(at, true), point: over, table: () => ({ ArrowLeft: move(-1), ArrowRight: move(1), ArrowUp: () => {}, ArrowDown() { pick(one.at); down(); } }) });
  return {
    focus: () => one.go(one.at), element,
    draw(store, next, { ruler, value }) {
      let same = 0;
      while (same < path.length && path[same] === next[same]) same++;
      const grown = same === path.length && same < next.length;
      while (boxes.length > same) element.lastChild.remove();
      path = next;
      path.forEach((at, i) => {
        const node = store.nodes[at];
        const box = boxes[i] ?? element.appendChild(chip(node.piece, { special: node.ended || node.special }));
        box.classList.add("generation-piece");
        box.classList.toggle("generation-given", node.given);
        box.classList.toggle("generation-fork", store.ways[node.parent]?.length > 1);
        ruler.ground(box, node.given ? NaN : value(node));
        const said = `${i}: ${visible(node.piece)}, ${node.given ? "given" : known(node.p, "probability")}${store.ways[node.parent]?.length > 1 ? ", a fork" : ""}`;
        for (const [name, text] of Object.entries({ role: "option", tabindex: "-1", "aria-label": said })) box.setAttribute(name, text);
      });
      one.set(grown ? Infinity : one.at);
      if (grown) element.scrollTop = element.scrollHeight;
    },
    mark(picked, hovered) {
      [...boxes].forEach((box, i) => {
        box.setAttribute("aria-selected", String(i === picked));
        box.classList.toggle("generation-over", i === hovered);
      });
      if (picked !== null && !one.held()) one.set(picked);
    },
  };
}

/** What else could stand at a place. `take(parent, id)`, `up()` back to the text, `say(lines | null)`. */
export function othersOf({ signal, take, up, say }) {
  const head = h("div", { class: "generation-head" });
  const list = h("div", { class: "generation-others", role: "listbox", "aria-label": "what could stand there" });
  let [shown, parent, drawn] = [[], -1, ""];
  const point = (at) => say(shown[at] && [["instead: ", chip(shown[at].piece), ` · id ${shown[at].id} · probability ${known(shown[at].p)} · rank ${at}`],
    shown[at].way === undefined ? "Enter or a click goes on from it." : "This way is in the tree: Enter or a click goes there."]);
  const one = listed(list, { signal, point, choose: (at) => take(parent, shown[at].id), table: () => ({ ArrowUp: () => (one.at ? one.go(one.at - 1) : up()), ArrowLeft: up, Escape: up }) });
  return {
    element: h("div", { class: "generation-side" }, head, list),
    focus: () => one.go(one.at),
    draw(store, node, place, live) {
      const held = one.held();
      if (node.parent !== parent) one.set(0);
      parent = node.parent;
      const there = store.places[parent];
      shown = (there?.others ?? []).map(([id, piece, p]) => ({ id, piece, p, way: store.child(parent, id) }));
      const key = JSON.stringify([node.at, place, live, there, shown]);
      if (key === drawn) return; // what has the focus stays what it is
      drawn = key;
      const most = shown[0]?.p || 1;
      list.replaceChildren(...shown.map(({ id, piece, p, way }) => {
        const mine = id === node.id;
        const bar = h("i");
        bar.style.width = `${(100 * p) / most}%`;
        const said = `${visible(piece)}, probability ${known(p)}${mine ? ", stands there" : way === undefined ? "" : ", in the tree"}`;
        return h("div", { role: "option", tabindex: "-1", "aria-selected": String(mine), "aria-disabled": way === undefined && !live && "true", "aria-label": said },
          h("b", {}, mine ? "●" : way === undefined ? "" : "○"), bar, h("span", { class: "kit-chip" }, short(piece, 14)), h("em", {}, known(p)));
      }));
      list.hidden = !shown.length;
      head.replaceChildren(...(shown.length ? ["place ", h("strong", {}, String(place)), there.entropy === null ? "" : ` · entropy ${known(there.entropy, "nats")}`]
        : [node.given ? "Step writes the first piece; then every place shows what else could stand there." : "Nothing is known of this place."]));
      one.set(one.at);
      if (held) one.go(one.at);
    },
  };
}

/** A piece in words: what it is, how likely, how long it took. */
export const facts = (node, place) => [`place ${place} `, chip(node.piece), ` · id ${node.id}`, ...[
  node.given && "given", node.p !== null && `probability ${known(node.p)} · ${known(surprise(node), "nats")}`,
  node.rank !== null && `rank ${node.rank}`, node.seconds && known(1000 * node.seconds, "ms"),
].filter(Boolean).map((part) => ` · ${part}`)];
