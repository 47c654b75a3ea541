"""What a callable yields, as the view keeps it: a piece, and what else could stand there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from widgets.glass.text import clean, short

MOST = 20
"""Alternatives kept at a place."""


class Node(NamedTuple):
    """A piece in the tree. probability: None where nobody knows it. given: it was not written."""

    parent: int
    id: int
    piece: str
    probability: float | None = None
    rank: int | None = None
    seconds: float | None = None
    ended: bool = False
    given: bool = False
    special: bool = False

    @property
    def surprisal(self) -> float | None:
        """Nats; infinite for what was held impossible."""
        if self.probability is None:
            return None
        return -math.log(self.probability) if self.probability > 0 else math.inf


class Place(NamedTuple):
    """What was expected after a piece: entropy (nats) and [id, piece, probability], best first."""

    entropy: float | None
    alternatives: list[list[Any]]


def taken(step: Any, parent: int) -> tuple[Node, Place]:
    """A step as a node and the place where it stands; attributes or keys of a dict.

    Raises TypeError for what has no id and piece, ValueError for a probability that is none.

    >>> taken({"id": 3, "piece": " cat", "probability": 0.5}, 0)[0].surprisal
    0.693...
    """
    try:
        token, piece = int(_of(step, "id")), clean(str(_of(step, "piece")))
    except (KeyError, AttributeError, TypeError, ValueError):
        raise TypeError(
            f"grow gave {short(repr(step), 60)}: a step needs id, piece and probability "
            "(and may have rank, entropy, alternatives, seconds, ended)"
        ) from None
    rank, seconds = (known(_of(step, name, None)) for name in ("rank", "seconds"))
    node = Node(
        parent,
        token,
        piece,
        share("probability", _of(step, "probability", None)),
        None if rank is None else int(rank),
        seconds,
        bool(_of(step, "ended", False)),
    )
    return node, Place(known(_of(step, "entropy", None)), others(_of(step, "alternatives", ())))


def others(alternatives: Iterable[Any]) -> list[list[Any]]:
    """Alternatives as lists, at most twenty, likeliest first."""
    found = []
    for one in alternatives or ():
        token, piece, probability = (
            one[:3]
            if isinstance(one, (tuple, list))
            else (_of(one, name) for name in ("id", "piece", "probability"))
        )
        found.append([int(token), clean(str(piece)), share("probability", probability)])
    return sorted(found, key=lambda one: -(one[2] or 0.0))[:MOST]


def share(name: str, value: Any) -> float | None:
    """A probability as a float, None for none; what rounding put just above 1 is 1."""
    if value is None:
        return None
    value = float(value)
    if not 0 <= value <= 1 + 1e-6:
        raise ValueError(f"{name}={value}: a number from 0 to 1 is needed")
    return min(value, 1.0)


def known(value: Any) -> float | None:
    """A number that JSON can carry, or None."""
    if value is None or not math.isfinite(float(value)):
        return None
    return float(value)


_NEEDED = object()


def _of(step: Any, name: str, default: Any = _NEEDED) -> Any:
    if isinstance(step, dict):
        return step[name] if default is _NEEDED else step.get(name, default)
    return getattr(step, name) if default is _NEEDED else getattr(step, name, default)
