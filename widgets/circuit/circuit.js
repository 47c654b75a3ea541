// A circuit: the graph on the left, pruned by a slider; on the right what it keeps beside random circuits, and the edges of a part.

import { asker, h, hoverOf, isLive, keys, legend, listen, number, onTheme, painter, pick, scale, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { inks } from "../glass/curves.js";
import { around, measured, needed, own, pruned, read } from "./data.js";
import { colourOf, graph } from "./graph.js";
import { curve } from "./curve.js";
import { list } from "./list.js";
import { edgeLines, figures, headline, KEYS, many, needs, nodeLines, restingLines, table } from "./words.js";

const HIGH = 404; // px, whatever is shown
const STEPS = 1000; // of the slider, which counts edges by their logarithm

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const hover = hoverOf(session);
    let known = read(model);
    const get = (name) => model.get(name);
    const view = frame({ el, model, session, signal }, { stem: "circuit", keys: KEYS, table: () => table(known, circuit(), tried()) });
    const soon = painter(view.picture, draw, signal);
    let [theme, made, over] = [null, {}, { node: -1, edge: -1 }];
    const turn = (changes) => pick(model, changes);
    const tried = () => (get("trial").edges ? own(get("trial"), get("trial_randoms")) : null);
    const running = () => get("progress").length > 0;

    const mark = (node, edge) => {
      if (node === over.node && edge === over.edge) return;
      over = { node, edge };
      const inside = known.heads[node] >= 0;
      hover.set({ layer: inside ? known.layers[node] : null, head: inside ? known.heads[node] : null });
      soon();
    };
    const picture = graph({ signal, over: mark, picked: (node, edge) => go(edge >= 0 ? known.to[edge] : node) });
    const plot = curve({ signal, sizing: (size) => resize(size) });
    const rail = list({ go: (node) => { go(node); picture.element.focus(); }, knife: (edges) => knife(edges), marked: (edge) => mark(-1, edge) });
    const slider = h("input", { class: "circuit-slider", type: "range", min: 0, max: STEPS, "aria-label": "edges in the circuit" });
    const [prune, says, worth, legends] = [h("div", {}, slider), h("strong"), h("div", { class: "circuit-worth" }), h("span", { class: "circuit-legends" })];
    const button = (title, onclick) => h("button", { class: "kit-button", type: "button", title, onclick });
    const [test, each, back] = [button("alone and cut out, beside random circuits (t)", () => (running() ? stop() : ask("test"))), button("what the circuit loses without it (n)", () => ask("needs")), button("what was cut by hand (r)", () => turn({ cut: [] }))];
    [each.textContent, back.textContent] = ["Test each part", "Put back"];
    view.picture.append(h("div", { class: "circuit-panels" }, picture.element, h("div", { class: "circuit-side" }, plot.element, prune, h("div", { class: "circuit-asks" }, says, test, each, back), worth, rail.element)));
    view.tools.append(legends);

    const asks = Object.fromEntries(["test", "needs", "stop"].map((what) => [what, asker(model, session, what, { answered: () => view.stale(""), failed: view.stale, signal })]));
    const stop = () => asks.stop();
    const ask = (what) => { if (get("can").includes(what)) asks[what]({ edges: circuit().numbers }); };

    const most = () => Math.log(Math.max(2, known.count));
    const sizeAt = (step) => Math.round(Math.exp((most() * step) / STEPS));
    const resize = (size) => turn({ size: Math.max(1, Math.min(known.count, size)) });
    slider.addEventListener("input", () => {
      const [now, wanted] = [get("size"), sizeAt(slider.value)];
      if (wanted !== now) resize(wanted);
      else grow(Math.sign(slider.value - (STEPS * Math.log(now)) / most()))();
    }, { signal });

    /** Cut these edges by hand, or put them back where all of them are cut. */
    function knife(edges) {
      const [cut, numbers] = [new Set(get("cut")), edges.map((e) => known.number[e])];
      const out = numbers.every((one) => cut.has(one));
      for (const one of numbers) cut[out ? "delete" : "add"](one);
      turn({ cut: [...cut] });
    }
    /** A head is picked for all views, an MLP's layer too; what is in no layer is picked here alone. */
    function go(node) {
      mark(-1, -1);
      turn({ picked: known.names[node] ?? "" });
      const inside = ["head", "mlp"].includes(known.kinds[node]);
      pick(session, { layer: inside ? known.layers[node] : null, head: known.heads[node] >= 0 ? known.heads[node] : null });
      soon();
    }
    function here() {
      const [layer, head, node] = [session.get("layer"), session.get("head"), known.names.indexOf(get("picked"))];
      if (head !== null) return known.find(layer, head);
      return known.kinds[node] !== "head" && (known.kinds[node] !== "mlp" || known.layers[node] === layer) ? node : -1;
    }
    function circuit() {
      const [size, cut] = [get("size"), get("cut")];
      if (made.known !== known || made.cut !== cut || made.size !== size) made = { known, cut, size, circuit: pruned(known, size, cut) };
      return made.circuit;
    }

    function draw() {
      theme ??= inks(view.root);
      const [now, at, { edge }, { layer, head }] = [circuit(), here(), over, hover.get()];
      const found = measured(known, now, get("trial"), get("trial_randoms"));
      const need = needed(known, get("lost"), get("lost_randoms"));
      const hovered = edge >= 0 ? -1 : over.node >= 0 ? over.node : head === null ? -1 : known.find(layer, head);
      const centre = hovered >= 0 ? hovered : at;
      const touches = edge >= 0 ? (e) => e === edge : now.live[centre] ? (e) => known.from[e] === centre || known.to[e] === centre : null;
      const touched = touches && new Set([centre, ...now.all.filter(touches).flatMap((e) => [known.from[e], known.to[e]])]);
      picture.draw({ ...theme, known, circuit: now, here: at, hovered, touches, touched, need, marked: edge, width: picture.element.clientWidth, height: HIGH });
      plot.draw({ known, size: get("size"), theme, tried: tried() });
      plot.heads.forEach((row, way) => row.replaceChildren(...figures(way, found)));
      rail.draw({ known, circuit: now, node: at, theme });
      worth.replaceChildren(...needs(need, now), get("can").length && !isLive(model, session) ? h("div", { class: "kit-soft" }, "Testing another circuit takes the notebook's kernel.") : "");
      controls(now);
      view.title(get("title") || headline(get("model_name"), known, now), get("summary"));
      view.tell(...(edge >= 0 ? edgeLines(known, now, edge) : centre >= 0 ? nodeLines(known, now, centre, need) : restingLines(known, found, now)));
      view.refresh();
    }
    /** The slider, the buttons and the legends as the model has them. */
    function controls({ edges }) {
      const [size, [done, of], live] = [get("size"), get("progress"), isLive(model, session)];
      if (sizeAt(slider.value) !== size) slider.value = (STEPS * Math.log(size)) / most();
      says.textContent = many(edges.length);
      slider.setAttribute("aria-valuetext", `${many(edges.length)} of ${known.total}`);
      [[test, "test"], [each, "needs"]].forEach(([one, what]) => (one.hidden = !live || !get("can").includes(what)));
      test.hidden &&= !running();
      test.textContent = running() ? `Stop${of ? ` (${done} of ${of})` : ""}` : "Test this circuit";
      each.disabled = running();
      back.hidden = !get("cut").length;
      view.busy(running());
      const wedge = h("i", { role: "img", "aria-label": "width of an edge: blue works against the metric, orange holds it up", style: `background: linear-gradient(to right, ${colourOf(-1, theme.dark)} 50%, ${colourOf(1, theme.dark)} 50%)` });
      legends.replaceChildren(legend(scale({ low: -known.most, high: known.most, signed: true, dark: theme.dark }), "part, its edges out"), h("span", { class: "kit-legend" }, h("span", { class: "kit-name" }, "edge"), number(-known.widest), wedge, number(known.widest, known.unit)));
    }

    const move = (...by) => ({ shiftKey }) => {
      const [at, { live, leads }] = [here(), circuit()];
      go(at < 0 ? known.kinds.indexOf(by[1] < 0 ? "out" : "in") : picture.to(at, by, (i) => shiftKey || !leads.size || live[i]));
    };
    const step = (by) => () => {
      const size = get("size");
      const to = by > 0 ? known.sizes.find((one) => one > size) : known.sizes.findLast((one) => one < size);
      if (to) resize(to);
    };
    /** One edge more or fewer, or those that come and go together. */
    const grow = (by) => () => { const { length } = circuit().all; resize(by > 0 ? (known.rank[length] ?? known.count) + 1 : known.rank[length - 1]); };
    const row = ({ target }) => target.closest(".circuit-row");
    const enter = () => requestAnimationFrame(() => rail.walk(null, 1)); // once the edges are those of the part that is picked now
    keys(picture.element, { ArrowLeft: move(-1, 0), ArrowRight: move(1, 0), ArrowUp: move(0, 1), ArrowDown: move(0, -1), Enter: enter }, signal);
    keys(rail.element, { ArrowUp: (event) => rail.walk(row(event), -1), ArrowDown: (event) => rail.walk(row(event), 1), x: (event) => knife([row(event).edge]) }, signal);
    keys(plot.element, { ArrowLeft: step(-1), ArrowRight: step(1) }, signal);
    keys(view.root, {
      "+": grow(1), "=": grow(1), "-": grow(-1), "]": step(1), "[": step(-1), t: () => ask("test"), n: () => ask("needs"), s: stop, r: () => turn({ cut: [] }),
      x: () => { if (here() >= 0) knife(around(known, circuit(), here()).flat()); }, Escape: () => { go(-1); picture.element.focus(); },
    }, signal);

    listen(model, "change:edges change:scores change:names change:shares change:randoms", () => { known = read(model); soon(); }, signal);
    listen(model, "change:size change:cut change:picked change:trial change:lost change:progress change:title change:summary", soon, signal);
    listen(session, "change:layer change:head comm_live_update", soon, signal);
    hover.listen(soon, signal);
    onTheme(() => { theme = null; soon(); }, signal);
  },
};
