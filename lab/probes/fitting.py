"""Many logistic probes fitted together.

A loop fits one probe after the other, each step a product of a matrix and a vector, for which the
processor waits on memory. Here the probes of all rows of a network, all seeds and all controls go
down together: those of one row share two products of matrices a step, and all share the rest. What
a probe is fitted on is said by its weights (0 for an example held out), and each sees the
activations standardised by its own training examples, as a pipeline of StandardScaler and
LogisticRegression would.

The descent is L-BFGS (Liu & Nocedal 1989), for every probe its own, begun from a curvature that
all of a row share: the covariance of the activations. Probes that have arrived leave.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.probes.descent import descended

LEAST_SPREAD = 1e-6
NARROW = 64  # columns of a row; with fewer, cores share the rows better than each row's product


class Fitted(NamedTuple):
    """Linear probes in the activations' own units: logits = x · weights + biases."""

    weights: Float[Tensor, "row probe column d"]
    biases: Float[Tensor, "row probe column"]

    def logits(
        self, x: Float[Tensor, "row example d"]
    ) -> Float[Tensor, "row probe column example"]:
        """What every probe says of every example of its row."""
        said = self.weights.flatten(1, 2) @ x.mT
        return said.view(*self.weights.shape[:3], -1) + self.biases[..., None]


def logistic(
    x: Float[Tensor, "row example d"],
    targets: Int[Tensor, "probe example"],
    use: Float[Tensor, "probe example"],
    classes: int,
    penalty: float = 1.0,
    tolerance: float = 3e-4,
) -> Fitted:
    """The probes that minimise Σ use · cross-entropy + penalty / 2 · |weights|² (bias left free).

    The same probes are fitted to every row. `penalty` is scikit-learn's 1 / C, and counts on the
    standardised activations; `tolerance` is the largest slope left, a training example (at 3e-4
    the accuracy of a split is within a few examples of what more steps would bring, and their mean
    well inside the spread between splits; at 1e-3 it is not). Of two classes a probe has one
    column, whose sign decides; of more, one for each.

    >>> x = torch.tensor([[[0.0], [1.0], [4.0], [5.0]]])
    >>> fitted = logistic(x, torch.tensor([[0, 0, 1, 1]]), torch.ones(1, 4), classes=2)
    >>> fitted.logits(x)[0, 0, 0] > 0
    tensor([False, False,  True,  True])
    """
    problem = Losses(x, _one_hot(targets, classes), use, penalty)
    found = descended(problem, tolerance).view(len(x), *problem.wanted_shape, -1)
    return Fitted(found[..., :-1], found[..., -1])


def standard(x: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of the activations as each probe sees them: [row, probe, d]."""
    mean = share @ x
    spread = (share @ (x * x) - mean**2).clamp_min(0).sqrt()
    return mean, torch.where(spread > LEAST_SPREAD, spread, 1)


def _one_hot(targets: Tensor, classes: int) -> Tensor:
    if classes == 2:
        return targets[:, None].float()
    return torch.nn.functional.one_hot(targets, classes).movedim(2, 1).float().contiguous()


class Losses:
    """Loss and slope of all probes at once; parameters are [probe, column, d + 1], bias last.

    The probes of all rows stand one row after the other. Standardised activations need not be
    made: where a feature is divided by its spread, its weight is multiplied, so the penalty on it
    counts spread² times. And as the bias is free, it makes up for any mean.
    """

    def __init__(self, x: Tensor, wanted: Tensor, use: Tensor, penalty: float) -> None:
        rows, self.wanted_shape = len(x), wanted.shape[:2]
        self.x = torch.cat([x, x.new_ones(*x.shape[:2], 1)], 2)
        count = use.sum(1, keepdim=True)
        share = use / count  # the mean over examples, so that all are alike
        _, spread = standard(x, share)
        self.penalty = torch.nn.functional.pad(spread**2 * penalty / count, (0, 1))
        self.curved = self._curvature(max(2, wanted.shape[1]))
        self.penalty = self.penalty.flatten(0, 1)[:, None]
        self.wanted = wanted.repeat(rows, 1, 1)
        self.use = share.repeat(rows, 1)[:, None]
        self.sizes = [len(use)] * rows
        self.narrow = len(use) * wanted.shape[1] < NARROW

    def start(self) -> Tensor:
        """All weights 0."""
        return self.x.new_zeros(*self.wanted.shape[:2], self.x.shape[2])

    def staying(self, moving: Tensor) -> Tensor:
        """Those that go on: where one product serves all rows, as many of each."""
        if not self.narrow:
            return moving.nonzero()[:, 0]
        by_row = moving.view(len(self.x), -1)
        first = torch.arange(0, len(moving), by_row.shape[1])[:, None]
        order = by_row.int().argsort(dim=1, descending=True, stable=True)
        return (first + order[:, : int(by_row.sum(1).max())]).flatten()

    def only(self, left: Tensor) -> None:
        """Goes on with these probes."""
        ends = torch.tensor([0, *self.sizes]).cumsum(0)
        self.sizes = torch.searchsorted(left, ends).diff().tolist()
        for name in ("wanted", "use", "penalty"):
            setattr(self, name, getattr(self, name)[left])

    def logits(self, parameters: Tensor) -> Tensor:
        """[probe, column, example]: linear in the parameters."""
        return self._by_row(parameters, self.x.mT)

    def loss(self, logits: Tensor, which: Tensor | slice = slice(None)) -> Tensor:
        """[probe]: of some probes, without the penalty."""
        wanted = self.wanted[which]
        if logits.shape[1] == 1:
            cost = torch.nn.functional.softplus(logits).addcmul_(wanted, logits, value=-1)
        else:
            cost = logits.logsumexp(1, keepdim=True) - (wanted * logits).sum(1, keepdim=True)
        return torch.linalg.vecdot(cost[:, 0], self.use[which][:, 0])

    def slope(self, logits: Tensor, parameters: Tensor) -> Tensor:
        """The gradient, penalty included, of the parameters that gave these logits."""
        said = logits.sigmoid() if logits.shape[1] == 1 else logits.softmax(1)
        rest = said.sub_(self.wanted).mul_(self.use)
        return self._by_row(rest, self.x).addcmul_(self.penalty, parameters)

    def eased(self, way: Tensor) -> Tensor:
        """Times the inverse of the curvature that the probes of a row share."""
        return self._by_row(way, self.curved)

    def _by_row(self, values: Tensor, matrices: Tensor) -> Tensor:
        if self.narrow:
            found = values.view(len(matrices), -1, values.shape[2]) @ matrices
            return found.view(*values.shape[:2], -1)
        found = values.new_empty(*values.shape[:2], matrices.shape[2])
        parts = (part.split(self.sizes) for part in (values, found))
        for one, into, matrix in zip(*parts, matrices, strict=True):
            if len(one):
                torch.mm(one.flatten(0, 1), matrix, out=into.view(-1, matrix.shape[1]))
        return found

    def _curvature(self, columns: int) -> Tensor:
        # The better it is, the fewer the steps; beyond sixteen examples a number it gains nothing.
        some = self.x[:, :: max(1, self.x.shape[1] // (16 * self.x.shape[2]))]
        steep = (1 / columns) * (1 - 1 / columns)
        shared = _above(some).mul_(steep / some.shape[1])
        shared.diagonal(dim1=1, dim2=2).add_(self.penalty.mean(1) + 1e-4 * steep)
        return torch.cholesky_inverse(torch.linalg.cholesky(shared, upper=True), upper=True)


def _above(x: Float[Tensor, "row example d"]) -> Float[Tensor, "row d d"]:
    """x transposed times x, on and above the diagonal only: the rest is what stands there."""
    found, wide = x.new_zeros(len(x), x.shape[2], x.shape[2]), 64
    for at in range(0, x.shape[2], wide):
        found[:, at : at + wide, at:] = x[:, :, at : at + wide].mT @ x[:, :, at:]
    return found
