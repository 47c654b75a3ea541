"""From a key that switches a head off to the prediction without it, beside that of its neighbours.

In a kernel of a real JupyterLab, the view open in Chromium, on the shipped model: each head of the
network in turn, every one for the first time. The time runs from the key's own time stamp to the
frame after the effect and its controls (the same layer's other heads, off one by one) stand there.
Beside it how much of that is the kernel's answer, and the processor time of kernel and page.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pictures import QUIET, _closed, _opened, _serving
from benchmarks.prompt import _busy

TEXTS = {
    "short": "Tom gave Lily a ball. Lily was happy because",
    "long": "Tom and Lily went to the park. They saw a big dog. " * 9 + "Lily was happy because",
}
# Through the heads as they stand, eight in a row, each visited once.
ROWS = [*["ArrowRight"] * 7, "ArrowDown", *["ArrowLeft"] * 7, "ArrowDown"]
WAY = (3 * ROWS)[:-1]
CELL = """
import json, time, lab, widgets

model = lab.load("formicarium/stories")
trace = lab.trace(model, {text!r})
board = lab.interventions.switches(model, trace.ids, toward=" she", against=" he")
parts = []

def ask(*args, **given):
    began = time.perf_counter()
    found = board(*args, **given)
    parts.append(time.perf_counter() - began)
    return found

widgets.Attention(trace, widgets.Session(layer=0, head=0), ablate=ask)
"""
DONE = (
    "print(json.dumps({'parts': parts, 'cpu': time.process_time(), 'n': len(trace.ids.flatten())}))"
)
WATCH = """() => {
  globalThis.pressed = [];
  let key = 0;
  window.addEventListener("keydown", (event) => { if (event.key === "x") key = event.timeStamp; }, { capture: true });
  const panel = document.querySelector(".attention-cut");
  const stands = () => !panel.hidden && !panel.classList.contains("attention-old") && panel.querySelector("[data-control]").textContent;
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (key && stands()) { pressed.push(performance.now() - key); key = 0; }
  }))).observe(panel, { attributes: true, childList: true, subtree: true, characterData: true });
}"""  # noqa: E501


def measure() -> list[dict[str, Any]]:
    """A row for each text: milliseconds from key to effect and controls, and what they hold."""
    with _serving(**QUIET) as place:
        return [_row(*place, text) for text in TEXTS.values()]


def _row(folder: Path, server: Any, chromium: Any, text: str) -> dict[str, Any]:
    lab_page = _opened(folder, server, chromium, CELL.format(text=text), DONE, DONE)
    lab_page.run_cell(0)
    page = lab_page.page
    page.wait_for_selector(".attention canvas")
    page.evaluate(WATCH)
    page.locator(".attention-overview").focus()
    _switched(page, WAY[:4])  # the first ones warm up
    lab_page.run_cell(1)
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.locator(".attention-overview").focus()
    before = _busy(metrics)
    taken = _switched(page, WAY[4:])
    after = _busy(metrics)
    lab_page.run_cell(2)
    first, last = lab_page.printed()
    _closed(lab_page)
    parts = last["parts"][len(first["parts"]) :]
    assert len(parts) == len(taken), "each head is asked for once"
    return {
        "tokens": last["n"],
        "heads switched off": len(taken),
        "key to effect and controls ms, median": round(median(taken)),
        "nine in ten within ms": round(sorted(taken)[int(0.9 * len(taken))]),
        "of it the kernel's answer": round(1000 * median(parts)),
        "cpu ms of the kernel": round(1000 * (last["cpu"] - first["cpu"]) / len(taken)),
        "of the page": round(1000 * (after - before) / len(taken)),
    }


def _switched(page: Any, way: list[str]) -> list[float]:
    """Milliseconds for each head on a way: that head off, and everything on again."""
    page.evaluate("pressed.length = 0")
    for number, arrow in enumerate(way, 1):
        page.keyboard.press(arrow)
        page.keyboard.press("x")
        page.wait_for_function(f"pressed.length >= {number}", polling=50, timeout=20_000)
        page.keyboard.press("r")
    return page.evaluate("pressed")


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=1))
