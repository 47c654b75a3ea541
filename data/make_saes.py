"""Makes `saes/stories.safetensors`: features of the default model's residual stream.

    STORIES=a/folder/with/tinystories_train.txt python data/make_saes.py

About five minutes of one core. What is learned so far is written every hundred steps. The texts are
those of the model's own training, mixed anew; `lab.saes.judged` is for others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOW: dict[str, Any] = {"layer": 3, "features": 2048, "k": 16, "pieces": 700_000}


def corpus(stories: Path) -> Any:
    """Three parts of real stories to two of generated ones."""
    import lab

    real = lab.corpora.text(stories / "tinystories_train.txt")
    return lab.corpora.mixed([(real, 0.6), (lab.corpora.stories(seed=7), 0.4)])


def made(model: Any, texts: Any, path: Path, **how: Any) -> None:
    """Trains it, and keeps the file up to date."""
    import lab

    for fit in lab.saes.training(model, texts, **{**HOW, "every": 100, **how}):
        fit.sae.save(path)
        with path.with_suffix(".log").open("a") as log:
            log.write(f"{fit.pieces:,} of {fit.of:,}: {fit.explained:.4f}, {fit.silent} silent\n")


if __name__ == "__main__":
    import torch

    import lab

    torch.set_num_threads(1)
    path = HERE / "saes" / "stories.safetensors"
    path.parent.mkdir(exist_ok=True)
    made(lab.load("formicarium/stories"), corpus(Path(os.environ["STORIES"])), path)
