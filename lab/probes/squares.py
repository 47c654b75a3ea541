"""Many ridge probes on the same activations: least squares towards 1 for a class, −1 for others."""

from __future__ import annotations

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
    columns = 1 if classes == 2 else classes
    weights = x.new_empty(len(x), len(use), columns, x.shape[2])
    biases = x.new_empty(len(x), len(use), columns)
    splits, which = torch.unique(use, dim=0, return_inverse=True)
    for number, split in enumerate(splits):
        probes = (which == number).nonzero()[:, 0]
        wanted = _signs(targets[probes][:, split > 0], classes)  # [probe, column, example]
        for row, values in enumerate(x):
            found, bias = _solved(values[split > 0], wanted, penalty)
            weights[row, probes], biases[row, probes] = found, bias
    return Fitted(weights, biases)


def _solved(x: Tensor, wanted: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    share = x.new_full((1, len(x)), 1 / len(x))
    mean, spread = (part[0] for part in standard(x, share))
    middle = wanted.mean(2)
    centred = (x - mean) / spread
    gram = centred.T @ centred
    gram.diagonal().add_(penalty)
    sums = (wanted - middle[..., None]).flatten(0, 1) @ centred
    found = torch.cholesky_solve(sums.T, torch.linalg.cholesky(gram)).T / spread
    weights = found.view(*wanted.shape[:2], -1)
    return weights, middle - weights @ mean


def _signs(targets: Tensor, classes: int) -> Tensor:
    if classes == 2:
        return (2 * targets - 1)[:, None].float()
    return 2 * torch.nn.functional.one_hot(targets, classes).movedim(2, 1).float() - 1
