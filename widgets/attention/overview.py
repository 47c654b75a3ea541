"""What an attention view sends before anybody has looked: small pictures, all heads if light."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from widgets.attention.heads import rounded
from widgets.attention.patterns import Patterns, checked
from widgets.attention.stats import described, resting, spread
from widgets.glass import arrays

THUMB = 40
"""Side of a head's picture in the overview, in cells."""
SIDE = 1024
"""A head larger than this is pooled to it; its details are asked for by window."""
AT_ONCE = 1_300_000
"""Bytes of heads that go along with the overview."""
TOGETHER = 1_800_000
"""Bytes of both; a view sends no more than 2 MB."""


def overview(patterns: Patterns) -> dict:
    """One look at every layer: small pictures, what is odd, and all heads if they are light."""
    checks = [checked(patterns.read(layer), layer) for layer in patterns.layers]
    causal = all(check.causal for check in checks)
    complaints = [check.complaint for check in checks if check.complaint]
    side, thumb = min(patterns.tokens, SIDE), min(patterns.tokens, THUMB)
    count = len(patterns.layers) * patterns.heads
    heads, thumbs = (count * arrays.picture_size(size, causal) for size in (side, thumb))
    light = side == patterns.tokens and heads <= AT_ONCE and heads + thumbs <= TOGETHER
    state = {
        "causal": causal,
        "notice": complaints[0] if complaints else "",
        "side": side,
        "thumb_side": thumb,
    }
    if not light or thumb < side:
        state["thumbs"] = _pictures(patterns, thumb, causal)
    if light:
        state["all_heads"] = _pictures(patterns, side, causal)
        state["all_stats"] = _all_stats(patterns)
    return state


def _pictures(patterns: Patterns, side: int, causal: bool) -> bytes:
    draw = whole if side == patterns.tokens else arrays.picture
    read = patterns.read
    return b"".join(draw(read(n), side, causal).tobytes() for n in patterns.layers)


def whole(weights: np.ndarray, side: int, causal: bool) -> np.ndarray:
    """What `arrays.picture` gives where every weight has a cell of its own, in a third of its time.

    >>> whole(np.array([[1.0, 0.0], [0.36, 0.64]]), 2, causal=True).tolist()
    [0, 0, 204, 255, 153]
    """
    cells = arrays.to_bytes(weights)
    first = cells[..., 0].copy()
    cells[..., 0] = 0
    flat = arrays.pack(cells) if causal else cells.reshape(*cells.shape[:-2], side * side)
    return np.concatenate([flat, first], axis=-1)


def _all_stats(patterns: Patterns) -> bytes:
    each = (described(head).numbers() for n in patterns.layers for head in patterns.read(n))
    return np.array(list(each), dtype="<f4").tobytes()


def own_scores(patterns: Patterns, causal: bool, given: Container[str]) -> dict[str, list[float]]:
    """What any text tells of every head, and nobody has given: `first`, its share on the first
    token, and `entropy`, in nats."""
    own = {"first": resting, "entropy": lambda weights: spread(weights, causal)}
    return {
        name: rounded(np.stack([tell(patterns.read(layer)) for layer in patterns.layers]))
        for name, tell in own.items()
        if name not in given
    }


def summary(patterns: Patterns) -> str:
    layers = f"{len(patterns.layers)} layer{'s' * (len(patterns.layers) > 1)}"
    return (
        f"Attention of {layers} × {patterns.heads} head{'s' * (patterns.heads > 1)} "
        f"over {patterns.tokens} token{'s' * (patterns.tokens > 1)}"
    )
