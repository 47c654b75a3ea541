"""Where every head looks, and what is lost without it: side by side, over many places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Judged(NamedTuple):
    """A head over the places at which it looks at the answer.

    look: the mean share of its attention that lies there. effect: the mean of log p of the answer
    lost without it, nats, and half its 95 % interval. others: the same for each other head of its
    layer at these places. n: how many places.
    """

    layer: int
    head: int
    look: float
    effect: float
    interval: float
    others: tuple[float, ...]
    n: int


@dataclass(frozen=True, eq=False)
class Looks:
    """Attention to the answer, and what cutting the head costs, at each of many places.

    At each place the model is about to say a word that stands earlier in the text.

    Attributes:
        look: [place, layer, head], the share of attention, from the place, that lies on that word.
        zeroed: [place, layer, head], by how much log p of the answer falls (nats) when the head
            gives nothing at that place.
        swapped: the same when the head gives what it gave at the place before, in another text.
        texts: [place], what stands before the answer. answers: [place], its piece.
        sure: [place], the model's own probability of it.
    """

    look: Float[np.ndarray, "place layer head"]
    zeroed: Float[np.ndarray, "place layer head"]
    swapped: Float[np.ndarray, "place layer head"]
    ids: list[list[int]]
    answer_ids: list[int]
    texts: list[str]
    answers: list[str]
    sure: Float[np.ndarray, " place"]
    model_name: str
    note: str = ""

    @property
    def halves(self) -> tuple[Int[np.ndarray, " place"], Int[np.ndarray, " place"]]:
        """The places a head is looked for at, and those it is judged at."""
        every = np.arange(len(self.look))
        return every[::2], every[1::2]

    def agreement(self) -> tuple[float, float]:
        """Spearman's correlation of look and effect over heads: zeroed, and swapped."""
        from scipy.stats import spearmanr

        look = self.look.mean(0).ravel()
        effects = (values.mean(0).ravel() for values in (self.zeroed, self.swapped))
        first, second = (float(np.asarray(spearmanr(look, each))[0]) for each in effects)
        return first, second

    def misleading(self, count: int = 3, least: float = 0.5, places: int = 5) -> list[Judged]:
        """Heads that look at the answer and whose loss is smallest for that, judged elsewhere.

        Looked for at every second place: of the heads that look there (`least` of their attention,
        at `places` or more of them), those with the smallest effect, zeroed or swapped, whichever
        is larger. Judged at the other places, so that chance cannot choose.
        """
        return self._ranked(count, least, places, -1)

    def telling(self, count: int = 3, least: float = 0.5, places: int = 5) -> list[Judged]:
        """The heads that look at the answer and are missed most, chosen and judged likewise."""
        return self._ranked(count, least, places, 1)

    def _ranked(self, count: int, least: float, places: int, sign: int) -> list[Judged]:
        search, judge = self.halves
        larger = np.maximum(np.abs(self.zeroed), np.abs(self.swapped))
        size = []
        for layer, head in np.ndindex(*self.look.shape[1:]):
            at = [half[self.look[half, layer, head] >= least] for half in (search, judge)]
            if min(map(len, at)) >= places:
                mean = float(larger[at[0], layer, head].mean())
                size.append((-sign * mean, layer, head))
        return [self.judged(layer, head, least) for _, layer, head in sorted(size)[:count]]

    def judged(self, layer: int, head: int, least: float = 0.5) -> Judged:
        """A head over those places of the second half at which it looks.

        Raises:
            ValueError: it looks at fewer than two of them.
        """
        at = self.halves[1]
        at = at[self.look[at, layer, head] >= least]
        if len(at) < 2:
            raise ValueError(f"L{layer}H{head} looks (≥ {least}) at {len(at)} of these places")
        effects = self.zeroed[at, layer]
        own = effects[:, head]
        return Judged(
            layer,
            head,
            float(self.look[at, layer, head].mean()),
            float(own.mean()),
            float(1.96 * own.std(ddof=1) / np.sqrt(len(at))),
            tuple(float(value) for value in np.delete(effects.mean(0), head)),
            len(at),
        )

    def __repr__(self) -> str:
        zeroed, swapped = self.agreement()
        rest = f"; {self.note}" if self.note else ""
        return (
            f"Looks({len(self.look)} places, {self.model_name}; look and effect agree by "
            f"{zeroed:.2f} (zeroed), {swapped:.2f} (swapped){rest})"
        )
