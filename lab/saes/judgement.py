"""What a judging found: the model's loss with its stream replaced by what the codes tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Judgement:
    """Losses on held-out texts, whole and with the layer's stream replaced in six ways.

    Attributes:
        names: the ways: `clean` (nothing replaced), `features`, `zero`, `mean`, and the controls
            `axes` (as many principal axes as features may be active) and `untrained` (as many
            random directions as there are features, as many of them active).
        nats: [way, text], the surprisal summed over a text's pieces.
        counts: [text], how many pieces that were.
        explained: [way], the share of the stream's variance that is told (of zero: below 0).
        l0: features active at a place, in the mean.
        active: [feature], the share of places where each is active.
        pieces: places looked at.
    """

    names: tuple[str, ...]
    nats: Float[np.ndarray, "way text"]
    counts: Int[np.ndarray, " text"]
    explained: Float[np.ndarray, " way"]
    l0: float
    active: Float[np.ndarray, " feature"]
    pieces: int
    k: int

    @property
    def dead(self) -> int:
        """Features that were active at none of the places looked at."""
        return int((self.active == 0).sum())

    @cached_property
    def losses(self) -> dict[str, float]:
        """Nats a piece, by way."""
        return dict(zip(self.names, (self.nats.sum(1) / self.counts.sum()).tolist(), strict=True))

    def recovered(self, way: str = "features", beside: str = "zero") -> float:
        """How much of what a removal costs is not lost: 1 is the whole loss, 0 the removal's.

        Raises:
            ValueError: a way that was not measured.
        """
        return float(self._share(way, beside, self.nats.sum(1)))

    def interval(self, way: str = "features", beside: str = "zero") -> tuple[float, float]:
        """95 % of `recovered` for texts of this kind, from 1,000 draws of the texts with return."""
        chance = np.random.default_rng(0)
        drawn = chance.integers(len(self.counts), size=(DRAWS, len(self.counts)))
        shares = self._share(way, beside, self.nats[:, drawn].sum(-1))
        low, high = np.quantile(shares, [0.025, 0.975])
        return float(low), float(high)

    def __str__(self) -> str:
        told = ", ".join(f"{name} {loss:.3f}" for name, loss in self.losses.items())
        low, high = self.interval()
        return (
            f"nats a piece: {told}\nof zero ablation's cost {self.recovered():.1%} recovered "
            f"(95 %: {low:.1%} to {high:.1%}), of mean ablation's "
            f"{self.recovered(beside='mean'):.1%}; {self.share('features'):.1%} of the variance "
            f"told by {self.l0:.1f} features a place; {self.dead} of {len(self.active):,} dead "
            f"in {self.pieces:,} places"
        )

    def share(self, way: str) -> float:
        """The share of the stream's variance that is told."""
        return float(self.explained[self._at(way)])

    def _at(self, way: str) -> int:
        if way not in self.names:
            raise ValueError(f"{way!r} was not measured: {', '.join(self.names)}")
        return self.names.index(way)

    def _share(self, way: str, beside: str, nats: np.ndarray) -> np.ndarray:
        clean, told, without = (nats[self._at(name)] for name in ("clean", way, beside))
        return (without - told) / (without - clean)
