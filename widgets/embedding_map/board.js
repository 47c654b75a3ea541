// One map on its canvas: points, names, what is picked; pan, zoom, hover, lasso.

import { h } from "../glass/kit.js";
import { inside } from "./data.js";
import { mark } from "./marks.js";
import { paint } from "./paint.js";

const [NEAR, FARTHEST] = [14, 80]; // px to a point under the mouse; times that a view magnifies

/** Builds a board. `hover(point|null)`, `pick(point|null)`, `choose(points, more)` and `again()` are called. */
export function board({ signal, map, label, hover, pick, choose, again, lassoing }) {
  const [base, marks] = ["base", "marks"].map(() => h("canvas", { "aria-hidden": "true" }));
  const heading = h("div", { class: "embedding-map-name" });
  const element = h("div", { class: "embedding-map-board", tabindex: "0", role: "application", "aria-label": label }, base, marks, heading);
  const wide = new Float32Array(map.count).fill(-1); // widths of names, measured once
  let [eye, drag, loop, frame, look, places, image] = [{ x: 0, y: 0, zoom: 1 }, null, null, null, null, null, null];

  const scale = () => eye.zoom * 0.46 * Math.min(look.width / look.bulk[0], look.height / look.bulk[1]);
  const spot = (i) => [look.width / 2 + (places[2 * i] - eye.x) * scale(), look.height / 2 - (places[2 * i + 1] - eye.y) * scale()];
  const under = (px, py) => [eye.x + (px - look.width / 2) / scale(), eye.y - (py - look.height / 2) / scale()];
  const local = (event) => { const box = base.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  /** The point nearest to a pixel, if it is near. */
  function nearest([px, py], most = NEAR) {
    const [x, y] = under(px, py);
    let [best, least] = [null, (most / scale()) ** 2];
    for (let i = 0; i < map.count; i++) {
      const distance = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
      if (distance < least && (!look.bright || look.bright[i] || look.all)) [best, least] = [i, distance];
    }
    return best;
  }

  function zoom(by, [px, py] = [look.width / 2, look.height / 2]) {
    const [x, y] = under(px, py);
    eye = { ...eye, zoom: Math.min(FARTHEST, Math.max(0.2, eye.zoom * by)) };
    const [nx, ny] = under(px, py);
    eye = { ...eye, x: eye.x + x - nx, y: eye.y + y - ny };
    again();
  }
  const move = (dx, dy) => { eye = { ...eye, x: eye.x - dx / scale(), y: eye.y + dy / scale() }; again(); };

  const on = (name, call, more) => element.addEventListener(name, call, { signal, ...more });
  on("pointerdown", (event) => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    drag = { at: local(event), moved: 0 };
    if (lassoing() || event.shiftKey) loop = [under(...drag.at)];
  });
  on("pointermove", (event) => {
    const here = local(event);
    if (!drag) return hover(nearest(here));
    drag.moved += Math.abs(here[0] - drag.at[0]) + Math.abs(here[1] - drag.at[1]);
    if (loop) { loop.push(under(...here)); again(); } else move(here[0] - drag.at[0], here[1] - drag.at[1]);
    drag.at = here;
  });
  on("pointerleave", () => hover(null));
  on("pointerup", (event) => {
    if (!drag) return;
    const [drawn, clicked] = [loop, drag.moved < 4];
    drag = loop = null;
    if (drawn && !clicked) choose(inside(places, drawn), event.ctrlKey || event.metaKey);
    else if (clicked) pick(nearest(local(event)));
    again();
  });
  on("pointercancel", () => { drag = loop = null; again(); });
  // The page scrolls where the reader does not attend to the map.
  on("wheel", (event) => {
    if (document.activeElement !== element && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), local(event));
  }, { passive: false });

  function sized(canvas) {
    const dpr = globalThis.devicePixelRatio || 1;
    const [width, height] = [look.width, look.height].map((side) => Math.round(side * dpr));
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      Object.assign(canvas.style, { width: `${look.width}px`, height: `${look.height}px` });
      if (canvas === base) image = null;
    }
    return { context: canvas.getContext("2d", { willReadFrequently: canvas === base }), dpr, width, height };
  }

  function points() {
    const { context, dpr, width, height } = sized(base);
    image ??= context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer).fill(look.paper);
    const view = { x: eye.x, y: eye.y, scale: scale() * dpr };
    const size = (map.count > 20000 ? 0.9 : map.count > 3000 ? 1.5 : map.count > 400 ? 2.4 : 3.6) * Math.min(3, Math.max(1, eye.zoom) ** 0.45) * dpr;
    const onto = (more) => paint({ pixels, width, height }, places, view, look.codes, look.colours, { radius: size, ...more });
    const alpha = map.count > 3000 ? 0.6 : 0.85;
    if (!look.bright && look.late) {
      onto({ alpha: 0.4 }); // what is not known lies under what is
      onto({ alpha: 0.95, wanted: look.late });
    } else if (!look.bright) onto({ alpha });
    else {
      onto({ alpha: 0.16 });
      onto({ alpha: 0.95, wanted: look.bright, radius: look.all ? size : Math.max(size, 2.2 * dpr) });
    }
    context.putImageData(image, 0, 0);
  }

  function drawMarks() {
    const { context, dpr } = sized(marks);
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.clearRect(0, 0, look.width, look.height);
    const corners = loop?.map(([x, y]) => [look.width / 2 + (x - eye.x) * scale(), look.height / 2 - (y - eye.y) * scale()]) ?? (frame && cornersOf(frame));
    mark(context, look, map, { spot, wide, corners });
  }

  return {
    element, zoom, move, nearest: (px) => nearest(px, Infinity),
    fit() { eye = { x: 0, y: 0, zoom: 1 }; again(); },
    /** The point next to another on one side (in pixels: right and down), or itself. */
    beside(point, right, down) {
      if (point === null) return nearest([look.width / 2, look.height / 2], Infinity);
      const [x, y] = [places[2 * point], places[2 * point + 1]];
      let [best, least] = [point, Infinity];
      for (let i = 0; i < map.count; i++) {
        const [dx, dy] = [places[2 * i] - x, y - places[2 * i + 1]];
        const [along, across] = [dx * right + dy * down, Math.abs(dx * down) + Math.abs(dy * right)];
        // What is as far to the side as ahead counts twice as far.
        if (along > 0 && across <= 2 * along && along + across < least && (!look.bright || look.bright[i] || look.all)) [best, least] = [i, along + across];
      }
      return best;
    },
    /** Bring a point into sight. */
    show(point) {
      const [px, py] = spot(point);
      if (px > 20 && py > 12 && px < look.width - 20 && py < look.height - 12) return;
      eye = { ...eye, x: places[2 * point], y: places[2 * point + 1] };
      again();
    },
    /** The frame for choosing by keys: begun, moved, grown, taken. */
    framing: () => frame !== null,
    begin() { frame = { x: look.width / 2 - 60, y: look.height / 2 - 40, width: 120, height: 80 }; again(); },
    push(dx, dy, grow) {
      frame = grow ? { ...frame, width: Math.max(10, frame.width + dx), height: Math.max(10, frame.height + dy) } : { ...frame, x: frame.x + dx, y: frame.y + dy };
      again();
    },
    end(taken) {
      const corners = cornersOf(frame);
      frame = null;
      if (taken) choose(inside(places, corners.map((corner) => under(...corner))), false);
      again();
    },
    /** Everything anew; `name` of the map, its places, and the look. */
    draw(name, at, next) {
      [look, places] = [next, at];
      if (heading.textContent !== name) heading.textContent = name;
      points();
      drawMarks();
    },
    /** Names and marks alone, with the point the mouse is over. */
    marks(over) { if (look) { look = { ...look, over }; drawMarks(); } },
    within: () => look.order.filter((i) => { const [x, y] = spot(i); return x >= 0 && y >= 0 && x <= look.width && y <= look.height; }),
  };
}

const cornersOf = ({ x, y, width, height }) => [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
