"""Mean and interval of arrays that come one after another, none of them kept."""

from __future__ import annotations

import numpy as np

SURE = 0.95


class Running:
    """Mean and variance by Welford's way; what is not a number counts for nothing.

    >>> sums = Running()
    >>> for value in ([1.0, 5.0], [3.0, np.nan]):
    ...     sums.add(np.array(value))
    >>> sums.mean().tolist()
    [2.0, 5.0]
    """

    def __init__(self) -> None:
        self._count = self._mean = self._squares = np.zeros(())

    def add(self, values: np.ndarray) -> None:
        """One more, of the same shape as those before."""
        values = np.asarray(values, np.float64)
        known = ~np.isnan(values)
        self._count = self._count + known
        step = np.where(known, values - self._mean, 0.0)
        self._mean = self._mean + step / np.maximum(self._count, 1)
        self._squares = self._squares + step * np.where(known, values - self._mean, 0.0)

    def mean(self) -> np.ndarray:
        """The mean; not a number where nothing was known."""
        return np.where(self._count > 0, self._mean, np.nan)

    def interval(self) -> np.ndarray:
        """Half the width of the mean's 95 % interval; not a number below two values."""
        from scipy.stats import t

        free = np.maximum(self._count - 1, 1)
        wide = t.ppf((1 + SURE) / 2, free) * np.sqrt(
            self._squares / free / np.maximum(self._count, 1)
        )
        return np.where(self._count > 1, wide, np.nan)
