"""What the cache saves, as the browser shows it."""

from __future__ import annotations

from typing import Any

import numpy as np

COLUMNS = ("length", "kept", "anew", "positions_kept", "positions_anew", "flops_kept", "flops_anew")
NEEDED = COLUMNS[:3]


def costs(timed: Any) -> dict[str, Any]:
    """Columns of numbers by step, from what `lab.timed` gives (or anything with such attributes).

    Raises TypeError where one of length, kept, anew is missing, ValueError for columns of
    different lengths.
    """
    missing = [name for name in NEEDED if not hasattr(timed, name)]
    if missing:
        raise TypeError(f"timing gave a {type(timed).__name__} without {', '.join(missing)}")
    found = {
        name: np.asarray(getattr(timed, name), dtype=float).tolist()
        for name in COLUMNS
        if getattr(timed, name, None) is not None
    }
    sizes = {name: len(column) for name, column in found.items()}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"timing has columns of different lengths: {sizes}")
    return found
