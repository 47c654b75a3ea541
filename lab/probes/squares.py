"""Many ridge probes on the same activations: least squares towards 1 for a class, −1 for others."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.probes.fitting import Fitted, standard


def ridge(
    x: Float[Tensor, "row example d"],
    targets: Int[Tensor, "probe example"],
    use: Float[Tensor, "probe example"],
    classes: int,
    penalty: float = 1.0,
) -> Fitted:
    """The probes that minimise Σ use · (x · weights + bias − ±1)² + penalty · |weights|².

    scikit-learn's RidgeClassifier on activations standardised by each probe's own examples; probes
    with the same examples (a task and its controls) share all but the last step. Its "logits" are
    guesses at ±1: (1 + logit) / 2 is read as a probability.

    >>> x = torch.tensor([[[0.0], [1.0], [4.0], [5.0]]])
    >>> ridge(x, torch.tensor([[0, 0, 1, 1]]), torch.ones(1, 4), 2).logits(x).sign()[0, 0, 0]
    tensor([-1., -1.,  1.,  1.])
    """
    middles = x.mean(1, keepdim=True)
    x = x - middles  # products of numbers far from 0 would lose what they differ by
    wanted = _signs(targets, classes) * use[:, None]  # 0 for an example held out
    splits, which = torch.unique(use, dim=0, return_inverse=True)
    count = splits.sum(1)
    mean, spread = standard(x, splits / count[:, None])  # [row, split, d]
    middle = wanted.sum(2) / count[which, None]
    sums = (wanted.flatten(0, 1) @ x).view(len(x), *wanted.shape[:2], -1)
    sums -= (middle * count[which, None])[..., None] * mean[:, which, None]
    weights = torch.empty_like(sums)
    for row, values in enumerate(x):
        whole = values.T @ values
        for split, used in enumerate(splits):
            rest = values[used == 0]  # fewer than those used: what they bring is taken away
            known = _Known(
                whole - rest.T @ rest, count[split], mean[row, split], spread[row, split]
            )
            probes = which == split
            weights[row, probes] = known.solved(sums[row, probes], penalty)
    return Fitted(weights, middle - (weights @ (middles + mean[:, which])[..., None])[..., 0])


class _Known(NamedTuple):
    """The examples of one split: their products, how many, their means and spreads."""

    products: Float[Tensor, "d d"]
    count: Tensor
    mean: Float[Tensor, " d"]
    spread: Float[Tensor, " d"]

    def solved(
        self, sums: Float[Tensor, "probe column d"], penalty: float
    ) -> Float[Tensor, "probe column d"]:
        """The weights, of activations as they are, whose penalty counts on standardised ones."""
        gram = self.products - self.count * torch.outer(self.mean, self.mean)
        gram.div_(torch.outer(self.spread, self.spread)).diagonal().add_(penalty)
        wanted = (sums / self.spread).flatten(0, 1)
        found = torch.cholesky_solve(wanted.T, torch.linalg.cholesky(gram)).T / self.spread
        return found.view_as(sums)


def _signs(targets: Tensor, classes: int) -> Tensor:
    if classes == 2:
        return (2 * targets - 1)[:, None].float()
    return 2 * torch.nn.functional.one_hot(targets, classes).movedim(2, 1).float() - 1
