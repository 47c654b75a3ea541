// A text growing piece by piece: its chips, what else could stand at a place, and the tree, beams or time beside.
import { inks } from "../glass/curves.js";
import { frame } from "../glass/frame.js";
import { asker, h, hoverOf, isDark, isLive, keys, legend, listen, onTheme, painter, pick, scale, sessionOf, soft } from "../glass/kit.js";
import { beamsOf } from "./beams.js";
import { odds, oddsSaid, storeOf, surprise, tableOf } from "./data.js";
import { facts, othersOf, textOf } from "./text.js";
import { timeOf } from "./time.js";
import { treeOf } from "./tree.js";

const KEYS = [
  ["s", "Step: write one piece"], ["r", "Run, Stop"], ["← →", "the piece before, after; in the tree fold, unfold"], ["↓ ↑", "from a piece to its alternatives, and back"],
  ["Enter, click", "on an alternative: go on from it; on a branch: choose it"], ["t b c", "tree, beams, time with the cache"], ["p", "colour by surprisal or probability"], ["Esc", "let the piece go"],
  ["beams", "filled: held; struck through: pruned; blue: the best text; dashed: a better one that was pruned"],
];
const PANELS = { tree: "Tree", beams: "Beams", time: "Time" };

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let [theme, told, waits] = [null, null, false];
    const stage = h("div", { class: "generation-stage" });
    const soon = painter(stage, () => { draw(); view.refresh(); }, signal);
    const view = frame({ el, model, session, signal }, { stem: "generation", keys: KEYS, table: () => tableOf(store) });
    const store = storeOf(model, session, () => { waits = false; soon(); }, signal);
    const offers = () => model.get("_offers");
    const live = () => isLive(model, session);
    const path = () => store.path(store.tip);
    const inside = (at) => (at !== null && at >= 0 && at < path().length ? at : null);
    const say = (lines) => { told = lines; tell(); };
    const act = asker(model, session, "act", { answered() { waits = false; }, failed(message) { waits = false; view.stale(message); buttons(); }, busy: view.busy, signal });
    const ask = (args) => { view.stale(""); waits = act({ move: store.move, ...args }); buttons(); return waits; };
    const choose = (at) => { const move = store.go(at); ask({ do: "choose", node: at, move }); };
    const take = (parent, id) => {
      const way = store.child(parent, id);
      if (way !== undefined) return choose(way);
      if (!live() || !offers().grow) return say([soft("Going on from another piece needs a running kernel."), soft("The ways in the tree (○) can be gone here too.")]);
      return ask({ do: "take", node: parent, id, count: offers().write, move: ++store.move });
    };
    const write = (count) => { if (live() && offers().grow && !waits && !store.work) ask({ do: "write", node: store.tip, count }); };
    const running = () => store.work && !store.work.stopped;
    const run = () => (running() ? ask({ do: "stop" }) : write(offers().write));
    const turn = (name, value) => { model.set(name, value); model.save_changes(); };

    const text = textOf({ signal, pick(at, again) { told = null; pick(session, { token: again && at === session.get("token") ? null : at }); }, over: (at) => hover.set({ token: at }), down: () => others.focus() });
    const others = othersOf({ signal, take, up: () => text.focus(), say });
    const parts = {
      tree: treeOf({ signal, go: choose, say, redraw: () => draw() }),
      beams: beamsOf({ signal, say, search: (width) => ask({ do: "search", count: width }) }),
      time: timeOf({ signal, say, measure: () => ask({ do: "measure" }) }),
    };
    const button = (label, title, onclick) => h("button", { class: "kit-button generation-go", type: "button", title, onclick }, label);
    const [step, go] = [button("Step", "write one piece (s)", () => write(1)), button("Run", "write on, stop (r)", run)];
    const colour = h("button", { class: "kit-button", type: "button", title: "surprisal or probability (p)", onclick: () => turn("colour", model.get("colour") === "surprisal" ? "probability" : "surprisal") }, "colour by");
    const key = h("span", {});
    const far = h("span", { class: "generation-far" });
    view.tools.append(far, h("span", {}, step, go), h("span", {}, colour, key));
    const tabs = Object.entries(PANELS).map(([name, label]) => h("button", { class: "kit-button", type: "button", "data-name": name, onclick: () => turn("panel", name) }, label));
    view.picture.append(text.element, h("div", { class: "generation-below" }, others.element, h("div", { class: "generation-main" }, h("div", { class: "generation-tabs", role: "group", "aria-label": "shown here" }, ...tabs), stage)));

    function look() {
      theme ??= inks(view.root);
      const byShare = model.get("colour") === "probability";
      const value = byShare ? ({ p }) => p ?? NaN : surprise;
      const most = Math.max(...store.nodes.filter((node) => !node.given).map(surprise).filter(Number.isFinite), 0);
      const ruler = scale({ low: 0, high: byShare ? 1 : [2, 3, 4, 6, 8, 10, 12].find((high) => most <= high) ?? 16, unit: byShare ? "" : "nats", dark: isDark(view.root) });
      return { ruler, value, theme, width: stage.clientWidth, live: live(), byShare };
    }

    function draw() {
      const way = path();
      const now = look();
      text.draw(store, way, now);
      key.replaceChildren(legend(now.ruler, now.byShare ? "probability" : "surprisal"));
      const panel = model.get("panel");
      if (stage.firstChild !== parts[panel].element) stage.replaceChildren(parts[panel].element);
      for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.name === panel));
      if (panel === "tree") parts.tree.draw(store, now);
      if (panel === "beams") parts.beams.draw(model.get("_beams"), { ...now, can: offers().beams });
      if (panel === "time") parts.time.draw(model.get("_timing"), { ...now, can: offers().timing });
      const { written } = odds(store, way);
      view.title(`${model.get("title") || "Generation"} · ${written.toLocaleString("en")} ${written === 1 ? "piece" : "pieces"} written after ${(way.length - written).toLocaleString("en")}`, model.get("summary"));
      buttons();
      mark();
    }

    function buttons() {
      const can = live() && offers().grow;
      step.hidden = go.hidden = !can;
      go.textContent = running() ? "Stop" : store.work ? "Stopping…" : `Run ${offers().write}`;
      step.toggleAttribute("disabled", Boolean(store.work));
      const { kind, done, of } = store.work ?? {};
      const count = kind === "writing" && of > 1 ? ` ${done} of ${of}` : "";
      far.textContent = kind && live() ? `${kind}…${count}` : "";
    }

    function mark() {
      const [picked, over] = [inside(session.get("token")), inside(hover.get().token)];
      text.mark(picked, over);
      const at = over ?? picked ?? path().length - 1;
      others.draw(store, store.nodes[path()[at]], at, live() && offers().grow);
      tell();
    }

    function tell() {
      const panel = model.get("panel");
      const [picked, over] = [inside(session.get("token")), inside(hover.get().token)];
      const at = over ?? picked;
      const own = at === null && panel !== "tree" ? parts[panel].words() : null;
      if (told ?? own) return view.tell(...(told ?? own));
      const way = path();
      const sum = oddsSaid(odds(store, way));
      const hint = soft(live() && offers().grow ? "Step (s) or Run (r) writes; click a piece, then another in its place." : "Click a piece to see what else could have stood there.");
      return view.tell(...(at === null ? [sum, hint] : [facts(store.nodes[way[at]], at), sum]));
    }

    const panel = (name) => () => turn("panel", name);
    keys(view.root, { s: () => write(1), r: run, t: panel("tree"), b: panel("beams"), c: panel("time"), p: () => colour.click(), Escape: () => pick(session, { token: null }) }, signal);
    hover.listen(mark, signal);
    listen(session, "change:token", mark, signal);
    listen(model, "change:colour change:panel change:title change:summary change:_beams change:_timing change:_offers", soon, signal);
    listen(session, "comm_live_update", () => { waits = false; soon(); }, signal);
    onTheme(() => { theme = null; soon(); }, signal);
  },
};
