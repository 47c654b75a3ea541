// A line to type in. What is typed is asked at once: one question flies, one waits, the newest text wins.
import { asker, h, isLive, listen, sessionOf } from "../glass/kit.js";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const text = h("textarea", {
      class: "prompt-text", rows: 1, maxlength: 100000, spellcheck: "false",
    });
    const headline = h("div", { class: "kit-headline" });
    const state = h("div", { class: "prompt-state", role: "status" });
    el.replaceChildren(h("section", { class: "kit-frame prompt" }, h("div", { class: "kit-top" }, headline), text, state));
    const entitle = () => {
      headline.textContent = model.get("title");
      text.setAttribute("aria-label", model.get("title"));
    };

    let slow;
    const say = (message, bad = false) => {
      clearTimeout(slow);
      state.textContent = message;
      state.classList.toggle("prompt-bad", bad);
    };
    const ask = asker(model, session, "run", {
      answered: ({ note }) => say(note),
      failed: (message) => say(message, true),
      busy: (on) => { clearTimeout(slow); if (on) slow = setTimeout(() => say("working…"), 150); },
      signal,
    });
    const fit = () => {
      text.style.height = "auto";
      text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
    };
    const typed = () => {
      fit();
      if (!ask({ text: text.value })) live();
    };
    const shown = () => {
      // What the reader is typing is newer than what Python says of it.
      if (el.ownerDocument.activeElement !== text) text.value = model.get("text");
      requestAnimationFrame(fit);
    };
    const live = () => {
      text.readOnly = !isLive(model, session);
      if (text.readOnly) say(model.widget_manager.offline ? "a saved page: the text cannot be changed here" : "Disconnected: run the cell again.", !model.widget_manager.offline);
    };
    text.addEventListener("input", typed, { signal });
    text.addEventListener("keydown", (event) => {
      event.stopPropagation();
      // While an input method composes, Enter is its own: it chooses what is meant.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      typed();
    }, { signal });
    signal.addEventListener("abort", () => clearTimeout(slow));
    listen(model, "change:text", shown, signal);
    listen(session, "comm_live_update", live, signal);
    listen(model, "change:title", entitle, signal);
    entitle();
    shown();
    live();
  },
};
