// What every view sends as `_esm`: fetch the view's module from its carrier, once per page, and draw.
// The page-wide table is keyed by content, so two notebooks, or a restarted kernel, share or differ rightly.
const page = (globalThis[Symbol.for("formicarium")] ??= { links: new Map() });

/** The model behind a reference; a reloaded page may still be fetching it, so ask for a while. */
async function find(manager, ref) {
  for (let tries = 0; ; tries++) {
    try {
      return await manager.get_model(ref.replace("IPY_MODEL_", ""));
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The blob address of a carrier's module, its imports linked and its style in the page. */
async function link(manager, ref) {
  const carrier = await find(manager, ref);
  const key = carrier.get("digest");
  if (!page.links.has(key)) page.links.set(key, build(manager, carrier));
  return page.links.get(key);
}

async function build(manager, carrier) {
  const urls = {};
  for (const [name, ref] of Object.entries(carrier.get("imports"))) urls[name] = await link(manager, ref);
  if (carrier.get("css")) {
    const style = document.createElement("style");
    style.textContent = carrier.get("css");
    document.head.append(style);
  }
  const source = carrier.get("source").replace(/\bfrom\s*["'](\.\/[\w-]+\.js)["']/g,
    (all, name) => (name in urls ? `from "${urls[name]}"` : all));
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

function notice(el, text) {
  let line = el.querySelector(":scope > .kit-notice");
  if (!line) {
    line = document.createElement("div");
    line.className = "kit-notice";
    line.setAttribute("role", "status");
    el.prepend(line);
  }
  line.textContent = text;
  line.hidden = !text;
}

/** Say so when the kernel is gone: the picture stays, but what is picked no longer reaches Python. */
async function watch(manager, model, el, signal) {
  const session = await find(manager, model.get("session"));
  const tell = () => notice(el, session.comm_live === false ? "Disconnected: run the cell again." : "");
  session.on("comm_live_update", tell);
  signal.addEventListener("abort", () => session.off("comm_live_update", tell));
  tell();
}

export default {
  async render(context) {
    const { model, el } = context;
    const end = new AbortController();
    context.signal?.addEventListener("abort", () => end.abort());
    try {
      const view = await import(await link(model.widget_manager, model.get("_module")));
      await view.default.render({ ...context, signal: end.signal });
      if (!model.widget_manager.offline) await watch(model.widget_manager, model, el, end.signal);
    } catch (error) {
      console.error(error);
      notice(el, `This view could not be drawn: run the cell again. (${error.message ?? error})`);
    }
    return () => end.abort();
  },
};
