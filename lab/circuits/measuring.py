"""What is measured behind the last piece of each text: one number a row, with a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Measure = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Metric:
    """A measure with its name and unit."""

    name: str
    unit: str
    measure: Measure

    def __call__(self, logits: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
        """One number for each row of logits, [row, vocab].

        Raises:
            ValueError: a measure that gives no tensor of one finite number a row, with a gradient
                where the logits have one.
        """
        found = self.measure(logits, right, wrong)
        if not isinstance(found, Tensor) or found.shape != logits.shape[:1]:
            shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise ValueError(
                f"metric {self.name!r} gave {shape}; a tensor of shape ({len(logits)},), one "
                "number for each row of logits, is needed"
            )
        if not found.isfinite().all():
            raise ValueError(f"metric {self.name!r} gave what is no number: {found.tolist()[:8]}")
        if logits.requires_grad and not found.requires_grad:
            raise ValueError(f"metric {self.name!r} has no gradient: compute it from the logits")
        return found


def metric(asked: str | Measure | None) -> Metric:
    """A metric by its name, or of a function (logits [row, vocab], right [row], wrong [row]).

    Raises:
        ValueError: a name that is none.

    >>> metric(None).name
    'logit difference'
    """
    if callable(asked):
        name = getattr(asked, "__name__", type(asked).__name__)
        return Metric(getattr(asked, "name", name), getattr(asked, "unit", ""), asked)
    known: dict[Any, Metric] = {each.name: each for each in _KNOWN}
    if asked is not None and asked not in known:
        raise ValueError(f"metric is {asked!r}: {', '.join(map(repr, known))}, or a function")
    return known[asked or "logit difference"]


def _difference(logits: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
    return _at(logits, right) - _at(logits, wrong)


def _log_probability(logits: Tensor, right: Tensor, wrong: Tensor) -> Tensor:  # noqa: ARG001
    return _at(logits.log_softmax(-1), right)


def _at(values: Tensor, ids: Tensor) -> Tensor:
    return values.gather(-1, ids[:, None])[:, 0]


_KNOWN = (
    Metric("logit difference", "logits", _difference),
    Metric("log probability", "nats", _log_probability),
)


def at_ends(values: Tensor, lengths: Tensor) -> Tensor:
    """Of values at every place, [row, pos, …], those at the last piece of each row."""
    return values[torch.arange(len(values), device=values.device), lengths - 1]
