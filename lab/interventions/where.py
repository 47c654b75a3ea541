"""Which part of an activation is meant: these heads, at these positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

HEAD_FIRST = ("pattern", "attn_scores")
"""Hook points of shape [batch, head, query, key]; their positions are those of the queries."""
HEAD_SECOND = ("q", "k", "v", "z", "rot_q", "rot_k", "result")
"""Hook points of shape [batch, pos, head, …]."""
Numbers = int | slice | Iterable[int] | None


def short(hook: str) -> str:
    """The short name of a hook point: `blocks.3.attn.hook_z` is "z"."""
    return hook.rsplit("hook_", 1)[-1]


@dataclass(frozen=True)
class Where:
    """Heads and positions of an activation; None stands for all of them."""

    heads: Numbers = None
    at: Numbers = None

    def check(self, hook: str) -> None:
        """Raise ValueError for heads where the hook point has none."""
        if self.heads is not None and short(hook) not in (*HEAD_FIRST, *HEAD_SECOND):
            known = ", ".join((*HEAD_SECOND, *HEAD_FIRST))
            raise ValueError(f"heads={self.heads!r}: {hook} has no heads ({known} have)")

    def index(self, hook: str, shape: tuple[int, ...]) -> tuple[Any, ...]:
        """What picks this part of an activation of this shape, its batch axis left out.

        The picked part has positions and heads in the order in which the activation has them.
        """
        first = short(hook) in HEAD_FIRST
        heads, places = (0, 1) if first else (1, 0)
        if self.heads is None:
            at = _numbers("at", self.at, shape[places])
            return (slice(None), at) if first else (at,)
        at = _numbers("at", self.at, shape[places])
        head = _numbers("heads", self.heads, shape[heads])
        return (head[:, None], at[None, :]) if first else (at[:, None], head[None, :])


def _numbers(name: str, wanted: Numbers, count: int) -> np.ndarray:
    if wanted is None or isinstance(wanted, slice):
        return np.arange(count)[wanted or slice(None)]
    numbers = np.atleast_1d(np.asarray(list(wanted) if isinstance(wanted, Iterable) else wanted))
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
        raise ValueError(f"{name}={wanted!r}: a whole number, several, or a slice")
    if numbers.size and not (-count <= numbers.min() and numbers.max() < count):
        raise ValueError(f"{name}={wanted!r}: there are {count} here, 0 to {count - 1}")
    return numbers.astype(np.int64) % count
