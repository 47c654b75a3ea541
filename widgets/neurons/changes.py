"""What is sent of a cut: its effect on the next piece, and that of its controls."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean
from widgets.neurons.cards import digits

CONTROLS = {"others": "others as large", "directions": "random directions"}


def change(found: Any) -> tuple[dict, list[dict]]:
    """The effect and its controls, in points of probability, as JSON.

    Raises:
        ValueError: controls are missing, or their places are others than the effect's.
    """
    effects = as_array(found.effects)
    controls = {}
    for name in CONTROLS:
        given = getattr(found, name, None)
        if given is None or as_array(given).ndim != 2 or not len(as_array(given)):
            raise ValueError(f"cut gave effects without {name}: an effect needs its controls")
        controls[name] = as_array(given)
        if controls[name].shape[1] != len(effects):
            raise ValueError(
                f"cut gave {len(effects)} effects but {name} of shape {controls[name].shape}"
            )
    before = float(100 * as_array(found.before).mean())
    effect = _row("this one", effects, found.interval("effects"))
    effect |= {"pieces": [clean(piece) for piece in found.pieces], "n": len(effects)}
    return effect | {"before": digits([before])[0]}, [
        _row(f"{len(controls[name])} {title}", controls[name], found.interval(name))
        for name, title in CONTROLS.items()
    ]


def _row(name: str, values: np.ndarray, interval: tuple[float, float]) -> dict:
    mean, low, high = digits([100 * float(values.mean()), *(100 * end for end in interval)])
    return {"name": name, "mean": mean, "low": low, "high": high}
