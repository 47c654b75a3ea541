"""The reader's own sentence under the probes: what travels of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from widgets.glass.shapes import numbers, strings
from widgets.probes.given import label

MOST = 16_000
"""Cells that are drawn: 500 tokens of 31 rows."""


def reading(given: Any, facts: Sequence[Mapping[str, Any]], tasks: Sequence[str], rows: int):
    """What is drawn of `predict`'s answer: pieces, special, and per task chances as 16 bits.

    Anything with `pieces` and `probs`: [row, pos, class] for one task, or {task: the same}.

    Raises:
        ValueError: other shapes than the probes have, or more than the view sends.
        TypeError: something else.
    """
    if not hasattr(given, "pieces") or not hasattr(given, "probs"):
        raise TypeError(f"predict gave a {type(given).__name__}; it needs pieces and probs")
    pieces = strings("pieces", given.pieces)
    if len(pieces) * rows > MOST:
        raise ValueError(f"{len(pieces)} tokens × {rows} rows: at most {MOST:,} cells are drawn")
    special = getattr(given, "special", None)
    special = [False] * len(pieces) if special is None else [bool(flag) for flag in special]
    if len(special) != len(pieces):
        raise ValueError(f"{len(pieces)} pieces but {len(special)} special")
    several = given.probs if isinstance(given.probs, Mapping) else {tasks[0]: given.probs}
    chances: dict[int, bytes] = {}
    for name, values in ((label(name), values) for name, values in several.items()):
        if name not in tasks:
            raise ValueError(f"predict gave {name!r}: the probes are {', '.join(tasks)}")
        i = list(tasks).index(name)
        probs = np.nan_to_num(numbers(f"probs of {name!r}", values, 3, nan=True))
        wanted = (rows, len(pieces), len(facts[i]["classes"]))
        if probs.shape != wanted:
            raise ValueError(
                f"probs of {name!r} has shape {probs.shape}, not row × token × class {wanted}"
            )
        chances[i] = np.rint(65535 * np.clip(probs, 0, 1)).astype("<u2").tobytes()
    return {
        "pieces": pieces,
        "special": special,
        "read_by": list(chances),
        "_chances": b"".join(chances.values()),
    }
