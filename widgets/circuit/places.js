// Where everything stands: heads in columns, layers from the bottom to the top, and the ways of the edges between.

const [GUTTER, BAR, TOP] = [30, 18, 2]; // px: the layers' names; the bars of input and output

/** Places for a picture of this size: nodes [{ x, y, w, h, bar }] and bands, one a layer. */
export function places({ names, layers, heads, kinds, depth }, width, height) {
  const columns = 2 + Math.max(-1, ...heads);
  const column = (width - GUTTER) / columns;
  const pitch = (height - 2 * (BAR + TOP) - 18) / Math.max(1, depth);
  const floor = (layer) => height - TOP - BAR - 9 - layer * pitch;
  const [w, tall] = [Math.max(6, Math.min(58, column * 0.74)), Math.max(5, Math.min(20, pitch * 0.4))];
  const seen = { in: 0, out: 0 };
  const nodes = names.map((_, i) => {
    const kind = kinds[i];
    if (!(kind in seen)) return { x: GUTTER + column * ((kind === "mlp" ? columns - 1 : heads[i]) + 0.5), y: floor(layers[i]) - pitch * (kind === "mlp" ? 0.76 : 0.3), w, h: tall, side: kind === "mlp" ? -1 : 1 };
    const part = (width - GUTTER - 8) / kinds.filter((one) => one === kind).length;
    return { x: GUTTER + part * (seen[kind]++ + 0.5), y: kind === "in" ? height - TOP - BAR / 2 : TOP + BAR / 2, w: part - 4, h: BAR, bar: true };
  });
  return { nodes, w, tall, column, pitch, bands: Array.from({ length: depth }, (_, layer) => floor(layer + 1)) };
}

const PORTS = { q: -0.3, v: 0.3 };

/** The way of an edge upwards from part to part, as the eight numbers of a Bézier curve. From and to a bar it goes beside the column. */
export function way({ nodes, column, pitch }, { from, to, port }, e) {
  const [source, target] = [nodes[from[e]], nodes[to[e]]];
  const [low, high] = [source.y - source.h / 2, target.y + target.h / 2];
  const [rise, into] = [low - high, target.x + target.w * (PORTS[port(e)] ?? 0)];
  const [aside, turn] = [rise < pitch * 0.9 ? 0 : column * 0.46 * (source.side ?? 1), Math.min(30, rise * 0.4)];
  if (source.bar && target.bar) return [source.x, low, source.x, low, source.x, high, source.x, high];
  if (source.bar) return [into - aside, low, into - aside, high + rise * 0.3, into, high + turn, into, high];
  if (target.bar) return [source.x, low, source.x, low - turn, source.x + aside, high + rise * 0.5, source.x + aside, high];
  const bow = Math.abs(into - source.x) < column * 0.5 ? aside * 1.2 : 0;
  const lift = Math.max(10, rise * 0.45);
  return [source.x, low, source.x + bow, low - lift, into + bow, high + lift, into, high];
}

/** The edge that passes nearest to a place, at most 6 px away; -1 if none does. */
export function nearestEdge(ways, x, y) {
  let [found, least] = [-1, 36];
  for (const [e, [ax, ay, bx, by, cx, cy, dx, dy]] of ways)
    for (let t = 0; t <= 1; t += 1 / 32) {
      const s = 1 - t;
      const [a, b, c, d] = [s ** 3, 3 * s * s * t, 3 * s * t * t, t ** 3];
      const far = (a * ax + b * bx + c * cx + d * dx - x) ** 2 + (a * ay + b * by + c * cy + d * dy - y) ** 2;
      if (far < least) [found, least] = [e, far];
    }
  return found;
}

/** The part that an arrow key leads to, among those that `allowed` lets through. */
export function neighbour({ nodes, pitch }, at, [right, up], allowed) {
  const here = nodes[at];
  let [found, least] = [at, Infinity];
  nodes.forEach((node, i) => {
    const [across, down] = [node.bar || here.bar ? 0 : node.x - here.x, here.y - node.y];
    const [ahead, off] = up ? [down * up, Math.abs(across) / 2] : [across * right, Math.abs(down) < pitch * 0.6 ? Math.abs(down) * 9 : Infinity];
    if (ahead > 1 && ahead + off < least && allowed(i)) [found, least] = [i, ahead + off];
  });
  return found;
}
