"""What the training board costs a training: the same steps with a board and without.

In a kernel of a real JupyterLab, the board open in Chromium. Rounds with and without are taken in
turn, both in a thread beside a waiting cell; `ratio_cpu` is the median over pairs of neighbours.
CPU is all of the kernel's (the steps, the telling, the messages) on one thread of arithmetic.

Messages come by the clock: on a machine that does much else besides, a CPU second of training
stretches over several seconds and as many more messages. `ratio at rest` is what the same costs,
a step's and a message's, come to where a CPU second takes a second.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarks.pictures import QUIET, _closed, _opened, _serving

MESSAGES = 4  # a second, at most

SET_UP = """
import json, threading, time
from collections import deque
from itertools import islice
import numpy as np
import widgets
from IPython.display import display
from widgets.training.history import entry

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
some = list(islice(steps(), 100))
began = time.thread_time()
for step in some:
    entry(step, 0.0)
take = (time.thread_time() - began) / len(some)
count = len(board.history["step"])
print(json.dumps({{"steps": count, "take": take, "rounds": rounds[2:]}}))
"""


def measure(pairs: int = 9) -> list[dict[str, Any]]:
    """A row for each training: milliseconds a step without, ratios with the board, messages."""
    rows = []
    with _serving(**QUIET) as place:
        for which, code in TRAININGS.items():
            cells = (SET_UP + code, "display(board)", ROUND.format(pairs=pairs + 1))
            page = _opened(*place, *cells)
            for cell in range(3):
                page.run_cell(cell)
            rows.append(_row(which, page.printed()[0]))
            _closed(page)
    return rows


def _row(which: str, found: dict[str, Any]) -> dict[str, Any]:
    without, with_board = found["rounds"][0::2], found["rounds"][1::2]
    steps = found["steps"] * len(without)
    bare, drawn = (sum(one["cpu"] for one in rounds) for rounds in (without, with_board))
    sent, wall = (sum(one[what] for one in with_board) for what in ("sent", "wall"))
    step, message = bare / steps, max(0.0, drawn - bare - found["take"] * steps) / sent
    pairs = zip(without, with_board, strict=True)
    return {
        "training": which,
        "CPU ms a step": round(1000 * step, 2),
        "CPU ms to take a step": round(1000 * found["take"], 3),
        "CPU ms a message": round(1000 * message, 2),
        "ratio_cpu": round(median(b["cpu"] / a["cpu"] for a, b in pairs), 3),
        "messages/s": round(sent / wall, 1),
        "kB/s": round(sum(one["bytes"] for one in with_board) / wall / 1000),
        "ratio at rest": round(1 + found["take"] / step + MESSAGES * message, 3),
    }


if __name__ == "__main__":
    for row in measure():
        print(row)
