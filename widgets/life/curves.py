"""Curves on an axis where every kept moment has the same room, and where they change fastest.

Checkpoints lie close together early, where most happens, so this axis shows the beginning as
wide as the end; its ticks say the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from widgets.glass.shapes import numbers
from widgets.glass.text import clean

POINTS = 300
"""A curve of more points is drawn through the means of so many."""
FIRST = ("loss", "valid")
MOST_MARKS = 4
WINDOW = 8
"""A change is looked for within a WINDOWth of the life."""
LEAST = 0.3
"""The share of a metric's whole range that must fall into the window to make a mark."""
SHARE = 0.1
"""A metric that is a share of 1 must change by so much."""

Points = tuple[np.ndarray, np.ndarray]


def ordered(curves: Mapping[str, Any]) -> dict[str, Any]:
    """Loss and validation loss first, the rest as given.

    >>> list(ordered({"recall": (), "valid": (), "loss": ()}))
    ['loss', 'valid', 'recall']
    """
    first = [name for name in FIRST if name in curves]
    return {str(name): curves[name] for name in [*first, *(n for n in curves if n not in FIRST)]}


def drawn(name: str, points: Any, steps: Sequence[int]) -> Points:
    """A curve's points between the first moment and the last, x counted in moments.

    >>> x, y = drawn("loss", ([0, 5, 10, 99], [4, 3, 2, 1]), [0, 10])
    >>> x.tolist(), y.tolist()
    ([0.0, 0.5, 1.0], [4.0, 3.0, 2.0])
    """
    if len(points) != 2:
        raise ValueError(f"curves: {name!r} is (steps, values), not {len(points)} of them")
    if not len(points[0]) and not len(points[1]):
        return np.zeros(0), np.zeros(0)
    at, values = (numbers(f"curves {name!r}", part, 1, nan=True) for part in points)
    if at.shape != values.shape:
        raise ValueError(f"curves: {name!r} has {len(at)} steps but {len(values)} values")
    there = np.isfinite(at) & np.isfinite(values) & (at >= steps[0]) & (at <= steps[-1])
    order = np.argsort(at[there], kind="stable")
    x = np.interp(at[there][order], steps, np.arange(len(steps)))
    return _thinned(x, values[there][order].astype(np.float64), len(steps) - 1)


def _thinned(x: np.ndarray, y: np.ndarray, end: float) -> Points:
    if len(x) <= POINTS:
        return x, y
    bins = np.minimum((x / max(end, 1e-9) * POINTS).astype(int), POINTS - 1)
    count = np.bincount(bins, minlength=POINTS)
    kept = count > 0
    means = [np.bincount(bins, part, POINTS)[kept] / count[kept] for part in (x, y)]
    return means[0], means[1]


def marks(curves: Mapping[str, Points], moments: int) -> list[dict[str, Any]]:
    """Where each metric changed fastest: the phase change. Of the loss only if there is no other.

    The window of the life in which a metric moved furthest is found, and the moment in it at
    which half of that was done. No mark where the metric moves as much elsewhere.

    >>> x = np.arange(32.0)
    >>> marks({"recall": (x, 1 / (1 + np.exp(12 - x)))}, 32)[0]["moment"]
    12
    """
    metrics = {name: points for name, points in curves.items() if name not in FIRST}
    found = [mark for name, points in metrics.items() if (mark := _mark(name, points, moments))]
    if not metrics:
        found = [mark for name in FIRST[:1] if (mark := _mark(name, curves.get(name), moments))]
    strongest = sorted(found, key=lambda mark: -mark["share"])[:MOST_MARKS]
    return sorted(strongest, key=lambda mark: mark["moment"])


def _mark(name: str, points: Points | None, moments: int) -> dict[str, Any] | None:
    if points is None or len(points[0]) < 3 or moments < 4:
        return None
    value = np.interp(np.arange(moments), *points)
    width, whole = max(1, round(moments / WINDOW)), float(np.ptp(value))
    change = value[width:] - value[:-width]
    at = int(np.abs(change).argmax())
    moved = abs(float(change[at]))
    share = moved / whole if whole else 0.0
    is_share = value.min() >= 0 and value.max() <= 1
    if share < LEAST or (is_share and moved < SHARE):
        return None
    inside = value[at : at + width + 1]
    half = int(np.abs(inside - (inside[0] + inside[-1]) / 2).argmin())
    low, high = float(inside[0]), float(inside[-1])
    return {"name": clean(name), "moment": at + half, "low": low, "high": high, "share": share}
