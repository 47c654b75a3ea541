// The line to ask on: two prompts, a metric and its pieces, Sweep and Stop, and how far a sweep is.

import { h } from "../glass/kit.js";

/** Builds the line; `ask(question)` and `stop()` are called, `before` stands in front of it. */
export function bar({ signal, offers, before, ask, stop }) {
  const { metrics, pieces } = offers;
  const input = (name, label, title) => h("input", { class: `patch-input patch-${name}`, type: "text", "aria-label": label, title, spellcheck: "false", autocomplete: "off" });
  const clean = input("text", "clean prompt: copied from", "the prompt that is copied from");
  const corrupted = input("text", "corrupted prompt: its run is changed", "the prompt whose run is changed");
  const choice = h("select", { class: "patch-input", "aria-label": "metric" }, ...metrics.map(([name]) => h("option", { value: name }, name)));
  const words = ["piece that the metric is about", "piece it is compared with"].map((label, i) => Object.assign(input("piece", label, "a piece as it stands in the text, with its space in front"), { value: pieces[i] ?? "" }));
  const minus = h("span", { "aria-hidden": "true" }, "−");
  const go = h("button", { class: "kit-button patch-sweep", type: "button", title: "s" }, "Sweep");
  const far = h("span", { class: "kit-soft patch-far", role: "status" });
  const asks = h("span", { class: "patch-wish" }, h("label", {}, "metric ", choice), h("span", { class: "patch-pieces" }, words[0], minus, words[1]), go, far);
  const prompts = h("div", { class: "patch-prompts" }, h("label", {}, "from ", clean), h("label", {}, "into ", corrupted));
  const element = h("div", { class: "patch-bar" }, prompts, h("div", { class: "patch-asks" }, ...before, asks));
  asks.hidden = !offers.run;
  let at = {};
  const takes = () => metrics.find(([name]) => name === choice.value)?.[1] ?? 0;
  const fit = () => { words.forEach((word, i) => { word.hidden = i >= takes(); }); minus.hidden = takes() < 2; };
  const wish = (place = at) => ask({ clean: clean.value, corrupted: corrupted.value, metric: choice.value, pieces: words.slice(0, takes()).map(({ value }) => value), ...place });
  const press = () => (go.running ? stop() : wish());
  choice.addEventListener("change", fit, { signal });
  go.addEventListener("click", press, { signal });
  for (const one of [clean, corrupted, ...words]) one.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); wish(); } }, { signal });
  fit();
  return {
    element, wish, press,
    /** What stands there, where the reader is not typing. */
    draw({ texts, place, work, live }) {
      at = place;
      const typing = element.ownerDocument.activeElement;
      [clean, corrupted].forEach((one, i) => { if (one !== typing && one.told !== texts[i]) one.value = one.told = texts[i]; });
      for (const one of [prompts, ...asks.children]) one.hidden = !live || !offers.run;
      far.hidden = live;
      fit();
      go.running = "of" in work;
      const count = work.of ? ` · ${work.done.toLocaleString("en")} of ${work.of.toLocaleString("en")}` : "";
      go.textContent = work.stopped ? "Stopping…" : go.running ? `Stop${count}` : "Sweep";
      go.style.setProperty("--patch-done", `${work.of ? (100 * work.done) / work.of : 0}%`);
      far.textContent = live ? "" : "A new sweep takes the notebook's kernel.";
    },
  };
}
