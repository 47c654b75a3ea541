"""`python -m lab train`: a training from a shell, with a progress bar."""

from __future__ import annotations

import os
from collections.abc import Iterable

from lab.training.loop import train
from lab.training.plans import plan
from lab.training.step import Step


def run(config: str, folder: str | None, resume: bool, until: int | None) -> None:
    """Trains as a file describes it; what the last checkpoint holds stays when it is stopped."""
    told = plan(config)
    steps = train(
        told.model, told.corpus, told.recipe, valid=told.valid, folder=folder, resume=resume
    )
    follow(steps, until)


def follow(steps: Iterable[Step], until: int | None = None) -> Step | None:
    """Goes through the steps with a bar of what was reached; gives the last one."""
    from tqdm.auto import tqdm

    last, seen = None, None
    others = os.environ.get("RANK", "0") != "0"  # of several processes the first one tells
    with tqdm(unit="step", smoothing=0.05, dynamic_ncols=True, disable=others) as bar:
        for last in steps:
            bar.total, bar.n = last.of, last.step
            seen = last.valid if last.valid is not None else seen
            valid = "" if seen is None else f", validation {seen:.3f}"
            bar.set_postfix_str(
                f"loss {last.loss:.3f}{valid}, {last.tokens_per_second:,.0f} tokens/s"
            )
            if until is not None and last.step >= until:
                break
    return last
