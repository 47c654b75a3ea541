"""Long curves as few points: what a picture can show of them, and none of their leaps lost.

Entries are taken in buckets of a power of two. Of a bucket its lowest and its highest entry stay
(`extremes`), or its mean (`means`). A bucket once full never changes, so that a curve that grows
is told by its tail: cut at `start`, then continued. When the buckets double, all is told anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

MOST = 1_500
"""Points of a curve, at most."""


class Tail(NamedTuple):
    """The end of a thinned curve: what replaces everything from its `start`-th point on."""

    start: int
    x: Float[np.ndarray, " points"]
    y: Float[np.ndarray, "points ..."]


def bucket(count: int, most: int) -> int:
    """Entries in a bucket, so that there are at most `most` buckets: a power of two.

    >>> bucket(1500, 1500), bucket(1501, 1500), bucket(10_000, 1500)
    (1, 2, 8)
    """
    size = 1
    while -(-count // size) > most:
        size *= 2
    return size


def extremes(
    x: Float[np.ndarray, " entries"],
    y: Float[np.ndarray, " entries"],
    told: int = 0,
    most: int = MOST,
) -> Tail:
    """The first entry, each bucket's lowest and highest in their order, and the last entry.

    told: how many entries there were at the last tail. Up to `most` entries come as they are.
    Entries that are no number are passed over where their bucket has others.

    >>> extremes(np.arange(6.0), np.array([3.0, 0.0, 1.0, 2.0, 9.0, 4.0]), most=5).y.tolist()
    [3.0, 0.0, 9.0, 4.0]
    """
    size = _paired(len(x), most)
    if size == 1:
        return Tail(told, x[told:], y[told:])
    first = 0 if _paired(told, most) != size else told // size
    at = _lowest_and_highest(y, size, first)
    ends = [len(x) - 1] if first else [0, len(x) - 1]
    at = np.concatenate([ends[:-1], at, ends[-1:]]).astype(int)
    return Tail(1 + 2 * first if first else 0, x[at], y[at])


def means(
    x: Float[np.ndarray, " entries"],
    y: Float[np.ndarray, "entries ..."],
    told: int = 0,
    most: int = MOST // 2,
) -> Tail:
    """Each bucket's last x and the mean of its numbers.

    >>> means(np.arange(4.0), np.array([1.0, 3.0, 5.0, np.nan]), most=2)
    Tail(start=0, x=array([1., 3.]), y=array([2., 5.]))
    """
    size = bucket(len(x), most)
    first = told // size if bucket(told, most) == size else 0
    starts = np.arange(first * size, len(x), size)
    if not len(starts):
        return Tail(first, x[:0], y[:0])
    known = np.isfinite(y)
    count = np.add.reduceat(known, starts, axis=0, dtype=float)
    total = np.add.reduceat(np.where(known, y, 0.0), starts, axis=0)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return Tail(first, x[np.minimum(starts + size, len(x)) - 1], mean)


def _paired(count: int, most: int) -> int:
    """Entries in a bucket when each gives two points, and first and last are added."""
    return 1 if count <= most else bucket(count, max(1, (most - 2) // 2))


def _lowest_and_highest(y: np.ndarray, size: int, first: int) -> np.ndarray:
    """Two places for each bucket from the `first` on, in order."""
    places = np.arange(first * size, -(-len(y) // size) * size)
    held = y[np.minimum(places, len(y) - 1)].reshape(-1, size)
    known = np.isfinite(held)
    low = np.where(known, held, np.inf).argmin(axis=1)
    high = np.where(known, held, -np.inf).argmax(axis=1)
    pair = np.sort(np.stack([low, high], axis=1), axis=1) + places[::size, None]
    return np.minimum(pair, len(y) - 1).ravel()
