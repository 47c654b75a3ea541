"""Rotary positions (Su et al. 2021, RoFormer): queries and keys are turned, pair by pair.

Turning a query by its position and a key by its own leaves a score that depends on how far apart
they stand, and on nothing else of where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lab.hooks import lock_of
from lab.traces import trace

Vectors = Float[np.ndarray, "*batch pos d_head"]


@dataclass(frozen=True)
class Rotary:
    """How a model turns queries and keys. Pair i is dimension i and dimension i + pairs."""

    frequencies: Float[np.ndarray, " pair"]
    """How far each pair turns from one position to the next, in radians."""
    d_head: int
    scaling: float = 1.0
    """By how much the model lengthens what it turns (1, but for stretched contexts)."""

    def rotated(self, vectors: Vectors, positions: Int[np.ndarray, " pos"]) -> Vectors:
        """Queries or keys as they are at these positions.

        Raises ValueError for vectors of another width, or positions of another number.

        >>> quarter = Rotary(np.array([np.pi / 2]), d_head=2)
        >>> quarter.rotated(np.array([[1.0, 0.0]]), np.array([1])).round(3)
        array([[0., 1.]])
        """
        vectors, positions = np.asarray(vectors, dtype=float), np.asarray(positions)
        if vectors.shape[-1] != self.d_head or positions.shape != vectors.shape[-2:-1]:
            raise ValueError(
                f"vectors {vectors.shape} at positions {positions.shape}: "
                f"[…, pos, {self.d_head}] and [pos] are needed"
            )
        cos, sin = self.waves(positions)
        count = len(self.frequencies)
        one, other = vectors[..., :count], vectors[..., count : 2 * count]
        turned = [one * cos - other * sin, other * cos + one * sin, vectors[..., 2 * count :]]
        return np.concatenate(turned, axis=-1)

    def waves(self, positions: Any) -> tuple[np.ndarray, np.ndarray]:
        """Cosine and sine of each pair's angle at these positions, each [pos, pair]."""
        angles = np.asarray(positions, dtype=float)[:, None] * self.frequencies
        return np.cos(angles) * self.scaling, np.sin(angles) * self.scaling

    def scores(self, query: np.ndarray, key: np.ndarray, distances: Any) -> np.ndarray:
        """The score of a query with a key so many places before it, by distance.

        >>> Rotary(np.array([np.pi]), 2).scores([1, 0], [1, 0], [0, 1, 2]).round(3)
        array([ 1., -1.,  1.])
        """
        distances = np.asarray(distances)
        turned = self.rotated(np.tile(np.asarray(key, float), (len(distances), 1)), -distances)
        return turned @ np.asarray(query, dtype=float) * self.scaling

    def likeness(self, distances: Any) -> Float[np.ndarray, " distance"]:
        """The score of a vector with itself so far away, if every pair is as long: 1 at 0."""
        return np.cos(np.outer(distances, self.frequencies)).mean(axis=1)


def rotary(model: Any) -> Rotary:
    """How this model turns queries and keys, read from its own parameters.

    Raises:
        ValueError: a model without rotary positions.

    >>> rotary(lab.load("formicarium/stories")).frequencies[:3]                # doctest: +SKIP
    array([1.        , 0.56234133, 0.31622777])
    """
    lock_of(model)
    found = [part for part in model.original_model.modules() if hasattr(part, "inv_freq")]
    if not found:
        scheme = getattr(model.cfg, "positional_embedding_type", "other")
        raise ValueError(f"model has {scheme} positions and turns nothing; see learned(model)")
    scaling = float(getattr(found[0], "attention_scaling", 1.0))
    turns = found[0].inv_freq.detach().double().cpu().numpy()
    return Rotary(turns, int(model.cfg.d_head), scaling)


def preferences(
    model: Any, prompt: Any, distances: Any, **how: Any
) -> Float[np.ndarray, "layer head distance"]:
    """Each head's taste for distance: the score that its average query gives its average key there.

    Averaged over all pairs of pieces of the text, as if any could stand so far apart, so that
    nothing but the distance is left (a score is linear in both). In units of attention scores,
    before the softmax; only differences along the distances matter.

    Raises:
        ValueError: as `rotary` and `lab.trace` do.
    """
    turns = rotary(model)
    seen = trace(model, prompt, keep=["q", "k"], **how)
    layers = [
        _layer(turns, seen["q", layer], seen["k", layer], distances) for layer in seen.layers("q")
    ]
    return np.stack(layers)


def _layer(turns: Rotary, queries: Any, keys: Any, distances: Any) -> np.ndarray:
    """[head, distance] from queries [pos, head, d_head] and keys, of which heads may share one."""
    share = queries.shape[1] // keys.shape[1]
    query, key = queries.mean(axis=0), np.repeat(keys.mean(axis=0), share, axis=0)
    pairs = zip(query, key, strict=True)
    return np.stack([turns.scores(q, k, distances) for q, k in pairs]) / np.sqrt(turns.d_head)
