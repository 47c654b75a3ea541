"""Toy models of superposition (Elhage et al. 2022), many at once, in seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.saes.toyrecord import Toys

SPARSITIES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)


def toys(features: int = 5, hidden: int = 2, **how: Any) -> Toys:
    """Toy models at several sparsities, trained to the end; takes what `toying` takes.

    >>> toys(5, 2, sparsities=[0.0, 0.95]).told[-1]  # doctest: +SKIP
    array([2, 5])
    """
    (last,) = deque(toying(features, hidden, **how), maxlen=1)
    return last


def toying(
    features: int = 5,
    hidden: int = 2,
    *,
    sparsities: Sequence[float] = SPARSITIES,
    importance: float | Sequence[float] = 0.9,
    steps: int = 1000,
    batch: int = 256,
    restarts: int = 4,
    lr: float = 0.02,
    moments: int = 24,
    seed: int = 0,
    cancelled: Callable[[], bool] = bool,
) -> Iterator[Toys]:
    """Trains toy models at several sparsities together, and shows them at some moments on the way.

    All runs of a beginning start from the same weights. Of several beginnings the one is kept that
    has the least loss at the end; until then the best so far is shown.

    Args:
        features, hidden: how many numbers are to be told, by how many.
        importance: a feature's weight in the loss: that of each feature, or the ratio of each to
            the one before.
        steps, batch, lr: of Adam; lr falls to 0 along a cosine.
        restarts: beginnings.
        moments: how often the weights are kept, more often early.
        cancelled: asked at each moment; what was learned by then is given, marked not `whole`.
    Raises:
        ValueError: a number that cannot be.
    """
    weights = _importance(importance, features)
    sparse = np.asarray(sparsities, dtype=np.float32)
    _refuse(features, hidden, sparse, steps, batch, restarts, moments)
    state = _Run(sparse, weights, hidden, batch, restarts, seed)
    optimiser = torch.optim.Adam([state.weights, state.biases], lr=lr)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    wanted = set(np.unique(np.geomspace(1, steps, moments).round().astype(int)).tolist()) | {0}
    for step in range(steps + 1):
        if step in wanted:
            stop = cancelled()
            state.keep(step)
            yield state.record(steps, not stop)
            if stop:
                return
        if step < steps:
            optimiser.zero_grad()
            state.loss().backward()
            optimiser.step()
            rate.step()


class _Run:
    """The models, [beginning, run, …], and what was kept of them."""

    def __init__(
        self, sparse: Any, importance: Any, hidden: int, batch: int, restarts: int, seed: int
    ) -> None:
        self.sparse, self.importance, self.seed = sparse, importance, seed
        self.chance = torch.Generator().manual_seed(seed)
        self.batch = batch
        count = len(importance)
        first = torch.randn(restarts, 1, hidden, count, generator=self.chance) * 0.5
        self.weights = first.repeat(1, len(sparse), 1, 1).requires_grad_()
        self.biases = torch.zeros(restarts, len(sparse), count).requires_grad_()
        self.there = torch.as_tensor(1 - sparse)[:, None, None]
        self.importances = torch.as_tensor(importance, dtype=torch.float32)
        self.judged = self.drawn(16 * batch)
        self.steps: list[int] = []
        self.kept: list[list[np.ndarray]] = []

    def drawn(self, count: int) -> Tensor:
        """[run, place, feature]: the same for all beginnings."""
        shape = (len(self.sparse), count, len(self.importance))
        values = torch.rand(shape, generator=self.chance)
        return values * (torch.rand(shape, generator=self.chance) < self.there)

    def costs(self, x: Tensor) -> Tensor:
        """[beginning, run]: the mean loss of a place."""
        hidden = x @ self.weights.mT
        back = torch.relu(hidden @ self.weights + self.biases[:, :, None])
        return ((back - x).square() * self.importances).sum(-1).mean(-1)

    def loss(self) -> Tensor:
        """In units of the density: sparse runs have small losses, and learn as fast as the rest."""
        return (self.costs(self.drawn(self.batch)) / self.there[:, 0, 0]).sum()

    @torch.no_grad()
    def keep(self, step: int) -> None:
        parts = (self.costs(self.judged), self.weights, self.biases)
        self.steps.append(step)
        self.kept.append([part.detach().numpy().copy() for part in parts])

    def record(self, of: int, whole: bool) -> Toys:
        best = self.kept[-1][0].argmin(0)
        runs = np.arange(len(best))

        def chosen(part: int) -> np.ndarray:
            return np.stack([moment[part][best, runs] for moment in self.kept])

        return Toys(
            weights=chosen(1),
            biases=chosen(2),
            losses=chosen(0),
            linear=linear_loss(self.sparse, self.importance, self.weights.shape[2]),
            steps=np.array(self.steps),
            of=of,
            sparsities=self.sparse,
            importance=self.importance,
            restarts=len(self.weights),
            seed=self.seed,
            whole=whole,
        )


def linear_loss(sparsities: Any, importance: Any, hidden: int) -> np.ndarray:
    """The least loss without relu: the most important features told, of the others the mean.

    x is 0, or uniform from 0 to 1 with chance p: its variance is p/3 − p²/4.

    >>> linear_loss([0.0], [1.0, 1.0, 1.0], 2).round(4)
    array([0.0833])
    """
    p = 1 - np.asarray(sparsities, dtype=float)
    rest = np.sort(np.asarray(importance, dtype=float))[::-1][hidden:].sum()
    return (p / 3 - p**2 / 4) * rest


def _importance(importance: Any, features: int) -> np.ndarray:
    given = np.asarray(importance, dtype=np.float32)
    found = given ** np.arange(features, dtype=np.float32) if given.ndim == 0 else given
    if found.shape != (features,) or not (np.isfinite(found) & (found > 0)).all():
        raise ValueError(
            f"importance is {importance!r}: a ratio above 0, or one such weight for each of "
            f"{features} features"
        )
    return found


def _refuse(features: int, hidden: int, sparse: np.ndarray, *counts: int) -> None:
    if sparse.ndim != 1 or not sparse.size or not ((sparse >= 0) & (sparse < 1)).all():
        raise ValueError(f"sparsities is {sparse.tolist()}: shares from 0 to below 1")
    for value in (features, hidden, *counts):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{value!r}: sizes and steps are whole numbers of at least 1")
