"""Where a curve turned: the step at which it changed fastest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

GRID = 160
HALF = 2**0.5
"""A turn is looked for within an octave: from a step's half octave before to that after."""
CLEAR = 5.0


class Turn(NamedTuple):
    """The step around which a curve changed fastest, and by how much from √½ to √2 times it."""

    step: int
    change: float


def fastest(
    steps: Float[np.ndarray, " entries"], values: Float[np.ndarray, " entries"]
) -> Turn | None:
    """Where the values change most per doubling of the steps; None where nothing stands out.

    Per doubling, because losses fall like powers of the step: counted per step, every curve would
    be fastest at its start. What is mere noise, a change under five times the entries' own
    scatter, is no turn.

    >>> steps = np.arange(1.0, 1001.0)
    >>> fastest(steps, 1 / (1 + np.exp(-(steps - 400) / 20)))
    Turn(step=402, change=0.997)
    >>> fastest(steps, np.ones(1000)) is None
    True
    """
    known = np.isfinite(values) & (steps > 0)
    steps, values = steps[known], values[known]
    if len(steps) < 5 or steps[-1] <= 2 * steps[0]:
        return None
    smooth = _smoothed(steps, values)
    places = np.geomspace(steps[0] * HALF, steps[-1] / HALF, GRID)
    change = np.interp(places * HALF, steps, smooth) - np.interp(places / HALF, steps, smooth)
    best = int(np.abs(change).argmax())
    scatter = float(np.median(np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2)))
    if abs(change[best]) <= max(CLEAR * scatter, 1e-9):
        return None
    return Turn(_steepest(steps, smooth, places[best]), float(f"{change[best]:.3g}"))


def _smoothed(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Means over a tenth of an octave on either side."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    low = np.searchsorted(steps, steps / 2**0.1, "left")
    high = np.searchsorted(steps, steps * 2**0.1, "right")
    return (total[high] - total[low]) / (high - low)


def _steepest(steps: np.ndarray, smooth: np.ndarray, around: float) -> int:
    """The steepest place within the octave that changed most."""
    places = np.geomspace(around / HALF, around * HALF, 65)
    rise = np.abs(np.gradient(np.interp(places, steps, smooth), np.log(places)))
    rise = np.convolve(np.pad(rise, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    return round(float(places[rise.argmax()]))
