"""Heads over many texts: how far back each one looks on average, and its scores with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.attention import heads as _heads
from widgets.attention.patterns import Patterns
from widgets.glass.arrays import as_array
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy

NONE: dict[str, Any] = {"distances": 0, "profiles": b"", "spreads": {}, "chance": {}, "texts": 0}
"""The state of a view that shows one text."""
_EMPTY = {
    "pieces": [], "special": [], "causal": True, "notice": "", "side": 0, "thumb_side": 0,
    "thumbs": b"", "all_heads": b"", "all_stats": b"",
}  # fmt: skip


def state_of(averages: Any, labels: Mapping | None, scores: Any) -> dict[str, Any]:
    """The state for averages: `by_distance` [layer, head, distance], with what goes with it.

    Raises ValueError for shapes that disagree.
    """
    by_distance = as_array(averages.by_distance)
    if by_distance.ndim != 3 or not by_distance.size:
        raise ValueError(
            f"by_distance has shape {by_distance.shape}; [layer, head, distance] is wanted"
        )
    count, heads, distances = by_distance.shape
    layers = [int(layer) for layer in getattr(averages, "layers", range(count))]
    if len(layers) != count:
        raise ValueError(f"by_distance has {count} layers, but layers names {len(layers)}")
    found = Patterns(layers, heads, distances, lambda _: by_distance)  # for its sizes alone
    named = {**_from(averages, "scores"), "entropy": getattr(averages, "entropy", None)}
    spreads = {
        **_from(averages, "scores_spread"),
        "entropy": getattr(averages, "entropy_spread", None),
    }
    named = {name: values for name, values in named.items() if values is not None}
    given = _heads.scored(named if scores is None else scores, found)
    spread = getattr(averages, "by_distance_spread", None)
    profiles = np.stack([by_distance, np.zeros_like(by_distance) if spread is None else spread])
    packed = profiles.astype("<f4").tobytes()
    refuse_heavy("the averages", len(packed), "average over fewer distances")
    shown = next(iter(given), "")
    texts = int(getattr(averages, "texts", 0))
    return {
        **_EMPTY,
        "layers": layers,
        "heads": heads,
        "labels": _heads.labelled(labels or {}, found),
        "scores": given,
        "score": shown,
        "spreads": {name: _known(spreads.get(name)) for name in given},
        "chance": {clean(str(k)): float(v) for k, v in _from(averages, "chance").items()},
        "start": _heads.best(given.get(shown, []), found),
        "distances": distances,
        "profiles": packed,
        "texts": texts,
        "model_name": clean(getattr(averages, "model_name", "") or ""),
        "made": {"tokens": int(getattr(averages, "tokens", 0))},
        "summary": f"Attention by distance of {count} layers × {heads} heads over {texts} texts",
    }


def _from(averages: Any, name: str) -> Mapping[str, Any]:
    return getattr(averages, name, None) or {}


def _known(spread: Any) -> list[float]:
    """Half widths of intervals; empty where there are none."""
    if spread is None or not np.isfinite(as_array(spread)).all():
        return []
    return _heads.rounded(as_array(spread))
