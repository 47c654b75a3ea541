// Stands in for the notebook in a saved page: models that hold state, and the views drawn into <main>.
class Model {
  #state;
  #heard = new Map();
  widget_manager = manager;
  constructor(state) { this.#state = state; }
  get(name) { return this.#state[name]; }
  set(name, value) {
    const entries = Object.entries(typeof name === "string" ? { [name]: value } : name);
    const changed = entries.filter(([key, now]) => ArrayBuffer.isView(now) || JSON.stringify(this.#state[key]) !== JSON.stringify(now));
    for (const [key, now] of changed) this.#state[key] = now;
    for (const [key, now] of changed) this.trigger(`change:${key}`, this, now);
    if (changed.length) this.trigger("change", this);
  }
  on(names, call) { for (const name of names.split(" ")) this.#heard.set(name, [...(this.#heard.get(name) ?? []), call]); }
  off(names, call) { for (const name of names.split(" ")) this.#heard.set(name, (this.#heard.get(name) ?? []).filter((c) => c !== call)); }
  trigger(name, ...args) { for (const call of this.#heard.get(name) ?? []) call(...args); }
  save_changes() {}
  send() {}
}

const models = {};
const manager = {
  offline: true,
  get_model: (id) => (id in models ? Promise.resolve(models[id]) : Promise.reject(new Error(`no model ${id}`))),
};

function bytes(base64) {
  const text = atob(base64);
  const view = new Uint8Array(text.length); // a loop: Uint8Array.from with a function is ten times slower
  for (let i = 0; i < text.length; i++) view[i] = text.charCodeAt(i);
  return new DataView(view.buffer);
}

function restored({ state, paths, buffers }) {
  paths.forEach((path, i) => {
    const home = path.slice(0, -1).reduce((value, key) => value[key], state);
    home[path.at(-1)] = bytes(buffers[i]);
  });
  return new Model(state);
}

const saved = JSON.parse(document.querySelector('script[type="application/json"]').textContent);
for (const [id, model] of Object.entries(saved.models)) models[id] = restored(model);
// "page.html#token=3&layer=5&head=1" opens with that picked: what `session.code()` gives.
const code = new URLSearchParams(location.hash.slice(1));
for (const model of Object.values(models).filter((each) => Array.isArray(each.get("pinned"))))
  for (const name of ["token", "layer", "head"])
    if (/^\d+$/.test(code.get(name) ?? "")) model.set(name, Number(code.get(name)));

const loader = await import(URL.createObjectURL(new Blob([saved.loader], { type: "text/javascript" })));
const places = [...document.querySelectorAll("[data-view]")];
globalThis.formicarium = { models, views: places.map((place) => place.dataset.view) };

/** A model into an element: a view of ours, a box of them, a label; of anything else, its words. */
async function drawn(id, el) {
  const model = models[id];
  if (model?.get("_room")) await loader.default.render({ model, el, signal: new AbortController().signal });
  else if (model?.get("children")) {
    if (saved.models[id].kind === "HBoxModel") el.className = "booklet-row";
    for (const child of model.get("children")) await drawn(child.replace("IPY_MODEL_", ""), el.appendChild(document.createElement("div")));
  } else {
    el.className = "booklet-said";
    el.textContent = model?.get("value") ?? "This part works in the notebook only.";
  }
}

for (const place of places) await drawn(place.dataset.view, place);
document.documentElement.dataset.ready = "yes";
