"""What the training board costs a training: the same steps with a board and without.

In a kernel of a real JupyterLab, the board open in Chromium. Rounds with and without are taken in
turn, both in a thread beside a waiting cell; the ratio is the median over pairs of neighbours. CPU
is all of the kernel's (the steps, the telling, the messages) on one thread of arithmetic; wall
time is given too, and on a machine that does anything else besides it is noise.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.pictures import ROOT, _closed, _opened
from tests.browser import FLAGS, find_browser
from tests.jupyter.server import Server

SET_UP = """
import json, threading, time
from collections import deque
import numpy as np
import widgets
from IPython.display import display

board = widgets.Training()
sent = []
send = board.send

def noted(content, buffers=None):
    sent.append(sum(map(len, buffers or [])))
    send(content, buffers)

board.send = noted

def bare(steps):
    thread = threading.Thread(target=deque, args=(steps, 0))
    thread.start()
    thread.join()

def drawn(steps):
    board.watch(steps)
    board.wait()

def timed(run, steps):
    cpu, wall = time.process_time(), time.perf_counter()
    run(steps)
    return time.process_time() - cpu, time.perf_counter() - wall
"""
TRAININGS = {
    "numpy, a matrix product a step": """
square = np.random.default_rng(0).normal(size=(360, 360)).astype(np.float32)

def steps(count=800):
    for i in range(1, count + 1):
        square @ square
        yield {
            "step": i, "of": count, "tokens": 512 * i, "loss": 8 / i**0.2, "lr": 1e-3,
            "grad_norm": 1.0, "layer_grads": [0.5] * 4,
            "metrics": {"induction": i / count} if i % 10 == 0 else {},
        }
""",
    "lab.train, 2 layers, d_model 64": """
import lab, torch
torch.set_num_threads(1)
model = lab.build("gpt2", layers=2, heads=4, d_model=64, context=64)

corpus = ["the ants carried the seed past the glass " * 8] * 64

def steps(count=150):
    return lab.train(model, corpus, steps=count, batch=8)
""",
}
ROUND = """
rounds = []
for run in [bare, drawn] * {pairs}:
    before = len(sent), sum(sent)
    cpu, wall = timed(run, steps())
    row = dict(cpu=cpu, wall=wall, sent=len(sent) - before[0], bytes=sum(sent) - before[1])
    rounds.append(row)
print(json.dumps({{"steps": len(board.history["step"]), "rounds": rounds[2:]}}))
"""


def measure(pairs: int = 9) -> list[dict[str, Any]]:
    """A row for each training: milliseconds a step without, ratios with the board, messages."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        env = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        with Server(folder, env=env) as server:
            chromium = play.chromium.launch(executable_path=find_browser(), args=[*FLAGS])
            rows = []
            for which, code in TRAININGS.items():
                cells = (SET_UP + code, "display(board)", ROUND.format(pairs=pairs + 1))
                page = _opened(folder, server, chromium, *cells)
                for cell in range(3):
                    page.run_cell(cell)
                rows.append(_row(which, page.printed()[0]))
                _closed(page)
            chromium.close()
    return rows


def _row(which: str, found: dict[str, Any]) -> dict[str, Any]:
    without, with_board = found["rounds"][0::2], found["rounds"][1::2]
    ratio = {
        kind: median(b[kind] / a[kind] for a, b in zip(without, with_board, strict=True))
        for kind in ("cpu", "wall")
    }
    seconds = sum(one["wall"] for one in with_board)
    return {
        "training": which,
        "cpu_ms a step": round(1000 * median(a["cpu"] for a in without) / found["steps"], 2),
        "ratio_cpu": round(ratio["cpu"], 3),
        "ratio_wall": round(ratio["wall"], 3),
        "messages/s": round(sum(one["sent"] for one in with_board) / seconds, 1),
        "kB/s": round(sum(one["bytes"] for one in with_board) / seconds / 1000),
    }


if __name__ == "__main__":
    for row in measure():
        print(row)
