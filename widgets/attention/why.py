"""One score taken apart, as a view is sent it: checked, and no longer than a panel can show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean

WRITERS = 7
"""Writers of a query or key shown by name; the rest is summed up."""
MOST = 1024
"""Dimensions, or distances, that a panel draws."""
KEPT = 40
"""Answers kept in the view's state, for a page saved later."""


def said(found: Any) -> dict[str, Any]:
    """What the panel draws of a breakdown: an object or a mapping with at least score and dims.

    Raises ValueError for numbers that are none, and for dims that do not sum to the score.
    """
    get = found.get if isinstance(found, Mapping) else lambda name, or_: getattr(found, name, or_)
    score = _number("score", get("score", None))
    dims = _numbers("dims", get("dims", None))
    if abs(sum(dims) - score) > 1e-2 * max(1.0, abs(score)):
        raise ValueError(f"dims sum to {sum(dims):.4g}, but the score is {score:.4g}")
    curve, waves = get("by_distance", None), get("waves", None)
    return {
        "score": score,
        "weight": _maybe(get("weight", None)),
        "others": _maybe(get("others", None)),
        "dims": dims,
        "waves": [] if waves is None else [_maybe(wave) for wave in as_array(waves)],
        "parts": _pairs("parts", get("parts", {})),
        "note": clean(str(get("note", "") or "")),
        "curve": [] if curve is None else _numbers("by_distance", curve),
        "query": fewer(_pairs("query_sources", get("query_sources", {}))),
        "key": fewer(_pairs("key_sources", get("key_sources", {}))),
    }


def fewer(pairs: list[list[Any]], most: int = WRITERS) -> list[list[Any]]:
    """The largest by name and the sum of the rest: they still sum to the same.

    >>> fewer([["a", 1.0], ["b", -3.0], ["c", 0.5]], most=1)
    [['b', -3.0], ['2 others', 1.5]]
    """
    pairs = sorted((pair for pair in pairs if pair[1]), key=lambda pair: -abs(pair[1]))
    rest = pairs[most:]
    if len(rest) < 2:
        return pairs
    return [*pairs[:most], [f"{len(rest)} others", sum(value for _, value in rest)]]


def _pairs(name: str, given: Any) -> list[list[Any]]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} is a {type(given).__name__}, not a mapping of names to numbers")
    return [[clean(str(key)), _number(f"{name}[{key!r}]", value)] for key, value in given.items()]


def _numbers(name: str, given: Any) -> list[float]:
    array = as_array([] if given is None else given)
    if array.ndim != 1 or not 0 < array.size <= MOST:
        raise ValueError(f"{name} has shape {array.shape}; a row of 1 to {MOST} numbers is wanted")
    return [_number(name, value) for value in array]


def _number(name: str, value: Any) -> float:
    number = float("nan") if value is None else float(value)
    if not np.isfinite(number):
        raise ValueError(f"{name} is {value}, no number")
    return number


def _maybe(value: Any) -> float | None:
    return None if value is None or not np.isfinite(float(value)) else float(value)
