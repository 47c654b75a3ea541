"""Do a word's senses part? Likeness within and between them by layer, beside shuffled senses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lab.embeddings.occurring import Contexts


@dataclass(frozen=True, eq=False)
class Separation:
    """For every layer: how alike a word is within a sense and between senses, as cosines.

    `gap` is within minus between. `shuffled` are the gaps with the senses dealt out at random (the
    2.5, 50 and 97.5 per cent points): a gap inside that band is no gap. `nearest` is the share of
    texts whose nearest other text is of the same sense, which no stretching of the space changes;
    `nearest_shuffled` its mean under shuffled senses.
    """

    layers: list[str]
    within: Float[np.ndarray, " layer"]
    between: Float[np.ndarray, " layer"]
    shuffled: Float[np.ndarray, "layer 3"]
    nearest: Float[np.ndarray, " layer"]
    nearest_shuffled: Float[np.ndarray, " layer"]

    @property
    def gap(self) -> Float[np.ndarray, " layer"]:
        """Within minus between."""
        return self.within - self.between


def separation(
    found: Contexts, senses: Sequence[str], *, shuffles: int = 200, seed: int = 0
) -> Separation:
    """How far the senses of a word part, layer by layer.

    Args:
        found: from `contexts`.
        senses: of each text, which sense the word has in it.
        shuffles: how often the senses are dealt out anew for the control.

    Raises:
        ValueError: not one sense for each text, or fewer than two texts of each of two senses.

    >>> rows = np.array([[[1.0, 0], [1, 0], [0, 1], [0, 1]]])
    >>> bank = Contexts("bank", ["a", "b", "c", "d"], rows, ["embedding"])
    >>> parted = separation(bank, ["river", "river", "money", "money"])
    >>> parted.within.tolist(), parted.between.tolist(), parted.nearest.tolist()
    ([1.0], [0.0], [1.0])
    """
    if len(senses) != len(found.texts):
        raise ValueError(f"{len(senses)} senses for {len(found.texts)} texts")
    label = np.unique(np.asarray(senses, dtype=str), return_inverse=True)[1]
    if len(np.bincount(label)) < 2 or np.bincount(label).min() < 2:
        raise ValueError("at least two texts of each of at least two senses are wanted")
    cosines = found.cosines()
    rng = np.random.default_rng(seed)
    within, between, nearest = _parted(cosines, label)
    drawn = [_parted(cosines, rng.permutation(label)) for _ in range(shuffles)]
    gaps = np.percentile([w - b for w, b, _ in drawn], [2.5, 50, 97.5], axis=0).T
    chance = np.mean([near for *_, near in drawn], axis=0)
    return Separation(found.layers, within, between, gaps, nearest, chance)


def _parted(
    cosines: Float[np.ndarray, "layer text text"], label: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    same = label[:, None] == label[None, :]
    others = ~np.eye(len(label), dtype=bool)
    near = np.where(others, cosines, -np.inf).argmax(axis=-1)
    kin = label[near] == label[None, :]
    return (
        cosines[:, same & others].mean(axis=-1),
        cosines[:, ~same].mean(axis=-1),
        kin.mean(axis=-1),
    )
