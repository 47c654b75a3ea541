// The lines of Python that make the picture again, with what is picked; and a panel to copy them from.

import { h } from "../glass/kit.js";

/** A text as Python writes it: JSON's escapes are Python's too. */
const quoted = (text) => JSON.stringify(text);
const listed = (pairs) => pairs.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => `${name}=${value}`).join(", ");

/** What is picked, as arguments of a Session. */
const picks = ({ layer, head, token, pinned }) => listed([["layer", layer], ["head", head], ["token", token], ["pinned", pinned?.length ? JSON.stringify(pinned) : null]]);

/** The code, from what the view knows of its text (`made`) and what is picked. */
export function code({ made, modelName, texts, score, scale, skipFirst, explains, off = [], ...picked }) {
  const known = modelName && (texts || made.text !== undefined);
  const given = { trace: "trace", averages: "averages", arrays: "pieces=pieces, patterns=patterns" }[texts ? "averages" : known ? "trace" : "arrays"];
  const named = score && score !== "entropy" && score !== "first" && !texts;
  const make = texts
    ? [`averages = lab.attention.over(model, texts)  # ${texts} texts, ${made.tokens} tokens`]
    : [`trace = lab.trace(model, ${quoted(made.text ?? "")}, prepend_bos=${made.bos ? "True" : "False"})  # ${made.tokens} tokens`];
  const options = [
    known && named ? "scores=lab.head_scores(trace)" : null, known && explains ? "breakdown=lab.attention.breakdowns(model, trace)" : null,
    known && off.length ? `ablate=lab.interventions.switches(model, trace.ids), off=[${off.map(([layer, part]) => `(${layer}, ${JSON.stringify(part)})`).join(", ")}]` : null,
    scale === "log" ? 'scale="log"' : null, skipFirst ? "skip_first=True" : null,
  ].filter(Boolean);
  return [
    ...(known ? ["import lab", "import widgets", "", `model = lab.load(${quoted(modelName)})`, ...make] : ["import widgets", "", "# pieces and patterns: the arrays this view was given"]),
    `session = widgets.Session(${picks(picked)})`,
    `view = widgets.Attention(${[given, "session=session", ...options].join(", ")})`,
    ...(score ? [`view.score = ${quoted(score)}`] : []), "view",
  ].join("\n");
}

/** Put a text on the clipboard, also on a page opened from disk; true when it is there. */
async function copied(text, area) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    area.focus();
    area.select();
    return document.execCommand("copy");
  }
}

/** A panel with the code and a button; `draw(text)`. */
export function codePanel() {
  const area = h("textarea", { class: "attention-lines", readonly: true, spellcheck: "false", "aria-label": "code of this picture" });
  const said = h("span", { class: "kit-soft", role: "status" });
  const copy = h("button", { class: "kit-button", type: "button" }, "Copy");
  const element = h("div", { class: "attention-code" }, area, h("div", { class: "attention-copy" }, copy, said));
  copy.addEventListener("click", async () => { said.textContent = (await copied(area.value, area)) ? "copied" : "selected: copy with Ctrl + C"; });
  element.hidden = true;
  return {
    element, copy,
    draw(text) {
      if (element.hidden || area.value === text) return;
      area.value = text;
      area.rows = text.split("\n").length;
      said.textContent = "";
    },
  };
}
