"""What a move of the sampler's slider costs, beside the same through Python and plotly.

Ours: the saved page in Chromium, temperature moved as a reader moves it (an input event on the
slider), 49,152 pieces. CPU is the main thread's (TaskDuration), all of a move: rules, drawing,
layout, paint. Wall is from the event until its frame is drawn, up to 16.7 ms of it waiting for the
screen's next frame. The peer does as much of it as ipywidgets and plotly do: the same rules in
numpy, forty bars of a FigureWidget, in a real JupyterLab; wall from the key on the slider to the
new number under the bars.
"""

from __future__ import annotations

import os
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

import widgets  # noqa: E402
from benchmarks.pictures import _closed, _opened  # noqa: E402
from tests.browser import FLAGS, find_browser  # noqa: E402
from tests.jupyter.server import Server  # noqa: E402

MOVES = 60
SETTINGS: dict[str, dict[str, Any]] = {
    "temperature alone": {},
    "with top-p and min-p": {"top_p": 0.95, "min_p": 0.001},
    "with repetition penalty and typical": {"repetition_penalty": 1.3, "typical": 0.9},
}
# Each move waits for the end of the frame in which it is drawn.
MOVE = """async ([moves, slider]) => {
  const range = document.querySelector(`input[type=range][aria-label=${slider}]`);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const waits = [];
  for (let i = 0; i < moves; i++) {
    range.value = String(250 + ((i * 70) % 500));
    const start = performance.now();
    range.dispatchEvent(new Event("input"));
    await frame();
    await new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    });
    waits.push(performance.now() - start);
  }
  return waits;
}"""
PEER = """
import ipywidgets, numpy as np, plotly.graph_objects as go
from lab.sampling import Rules
logits = np.random.default_rng(0).normal(0, 3, 49_152)
first = np.argsort(-logits)[:40]
slider = ipywidgets.FloatSlider(value=1.0, min=0.1, max=2.0, step=0.01)
figure = go.FigureWidget(go.Bar(y=Rules().probs(logits)[first]))
said = ipywidgets.Label("none")
said.add_class("said")
def moved(change):
    probs = Rules(temperature=change["new"]).probs(logits)
    with figure.batch_update():
        figure.data[0].y = probs[first]
    said.value = f"{change['new']:.2f}: {probs.max():.6f}"
slider.observe(moved, "value")
ipywidgets.VBox([slider, figure, said])
"""


def logits() -> np.ndarray:
    """As wide as a language model's: a few likely pieces, a long tail."""
    return np.random.default_rng(0).normal(0, 3, 49_152)


def measure() -> list[dict[str, Any]]:
    """A row for each way: CPU and wall of a move in milliseconds, bytes sent before it."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=find_browser(), args=[*FLAGS])
        rows = [_ours(chromium, Path(name), *setting) for setting in SETTINGS.items()]
        rows.append(_peer(chromium, Path(name)))
        chromium.close()
    return rows


def _ours(chromium: Any, folder: Path, what: str, rules: dict[str, Any]) -> dict[str, Any]:
    view = widgets.Sampler(
        logits(), names=lambda ids: [f" piece{i}" for i in ids], ids=range(64), **rules
    )
    state = view.get_state()
    page = chromium.new_page(viewport={"width": 1100, "height": 700})
    page.goto(view.to_html(folder / "sampler.html").as_uri())
    page.locator(".sampler-row").first.wait_for()
    page.evaluate(MOVE, [20, "temperature"])  # compiled
    tracer = page.context.new_cdp_session(page)
    tracer.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _tasks(tracer)
    waits = page.evaluate(MOVE, [MOVES, "temperature"])
    cpu = (_tasks(tracer) - before) / MOVES
    page.close()
    sent = sum(len(v) for v in state.values() if isinstance(v, bytes))
    sent += sum(len(text.encode()) + 4 for text in state["_names"])
    return {
        "way": f"widgets.Sampler, {what}",
        "CPU ms a move": round(1000 * cpu, 1),
        "wall ms a move": round(median(waits), 1),
        "kB sent once": round(sent / 1000),
    }


def _tasks(tracer: Any) -> float:
    found = tracer.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "TaskDuration")


def _peer(chromium: Any, folder: Path) -> dict[str, Any]:
    waits = []
    with Server(folder, env={"PYTHONPATH": str(ROOT)}) as server:
        lab = _opened(folder, server, chromium, PEER)
        lab.run_cell(0)
        page, said = lab.page, lab.page.locator(".said")
        said.wait_for()
        page.locator(".noUi-handle").focus()
        for _ in range(12):
            before = said.inner_text()
            start = time.perf_counter()
            page.keyboard.press("ArrowLeft")
            page.wait_for_function(
                "before => document.querySelector('.said').innerText !== before",
                arg=before,
                polling="raf",
                timeout=20_000,
            )
            waits.append(time.perf_counter() - start)
        _closed(lab)
    return {
        "way": "ipywidgets slider and plotly FigureWidget, through Python",
        "CPU ms a move": "–",
        "wall ms a move": round(1000 * median(waits), 1),
        "kB sent once": "5,080 (saved with the notebook)",
    }


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for row in measure():
        print(row)
