// A graded question: an answer, what is said of it, hints one by one, and a way past.
import { asker, h, listen, sessionOf } from "../glass/kit.js";
import { button, card, worded } from "./card.js";
import { entry } from "./entry.js";
import { canOpen, opens } from "./seal.js";

const KERNEL = "Grading needs a running kernel.";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const asked = model.get("_asked");
    const view = card({ el, model, session, signal }, { stem: "check", word: "Check", press: (key) => (key === "Enter" ? grade() : way.press?.(key)) });
    const way = entry(asked, { session, signal, changed: () => draw(), question: () => model.get("question") });
    view.way.append(way.element);

    const about = { answered: (content) => { view.fail(""); model.set(content); }, failed: view.fail, busy: view.busy, signal };
    const [askGrade, askSkip] = ["grade", "skip"].map((what) => asker(model, session, what, about));
    function grade() {
      const given = way.get();
      if (given === null) return false;
      if (!askGrade({ given })) gradeHere(given);
      return true;
    }
    /** A saved page has the answer's seal, and no kernel. */
    async function gradeHere(given) {
      const seal = model.get("_seal");
      const value = asked.kind === "choice" ? asked.exact[given] : given;
      if (!seal || !canOpen() || value === null) return view.fail(KERNEL);
      const right = await opens(seal, value, asked.kind === "text");
      model.set({ tries: model.get("tries") + 1, status: right ? "right" : "wrong", _said: right ? "Right." : "Not yet." });
    }
    const hint = () => { model.set("hinted", Math.min(model.get("hinted") + 1, model.get("_hints").length)); model.save_changes(); };
    const skip = () => { if (!askSkip()) model.set({ status: "skipped", _said: "Skipped." }); };

    const check = button(asked.kind in { token: 1, head: 1, layer: 1 } ? "Check what is picked" : "Check", grade, { class: "card-button card-main" });
    const rung = button("", hint);
    const pass = button("Skip", skip);
    if (asked.kind !== "cell") view.acts.append(check);
    view.acts.append(rung, pass);

    const draw = () => view.held(redraw);
    function redraw() {
      const [status, hinted, hints] = [model.get("status"), model.get("hinted"), model.get("_hints")];
      check.disabled = way.get() === null;
      rung.hidden = hinted >= hints.length || status === "right";
      rung.textContent = hints.length ? `Hint ${hinted + 1} of ${hints.length}` : "";
      pass.hidden = status === "right" || status === "skipped";
      view.root.classList.toggle("card-right", status === "right");
      view.root.classList.toggle("card-wrong", status === "wrong");
      const said = [model.get("_said"), model.get("_note")].filter(Boolean).join(" ");
      if (view.said.textContent !== said) view.fill(view.said, said);
      view.fill(view.more, hinted ? h("ol", { class: "check-hints" }, ...hints.slice(0, hinted).map((text) => h("li", {}, ...worded(text)))) : null,
        model.get("_explain") ? h("p", {}, ...worded(model.get("_explain"))) : null);
    }
    const given = () => { if (model.get("_given") !== null) way.set(model.get("_given")); draw(); };
    listen(model, "change:_given", given, signal);
    listen(model, "change:status change:hinted change:_said change:_explain change:_note change:tries", draw, signal);
    given();
  },
};
