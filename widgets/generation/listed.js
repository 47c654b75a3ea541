// A list with one child in the tab order: arrows move it, Enter and a click choose, the mouse points.
import { keys } from "../glass/kit.js";

/** `choose(index, event)`, `point(index | null)`, `table`: further keys. `at` is the child in the tab order. */
export function listed(list, { signal, choose, point, table }) {
  const one = {
    at: 0,
    set(to) {
      list.children[one.at]?.setAttribute("tabindex", "-1");
      one.at = Math.max(0, Math.min(to, list.children.length - 1));
      list.children[one.at]?.setAttribute("tabindex", "0");
    },
    go(to) { one.set(to); list.children[one.at]?.focus(); },
    held: () => list.contains(document.activeElement),
  };
  const index = ({ target }) => [...list.children].findIndex((child) => child.contains(target));
  const on = (name, call) => list.addEventListener(name, (event) => { const at = index(event); if (at >= 0) call(at, event); }, { signal });
  on("click", (at, event) => { one.set(at); choose(at, event); });
  on("mouseover", point);
  on("focusin", (at) => { one.set(at); point(at); });
  for (const name of ["mouseleave", "focusout"]) list.addEventListener(name, () => point(null), { signal });
  const enter = (event) => choose(one.at, event);
  keys(list, { ArrowUp: () => one.go(one.at - 1), ArrowDown: () => one.go(one.at + 1), Home: () => one.go(0), End: () => one.go(Infinity), Enter: enter, " ": enter, ...table(one) }, signal);
  return one;
}
