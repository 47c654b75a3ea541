"""From a key pressed in a prompt to the painted picture of its attention, on the shipped model.

In a kernel of a real JupyterLab, the views open in Chromium. Each key is pressed when the last
picture stands; the time runs from the key's own time stamp to the frame after the new picture was
put in its place. Beside it what of that is the kernel's: the trace, and making the view's state;
and the processor time of kernel and page, which a busy machine stretches least.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pictures import QUIET, _closed, _opened, _serving

STARTS = {
    "12 tokens": "Tom and Lily went to the park. Tom gave a",
    "128 tokens": "Tom and Lily went to the park. They saw a big dog. " * 9,
}
TYPED = " ball to Lily because she"
CELL = """
import json, time, ipywidgets, lab, widgets

model = lab.load("formicarium/stories")
parts = []

def ask(text):
    began = time.perf_counter()
    trace = lab.trace(model, text)
    parts.append(time.perf_counter() - began)
    return trace

attention = widgets.Attention(lab.trace(model, {start!r}))
show = attention.show

def shown(trace):
    began = time.perf_counter()
    show(trace)
    parts.append(time.perf_counter() - began)

attention.show = shown
prompt = widgets.Prompt(ask, views=[attention], text={start!r})
ipywidgets.VBox([prompt, attention])
"""
DONE = "print(json.dumps({'parts': parts, 'cpu': time.process_time(), 'n': len(attention.pieces)}))"
# The view puts a new section in the place of the old one for every text.
WATCH = """() => {
  globalThis.pressed = [];
  let key = 0;
  window.addEventListener("keydown", (event) => { key = event.timeStamp; }, { capture: true });
  const place = document.querySelector(".attention").parentElement;
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (key) pressed.push(performance.now() - key);
    key = 0;
  }))).observe(place, { childList: true });
}"""


def measure() -> list[dict[str, Any]]:
    """A row for each length: milliseconds from key to picture, and what they consist of."""
    with _serving(**QUIET) as place:
        return [_row(*place, *one) for one in STARTS.items()]


def _row(folder: Path, server: Any, chromium: Any, length: str, start: str) -> dict[str, Any]:
    lab_page = _opened(folder, server, chromium, CELL.format(start=start), DONE, DONE)
    lab_page.run_cell(0)
    page = lab_page.page
    page.wait_for_selector(".attention canvas")
    box = page.locator(".prompt-text")
    box.click()
    box.press("End")
    page.keyboard.type(TYPED[:3], delay=400)  # the first ones warm up
    page.wait_for_timeout(500)
    lab_page.run_cell(1)
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(WATCH)
    box.click()
    box.press("Control+End")
    page.evaluate("pressed.length = 0")
    before = _busy(metrics)
    for count, letter in enumerate(TYPED[3:], 1):
        page.keyboard.type(letter)
        page.wait_for_function(f"pressed.length >= {count}", polling=50, timeout=20_000)
    after = _busy(metrics)
    taken = page.evaluate("pressed")
    lab_page.run_cell(2)
    first, last = lab_page.printed()
    _closed(lab_page)
    parts = last["parts"][len(first["parts"]) :]
    kernel, drawn = (last["cpu"] - first["cpu"]) / len(taken), (after - before) / len(taken)
    return {
        "text": f"{length} ({last['n']})",
        "keys": len(taken),
        "key to picture ms, median": round(median(taken)),
        "nine in ten within ms": round(sorted(taken)[int(0.9 * len(taken))]),
        "of it the trace": round(1000 * median(parts[::2])),
        "the view's state": round(1000 * median(parts[1::2])),
        "cpu ms of the kernel": round(1000 * kernel),
        "of the page": round(1000 * drawn),
    }


def _busy(metrics: Any) -> float:
    """Seconds of work of the page's main thread so far."""
    found = metrics.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "TaskDuration")


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=1))
