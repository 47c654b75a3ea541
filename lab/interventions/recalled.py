"""What a model recalled from its prompt: whole, without some heads, and without random others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class FewShot:
    """Shares of right answers, by how often the pair asked for was shown before.

    Attributes:
        shown: [shown], 0, 1, 2 …
        whole, cut: [shown, prompt], of the model as it is, and without `heads`.
        random: [draw, shown, prompt], the control: without as many others of the same layers.
        heads: those cut. scores: [layer, head], the induction score of every head.
        random_heads: those of each draw.
        pairs: asked in each prompt at each number of showings.
        text: the first prompt. note: "", or how far it came.
    """

    shown: Int[np.ndarray, " shown"]
    whole: Float[np.ndarray, "shown prompt"]
    cut: Float[np.ndarray, "shown prompt"]
    random: Float[np.ndarray, "draw shown prompt"]
    heads: list[str]
    scores: Float[np.ndarray, "layer head"]
    random_heads: list[list[str]]
    pairs: int
    text: str
    model_name: str
    note: str = ""

    @property
    def n(self) -> int:
        """Answers behind each share of a mean."""
        return self.pairs * self.whole.shape[1]

    def means(self) -> dict[str, Float[np.ndarray, " shown"]]:
        """The share of right answers by number of showings; "random" is the mean of all draws."""
        return {
            "whole": self.whole.mean(1),
            "cut": self.cut.mean(1),
            "random": self.random.mean((0, 2)),
        }

    def draws(self) -> Float[np.ndarray, "draw shown"]:
        """The share of right answers of each random draw."""
        return self.random.mean(2)

    def __repr__(self) -> str:
        last = {name: f"{values[-1]:.0%}" for name, values in self.means().items()}
        low, high = self.draws()[:, -1].min(), self.draws()[:, -1].max()
        return (
            f"FewShot({self.model_name}, shown {self.shown[-1]} times: {last['whole']} right; "
            f"without {len(self.heads)} heads {last['cut']}; without as many random ones "
            f"{last['random']}, from {low:.0%} to {high:.0%} in {len(self.random)} draws; "
            f"n = {self.n}{'; ' + self.note if self.note else ''})"
        )
