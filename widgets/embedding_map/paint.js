// Points → pixels, by hand: fifty thousand arcs take a canvas ten times as long as their pixels.

/** A dot's pixels around its middle: [dx, dy, share of the pixel that it covers, …]. */
export function dot(radius) {
  const reach = Math.ceil(radius);
  const stamp = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover > 0.05) stamp.push(dx, dy, cover);
    }
  }
  return stamp;
}

/** A colour [r, g, b] as a pixel. */
export const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/**
 * Paint points into an image {pixels: Uint32Array, width, height}.
 *
 * places: two numbers a point; view: {x, y, scale} in the image's pixels; codes: a byte a point, an
 * index into colours (pixels); wanted(i): which points are painted, all where it is null.
 */
export function paint(image, places, view, codes, colours, { radius, alpha, wanted = null }) {
  const { pixels, width, height } = image;
  const stamp = dot(radius);
  const reach = Math.ceil(radius);
  const [dx, cover] = [new Int32Array(stamp.length / 3), new Int32Array(stamp.length / 3)];
  for (let i = 0; i < dx.length; i++) {
    dx[i] = stamp[3 * i + 1] * width + stamp[3 * i];
    cover[i] = Math.round(256 * alpha * stamp[3 * i + 2]);
  }
  const [left, top] = [width / 2 - view.x * view.scale, height / 2 + view.y * view.scale];
  for (let i = 0; i < codes.length; i++) {
    if (wanted && !wanted[i]) continue;
    const x = Math.round(left + places[2 * i] * view.scale);
    const y = Math.round(top - places[2 * i + 1] * view.scale);
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
    const colour = colours[codes[i]];
    const [redblue, green] = [colour & 0xff00ff, colour & 0xff00];
    const at = y * width + x;
    for (let j = 0; j < dx.length; j++) {
      const [share, old] = [cover[j], pixels[at + dx[j]]];
      const rest = 256 - share;
      const both = ((old & 0xff00ff) * rest + redblue * share) >>> 8;
      const middle = ((old & 0xff00) * rest + green * share) >>> 8;
      pixels[at + dx[j]] = (0xff000000 | (both & 0xff00ff) | (middle & 0xff00)) >>> 0;
    }
  }
}

/** Room for names: `free(box)` is true once for boxes that touch none before, and takes them. */
export function room(width, height) {
  const [wide, high] = [Math.ceil(width / 8) + 1, Math.ceil(height / 8) + 1];
  const taken = new Uint8Array(wide * high);
  return (left, top, right, bottom) => {
    if (left < 0 || top < 0 || right > width || bottom > height) return false;
    const [x0, x1, y0, y1] = [left, right, top, bottom].map((edge) => Math.floor(edge / 8));
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) if (taken[y * wide + x]) return false;
    for (let y = y0; y <= y1; y++) taken.fill(1, y * wide + x0, y * wide + x1 + 1);
    return true;
  };
}
