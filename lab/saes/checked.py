"""What a check of a feature found, with its controls: plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Check:
    """What changing a feature does to the next piece, and what as large changes of others do.

    The pieces were chosen on other texts than those measured here: the ten that lost most of their
    probability when the feature was cut.

    Attributes:
        feature, way: which, and whether it was `cut` (at places where it is active) or `push`ed (at
            places where it is silent, by `strength`: its mean code where it is active).
        pieces: whose probability is told; before: [place], their probability together, unchanged.
        effects: [place], the change of it.
        others: [draw, place], the same for other features alike in size (of a cut: active at the
            same place, and nearest in code; of a push: alike in rate and size, by the same
            strength).
        directions: [draw, place], the same for random directions, changed by the same length.
        divergence, divergence_others, divergence_directions: KL from the unchanged prediction, in
            nats, in the same shapes: how much changed at all.
        texts: [place], the end of the text there.
    """

    feature: int
    way: str
    strength: float
    pieces: list[str]
    before: Float[np.ndarray, " place"]
    effects: Float[np.ndarray, " place"]
    others: Float[np.ndarray, "draw place"]
    directions: Float[np.ndarray, "draw place"]
    divergence: Float[np.ndarray, " place"]
    divergence_others: Float[np.ndarray, "draw place"]
    divergence_directions: Float[np.ndarray, "draw place"]
    texts: list[str]

    @property
    def controls(self) -> Float[np.ndarray, " draw"]:
        """The mean effect of each control: other features first, then random directions."""
        return np.concatenate([self.others.mean(1), self.directions.mean(1)])

    def interval(self, name: str = "effects") -> tuple[float, float]:
        """95 % of the mean of `effects`, `others` or `directions`, from 2,000 draws of the places.

        Raises:
            AttributeError: a name of none of these.
        """
        values = np.atleast_2d(getattr(self, name)).mean(0)
        drawn = np.random.default_rng(0).integers(len(values), size=(DRAWS, len(values)))
        low, high = np.quantile(values[drawn].mean(1), [0.025, 0.975])
        return float(low), float(high)

    def __str__(self) -> str:
        titles = {
            "effects": "this",
            "others": f"{len(self.others)} others",
            "directions": f"{len(self.directions)} random directions",
        }
        said = [f"{title} {self._told(name)}" for name, title in titles.items()]
        return (
            f"F{self.feature} {self.way} at {len(self.effects)} places; points of probability of "
            f"{' '.join(map(repr, self.pieces))} (before {100 * self.before.mean():.1f}): "
            + ", ".join(said)
        )

    def _told(self, name: str) -> str:
        low, high = (100 * end for end in self.interval(name))
        return f"{100 * getattr(self, name).mean():+.2f} ({low:+.2f} to {high:+.2f})"
