// The frame of a view: headline and tools on top, the picture, a detail line, and at the foot table, page, keys.
import { asker, h, isLive, keys as keysOf, listen } from "./kit.js";

/**
 * Builds the frame into `el`. `about`: `stem` (CSS class), `keys` ([[keys, what they do], …]), and
 * `table` (() => ({ columns, rows })), the picture as numbers. Returns the parts and what can be said.
 */
export function frame({ el, model, session, signal }, { stem, keys = [], table }) {
  const part = (name, tag = "div", props = {}) => h(tag, { class: `kit-${name}`, ...props });
  const [headline, tools, picture, detail] = [part("headline"), part("tools"), part("picture"), part("detail")];
  const [mark, twin, help] = [part("mark", "span", { role: "status" }), part("twin", "div", { tabindex: "0", role: "group", "aria-label": "table" }), part("help")];
  const root = h("section", { class: `kit-frame ${stem}`, role: "group" }, h("div", { class: "kit-top" }, headline, tools),
    picture, detail, part("foot"), twin, help);
  twin.hidden = help.hidden = true;
  help.append(...keys.flatMap(([key, does]) => [h("kbd", {}, key), h("span", {}, does)]));
  const foot = root.querySelector(".kit-foot");

  const fold = (box, label, fill = () => {}) => {
    const button = h("button", { class: "kit-button", type: "button", "aria-expanded": "false" }, label);
    button.addEventListener("click", () => {
      box.hidden = !box.hidden;
      button.setAttribute("aria-expanded", String(!box.hidden));
      fill();
    }, { signal });
    return foot.appendChild(button);
  };
  const refresh = () => { if (!twin.hidden) twin.replaceChildren(grid(table(), headline.textContent)); };
  if (table) fold(twin, "Table", refresh);
  const save = foot.appendChild(h("button", { class: "kit-button", type: "button" }, "Save page"));
  const toggleHelp = fold(help, "Keys");
  foot.append(mark);
  keysOf(root, {}, signal); // its sliders' arrows stay with them, also where the picture has no keys
  root.addEventListener("keydown", (event) => {
    if (event.key === "?" && !event.target.closest("input, select, textarea")) toggleHelp.click();
  }, { signal });

  // Read out where the keyboard moves inside a picture; where the mouse does, nobody needs to be told.
  const aloud = (on) => detail.setAttribute("aria-live", on ? "polite" : "off");
  picture.addEventListener("keydown", ({ target }) => aloud(target.role === "application"), { capture: true, signal });
  picture.addEventListener("pointermove", () => aloud(false), { capture: true, signal });

  const tell = { gone: "", failure: "", stale: "", busy: "" };
  const say = () => {
    root.classList.toggle("kit-stale", Boolean(tell.stale || tell.failure));
    root.classList.toggle("kit-gone", Boolean(tell.gone));
    mark.textContent = Object.values(tell).find(Boolean) ?? "";
  };
  let timer;
  const view = {
    root, headline, tools, picture, detail, foot, refresh,
    /** One line on top, and the picture in words for who cannot see it. */
    title(text, summary) {
      headline.textContent = text;
      root.setAttribute("aria-label", summary ? `${text}. ${summary}` : text);
    },
    /** What the detail line says: text and elements, a line each. */
    tell: (...lines) => detail.replaceChildren(...lines.map((line) => h("div", {}, ...[line].flat()))),
    /** Work is going on; shown when it lasts longer than a blink. */
    busy(on) {
      clearTimeout(timer);
      tell.busy = "";
      if (on) timer = setTimeout(() => { tell.busy = "working…"; say(); }, 150);
      say();
    },
    /** The picture is the last good one, because of `message`; empty when it is good again. */
    stale(message) { tell.stale = message ?? ""; say(); },
  };
  const failed = () => { tell.failure = model.get("failure") ?? ""; say(); };
  listen(model, "change:failure", failed, signal);
  failed();
  const ask = asker(model, session, "page", {
    answered: ({ html }) => { download(html, `${stem}.html`);  }, failed: (message) => { tell.busy = message; say(); }, busy: view.busy, signal,
  });
  save.addEventListener("click", () => ask(), { signal });
  // The picture outlives its kernel; what is picked in it then no longer reaches Python.
  const live = () => {
    save.hidden = !isLive(model, session);
    tell.gone = session.comm_live === false ? "Disconnected: run the cell again." : "";
    say();
  };
  listen(session, "comm_live_update", live, signal);
  live();
  el.replaceChildren(root);
  return view;
}

function grid({ columns, rows }, caption) {
  const cell = (tag, text, props) => h(tag, props, String(text));
  return h("table", {}, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...columns.map((name) => cell("th", name, { scope: "col" })))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((text) => cell("td", text))))));
}

function download(html, name) {
  const url = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
