"""Changing what a model computes, and what came of it beside a control.

Edits are values (`zero`, `mean`, `resample`, `patch`, `freeze`, `steer`, `swap`) for `lab.edited`.
`sweep` patches one place after another from one prompt's run into another's and comes back with
the effects and, always, with those of control patches that should mean nothing.
"""

from typing import TYPE_CHECKING

from lab.interventions.alignment import Alignment, aligned
from lab.interventions.glances import Judged, Looks
from lab.interventions.metrics import (
    Metric,
    MetricError,
    divergence,
    log_probability,
    logit_difference,
    probability,
    rank,
)
from lab.interventions.pooling import averaged, intervals
from lab.interventions.recalled import FewShot
from lab.interventions.record import Cell, Sweep
from lab.interventions.responses import Steered
from lab.interventions.switched import Switched
from lab.lazily import lazily

if TYPE_CHECKING:
    from lab.interventions.averaging import Averages, averages
    from lab.interventions.directions import activations, between, random_directions
    from lab.interventions.edits import Edit
    from lab.interventions.erasing import Erased, erase, erased
    from lab.interventions.examples import few_shot
    from lab.interventions.leaning import Preference, leanings, preference
    from lab.interventions.locating import HeadShares, Located, head_shares, located
    from lab.interventions.looking import looks, lost
    from lab.interventions.patching import sweep, sweeping
    from lab.interventions.steering import steered
    from lab.interventions.switching import Switches, switches
    from lab.interventions.verbs import freeze, mean, patch, resample, steer, swap, zero
    from lab.interventions.writing import Written, written

__all__ = [
    "Alignment",
    "Averages",
    "Cell",
    "Edit",
    "Erased",
    "FewShot",
    "HeadShares",
    "Judged",
    "Located",
    "Looks",
    "Metric",
    "MetricError",
    "Preference",
    "Steered",
    "Sweep",
    "Switched",
    "Switches",
    "Written",
    "activations",
    "aligned",
    "averaged",
    "averages",
    "between",
    "divergence",
    "erase",
    "erased",
    "few_shot",
    "freeze",
    "head_shares",
    "intervals",
    "leanings",
    "located",
    "log_probability",
    "logit_difference",
    "looks",
    "lost",
    "mean",
    "patch",
    "preference",
    "probability",
    "random_directions",
    "rank",
    "resample",
    "steer",
    "steered",
    "swap",
    "sweep",
    "sweeping",
    "switches",
    "written",
    "zero",
]
_ROOM = {
    "Averages": "averaging",
    "Switches": "switching",
    "activations": "directions",
    "between": "directions",
    "random_directions": "directions",
    "steered": "steering",
    "Erased": "erasing",
    "erase": "erasing",
    "erased": "erasing",
    "HeadShares": "locating",
    "Located": "locating",
    "head_shares": "locating",
    "located": "locating",
    "Preference": "leaning",
    "leanings": "leaning",
    "preference": "leaning",
    "switches": "switching",
    "averages": "averaging",
    "Edit": "edits",
    "few_shot": "examples",
    "looks": "looking",
    "lost": "looking",
    "sweep": "patching",
    "sweeping": "patching",
    "Written": "writing",
    "written": "writing",
} | dict.fromkeys(("freeze", "mean", "patch", "resample", "steer", "swap", "zero"), "verbs")

__getattr__ = lazily(__name__, _ROOM)
