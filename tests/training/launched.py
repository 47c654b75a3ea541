"""What each of two launched processes does; the first writes down what it saw, so does the second.

torchrun --nproc_per_node 2 -m tests.training.launched FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import torch

import lab
from tests.training.tiny import TEXTS, losses, tiny_model

SETTINGS = {"steps": 20, "batch": 8, "lr": 0.01, "warmup": 2}


def main(folder: Path) -> None:
    """Curves of one go, of parts, and of a stop and a resumption in a folder."""
    torch.set_num_threads(1)
    found = {
        "at once": curve(**SETTINGS),
        "in parts": curve(accumulate=2, **SETTINGS),
        "dropout": curve(dropout=0.2, **SETTINGS),
    }
    stopped = []
    for step in lab.train(tiny_model(), TEXTS, folder=folder / "run", dropout=0.2, **SETTINGS):
        stopped.append(step)
        if step.step == 7:
            break
    rest = lab.train(
        tiny_model(), TEXTS, folder=folder / "run", resume=True, dropout=0.2, **SETTINGS
    )
    found["resumed"] = losses(stopped + list(rest))
    rank = os.environ.get("RANK", "0")
    (folder / f"rank{rank}.json").write_text(json.dumps(found))


def curve(**settings: object) -> list[float]:
    return losses(list(lab.train(tiny_model(), TEXTS, **settings)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
