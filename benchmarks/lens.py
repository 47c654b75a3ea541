"""The lens over 64 tokens × 30 layers of SmolLM2: what it costs to read, to send and to draw.

Read: CPU seconds on one thread, the run of the model included, and how far the process grows while
it lasts, beside TransformerLens's own logit lens (which gives the ten best guesses; ours also KL,
entropy, and the rank of a followed piece) and beside all logits at once. Drawn: the saved page in
Chromium, main-thread CPU of the first draw less that of an almost empty page of the same view, and
of a move of the picked cell by key, all cells drawn anew.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import torch
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import lab  # noqa: E402
import widgets  # noqa: E402
from benchmarks.map import _drawn  # noqa: E402
from tests.browser import FLAGS, find_browser  # noqa: E402

TEXT = "The ants carried the seed past the glass, and the child who kept them wrote it down. "
READY = "() => document.documentElement.dataset.ready && document.querySelector('.lens-cell')"
MOVES = 40


def measure(rounds: int = 3) -> list[dict[str, Any]]:
    """A row for each way of reading, then for the view: seconds, megabytes, milliseconds."""
    torch.set_num_threads(1)
    model = lab.load("smollm2-135m")
    ids = model.tokenizer(TEXT * 8)["input_ids"][:64]
    rows = []
    for way, run in _ways(model, ids).items():
        seconds, grown = zip(*(_cost(run) for _ in range(rounds)), strict=True)
        rows.append({"what": way, "seconds of CPU": round(median(seconds), 2),
                     "MB": round(max(grown)), "of what": "memory grown"})  # fmt: skip
    return rows + _view(lab.lens(model, ids), rounds)


def _ways(model: Any, ids: list[int]) -> dict[str, Callable[[], Any]]:
    batch = torch.tensor([ids])

    def theirs() -> Any:
        _, cache = model.run_with_cache(batch, names_filter=_streams)
        return cache.logit_lens(positions=None, top_k=10)

    def at_once() -> Any:
        found = lab.trace(model, ids, keep=["resid_post"])
        stream = torch.from_numpy(found["resid_post"])
        return model.unembed(model.ln_final(stream)).softmax(-1).topk(10)

    return {
        "the model alone": lambda: lab.trace(model, ids, keep=[]),
        "lab.lens, all measures": lambda: lab.lens(model, ids),
        "TransformerLens, logit_lens, top 10": theirs,
        "all logits at once, top 10": at_once,
    }


def _streams(name: str) -> bool:
    return "hook_resid" in name or name.startswith("ln_final")


def _cost(run: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds of a call, and by how many MB the process grew at most while it lasted."""
    process, over = psutil.Process(), threading.Event()
    before = most = process.memory_info().rss

    def watch() -> None:
        nonlocal most
        while not over.wait(0.01):
            most = max(most, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.process_time()
    with torch.inference_mode():
        run()
    seconds = time.process_time() - start
    over.set()
    watcher.join()
    return seconds, (most - before) / 2**20


def _view(reading: Any, rounds: int) -> list[dict[str, Any]]:
    view = widgets.Lens(reading)
    sent = sum(map(len, [*view._data.values(), *view._chances.values()]))
    sent += sum(len(word.encode()) + 4 for word in view.words)
    first: list[float] = []
    moves: list[float] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        path = view.to_html(Path(folder) / "lens.html")
        browser = play.chromium.launch(executable_path=find_browser(), args=[*FLAGS])
        for _ in range(rounds):
            page = browser.new_page(viewport={"width": 1100, "height": 800}, bypass_csp=True)
            first.append(_drawn(page, path, READY))
            moves.append(_moved(page))
            page.close()
        browser.close()
    return [
        {"what": "widgets.Lens, page opened and drawn", "seconds of CPU": round(median(first), 2),
         "MB": round(sent / 1e6, 2), "of what": "sent"},
        {"what": "widgets.Lens, the picked cell moved", "seconds of CPU": round(median(moves), 4),
         "MB": 0, "of what": "sent"},
    ]  # fmt: skip


def _moved(page: Any) -> float:
    """Seconds of main-thread work of one press of an arrow key, everything drawn anew."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work() -> float:
        answer = metrics.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in answer if one["name"] == "TaskDuration")

    page.locator(".lens-grid").focus()
    before = work()
    for _ in range(MOVES):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(40)
    return (work() - before) / MOVES


if __name__ == "__main__":
    for row in measure():
        print(row)
