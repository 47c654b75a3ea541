"""What is known after a step of a training."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step of a training.

    `loss` is the mean over the pieces of this step's batch, in nats, *before* its update, as is
    usual; step 0 is the model before any training, on the first batch. `valid`, `metrics` and
    `samples` are measured after the update, on the steps at which the recipe looks.
    """

    step: int  # steps done
    of: int  # steps planned
    tokens: int  # pieces learned from so far
    loss: float
    lr: float
    grad_norm: float  # before clipping
    layer_grads: tuple[float, ...]  # one norm for each layer
    tokens_per_second: float  # of this step, looks and checkpoints left out
    seconds: float  # spent on training so far, over all sittings
    valid: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)


def history(steps: list[Step]) -> dict[str, list[Any]]:
    """Steps as columns, for a file.

    >>> history([Step(1, 9, 64, 5.5, 1e-3, 1.0, (0.6, 0.8), 100.0, 0.64)])["layer_grads"]
    [[0.6, 0.8]]
    """
    names = [item.name for item in fields(Step)]
    columns = {name: [getattr(step, name) for step in steps] for name in names}
    return {**columns, "layer_grads": [list(each) for each in columns["layer_grads"]]}


def steps_of(columns: dict[str, list[Any]]) -> list[Step]:
    """The other way: columns as `history` gives them → steps.

    Raises:
        ValueError: columns are missing or of different lengths.
    """
    names = [item.name for item in fields(Step)]
    lengths = {len(columns[name]) for name in names if name in columns}
    if len(lengths) > 1 or any(name not in columns for name in names):
        raise ValueError(f"history needs the columns {', '.join(names)}, all of one length")
    rows = zip(*(columns[name] for name in names), strict=True)
    return [
        Step(**{**dict(zip(names, row, strict=True)), "layer_grads": tuple(row[6])}) for row in rows
    ]
