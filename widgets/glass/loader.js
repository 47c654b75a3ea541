// What every view sends as `_esm`: find its module's carrier, import it once per page, and draw.
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

async function link(manager, ref) {
  const carrier = await find(manager, ref);
  const key = carrier.get("digest");
  if (!links.has(key)) links.set(key, build(manager, carrier).catch((error) => { links.delete(key); throw error; }));
  return links.get(key);
}

async function build(manager, carrier) {
  const urls = {};
  for (const [name, ref] of Object.entries(carrier.get("imports"))) urls[name] = await link(manager, ref);
  const style = document.createElement("style");
  style.textContent = carrier.get("css");
  document.head.append(style);
  const plain = new Blob([carrier.get("packed")]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = (await new Response(plain).text()).replace(/\bfrom\s*["'](\.{1,2}\/[\w./-]+\.js)["']/g, (all, name) => `from "${urls[name]}"`);
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

export default {
  async render(context) {
    const end = new AbortController();
    context.signal?.addEventListener("abort", () => end.abort());
    try {
      const { model } = context;
      const view = await import(await link(model.widget_manager, model.get("_module")));
      await view.default.render({ ...context, signal: end.signal });
    } catch (error) {
      console.error(error);
      context.el.textContent = `This view could not be drawn: run the cell again. (${error.message ?? error})`;
    }
    return () => end.abort();
  },
};
