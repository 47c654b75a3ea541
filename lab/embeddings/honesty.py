"""How much a plane lies: which true neighbours are neighbours in the picture, point by point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lab.embeddings.nearest import neighbours
from lab.embeddings.table import Vectors


@dataclass(frozen=True, eq=False)
class Honesty:
    """What a projection kept, for the points that were looked at.

    `kept[i]`: of the `count` true neighbours of point `of[i]` (by cosine, among all), the share
    that is among its `count` nearest in the plane. `chance` is what a plane of random places
    keeps. `trustworthiness` is the usual single figure (Venna & Kaski 2001): 1 when no point of
    the picture has a false neighbour, 0.5 at random.
    """

    of: Int[np.ndarray, " point"]
    kept: Float[np.ndarray, " point"]
    count: int
    chance: float
    trustworthiness: float

    @property
    def mean(self) -> float:
        """The share kept, over the points looked at."""
        return float(self.kept.mean())

    def over(self, size: int) -> Float[np.ndarray, " piece"]:
        """One number for each of `size` points; not a number where nobody looked."""
        everywhere = np.full(size, np.nan, dtype=np.float32)
        everywhere[self.of] = self.kept
        return everywhere


def how_honest(
    table: Vectors,
    places: Float[np.ndarray, "piece 2"],
    count: int = 10,
    *,
    points: int = 1000,
    seed: int = 0,
) -> Honesty:
    """The share of each point's true neighbours that the picture keeps, for `points` of them.

    True neighbours are exact and among all rows; `points` rows are drawn to be looked at (all,
    where there are no more). Trustworthiness is scikit-learn's, on those points alone, by cosine.

    Raises:
        ValueError: not one place for each row, or `count` of half the rows or more.

    >>> rng = np.random.default_rng(0)
    >>> flat = rng.normal(size=(60, 2))
    >>> table = Vectors(flat / np.linalg.norm(flat, axis=1)[:, None], [str(i) for i in range(60)])
    >>> how_honest(table, table.rows, 5).mean
    1.0
    """
    places = np.asarray(places, dtype=np.float32)
    if places.shape != (len(table), 2):
        raise ValueError(f"places have shape {places.shape}: ({len(table)}, 2) is wanted")
    if not 1 <= count < len(table) / 2:
        raise ValueError(f"count is {count}: from 1 to {(len(table) - 1) // 2} neighbours")
    from sklearn.manifold import trustworthiness
    from sklearn.neighbors import NearestNeighbors

    drawn = np.random.default_rng(seed).permutation(len(table))[:points]
    of = np.sort(drawn)
    true = neighbours(table, of.tolist(), count).ids
    # One more than asked, since a point is its own nearest; places that coincide may hide it.
    near = NearestNeighbors(n_neighbors=count + 1).fit(places).kneighbors(places[of])[1]
    shown = [[at for at in row if at != point][:count] for row, point in zip(near, of, strict=True)]
    kept = [len(set(a) & set(b)) / count for a, b in zip(true.tolist(), shown, strict=True)]
    few = min(count, max(1, (len(of) - 1) // 2))
    figure = trustworthiness(table.rows[of], places[of], n_neighbors=few, metric="cosine")
    chance = count / (len(table) - 1)
    return Honesty(of, np.array(kept, dtype=np.float32), count, chance, float(figure))
