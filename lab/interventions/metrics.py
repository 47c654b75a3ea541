"""What a run is measured by: one number read from its logits at one position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from lab.interventions.record import Sweep

Read = Callable[[Any], Any]
"""Logits [row, vocab] → a number for each row."""


class MetricError(ValueError):
    """A metric that raised, or gave no finite number for each row.

    partial: what was measured before, as a `Sweep` with its `done` mask; None if nothing was.
    """

    partial: Sweep | None = None


@dataclass(frozen=True)
class Metric:
    """A number read from logits, with a name and a unit.

    name: as it is shown. unit: "logits", "probability", "nats", "ranks", or "" for one's own.
    """

    name: str
    unit: str
    prepare: Callable[[Any, Tensor], Read]

    def prepared(self, model: Any, clean: Tensor) -> Read:
        """The function of logits [row, vocab], given the clean run's logits [vocab]."""
        return self.prepare(model, clean)


def logit_difference(wanted: str | int, other: str | int) -> Metric:
    """By how many logits one piece is ahead of another: what raises both drops out.

    >>> logit_difference(" Mary", " John").name
    'logit difference: Mary − John'
    """

    def prepare(model: Any, _: Tensor) -> Read:
        first, second = _id(model, wanted), _id(model, other)
        return lambda logits: logits[:, first] - logits[:, second]

    return Metric(f"logit difference: {_said(wanted)} − {_said(other)}", "logits", prepare)


def probability(wanted: str | int) -> Metric:
    """The probability of a piece, from 0 to 1."""

    def prepare(model: Any, _: Tensor) -> Read:
        token = _id(model, wanted)
        return lambda logits: logits.softmax(-1)[:, token]

    return Metric(f"probability of {_said(wanted)}", "probability", prepare)


def log_probability(wanted: str | int) -> Metric:
    """The log probability of a piece, nats."""

    def prepare(model: Any, _: Tensor) -> Read:
        token = _id(model, wanted)
        return lambda logits: logits.log_softmax(-1)[:, token]

    return Metric(f"log probability of {_said(wanted)}", "nats", prepare)


def rank(wanted: str | int) -> Metric:
    """How many pieces are held likelier: 0 for the best guess. An effect below 0 raises it."""

    def prepare(model: Any, _: Tensor) -> Read:
        token = _id(model, wanted)
        return lambda logits: (logits > logits[:, token, None]).sum(-1)

    return Metric(f"rank of {_said(wanted)}", "ranks", prepare)


def divergence() -> Metric:
    """KL divergence from the clean run's distribution, nats: 0 where the run is the clean one."""

    def prepare(_: Any, clean: Tensor) -> Read:
        wanted = clean.log_softmax(-1)
        return lambda logits: (wanted.exp() * (wanted - logits.log_softmax(-1))).sum(-1)

    return Metric("divergence from the clean run", "nats", prepare)


def as_metric(metric: Any) -> Metric:
    """A metric, or a function of logits [row, vocab] as one.

    Raises:
        TypeError: neither.
    """
    if isinstance(metric, Metric):
        return metric
    if not callable(metric):
        raise TypeError(
            f"metric is a {type(metric).__name__}: lab.interventions.logit_difference(…), or a "
            "function of logits [row, vocab] that gives a number for each row"
        )
    name = str(getattr(metric, "__name__", type(metric).__name__))
    return Metric("own metric" if name == "<lambda>" else name, "", lambda _, __: metric)


def measured(metric: Metric, read: Read, logits: Tensor) -> np.ndarray:
    """What a metric gives for each row of logits, as float64; checked.

    Raises:
        MetricError: it raised, gave another shape, or a number that is not finite.
    """
    try:
        found = read(logits.double())
        values = np.asarray(found.detach().cpu() if hasattr(found, "detach") else found, np.float64)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise MetricError(f"metric {metric.name!r} raised {what:.300}") from error
    if values.shape != (len(logits),):
        raise MetricError(
            f"metric {metric.name!r} gave shape {values.shape}, where ({len(logits)},) is needed: "
            f"one number for each row of logits {tuple(logits.shape)}"
        )
    if not np.isfinite(values).all():
        wrong = float(values[~np.isfinite(values)][0])
        raise MetricError(f"metric {metric.name!r} gave {wrong}, not a finite number")
    return values


def _id(model: Any, wanted: str | int) -> int:
    from lab.lenses.unembedding import target_id

    return target_id(model, wanted)


def _said(wanted: str | int) -> str:
    return wanted.strip() or repr(wanted) if isinstance(wanted, str) else f"piece {wanted}"
