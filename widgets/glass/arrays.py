"""Attention weights ⇄ the bytes that travel to a browser.

A weight p becomes the byte round(255·√p). The root spends its 256 steps where attention has its
weights: linear bytes zero two thirds of a 256-token pattern, these lose less than 0.005 % of a
row's mass, and no weight is off by more than 0.004. A causal pattern travels as its lower triangle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

LARGEST_ERROR = 0.004
"""No weight decoded by `from_bytes` is further than this from the one given to `to_bytes`."""


def as_array(values: Any) -> np.ndarray:
    """A numpy array over `values` (array, nested list, CPU or GPU tensor), copied only if it must.

    Tensors are known by what they can do, so that no tensor library is imported here.

    >>> as_array([[1.0, 0.0], [0.5, 0.5]]).shape
    (2, 2)
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if "bfloat16" in str(values.dtype):
            values = values.float()
    return np.asarray(values)


def to_bytes(weights: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "..."]:
    """Weights (shares of 1) as bytes round(255·√p); below 0 counts as 0, above 1 as 1.

    >>> to_bytes(np.array([0.0, 0.25, 1.0])).tolist()
    [0, 128, 255]
    """
    share = np.clip(weights, 0.0, 1.0).astype(np.float32, copy=False)
    return np.rint(255.0 * np.sqrt(share)).astype(np.uint8)


def from_bytes(levels: UInt8[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """The weights that `to_bytes` rounded, float32, within `LARGEST_ERROR`.

    >>> from_bytes(np.array([0, 255], dtype=np.uint8)).tolist()
    [0.0, 1.0]
    """
    return np.square(levels.astype(np.float32) / 255.0)


def pack(square: UInt8[np.ndarray, "... side side"]) -> UInt8[np.ndarray, "... cells"]:
    """The lower triangle row by row, diagonal included: side·(side+1)/2 cells.

    >>> pack(np.array([[1, 0], [2, 3]], dtype=np.uint8)).tolist()
    [1, 2, 3]
    """
    rows, columns = np.tril_indices(square.shape[-1])
    return square[..., rows, columns]


def unpack(cells: UInt8[np.ndarray, "... cells"]) -> UInt8[np.ndarray, "... side side"]:
    """The square that `pack` took apart, zeros above its diagonal.

    >>> unpack(np.array([1, 2, 3], dtype=np.uint8)).tolist()
    [[1, 0], [2, 3]]
    """
    side = int((np.sqrt(8 * cells.shape[-1] + 1) - 1) // 2)
    if side * (side + 1) // 2 != cells.shape[-1]:
        raise ValueError(
            f"{cells.shape[-1]} cells make no triangle; {side * (side + 1) // 2} would"
        )
    square = np.zeros((*cells.shape[:-1], side, side), dtype=cells.dtype)
    rows, columns = np.tril_indices(side)
    square[..., rows, columns] = cells
    return square


def pooled(
    weights: Float[np.ndarray, "... query key"], rows: int, columns: int
) -> tuple[Float[np.ndarray, "... rows columns"], Float[np.ndarray, "... rows"]]:
    """Maxima over a grid of blocks: all keys but the first, and the first key by itself.

    The first key is where heads rest that have nothing to do; apart, it can be left out of the
    picture without asking again. Block i of n covers positions ⌊i·T/n⌋ to ⌊(i+1)·T/n⌋, the same
    for queries and keys, so a causal pattern stays causal. `rows` and `columns` may not exceed
    the number of queries and keys.

    >>> rest, first = pooled(np.array([[1.0, 0.0], [0.4, 0.6]]), 2, 2)
    >>> rest.tolist(), first.tolist()
    ([[0.0, 0.0], [0.0, 0.6]], [1.0, 0.4])
    """
    queries, keys = weights.shape[-2:]
    tall = np.maximum.reduceat(weights, _starts(queries, rows), axis=-2)
    first = tall[..., 0].copy()
    tall[..., 0] = 0
    return np.maximum.reduceat(tall, _starts(keys, columns), axis=-1), first


def picture(weights: Float[np.ndarray, "... query key"], side: int, causal: bool) -> np.ndarray:
    """One head, or many, as the bytes of a side × side picture: [..., bytes].

    First the cells without the first key (triangle if `causal`, else the whole square, row by
    row), then the first key's own column, `side` bytes.

    >>> picture(np.array([[1.0, 0.0], [0.36, 0.64]]), 2, causal=True).tolist()
    [0, 0, 204, 255, 153]
    """
    rest, first = pooled(weights, side, side)
    cells = to_bytes(rest)
    flat = pack(cells) if causal else cells.reshape(*cells.shape[:-2], side * side)
    return np.concatenate([flat, to_bytes(first)], axis=-1)


def picture_size(side: int, causal: bool) -> int:
    """Bytes of one `picture`.

    >>> picture_size(128, causal=True)
    8384
    """
    return (side * (side + 1) // 2 if causal else side * side) + side


def _starts(length: int, parts: int) -> np.ndarray:
    return np.arange(parts) * length // parts
