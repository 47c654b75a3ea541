"""How sure an accuracy is that was measured on several splits of the same examples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int


def between(
    values: Float[np.ndarray, "row seed"],
    n_train: Int[np.ndarray, " seed"],
    n_test: Int[np.ndarray, " seed"],
    level: float = 0.95,
) -> Float[np.ndarray, "row 2"]:
    """Where the mean over splits lies, 95 %, after Nadeau & Bengio (2003).

    Splits of the same examples agree more than new examples would, so the variance of their mean
    is (1 / splits + held out / fitted on) times theirs, rather than 1 / splits; and theirs is not
    taken to be less than that of counting right ones among the examples held out.

    >>> low, high = between(np.array([[0.8, 0.9, 0.85]]), np.full(3, 300), np.full(3, 100))[0]
    >>> print(f"{low:.2f} to {high:.2f}")
    0.67 to 1.00
    """
    from scipy.stats import t

    mean, splits = values.mean(1), values.shape[1]
    share = np.clip(np.abs(mean), 0, 1)
    counting = share * (1 - share) / n_test.mean()
    spread = values.var(1, ddof=1) if splits > 1 else np.zeros(len(values))
    variance = np.maximum(spread, counting) * (1 / splits + n_test.mean() / n_train.mean())
    reach = t.ppf((1 + level) / 2, max(splits - 1, 1) if splits > 1 else 60) * np.sqrt(variance)
    return np.stack([np.maximum(mean - reach, -1), np.minimum(mean + reach, 1)], 1)
