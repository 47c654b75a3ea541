// Neurons of a layer: a list in any order, and of the picked one its contexts, histogram, vocabulary, and your own text.
import { asker, h, isDark, isLive, legend, listen, number, oncePerFrame, onTheme, onWidth, pick, scale, sessionOf } from "../glass/kit.js";
import { frame } from "../glass/frame.js";
import { coloured, line } from "./contexts.js";
import { changes, CUT } from "./changes.js";
import { further, keyOf, nameOf, order, reach, read } from "./data.js";
import { histogram } from "./histogram.js";
import { list } from "./list.js";
import { ends, KINDS } from "./weights.js";
import { facts, HINT, KEYS, kept, table, tellPiece } from "./words.js";

export default {
  async render({ model, el, signal }) {
    const session = await sessionOf(model);
    const data = read(model);
    const cards = new Map(Object.entries(model.get("_cards")));
    const readings = new Map(Object.entries(model.get("_readings")));
    const last = new Map(); // layer → the neuron last shown of it
    let [card, shown, end, kind, wanted] = [null, null, 0, ["writes", "reads", "cut"].find((name) => model.get("_can").includes(name)), ""];

    const layer = () => (data.layers.includes(session.get("layer")) ? session.get("layer") : model.get("shown"));
    const place = () => [layer(), model.get("neuron")];
    const live = () => isLive(model, session);
    const view = frame({ el, model, session, signal }, { stem: "neurons", keys: KEYS, table: () => table(data, card, shown, model.get("_can"), card && cutOf(shown)) });
    const titled = (of) => `${data.unit[0].toUpperCase()}${data.unit.slice(1)} ${nameOf(of, data.unit)}`;
    /** What cutting it does, with its controls; null as long as nobody knows. */
    const cutOf = (of) => { const [found, controls] = ["_effects", "_controls"].map((name) => model.get(name)[keyOf(of)]); return found && controls ? { ...found, controls } : null; };
    const tell = (second) => view.tell(facts(data, place()), second ?? h("span", { class: "kit-soft" }, HINT));

    const set = (changes) => pick(model, changes);
    const choose = (neuron) => { last.set(layer(), neuron); set({ neuron }); };
    const along = (by) => { const to = data.layers[data.layers.indexOf(layer()) + by]; if (to !== undefined) pick(session, { layer: to }); };
    const choice = (label, names, call) => h("select", { class: "neurons-choice", "aria-label": label, onchange: ({ target }) => call(target.selectedIndex) }, ...names.map((name) => h("option", {}, name)));
    const layers = choice("layer", data.layers.map((one) => `L${one}`), (i) => pick(session, { layer: data.layers[i] }));
    const sorts = choice("sorted by", data.names.map((name) => name), (i) => set({ sort: data.names[i] }));
    const colours = h("span", { class: "neurons-colours" });
    view.tools.append(colours);

    const search = h("input", { class: "neurons-search", type: "search", placeholder: "number or piece", "aria-label": `search a ${data.unit} by its number, or by the piece it is strongest at`, spellcheck: "false" });
    const clear = () => { search.value = wanted = ""; rows(); };
    const rail = list({ data, signal, choose, layer: along, search: () => { search.focus(); search.select(); }, escape: clear });
    search.addEventListener("input", () => { wanted = search.value; rows(); }, { signal });
    search.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (!["Enter", "Escape", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      if (event.key === "Escape") clear();
      const found = order(data, layer(), model.get("sort"), wanted);
      if (event.key === "Enter" && found.length) choose(found[0]);
      rail.element.focus();
    }, { signal });

    const press = (names, call) => names.map((name, i) => h("button", { class: "kit-button", type: "button", onclick: () => call(i) }, name));
    const sides = press(["Highest", "Lowest"], (i) => { end = i; draw(); });
    const kinds = ["writes", "reads", "cut"].filter((name) => model.get("_can").includes(name));
    const tabs = press(kinds.map((name) => (KINDS[name] ?? CUT)[0]), (i) => { kind = kinds[i]; draw(); });
    const [places, words, own, told] = ["places", "words", "own", "told"].map((name) => h("div", { class: `neurons-${name}` }));
    for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": `the ${data.unit} over your sentence` })) told.setAttribute(name, value);
    const [where, what] = [h("span", { class: "kit-soft" }), h("span", { class: "kit-soft" })];
    const input = h("input", { class: "neurons-text", type: "text", maxlength: 4000, spellcheck: "false", placeholder: "a sentence of your own", "aria-label": "a sentence of your own" });
    const graph = histogram({ signal, tell });
    own.append(input, told);
    own.hidden = !model.get("_can").includes("live") && !readings.size;
    words.hidden = !kinds.length;
    const part = (name, ...inside) => h("div", { class: `neurons-part neurons-${name}` }, ...inside);
    view.picture.append(h("div", { class: "neurons-panels" },
      part("rail", h("div", { class: "neurons-top" }, layers, sorts), search, rail.element),
      part("main", h("div", { class: "neurons-top" }, ...sides, where), places, own),
      part("side", h("div", { class: "neurons-top" }, h("span", {}, "How often"), h("span", { class: "kit-soft" }, model.get("_source"))), graph.element, h("div", { class: "neurons-top" }, ...tabs, what), words)));
    for (const box of [places, words, told]) box.addEventListener("pointerleave", () => tell(), { signal });

    const askCard = asker(model, session, "card", {
      answered: ({ place: of, card: found }) => { cards.set(keyOf(of), found); view.stale(""); update(); },
      failed: view.stale, busy: (on) => { view.busy(on); view.root.classList.toggle("neurons-waiting", on); }, signal,
    });
    const askLive = asker(model, session, "live", {
      answered: ({ place: of, text, pieces, values }) => { readings.set(`${keyOf(of)} ${text}`, { pieces, values }); view.stale(""); speak(); },
      failed: view.stale, busy: view.busy, signal,
    });

    const askCut = asker(model, session, "cut", { answered: () => { view.stale(""); draw(); }, failed: view.stale, busy: (on) => { view.busy(on); words.classList.toggle("neurons-waiting", on); }, signal });

    /** The list, from what is picked, sorted and looked for. */
    function rows() {
      const [now, sort] = [place(), model.get("sort")];
      layers.selectedIndex = data.layers.indexOf(now[0]);
      sorts.selectedIndex = data.names.indexOf(sort);
      rail.draw({ found: order(data, now[0], sort, wanted), place: now, sort, kept: live() ? null : new Set(cards.keys()) });
    }

    /** Whatever is picked: shown at once if it is known, else asked for. */
    function update() {
      rows();
      const [now, found] = [place(), cards.get(keyOf(place()))];
      if (found) {
        if (String(shown) !== String(now)) end = further(found);
        [card, shown] = [found, now];
        view.root.classList.remove("neurons-waiting");
        draw();
      } else if (!askCard({ layer: now[0], neuron: now[1] })) {
        view.root.classList.add("neurons-waiting");
        view.tell(facts(data, now), kept(now, [...cards.keys()], model.widget_manager.offline, data.unit));
        return;
      }
      tell();
      listenTo();
    }

    /** The picture of the neuron whose card is at hand. */
    function draw() {
      if (!card) return;
      const most = reach(card);
      const ruler = scale({ low: -most, high: most, signed: true, dark: isDark(view.root) });
      colours.replaceChildren(legend(ruler, "activation"));
      sides.forEach((side, i) => side.setAttribute("aria-pressed", String(i === end)));
      tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String(kinds[i] === kind)));
      const over = (found) => tell(tellPiece(found, card));
      where.textContent = card.ends[end].length ? "one place of each text" : end && card.edges[0] >= 0 ? "never below 0" : "nothing was read";
      places.replaceChildren(...card.ends[end].map((context) => line(context, ruler, { tell: over, take })));
      const weights = card[kind];
      const cut = kind === "cut" && cutOf(shown);
      if (kind === "cut" && !cut && live()) askCut({ layer: shown[0], neuron: shown[1] });
      what.textContent = weights ? (kind === "reads" ? "from embeddings alone" : end ? "below 0 the other way" : weights.exact ? "to the logits" : "straight to the logits") : "";
      if (kind === "cut") what.textContent = cut ? `points, n = ${cut.n}` : live() ? "being measured" : "not measured";
      words.classList.toggle("neurons-cut", kind === "cut");
      words.replaceChildren(...(cut ? changes(cut, tell) : weights ? ends(weights, kind, tell) : []));
      graph.draw({ card, end, root: view.root });
      view.title([model.get("title"), titled(shown), model.get("_model")].filter(Boolean).join(" · "), model.get("summary"));
      view.refresh();
      speak();
    }

    /** The reader's own text, coloured by the neuron shown. */
    function speak() {
      if (input.value !== model.get("text") && document.activeElement !== input) input.value = model.get("text");
      const text = model.get("text");
      const found = card && readings.get(`${keyOf(shown)} ${text}`);
      if (found) {
        const most = reach(card);
        told.replaceChildren(...coloured(found, scale({ low: -most, high: most, signed: true, dark: isDark(view.root) }), (one) => tell(tellPiece(one, card)), 1));
      } else if (!text || !live()) told.replaceChildren(h("span", { class: "kit-soft" }, live() ? "Type, and see what the neuron makes of it." : "Asking needs a kernel: this text was not read by this neuron."));
    }

    function listenTo() {
      const [text, now] = [model.get("text"), place()];
      if (text && model.get("_can").includes("live") && !readings.has(`${keyOf(now)} ${text}`)) askLive({ text, layer: now[0], neuron: now[1] });
      speak();
    }
    const take = (text) => { if (own.hidden) return; input.value = text; set({ text }); input.focus(); };
    input.addEventListener("input", () => set({ text: input.value }), { signal });
    input.addEventListener("keydown", (event) => event.stopPropagation(), { signal });

    const soon = oncePerFrame(draw, signal); // not at once: in a notebook the view may be off the page just now
    listen(model, "change:neuron change:sort change:title change:summary", update, signal);
    listen(model, "change:text", listenTo, signal);
    listen(model, "change:_effects change:_controls", soon, signal);
    listen(session, "change:layer", () => {
      const now = layer();
      if (shown && now === shown[0]) return update();
      const to = last.get(now) ?? order(data, now, model.get("sort"))[0];
      if (to === model.get("neuron")) update();
      else choose(to); // which updates
    }, signal);
    listen(session, "comm_live_update", update, signal);
    onTheme(soon, signal);
    onWidth(graph.element, () => graph.draw({ card, end, root: view.root }), signal);
    last.set(...place());
    input.value = model.get("text");
    update();
    if (!card) view.title([model.get("title"), titled(place()), model.get("_model")].filter(Boolean).join(" · "), model.get("summary"));
  },
};
