// What stands in the tools and beside a head's name: which score marks and sorts, pin, why, code.

import { h } from "../glass/kit.js";
import { code, codePanel } from "./code.js";
import { scoreName } from "./words.js";

/** A sign is no name: a button without a letter is called by its title. */
export const button = (label, title, onclick) =>
  h("button", { class: "kit-button", type: "button", title, "aria-label": /\w/.test(label) ? null : title, onclick }, label);

const WAYS = { 0: ["By score", "heads by score (s)"], 1: ["By score ↓", "highest first; again for lowest first (s)"], "-1": ["By score ↑", "lowest first; again for layer by layer (s)"] };

/** The choice of a score and the sorting by it. `now()` gives [name, values]; `kept.sorted` is 0, 1 or -1. */
export function scoreTools({ model, kept, turn, soon }) {
  const given = model.get("scores");
  const names = ["", ...Object.keys(given)];
  const choice = h("select", { class: "attention-choice", "aria-label": "score that marks the heads", title: "the bar under each head (m)" },
    ...names.map((name) => h("option", { value: name }, name ? scoreName(name) : "no score")));
  const now = () => [model.get("score"), given[model.get("score")] ?? []];
  const sort = () => {
    if (!now()[1].length) turn("score", names[1] ?? "");
    kept.sorted = { 0: 1, 1: -1, "-1": 0 }[kept.sorted];
    soon();
  };
  const sorter = button(...WAYS[0], sort);
  choice.addEventListener("change", () => turn("score", choice.value));
  const mark = () => turn("score", names[(names.indexOf(model.get("score")) + 1) % names.length]);
  return {
    now, elements: [choice, sorter], keys: { sort, mark },
    draw() {
      choice.value = now()[1].length ? model.get("score") : "";
      [sorter.textContent, sorter.title] = WAYS[kept.sorted];
      sorter.setAttribute("aria-pressed", String(kept.sorted !== 0));
    },
  };
}

/** Pin for beside a head's name; Why and Code for the foot, with the panel of code. No Why where nothing explains. */
export function headButtons({ model, view, pin, why = null, soon }) {
  const panel = codePanel();
  const opener = (label, title, part) => {
    const one = button(label, title, () => {
      part.element.hidden = !part.element.hidden;
      one.setAttribute("aria-expanded", String(!part.element.hidden));
      soon();
    });
    one.setAttribute("aria-expanded", "false");
    return one;
  };
  const pinner = pin && button("Pin", "keep this head beside others (Enter)", pin);
  const whys = why && model.get("explains") ? opener("Why", "why this score: the picked query and key broken down (w)", why) : null;
  const coder = opener("Code", "the lines that make this picture (c)", panel);
  for (const one of [whys, coder]) if (one) view.foot.insertBefore(one, view.foot.lastElementChild);
  return {
    code: panel, pinner, keys: { why: () => whys?.click(), code: () => coder.click() },
    draw(now, session) {
      if (pinner) pinner.textContent = now.pinnedAt.includes(now.index) ? "Unpin" : "Pin";
      panel.draw(code({
        made: model.get("made"), modelName: model.get("model_name"), texts: model.get("texts"), score: model.get("score"), scale: model.get("scale"),
        skipFirst: model.get("skip_first"), explains: model.get("explains"), off: model.get("off"), layer: now.layer, head: now.head, token: session.get("token"), pinned: now.pinned,
      }));
    },
  };
}
