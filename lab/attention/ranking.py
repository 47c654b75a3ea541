"""Heads by their scores: the best, their names, those that rest, and others to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

BROAD = ("local", "first")
"""Kinds that say less about a head than any other that fits it as well."""
MOST = 0.75
"""What a head must spend on a broad kind to be called by it."""


def top_heads(
    scores: Float[np.ndarray, "layer head"], count: int = 5
) -> list[tuple[int, int, float]]:
    """The heads with the highest scores, as (layer, head, score), best first.

    >>> top_heads(np.array([[0.1, 0.9], [0.5, 0.2]]), 2)
    [(0, 1, 0.9), (1, 0, 0.5)]
    """
    flat = np.nan_to_num(scores, nan=-np.inf).ravel()
    best = np.argsort(-flat, kind="stable")[:count]
    places = (np.unravel_index(index, scores.shape) for index in best)
    return [(int(layer), int(head), float(scores[layer, head])) for layer, head in places]


def resting_heads(
    first: Float[np.ndarray, "layer head"], least: float = 0.5
) -> list[tuple[int, int, float]]:
    """The heads that mostly rest on the first token, as (layer, head, share), most first.

    A head with nothing to do puts its weight there: what else it looks at is a small part of it,
    and its picture says little. `first` is `head_scores(trace)["first"]`, or an average of it.

    >>> resting_heads(np.array([[0.98, 0.1], [0.6, 0.2]]))
    [(0, 0, 0.98), (1, 0, 0.6)]
    """
    return [found for found in top_heads(first, first.size) if found[2] >= least]


def head_labels(scores: Mapping[str, Any], least: float = 0.4) -> dict[tuple[int, int], str]:
    """A short name for each head whose best score is at least `least`.

    A broad kind (`local` holds `previous` and `self`, and `first` is where idle heads rest) names
    a head only where it has most of it, three quarters, and no other kind reaches `least`.

    >>> head_labels({"previous": np.array([[0.8, 0.1]]), "first": np.array([[0.1, 0.3]])})
    {(0, 0): 'previous 0.80'}
    >>> head_labels({"previous": np.array([[0.5, 0.2]]), "local": np.array([[0.9, 0.8]])})
    {(0, 0): 'previous 0.50', (0, 1): 'local 0.80'}
    """
    narrow = [kind for kind in scores if kind not in BROAD]
    broad = [kind for kind in scores if kind in BROAD]
    labels = {**_best(scores, broad, max(least, MOST)), **_best(scores, narrow, least)}
    return dict(sorted(labels.items()))


def _best(
    scores: Mapping[str, Any], kinds: Sequence[str], least: float
) -> dict[tuple[int, int], str]:
    if not kinds:
        return {}
    stack = np.nan_to_num(np.stack([scores[kind] for kind in kinds]), nan=-1.0)
    best = stack.argmax(axis=0)
    return {
        (int(layer), int(head)): f"{kinds[best[layer, head]]} {stack[:, layer, head].max():.2f}"
        for layer, head in np.argwhere(stack.max(axis=0) >= least)
    }


def control_heads(
    heads: Sequence[tuple[int, int]], per_layer: int, seed: int = 0
) -> list[tuple[int, int]]:
    """As many random heads in the same layers, none of them among `heads`: what to cut beside.

    Heads of the same layer are the fair control: cutting anything in an early layer costs more.

    Raises:
        ValueError: a layer has too few other heads.

    >>> control_heads([(0, 0), (0, 1), (5, 3)], per_layer=4)
    [(0, 2), (0, 3), (5, 1)]
    """
    rng = np.random.default_rng(seed)
    chosen: list[tuple[int, int]] = []
    for layer in dict.fromkeys(layer for layer, _ in heads):
        wanted = [head for at, head in heads if at == layer]
        others = [head for head in range(per_layer) if head not in wanted]
        if len(others) < len(wanted):
            raise ValueError(
                f"layer {layer} has {per_layer} heads: {len(wanted)} are cut, only {len(others)} "
                "are left to compare with"
            )
        picked = rng.choice(others, size=len(wanted), replace=False)
        chosen += [(layer, int(head)) for head in picked]
    return chosen
