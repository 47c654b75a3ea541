"""Words' embeddings on one plane through the whole life: the axes never turn."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def word_maps(
    embeddings: Float[np.ndarray, "moment word d_model"],
) -> tuple[Float[np.ndarray, "moment word 2"], Float[np.ndarray, " moment"]]:
    """Words on the two main axes of the *last* moment, and the share of their variance on it.

    Each moment is centred on its own mean, so that what all words do together does not show. The
    axes are fitted once, and each points to where its largest entry is positive, so that nothing
    turns or flips from moment to moment, or from one machine to another. A share near 1 says that
    the plane shows all there is; two axes of pure noise in d dimensions show about 2 / d.

    >>> square = np.array([[[1.0, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -2, 0]]])
    >>> places, share = word_maps(square)
    >>> places[0].tolist(), share.tolist()
    ([[0.0, 1.0], [0.0, -1.0], [2.0, 0.0], [-2.0, 0.0]], [1.0])
    """
    if not embeddings.shape[1]:
        return np.zeros((len(embeddings), 0, 2), np.float32), np.full(len(embeddings), np.nan, "f4")
    centred = embeddings - embeddings.mean(axis=1, keepdims=True)
    axes = _axes(centred[-1])
    places = centred @ axes.T
    whole = np.square(centred).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(whole > 0, np.square(places).sum(axis=(1, 2)) / whole, np.nan)
    return places.astype(np.float32), share.astype(np.float32)


def _axes(points: Float[np.ndarray, "word d_model"]) -> Float[np.ndarray, "2 d_model"]:
    found = np.linalg.svd(points.astype(np.float64), full_matrices=False)[2][:2]
    axes = np.zeros((2, points.shape[1]))
    axes[: len(found)] = found
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return axes * np.where(largest < 0, -1.0, 1.0)
