"""What is drawn of a learnt table of positions."""

import numpy as np

PAIRS = 16


def likeness(table: np.ndarray) -> np.ndarray:
    """Cosines between rows, [pos, pos]; a row of zeros is like nothing."""
    rows = np.asarray(table, dtype=float)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return np.clip(unit @ unit.T, -1, 1)


def curves(alike: np.ndarray) -> np.ndarray:
    """Mean, lower and upper end (80 %) of likeness by distance, [3, distance]."""
    diagonals = [np.diagonal(alike, distance) for distance in range(len(alike))]
    ends = [(values.mean(), *np.quantile(values, [0.1, 0.9])) for values in diagonals]
    return np.array(ends).T


def components(table: np.ndarray, pairs: int = PAIRS) -> np.ndarray:
    """Where each row stands along the strongest principal components, two to a pair.

    >>> components(np.eye(3)).shape
    (3, 2)
    """
    rows = np.asarray(table, dtype=float)
    left, sizes, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    strong = int((sizes > 1e-9 * max(sizes.max(), 1e-12)).sum())
    keep = max(2, min(2 * pairs, strong - strong % 2))
    found = left[:, :keep] * sizes[:keep]
    return np.pad(found, [(0, 0), (0, keep - found.shape[1])])
