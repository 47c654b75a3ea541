"""Waiting in JupyterLab: the first picture of a notebook, and a new picture for a typed key.

Wall time in a real JupyterLab and Chromium on this machine, medians of a few rounds; on a machine
that does anything else besides, they are upper bounds. The first picture comes from a stored
trace in a fresh kernel: imports, trace, view and drawing. A key is typed into the prompt under a
model; the picture counts once the attention view says the new number of tokens.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import FLAGS, find_browser  # noqa: E402
from tests.jupyter.lab_page import LabPage  # noqa: E402
from tests.jupyter.server import Server  # noqa: E402

QUIET = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}  # one thread of arithmetic, no network
FIRST = """
import lab, widgets
widgets.Attention(lab.Trace.open("formicarium/two-names"))
"""
SECOND = """
widgets.Attention(lab.Trace.open("formicarium/said-twice"))
"""
PROMPT = """
import ipywidgets, lab, widgets
model = {model}
first = lab.trace(model, "The ant")
view = widgets.Attention(first)
prompt = widgets.Prompt(lambda text: lab.trace(model, text), views=[view], text="The ant")
ipywidgets.VBox([prompt, view])
"""
MODELS = {
    "smollm2-135m": 'lab.load("smollm2-135m")',
    "tiny, 4 × 4 heads": 'lab.build("gpt2", layers=4, heads=4, d_model=128)',
}


def measure(rounds: int = 3) -> list[dict[str, Any]]:
    """A row for each wait: what, milliseconds (median)."""
    with _serving() as place:
        rows = _first_pictures(*place, rounds)
        return rows + [_typed(*place, which) for which in MODELS]


def _first_pictures(folder: Path, server: Any, chromium: Any, rounds: int) -> list[dict[str, Any]]:
    waits: dict[str, list[float]] = {"first picture, fresh kernel": [], "second picture": []}
    for _ in range(rounds):
        page = _opened(folder, server, chromium, FIRST, SECOND)
        for cell, what in enumerate(waits):
            start = time.perf_counter()
            page.run_cell(cell, wait=False)
            page.page.locator(".attention canvas").nth(2 * cell).wait_for()
            waits[what].append(time.perf_counter() - start)
        _closed(page)
    return [{"wait": what, "ms": round(1000 * median(times))} for what, times in waits.items()]


def _typed(folder: Path, server: Any, chromium: Any, which: str) -> dict[str, Any]:
    page = _opened(folder, server, chromium, PROMPT.format(model=MODELS[which]))
    page.run_cell(0)
    box = page.page.locator(".prompt-text")
    box.click()
    box.press("End")
    times = []
    for number in range(8):
        headline = page.page.locator(".attention .kit-headline")
        before = headline.inner_text()
        start = time.perf_counter()
        page.page.keyboard.type(str(number))  # a digit is a token of its own in both models
        page.page.wait_for_function(
            "before => document.querySelector('.attention .kit-headline').innerText !== before",
            arg=before,
            timeout=20_000,
            polling="raf",
        )
        times.append(time.perf_counter() - start)
    _closed(page)
    return {"wait": f"key to picture, {which}", "ms": round(1000 * median(times))}


@contextmanager
def _serving(**env: str) -> Iterator[tuple[Path, Server, Any]]:
    """A folder, a JupyterLab on it and a browser, for as long as something is measured."""
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as play,
        Server(Path(name), env={"PYTHONPATH": str(ROOT), **env}) as server,
    ):
        chromium = play.chromium.launch(executable_path=find_browser(), args=[*FLAGS])
        yield Path(name), server, chromium
        chromium.close()


def _opened(folder: Path, server: Any, chromium: Any, *cells: str) -> LabPage:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, folder / "wait.ipynb")
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    return LabPage(context, server).open("wait.ipynb")


def _closed(page: LabPage) -> None:
    page.shut_down()
    page.page.context.close()


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for row in measure():
        print(row)
