"""One cell of a sweep, its effect never without its controls; and the texts of a patched model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from widgets.glass.text import clean, short

WHOSE = ("corrupted", "patched", "control", "clean")
LONGEST = 600


class Picked(NamedTuple):
    """A cell: where it is, what the patch did to the metric, and what the control patches did."""

    layer: int
    position: int | None
    head: int | None
    effect: float
    controls: list[float]
    unit: str


def cell(sweep: Any, layer: int | None, position: int | None, head: int | None) -> Picked | None:
    """The cell of a sweep that is picked; None where nothing of it is."""
    layers = [int(one) for one in sweep.layers]
    places = {"layer": layers.index(layer) if layer in layers else None,
              "position": position, "head": head}  # fmt: skip
    at = tuple(places[axis] for axis in sweep.axes)
    effects, controls = np.asarray(sweep.effects), np.asarray(sweep.controls)
    if any(place is None or place >= size for place, size in zip(at, effects.shape, strict=True)):
        return None
    beside = controls[(slice(None), *at)]
    return Picked(
        int(layer),  # pyright: ignore[reportArgumentType]
        position if "position" in sweep.axes else None,
        head if "head" in sweep.axes else None,
        float(effects[at]),
        [float(one) for one in beside[np.isfinite(beside)]],
        str(getattr(sweep, "unit", "")),
    )


def lines(written: Any) -> list[list[str]]:
    """[whose, text] of each run, the patched beside the control; others by their names.

    Raises TypeError for what has no patched text, ValueError for one without a control.
    """
    if isinstance(written, Mapping):
        found = {str(name): text for name, text in written.items()}
    else:
        found = {name: getattr(written, name) for name in WHOSE if hasattr(written, name)}
    if "patched" not in found:
        raise TypeError(
            f"write gave a {type(written).__name__}; texts by name are needed: {', '.join(WHOSE)}"
        )
    if "control" not in found:
        raise ValueError("write gave no control: a patched text is shown beside a control's")
    order = [*(name for name in WHOSE if name in found), *(n for n in found if n not in WHOSE)]
    return [[clean(name), short(clean(str(found[name])), LONGEST)] for name in order]
