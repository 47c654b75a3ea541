"""Positions as vectors that are added to the pieces: computed ones, and learnt ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from lab.hooks import lock_of

Table = Float[np.ndarray, "pos d_model"]


def sinusoidal(count: int, width: int, base: float = 10_000.0) -> Table:
    """The table of Vaswani et al. 2017: a vector of sines and cosines for each position.

    Dimensions 2i and 2i + 1 are the sine and the cosine of pos / base^(2i / width): pair 0 turns
    by one radian a position, the last pair hardly at all.

    Raises:
        ValueError: no position, a width that is odd or not positive, a base not above 1.

    >>> sinusoidal(2, 4).round(3)
    array([[0.   , 1.   , 0.   , 1.   ],
           [0.841, 0.54 , 0.01 , 1.   ]])
    """
    if count < 1 or width < 2 or width % 2:
        raise ValueError(f"count={count}, width={width}: at least 1, and even, are needed")
    if not base > 1:
        raise ValueError(f"base={base}: a number above 1 is needed, such as 10,000")
    angles = np.arange(count)[:, None] * frequencies(width, base)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(count, width)


def frequencies(width: int, base: float = 10_000.0) -> Float[np.ndarray, " pair"]:
    """How far each pair of dimensions turns from one position to the next, in radians.

    >>> frequencies(4)
    array([1.  , 0.01])
    """
    return base ** (-np.arange(0, width, 2) / width)


def learned(model: Any) -> Table:
    """The model's own table of positions, a row for each place of its context.

    Raises:
        ValueError: a model without one (of rotary positions, say).

    >>> learned(lab.build("gpt2", context=64)).shape                         # doctest: +SKIP
    (64, 64)
    """
    lock_of(model)  # a model without a lock is refused by name
    table = getattr(model, "pos_embed", None)
    weight = getattr(getattr(table, "original_component", table), "weight", None)
    if weight is None:
        scheme = getattr(model.cfg, "positional_embedding_type", "other")
        raise ValueError(f"model has {scheme} positions and no table of them; see rotary(model)")
    # Some architectures keep rows of their own ahead of the first position.
    return weight.detach().float().cpu().numpy()[-model.cfg.n_ctx :]


def likeness(table: Table) -> Float[np.ndarray, "pos pos"]:
    """The cosine between the vectors of every two positions, from −1 to 1.

    >>> likeness(sinusoidal(3, 4)).round(2)[0]
    array([1.  , 0.77, 0.29])
    """
    rows = _rows(table)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return np.clip(unit @ unit.T, -1, 1)


def by_distance(table: Table) -> dict[str, Float[np.ndarray, " distance"]]:
    """Likeness by distance: its `mean` over all pairs that far apart, and `low`, `high` (80 %).

    A table whose likeness depends on the distance alone has low = mean = high.

    >>> by_distance(sinusoidal(8, 4))["mean"][:3].round(2)
    array([1.  , 0.77, 0.29])
    """
    alike = likeness(table)
    diagonals = [np.diagonal(alike, distance) for distance in range(len(alike))]
    low, high = zip(*(np.quantile(values, [0.1, 0.9]) for values in diagonals), strict=True)
    mean = [values.mean() for values in diagonals]
    return {"mean": np.array(mean), "low": np.array(low), "high": np.array(high)}


def _rows(table: Any) -> np.ndarray:
    rows = np.asarray(table, dtype=float)
    if rows.ndim != 2 or 0 in rows.shape:
        raise ValueError(f"table has shape {rows.shape}; a row for each position is needed")
    return rows
