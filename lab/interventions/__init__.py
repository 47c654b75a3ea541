"""Changing what a model computes, and what came of it beside a control.

Edits are values (`zero`, `mean`, `resample`, `patch`, `freeze`, `steer`, `swap`) for `lab.edited`.
`sweep` patches one place after another from one prompt's run into another's and comes back with
the effects and, always, with those of control patches that should mean nothing.
"""

from typing import TYPE_CHECKING

from lab.interventions.alignment import Alignment, aligned
from lab.interventions.metrics import (
    Metric,
    MetricError,
    divergence,
    log_probability,
    logit_difference,
    probability,
    rank,
)
from lab.interventions.record import Cell, Sweep
from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.interventions.averaging import Averages, averages
    from lab.interventions.edits import Edit
    from lab.interventions.sweeping import sweep, sweeping
    from lab.interventions.verbs import freeze, mean, patch, resample, steer, swap, zero

__all__ = [
    "Alignment",
    "Averages",
    "Cell",
    "Edit",
    "Metric",
    "MetricError",
    "Sweep",
    "aligned",
    "averages",
    "divergence",
    "freeze",
    "log_probability",
    "logit_difference",
    "mean",
    "patch",
    "probability",
    "rank",
    "resample",
    "steer",
    "swap",
    "sweep",
    "sweeping",
    "zero",
]
_ROOM = {
    "Averages": "averaging",
    "averages": "averaging",
    "Edit": "edits",
    "sweep": "sweeping",
    "sweeping": "sweeping",
} | dict.fromkeys(("freeze", "mean", "patch", "resample", "steer", "swap", "zero"), "verbs")

__getattr__ = lazily(__name__, _ROOM)
