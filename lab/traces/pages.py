"""Arrays on memory pages of their own, which the system has back as soon as they go.

What is freed on the common heap stays with the process for later use. Measured: fifty traces of
8 MiB, kept and dropped, left a kernel 397 MiB larger; in this way 44. A class shares one machine.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

_LARGE = 1 << 16  # bytes; below, a page of its own would be mostly empty
# Filled at once where the system can; page by page is slower by a third on small arrays.
_FLAGS = ("MAP_PRIVATE", "MAP_ANONYMOUS", "MAP_POPULATE")
_HOW: dict[str, Any] = (
    {"flags": sum(getattr(mmap, flag, 0) for flag in _FLAGS)}
    if hasattr(mmap, "MAP_ANONYMOUS")
    else {}
)


def on_own_pages(values: np.ndarray) -> np.ndarray:
    """The same numbers in pages of their own; small arrays as they are.

    >>> on_own_pages(np.arange(3)).tolist()
    [0, 1, 2]
    """
    if values.nbytes < _LARGE:
        return values
    try:
        pages = mmap.mmap(-1, values.nbytes, **_HOW)
    except OSError:  # a system gives only so many mappings: the heap will do
        return values
    array = np.frombuffer(pages, dtype=values.dtype).reshape(values.shape)
    array[...] = values
    return array
