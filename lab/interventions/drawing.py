"""Heads by name, and others of the same layers to compare them with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

Head = tuple[int, int]
_NAME = re.compile(r"L(\d+)H(\d+)")


def head_name(head: Head) -> str:
    """A head as it is called.

    >>> head_name((5, 1))
    'L5H1'
    """
    return f"L{head[0]}H{head[1]}"


def heads_named(model: Any, names: Sequence[str]) -> list[Head]:
    """Heads by their names, checked.

    Raises:
        ValueError: a name of none.
    """
    layers, heads = model.cfg.n_layers, model.cfg.n_heads
    found = []
    for name in [names] if isinstance(names, str) else names:
        match = _NAME.fullmatch(str(name))
        if not match or int(match[1]) >= layers or int(match[2]) >= heads:
            raise ValueError(f"{name!r} is no head: L0H0 to L{layers - 1}H{heads - 1}")
        found.append((int(match[1]), int(match[2])))
    if not found or len(set(found)) < len(found):
        raise ValueError(f"heads={list(names)}: at least one, and each once")
    return found


def alike(model: Any, heads: Sequence[Head], seed: int) -> list[Head]:
    """As many random other heads, each of the same layer as its counterpart.

    Where a layer has no more others, the nearest layer that has is taken.

    Raises:
        ValueError: more than half of all heads.
    """
    draw = np.random.default_rng(seed)
    layers, width = model.cfg.n_layers, model.cfg.n_heads
    left = {(layer, head) for layer in range(layers) for head in range(width)} - set(heads)
    if len(left) < len(heads):
        raise ValueError(f"{len(heads)} heads: only {len(left)} others are left to compare with")
    found = []
    for layer, _ in heads:
        nearest = min(abs(other - layer) for other, _ in left)
        near = sorted(head for head in left if abs(head[0] - layer) == nearest)
        found.append(near[int(draw.integers(len(near)))])
        left.discard(found[-1])
    return found
