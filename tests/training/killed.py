"""A training that is killed again and again: run in a process of its own, which forks the victims.

One start for all of them: a fork has torch loaded already.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch._dynamo

import lab
from lab.storage import checked_folder
from lab.training import last_history, moments
from lab.training.checkpoints import step_of
from lab.training.sittings import tensors
from tests.training.tiny import TEXTS, losses, tiny_model

KILLS, STEPS = 20, 60
SETTINGS = {"steps": STEPS, "batch": 4, "dropout": 0.1, "keep": 6}


def main(folder: Path) -> None:
    """Prints what was found, as JSON."""
    torch.set_num_threads(1)
    next(lab.train(tiny_model(), TEXTS, batch=4))  # what is loaded now is not loaded by each fork
    forked(lambda: train(folder / "whole", seconds=1000.0))
    reached, run = [], folder / "run"
    for turn in range(KILLS):
        before = newest(run)
        victim = start(lambda: train(run, seconds=1e-9))  # a checkpoint at every step
        while turn % 5 and newest(run) <= before < STEPS:  # every fifth is killed as it begins
            time.sleep(0.002)
        time.sleep(random.Random(turn).uniform(0, 0.1))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        for path in moments(run) if run.is_dir() else []:
            checked_folder(path)
            tensors(path / "model.safetensors")
        reached.append(newest(run))
    forked(lambda: train(run, seconds=1000.0))
    for path in moments(run):
        lab.load(path)
    curves = [losses(last_history(folder / name)) for name in ("whole", "run")]
    left = [path.name for path in run.iterdir() if path.name.startswith(".")]
    found = {"reached": reached, "same": curves[0] == curves[1], "left": left}
    found |= {"length": len(curves[1]), "moments": len(moments(run))}
    sys.stdout.write(json.dumps(found))


def newest(folder: Path) -> int:
    """The last step that is kept, −1 if there is none."""
    found = moments(folder) if folder.is_dir() else []
    return step_of(found[-1]) if found else -1


def train(folder: Path, seconds: float) -> None:
    for _ in lab.train(
        tiny_model(), TEXTS, folder=folder, resume=True, seconds=seconds, **SETTINGS
    ):
        pass


def start(work: Callable[[], None]) -> int:
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def forked(work: Callable[[], None]) -> None:
    _, status = os.waitpid(start(work), 0)
    assert status == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
