"""Made-up trainings for the tests of the board: steps with a phase change in the middle."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

STORY = "Once upon a time there was a girl.\nShe liked to play."


def steps(
    count: int = 200,
    *,
    layers: int = 2,
    pause: float = 0.0,
    metric: str = "induction",
    text: str = STORY,
    turn: float = 0.4,
) -> Iterator[Any]:
    """A training of `count` steps whose loss falls and whose metric rises around `turn` of it."""
    noise = np.random.default_rng(0)
    for i in range(1, count + 1):
        time.sleep(pause)
        rise = 1 / (1 + np.exp(-(i - turn * count) / (0.02 * count)))
        yield SimpleNamespace(
            step=i,
            of=count,
            tokens=1024 * i,
            loss=4.0 + 4 * np.exp(-i / (0.01 * count)) - 2 * rise + 0.02 * noise.normal(),
            valid=4.1 - 2 * rise if i % 20 == 0 else None,
            lr=1e-3,
            grad_norm=1.5,
            layer_grads=tuple(0.5 + j for j in range(layers)),
            tokens_per_second=10_000.0,
            seconds=0.1 * i,
            metrics={metric: rise} if i % 5 == 0 else {},
            samples={"begins": text[: 5 + i]} if i % 50 == 0 else {},
        )
