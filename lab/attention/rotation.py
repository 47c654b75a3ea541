"""Rotary positions (Su et al. 2021): a query and a key turned by where they stand.

Pairs of dimensions turn together, each pair at its own speed, so that the score of a query and a
key depends on how far apart they stand and on nothing else about their places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Rotary:
    """How fast each pair of dimensions turns, and by how much both vectors are scaled.

    angles: [pair], radians a token; pair i is dimensions i and i + len(angles).
    size: the length a vector of length 1 has afterwards (other than 1 in stretched contexts).
    """

    angles: Float[np.ndarray, " pair"]
    size: float = 1.0

    @classmethod
    def of(
        cls, cos: Float[np.ndarray, "pos rotated"], sin: Float[np.ndarray, "pos rotated"]
    ) -> Rotary:
        """Read off the cosines and sines a model uses; position 1 tells all.

        >>> Rotary.of(np.cos([[0.0, 0.0], [0.5, 0.5]]), np.sin([[0.0, 0.0], [0.5, 0.5]])).angles
        array([0.5])
        """
        pairs = cos.shape[-1] // 2
        at = min(1, len(cos) - 1)  # a text of one token never turns
        angles = np.arctan2(sin[at, :pairs], cos[at, :pairs]).astype(np.float64)
        return cls(angles, float(np.hypot(cos[0, 0], sin[0, 0])))

    def turned(
        self, vectors: Float[np.ndarray, "... d_head"], position: float
    ) -> Float[np.ndarray, "... d_head"]:
        """Vectors as they are at a position; dimensions beyond the pairs stay as they are."""
        pairs = len(self.angles)
        one, two = vectors[..., :pairs], vectors[..., pairs : 2 * pairs]
        cos, sin = (part(position * self.angles) * self.size for part in (np.cos, np.sin))
        rest = vectors[..., 2 * pairs :]
        return np.concatenate([one * cos - two * sin, two * cos + one * sin, rest], axis=-1)

    def by_distance(
        self,
        query: Float[np.ndarray, " d_head"],
        key: Float[np.ndarray, " d_head"],
        distances: int,
    ) -> Float[np.ndarray, " distance"]:
        """query · key as it would be with the key 0, 1, 2 … tokens before the query."""
        still = self.turned(key, 0)
        return np.array([self.turned(query, back) @ still for back in range(distances)])

    def waves(self, d_head: int) -> Float[np.ndarray, " d_head"]:
        """After how many tokens each dimension has turned once around; infinite where it never."""
        with np.errstate(divide="ignore"):
            around = 2 * np.pi / np.abs(self.angles)
        still = np.full(d_head - 2 * len(around), np.inf)
        return np.concatenate([around, around, still])
