"""A part of one head at full resolution, for a reader who has zoomed in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from widgets.glass import arrays

LARGEST = 768
"""Side of the largest window answered at once; beyond it cells are pooled."""


def window(
    weights: np.ndarray, rows: Sequence[int], columns: Sequence[int]
) -> tuple[dict[str, int], list[bytes]]:
    """The window's size in cells, and its bytes: the cells, then the first key's column.

    weights: [query, key]; rows, columns: from and to, cut to what there is. The second bytes are
    empty where the first key is not in the window. Raises ValueError for an empty window.

    >>> size, (cells, first) = window(np.eye(4), [0, 2], [0, 2])
    >>> size, list(cells), list(first)
    ({'width': 2, 'height': 2}, [0, 0, 0, 255], [255, 0])
    """
    (top, bottom), (left, right) = rows, columns
    part = weights[max(0, top) : bottom, max(0, left) : right]
    if part.size == 0:
        raise ValueError(f"rows {top}–{bottom}, columns {left}–{right} hold no weights")
    height, width = (min(size, LARGEST) for size in part.shape)
    rest, first = arrays.pooled(part, height, width)
    if left > 0:  # the window's first column is a key like any other
        rest[:, 0] = np.maximum(rest[:, 0], first)
        first = first[:0]
    cells = [arrays.to_bytes(rest).tobytes(), arrays.to_bytes(first).tobytes()]
    return {"width": width, "height": height}, cells
