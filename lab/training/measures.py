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


@torch.no_grad()
def validation(twin: Any, devices: Any, rows: Rows, recipe: Recipe) -> float:
    """The mean loss, nats a piece, over the first rows of the validation text."""
    total, counted, size = 0.0, 0, max(1, min(recipe.batch // recipe.accumulate, ROWS))
    first = [next(rows) for _ in range(ROWS)]
    for start in range(0, ROWS, size):
        ids, targets = (
            torch.from_numpy(x).to(devices.device) for x in batch(first[start : start + size], 0)
        )
        with torch.autocast(devices.device.type, torch.bfloat16, enabled=devices.half):
            total += float(twin(ids, targets))
        counted += int((targets != -100).sum())
    return total / max(1, counted)


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
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"metric {name!r} gave a {type(value).__name__}: a number or a text is needed"
        ) from None
