"""What is measured while training: the validation loss, and whatever functions were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from lab.training.recipe import Recipe
from lab.training.rows import Rows, batch
from lab.training.step import Step

ROWS = 64  # enough that the curve does not jitter, few enough that it costs little


class Validation:
    """The mean loss, nats a piece, over the first rows of a text: the same rows at every look."""

    def __init__(self, rows: Rows, recipe: Recipe, devices: Any) -> None:
        first = []
        for row in rows:
            if rows.place.round or len(first) == ROWS:
                break
            first.append(row)
        size = max(1, min(recipe.batch // recipe.accumulate, ROWS))
        self._batches = [
            tuple(torch.from_numpy(x).to(devices.device) for x in batch(first[at : at + size], 0))
            for at in range(0, len(first), size)
        ]
        self._counted = sum(int((targets != -100).sum()) for _, targets in self._batches)
        self._devices = devices

    @torch.no_grad()
    def __call__(self, twin: Any) -> float:
        """The twin's loss; it is in training mode again afterwards."""
        twin.eval()
        total = 0.0
        for ids, targets in self._batches:
            with self._devices.precise():
                total += float(twin(ids, targets))
        twin.train()
        return total / self._counted


def measured(step: Step, valid: float | None, model: Any, metrics: Mapping[str, Any]) -> Step:
    """The step with what the metric functions give now: numbers to metrics, texts to samples.

    Raises:
        TypeError: one gave something else; its name is told.
    """
    found = {name: metric(model) for name, metric in metrics.items()}
    samples = {name: value for name, value in found.items() if isinstance(value, str)}
    numbers = {name: _number(name, value) for name, value in found.items() if name not in samples}
    return replace(step, valid=valid, metrics=numbers, samples=samples)


def _number(name: str, value: Any) -> float:
    try:
        return float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError):
        raise TypeError(
            f"metric {name!r} gave a {type(value).__name__}: a number or a text is needed"
        ) from None
