"""Fifty thousand points on a map: ours, jupyter-scatter and plotly's Scattergl in one run.

What is sent: the bytes of the view's own state as it travels (arrays raw), with the JavaScript that
it needs apart. First draw: main-thread CPU of a Chromium without a GPU, from the page's start to
the picture, of a saved page that holds everything (plotly: its own saved page, with its script
inline), less what a page of the same tool with ten points takes (`cpu of 50,000 points`).
Pan and zoom: time of the animation frames' own work while a hundred moves are made, median and
95th percentile; the work until pixels are in the canvas, not the screen's rate.

jupyter-scatter needs WebGL and a notebook: it draws nothing in a saved page without a kernel, and
nothing at all where WebGL is off. It is measured by what it sends, where it is installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import FLAGS, find_browser  # noqa: E402

COUNT = 50_000
# A software rasteriser stands in for the GPU where a tool cannot do without WebGL.
WITH_WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
MOVES = """async ([selector, count]) => {
  const element = document.querySelector(selector);
  const box = element.getBoundingClientRect();
  const frames = [];
  const at = { bubbles: true, cancelable: true, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  const next = globalThis.requestAnimationFrame.bind(globalThis);
  let inside = 0;
  globalThis.requestAnimationFrame = (call) => next((now) => {
    const start = performance.now(); call(now); inside += performance.now() - start;
  });
  element.focus();
  const frame = () => new Promise((done) => next(() => next(done)));
  for (let i = 0; i < count; i++) {
    inside = 0;
    const start = performance.now();
    element.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: i < count / 2 ? -40 : 40 }));
    const own = performance.now() - start;
    await frame();
    frames.push(own + inside);
  }
  return frames;
}"""  # noqa: E501


def measure(rounds: int = 5) -> list[dict[str, Any]]:
    """A row for each tool: megabytes sent, seconds to the first draw, milliseconds a frame."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        rows = [_ours(folder, play, rounds, named) for named in (False, True)]
        rows.append(_plotly(folder, play, rounds))
        if importlib.util.find_spec("jscatter"):
            rows.append(_jscatter())
    return rows


def points(count: int) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Places in three clouds, names like pieces of a vocabulary, a property of three kinds."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 3, count)
    places = rng.normal(size=(count, 2)) + np.array([[0, 0], [3, 1], [-2, 3]])[kinds]
    letters = rng.choice(list("etaoinshrdlu"), size=(count, 9))
    lengths = rng.integers(2, 9, count)
    names = [" " + "".join(row[:n]) for row, n in zip(letters, lengths, strict=True)]
    return places.astype(np.float32), names, np.array(["word", "part", "sign"])[kinds]


def _ours(folder: Path, play: Any, rounds: int, named: bool) -> dict[str, Any]:
    import widgets

    pages = {}
    for count in (10, COUNT):
        places, names, kinds = points(count)
        view = widgets.EmbeddingMap(
            places, names if named else None, properties={"kind": kinds}, neighbours=None
        )
        pages[count] = view.to_html(folder / f"ours-{named}-{count}.html")
        sent = sum(map(len, view._data.values()))
    ready = "() => document.documentElement.dataset.ready"
    found = _timed(play, pages, rounds, ready, ".embedding-map-board")
    tool = f"EmbeddingMap, {'with names' if named else 'without names'}"
    return {"tool": tool, "MB sent": round(sent / 1e6, 2), **found, "needs": "a canvas"}


def _plotly(folder: Path, play: Any, rounds: int) -> dict[str, Any]:
    import plotly.graph_objects as go

    pages = {}
    for count in (10, COUNT):
        places, names, kinds = points(count)
        codes = np.unique(kinds, return_inverse=True)[1]
        trace = go.Scattergl(x=places[:, 0], y=places[:, 1], mode="markers", text=names,
                             marker={"size": 3, "color": codes})  # fmt: skip
        figure = go.Figure(trace)
        figure.update_layout(width=740, height=420, dragmode="pan")
        pages[count] = folder / f"plotly-{count}.html"
        figure.write_html(pages[count], include_plotlyjs=True, config={"scrollZoom": True})
        sent = len(figure.to_json())
    ready = "() => document.querySelector('.gl-canvas') && document.querySelector('.xtick')"
    found = _timed(play, pages, rounds, ready, ".nsewdrag", flags=WITH_WEBGL)
    name = "plotly Scattergl, with names"
    return {"tool": name, "MB sent": round(sent / 1e6, 2), **found, "needs": "WebGL"}


def _jscatter() -> dict[str, Any]:
    import jscatter  # type: ignore[import-not-found]
    import pandas as pd

    places, names, kinds = points(COUNT)
    frame = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "name": names, "kind": kinds})
    scatter = jscatter.Scatter(data=frame, x="x", y="y", color_by="kind")
    state = scatter.widget.get_state()
    code = len(state.pop("_esm", "")) + len(state.pop("_css", ""))
    sent = sum(_weight(value) for value in state.values())
    return {"tool": "jupyter-scatter, without names", "MB sent": round(sent / 1e6, 2),
            "cpu of 50,000 points, s": "–", "first draw, s": "–", "frame, ms": "–",
            "frame 95 %, ms": "–",
            "needs": f"WebGL and a kernel, {code / 1e6:.1f} MB of code"}  # fmt: skip


def _weight(value: Any) -> int:
    if isinstance(value, bytes | memoryview):
        return len(value)
    if isinstance(value, dict):
        return sum(_weight(each) for each in value.values())
    return len(json.dumps(value, default=str))


def _timed(
    play: Any, pages: dict[int, Path], rounds: int, ready: str, board: str, flags: tuple = ()
) -> dict[str, Any]:
    """Seconds of main-thread CPU to the first draw, and milliseconds of work a frame."""
    off = () if flags else ("--disable-software-rasterizer",)
    usual = [flag for flag in FLAGS if flag not in ("--disable-gpu", *off)]
    first = {count: [] for count in pages}
    chromium = play.chromium.launch(
        executable_path=find_browser(), args=[*usual, *(flags or ("--disable-gpu", *off))]
    )
    frames: list[float] = []
    for _ in range(rounds):
        for count, path in pages.items():
            page = chromium.new_page(viewport={"width": 1040, "height": 800})
            first[count].append(_drawn(page, path, ready))
            if count == max(pages):
                frames += page.evaluate(MOVES, [board, 40])
            page.close()
    chromium.close()
    whole, empty = (median(first[count]) for count in (max(pages), min(pages)))
    return {
        "cpu of 50,000 points, s": round(whole - empty, 2),
        "first draw, s": round(whole, 2),
        "frame, ms": round(float(np.median(frames)), 1),
        "frame 95 %, ms": round(float(np.percentile(frames, 95)), 1),
    }


def _drawn(page: Any, path: Path, ready: str) -> float:
    """Open a page; seconds of main-thread work until it is drawn and half a second brings none."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    page.wait_for_function(ready, timeout=60_000)
    before, seen = -1.0, 0.0
    while seen - before > 0.01:
        before = seen
        time.sleep(0.5)
        answer = metrics.send("Performance.getMetrics")["metrics"]
        seen = next(one["value"] for one in answer if one["name"] == "TaskDuration")
    metrics.detach()
    return seen


if __name__ == "__main__":
    for row in measure():
        print(row)
