"""Left out, alone, or in superposition: what becomes of a feature, as a picture of phases."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.saes.toyrecord import Phases

POINTS = {2: 8, 3: 5}  # midpoints that stand for the values from 0 to 1


def phases(
    hidden: int = 1,
    *,
    densities: Any = None,
    importances: Any = None,
    steps: int = 400,
    restarts: int = 3,
    lr: float = 0.05,
    seed: int = 0,
) -> Phases:
    """Trains a toy model at each point of a grid, and says what its last feature came to.

    One feature more than dimensions, as in the phase diagrams of Elhage et al. 2022 (n = 2, m = 1
    and n = 3, m = 2). No dice but for the beginnings: with so few features the loss is a sum over
    all that can happen, values in midpoints.

    Args:
        hidden: dimensions, 1 or 2.
        densities: how often a feature is there; from 0.01 to 1 if left out.
        importances: of the last feature, beside 1; from 0.1 to 10 if left out.
        steps, lr: of Adam. restarts: beginnings, of which the best is kept.
    Raises:
        ValueError: a number that cannot be.

    >>> phases().agreement  # doctest: +SKIP
    0.94
    """
    if hidden not in (1, 2):
        raise ValueError(f"hidden is {hidden}: 1 or 2 (the grid of what can happen grows too fast)")
    dense = _axis("densities", densities, 0.01, 1, 1)
    weights = _axis("importances", importances, 0.1, 10, np.inf)
    grid = _Grid(dense, weights, hidden, restarts, seed)
    optimiser = torch.optim.Adam([grid.weights, grid.biases], lr=lr)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        (grid.costs() / grid.dense[:, 0]).sum().backward()
        optimiser.step()
        rate.step()
    return grid.record(seed)


def solutions(densities: Any, importances: Any, hidden: int = 1) -> np.ndarray:
    """[importance, density, kind]: the losses of the three simple solutions, by hand.

    Left out, a feature costs its variance, p/3 − p²/4, times its importance; a pair of opposites
    costs only where both are there: E min(x, y)² = 1/6, so p²/6 times the importance of both.

    >>> solutions([1.0], [1.0]).round(4)[0, 0]
    array([0.0833, 0.0833, 0.3333])
    """
    p, weight = np.asarray(densities, float)[None], np.asarray(importances, float)[:, None]
    variance = p / 3 - p**2 / 4
    out, own = np.broadcast_arrays(weight * variance, variance)
    if hidden == 2:  # two others may make room for it, as opposites of each other
        own = np.minimum(own, 2 * p**2 / 6)
    return np.stack([out, own, p**2 / 6 * (1 + weight)], axis=-1)


class _Grid:
    """The models, [beginning × point, …], and everything that can happen, [case, feature]."""

    def __init__(self, dense: Any, weights: Any, hidden: int, restarts: int, seed: int) -> None:
        self.densities, self.importances, self.restarts = dense, weights, restarts
        features, points = hidden + 1, len(dense) * len(weights)
        chance = torch.Generator().manual_seed(seed)
        first = torch.randn(restarts, 1, hidden, features, generator=chance)
        self.weights = first.repeat(1, points, 1, 1).flatten(0, 1).requires_grad_()
        self.biases = torch.zeros(restarts * points, features).requires_grad_()
        pairs = torch.tensor(list(product(weights, dense)), dtype=torch.float32)
        pairs = pairs.repeat(restarts, 1)
        self.weight = torch.ones(len(pairs), features)
        self.weight[:, -1] = pairs[:, 0]
        self.dense = pairs[:, 1:]
        self.cases, self.active, self.share = _cases(features, POINTS[features])

    def costs(self) -> Tensor:
        """[model]: the mean loss, exactly (but for the midpoints)."""
        back = torch.relu(self.cases @ self.weights.mT @ self.weights + self.biases[:, None])
        lost = ((back - self.cases).square() * self.weight[:, None]).sum(-1)
        features = self.cases.shape[1]
        chances = self.dense**self.active * (1 - self.dense) ** (features - self.active)
        return (lost * chances * self.share).sum(-1)

    @torch.no_grad()
    def record(self, seed: int) -> Phases:
        shape = (self.restarts, len(self.importances), len(self.densities))
        losses = self.costs().reshape(shape)
        best = losses.argmin(0)

        def chosen(part: Tensor) -> np.ndarray:
            many = part.detach().reshape(*shape, *part.shape[1:])
            rows, columns = torch.meshgrid(*map(torch.arange, shape[1:]), indexing="ij")
            return many[best, rows, columns].numpy()

        return Phases(
            weights=chosen(self.weights),
            biases=chosen(self.biases),
            losses=losses.amin(0).numpy(),
            solutions=solutions(self.densities, self.importances, self.weights.shape[1]),
            densities=self.densities,
            importances=self.importances,
            restarts=self.restarts,
            seed=seed,
        )


def _cases(features: int, points: int) -> tuple[Tensor, Tensor, Tensor]:
    """Which values there can be together, how many are there, and each case's share of these."""
    values = [0.0, *((np.arange(points) + 0.5) / points)]
    cases = torch.tensor(list(product(values, repeat=features)), dtype=torch.float32)
    active = (cases > 0).sum(-1).float()
    return cases, active, (1 / points) ** active


def _axis(name: str, given: Any, low: float, high: float, most: float) -> np.ndarray:
    found = np.geomspace(low, high, 20) if given is None else np.asarray(given, dtype=float)
    if found.ndim != 1 or not found.size or not ((found > 0) & (found <= most)).all():
        raise ValueError(f"{name} is {found.tolist()}: numbers above 0, up to {most}, are needed")
    return found
