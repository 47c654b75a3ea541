"""Long work in parts: told as it goes, and stopped without losing what is done."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any


def paced(
    parts: Sequence[Any],
    work: Callable[[Any], Any],
    progress: Callable[[int, int], Any] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Works on one part after the other until all are done, it is cancelled or interrupted.

    An interruption ends the work with a warning rather than an error: what was done stands.

    >>> paced([1, 2, 3], lambda part: None, cancelled=lambda: True)
    0
    """
    done = 0
    try:
        for part in parts:
            if cancelled is not None and cancelled():
                break
            work(part)
            done += 1
            if progress is not None:
                progress(done, len(parts))
    except KeyboardInterrupt:
        warnings.warn(f"interrupted after {done} of {len(parts)} parts", stacklevel=3)
    return done
