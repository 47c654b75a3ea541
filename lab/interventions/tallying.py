"""From log probabilities of pushed runs to the record of a steered model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from lab.interventions.responses import Steered
from lab.lenses.unembedding import target_id
from lab.tokenizers.pieces import pieces

Pieces = str | int | Sequence[str | int]
TOP = 12
"""Pieces whose chances are kept for each layer."""


class Followed(NamedTuple):
    """The pieces whose log probability is followed, and those it is compared with."""

    toward: list[int]
    against: list[int]

    def measured(
        self, logs: Float[np.ndarray, "run vocab"], clean: Float[np.ndarray, " vocab"]
    ) -> Float[np.ndarray, " run"]:
        """The metric of each run: of the pieces taken together, or KL(clean ‖ run)."""
        if not self.toward:
            return np.maximum((np.exp(clean) * (clean - logs)).sum(-1), 0)
        value = np.logaddexp.reduce(logs[:, self.toward], axis=1)
        return value - np.logaddexp.reduce(logs[:, self.against], axis=1) if self.against else value

    def called(self, model: Any) -> str:
        """The metric in words."""
        said = [" or ".join(map(repr, pieces(model.tokenizer, ids))) for ids in self if ids]
        return " − ".join(f"log p({one})" for one in said) or "KL(before ‖ after)"


def followed(model: Any, toward: Pieces | None, against: Pieces | None) -> Followed:
    """Raises ValueError for a text that is not one piece, and for `against` alone."""
    if against is not None and toward is None:
        raise ValueError("against needs toward: a difference has two sides")
    return Followed(_ids(model, toward), _ids(model, against))


class Tally:
    """The grid of a steered model, filled layer by layer with `take`; `told` gives the record."""

    def __init__(
        self, model: Any, layers: list[int], strengths: np.ndarray, randoms: int, follow: Followed,
        clean: Float[np.ndarray, " vocab"], cost: float,
    ) -> None:  # fmt: skip
        self.model, self.layers, self.strengths = model, layers, strengths
        self.follow, self.clean = follow, clean
        self.still, self.pushed = np.flatnonzero(strengths == 0), np.flatnonzero(strengths)
        shape, top = (len(layers), randoms + 1, len(strengths)), min(TOP, len(clean))
        self.effects, self.costs = (np.full(shape, np.nan) for _ in range(2))
        self.effects[:, :, self.still], self.costs[:, :, self.still] = 0, cost
        self.chances = np.full((*shape, top), np.nan, dtype=np.float32)
        self.ids = np.tile(self._top(clean[None]), (len(layers), 1))
        self.lengths = np.full((len(layers), len(strengths)), np.nan)
        self.texts = [[""] * len(strengths) for _ in range(2 * len(layers))]
        self.done = np.zeros((len(layers), len(strengths)), dtype=bool)

    def take(
        self, place: int, size: float, logs: Float[np.ndarray, "run vocab"],
        costs: Float[np.ndarray, " run"], texts: list[str],
    ) -> None:  # fmt: skip
        """One layer: the direction's runs first, then each random one's, strength by strength."""
        runs, count = (-1, len(self.pushed)), len(self.pushed)
        before = self.follow.measured(self.clean[None], self.clean)
        measured = self.follow.measured(logs, self.clean) - before
        self.effects[place][:, self.pushed] = measured.reshape(runs)
        self.costs[place][:, self.pushed] = costs.reshape(runs)
        self.lengths[place] = size * self.strengths
        self.ids[place] = self._top(np.vstack([self.clean, logs[:count]]))
        chances = np.exp(logs[:, self.ids[place]])
        self.chances[place][:, self.pushed] = chances.reshape(*runs, chances.shape[-1])
        self.chances[place][:, self.still] = np.exp(self.clean[self.ids[place]])
        for row, text in enumerate(texts):
            self.texts[2 * place + row // count][self.pushed[row % count]] = text
        whole = np.isfinite(self.effects[place]) & np.isfinite(self.costs[place])
        self.done[place] = whole.all(0)

    def _top(self, logs: Float[np.ndarray, "run vocab"]) -> np.ndarray:
        """The followed pieces, then those that are likeliest in any of these runs."""
        ways = [*self.follow.toward, *self.follow.against]
        likely = np.argsort(-np.nan_to_num(logs, nan=-np.inf).max(0), kind="stable")
        ids = list(dict.fromkeys([*ways, *likely[: TOP + len(ways)].tolist()]))
        return np.array(ids[: min(TOP, logs.shape[1])])

    def told(self, base: str, **more: Any) -> Steered:
        """The record; `base` is how the text goes on without a push."""
        for row in self.texts:
            row[int(self.still[0])] = base
        name = str(getattr(self.model.cfg, "model_name", "a model"))
        clean = self.follow.measured(self.clean[None], self.clean)
        return Steered(
            layers=np.array(self.layers),
            strengths=self.strengths,
            lengths=self.lengths,
            metric=self.follow.called(self.model),
            unit="nats",
            clean=float(clean[0]),
            effects=self.effects[:, 0],
            controls=self.effects[:, 1:],
            clean_cost=float(self.costs[0, 0, self.still[0]]),
            costs=self.costs[:, 0],
            cost_controls=self.costs[:, 1:],
            pieces=[pieces(self.model.tokenizer, row) for row in self.ids],
            before=np.exp(self.clean[self.ids]),
            after=self.chances[:, 0],
            after_controls=self.chances[:, 1:],
            texts=self.texts[::2],
            text_controls=self.texts[1::2],
            done=self.done,
            model_name=name,
            **more,
        )


def _ids(model: Any, given: Pieces | None) -> list[int]:
    each = [] if given is None else [given] if isinstance(given, str | int) else given
    return [target_id(model, one) for one in each]
