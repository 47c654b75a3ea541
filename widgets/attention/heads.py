"""What is said about heads and pieces beside their numbers: labels, scores, flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.attention.patterns import Patterns
from widgets.glass.arrays import as_array
from widgets.glass.text import clean

ALONE = "score"
"""What scores are called that come without a name."""


def labelled(labels: Mapping, patterns: Patterns) -> dict[str, str]:
    """Labels by "layer.head"; raises ValueError for a head that is not here."""
    for pair in labels:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise ValueError(f"labels: a head is (layer, head), not {pair!r}")
        if pair[0] not in patterns.layers or not 0 <= pair[1] < patterns.heads:
            raise ValueError(
                f"labels: L{pair[0]}H{pair[1]} is not here; layers {patterns.layers}, "
                f"heads 0 to {patterns.heads - 1}"
            )
    return {f"{layer}.{head}": clean(str(text)) for (layer, head), text in labels.items()}


def scored(scores: Any, patterns: Patterns) -> dict[str, list[float]]:
    """Scores by name, head by head; those the text gave no chance (all NaN) are left out.

    Raises ValueError for a wrong shape or a number that is none.
    """
    if scores is None:
        return {}
    named = scores if isinstance(scores, Mapping) else {ALONE: scores}
    arrays = {clean(str(name)): as_array(values) for name, values in named.items()}
    flat = {name: _flat(name, values, patterns) for name, values in arrays.items()}
    return {name: values for name, values in flat.items() if values}


def _flat(name: str, values: np.ndarray, patterns: Patterns) -> list[float]:
    values = values.astype(np.float64)
    wanted = (len(patterns.layers), patterns.heads)
    called = "scores" if name == ALONE else f"scores[{name!r}]"
    if values.shape != wanted:
        raise ValueError(f"{called} has shape {values.shape}; [layer, head] = {wanted} is wanted")
    if np.isnan(values).all() and name != ALONE:
        return []
    if not np.isfinite(values).all():
        layer, head = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(f"{called}: L{patterns.layers[layer]}H{head} is {values[layer, head]}")
    return rounded(values)


def rounded(values: np.ndarray) -> list[float]:
    """Six digits of each: what a bar and a rank need."""
    return [float(f"{value:.6g}") for value in values.ravel()]


def best(scores: list[float], patterns: Patterns) -> list[int]:
    """The best-scored [layer, head], else the first."""
    place = int(np.argmax(scores)) if scores else 0
    return [patterns.layers[place // patterns.heads], place % patterns.heads]


def flagged(special: Any, tokens: int) -> list[bool]:
    """Whether each piece is special; empty when nobody said."""
    if special is None:
        return []
    flags = [bool(flag) for flag in special]
    if len(flags) != tokens:
        raise ValueError(f"special has {len(flags)} flags, but there are {tokens} pieces")
    return flags
