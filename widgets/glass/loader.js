// What every view sends as `_esm`: find its room's carrier, link it once per page, and draw.
const links = (globalThis[Symbol.for("formicarium")] ??= new Map()); // by content: an edited module is another

async function find(manager, ref) {
  for (let tries = 0; ; tries++)
    try {
      return await manager.get_model(ref.replace("IPY_MODEL_", ""));
    } catch (error) {
      if (tries > 50) throw error; // a reloaded page may still be fetching it
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** Where a room's modules are, by name: linked once per page. */
async function room(manager, ref) {
  const carrier = await find(manager, ref);
  const key = carrier.get("digest");
  if (!links.has(key)) links.set(key, build(manager, carrier).catch((error) => { links.delete(key); throw error; }));
  return links.get(key);
}

async function build(manager, carrier) {
  const below = {};
  for (const [name, ref] of Object.entries(carrier.get("imports"))) below[name] = await room(manager, ref);
  const style = document.createElement("style");
  style.textContent = carrier.get("css");
  document.head.append(style);
  const plain = new Blob([carrier.get("packed")]).stream().pipeThrough(new DecompressionStream("gzip"));
  const sources = await new Response(plain).json();
  const urls = {};
  const link = (name) => (urls[name] ??= URL.createObjectURL(new Blob([linked(sources[name])], { type: "text/javascript" })));
  const linked = (source) => source.replace(/\bfrom\s*["']\.{1,2}\/(?:([\w-]+)\/)?([\w-]+\.js)["']/g,
    (all, other, name) => `from "${other ? below[other][name] : link(name)}"`);
  Object.keys(sources).forEach(link);
  return urls;
}

export default {
  async render(context) {
    const end = new AbortController();
    context.signal?.addEventListener("abort", () => end.abort());
    try {
      const { model } = context;
      const modules = await room(model.widget_manager, model.get("_room"));
      const view = await import(modules[model.get("_entry")]);
      await view.default.render({ ...context, signal: end.signal });
    } catch (error) {
      console.error(error);
      context.el.textContent = `This view could not be drawn: run the cell again. (${error.message ?? error})`;
    }
    return () => end.abort();
  },
};
