"""Many logistic probes on the same activations, fitted together.

A loop fits one probe after the other, each step a product of a matrix and a vector, for which the
processor waits on memory. Here the probes of all seeds and of all controls stand side by side, so
that a step is two products of matrices that all of them share. What a probe is fitted on is said
by its weights (0 for an example held out), and each sees the activations standardised by its own
training examples, as a pipeline of StandardScaler and LogisticRegression would.

The descent is L-BFGS (Liu & Nocedal 1989), for every probe its own, begun from a curvature that
all share: the covariance of the activations. Probes that have arrived leave.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.probes.descent import descended

LEAST_SPREAD = 1e-6


class Fitted(NamedTuple):
    """Linear probes in the activations' own units: logits = x · weights + biases."""

    weights: Float[Tensor, "probe column d"]
    biases: Float[Tensor, "probe column"]

    def logits(self, x: Float[Tensor, "example d"]) -> Float[Tensor, "probe column example"]:
        """What every probe says of every example."""
        said = self.weights.flatten(0, 1) @ x.T
        return said.view(*self.weights.shape[:2], -1) + self.biases[..., None]


def logistic(
    x: Float[Tensor, "example d"],
    targets: Int[Tensor, "probe example"],
    use: Float[Tensor, "probe example"],
    classes: int,
    penalty: float = 1.0,
    tolerance: float = 1e-4,
) -> Fitted:
    """The probes that minimise Σ use · cross-entropy + penalty / 2 · |weights|² (bias left free).

    `penalty` is scikit-learn's 1 / C, and counts on the standardised activations; `tolerance` is
    the largest slope left, a training example. Of two classes a probe has one column, whose sign
    decides; of more, one for each.

    >>> x = torch.tensor([[0.0], [1.0], [4.0], [5.0]])
    >>> fitted = logistic(x, torch.tensor([[0, 0, 1, 1]]), torch.ones(1, 4), classes=2)
    >>> fitted.logits(x)[0, 0] > 0
    tensor([False, False,  True,  True])
    """
    count = use.sum(1, keepdim=True)
    mean, spread = standard(x, use / count)
    problem = Losses(x, _one_hot(targets, classes), use, mean, spread, penalty)
    found = descended(problem, tolerance * count[:, 0])
    weights = found[..., :-1] / spread[:, None]
    return Fitted(weights, found[..., -1] - (mean[:, None] * weights).sum(2))


def standard(x: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of the activations as each probe sees them: [probe, d]."""
    mean = share @ x
    spread = (share @ (x * x) - mean**2).clamp_min(0).sqrt()
    return mean, torch.where(spread > LEAST_SPREAD, spread, 1)


def _one_hot(targets: Tensor, classes: int) -> Tensor:
    if classes == 2:
        return targets[:, None].float()
    return torch.nn.functional.one_hot(targets, classes).movedim(2, 1).float().contiguous()


class Losses:
    """Loss and slope of all probes at once; parameters are [probe, column, d + 1], bias last."""

    def __init__(
        self, x: Tensor, wanted: Tensor, use: Tensor, mean: Tensor, spread: Tensor, penalty: float
    ) -> None:
        self.x, self.across, self.penalty = x, x.T.contiguous(), penalty
        self.wanted, self.use = wanted, use[:, None]
        self.mean, self.spread = mean[:, None], spread[:, None]
        self.curved = self._curvature()

    def start(self) -> Tensor:
        """All weights 0."""
        return self.x.new_zeros(*self.wanted.shape[:2], self.x.shape[1] + 1)

    def only(self, left: Tensor) -> None:
        """Goes on with these probes."""
        for name in ("wanted", "use", "mean", "spread"):
            setattr(self, name, getattr(self, name)[left])

    def logits(self, parameters: Tensor) -> Tensor:
        """[probe, column, example]: linear in the parameters."""
        weights = parameters[..., :-1] / self.spread
        shift = parameters[..., -1] - (self.mean * weights).sum(2)
        said = (weights.flatten(0, 1) @ self.across).view(*weights.shape[:2], -1)
        return said.add_(shift[..., None])

    def loss(self, logits: Tensor) -> Tensor:
        """[probe]: without the penalty."""
        if logits.shape[1] == 1:
            cost = torch.nn.functional.softplus(logits).addcmul_(self.wanted, logits, value=-1)
        else:
            cost = logits.logsumexp(1, keepdim=True)
            cost = cost - (self.wanted * logits).sum(1, keepdim=True)
        return (cost * self.use).sum((1, 2))

    def slope(self, logits: Tensor, parameters: Tensor) -> Tensor:
        """The gradient, penalty included, of the parameters that gave these logits."""
        said = logits.sigmoid() if logits.shape[1] == 1 else logits.softmax(1)
        rest = said.sub_(self.wanted).mul_(self.use)
        total = rest.sum(2, keepdim=True)
        back = (rest.flatten(0, 1) @ self.x).view(*rest.shape[:2], -1)
        back = back.sub_(self.mean * total).div_(self.spread)
        back = back.add_(parameters[..., :-1], alpha=self.penalty)
        return torch.cat([back, total], 2)

    def eased(self, way: Tensor) -> Tensor:
        """Times the inverse of the shared curvature."""
        weights = (way[..., :-1].flatten(0, 1) @ self.curved[0]).view(way[..., :-1].shape)
        return torch.cat([weights, way[..., -1:] / self.curved[1]], 2)

    def _curvature(self) -> tuple[Tensor, Tensor]:
        """The inverse for the weights, [d, d], and the curvature along a bias."""
        centred = (self.x - self.mean.mean((0, 1))) / self.spread.mean((0, 1))
        columns = max(2, self.wanted.shape[1])
        steep = (1 / columns) * (1 - 1 / columns) * self.use.mean()
        shared = centred.T @ centred * steep
        shared.diagonal().add_(self.penalty + 1e-4 * steep * len(self.x))
        return torch.cholesky_inverse(torch.linalg.cholesky(shared)), steep * len(self.x)
