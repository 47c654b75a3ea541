"""The probes of one row of a network for one task: the task and its controls in one descent."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.probes.coding import bits
from lab.probes.directions import probabilities
from lab.probes.fitting import Fitted, logistic
from lab.probes.squares import ridge
from lab.probes.tasks import Task

_FIT = {"logistic": logistic, "ridge": ridge}
PENALTY = {"logistic": 10.0, "ridge": 100.0}
_KINDS = 3  # the task, its labels dealt anew, the control task


class Row(NamedTuple):
    """What one row gave for one task; the names are those of `Probes`."""

    accuracy: Float[np.ndarray, " seed"]
    trained: Float[np.ndarray, " seed"]
    shuffled: Float[np.ndarray, " seed"]
    chance: Float[np.ndarray, " seed"]
    control: Float[np.ndarray, " seed"]
    bits: float
    bits_shuffled: float
    confusion: Int[np.ndarray, "true said"]
    weights: Float[np.ndarray, "seed column d"]
    biases: Float[np.ndarray, "seed column"]
    means: Float[np.ndarray, "class d"]
    size: float


class Descended(NamedTuple):
    """The probes of one row: of the task, of its labels dealt anew, and of the control task."""

    fitted: Fitted
    targets: Int[Tensor, "probe example"]
    said: Int[Tensor, "probe example"]
    right: Float[np.ndarray, "kind seed"]
    """On what was held out."""
    trained: Float[np.ndarray, "kind seed"]


def descended_row(
    even: Float[Tensor, "example d"], task: Task, kind: str, penalty: float
) -> Descended:
    """Every seed's probes of a task and of its two controls, in one descent."""
    plain = np.broadcast_to(task.targets, task.dealt.shape)
    targets = torch.from_numpy(np.concatenate([plain, task.dealt, task.control]))
    held = torch.from_numpy(np.stack(task.held))
    use = (~held).float().repeat(_KINDS, 1)
    fitted = _FIT[kind](even, targets, use, len(task.classes), penalty=penalty)
    said = _classes(fitted.logits(even))
    right = (said == targets).view(_KINDS, len(held), -1)
    return Descended(fitted, targets, said, _share(right, held), _share(right, ~held))


def fitted_row(x: Float[np.ndarray, "example d"], task: Task, kind: str, penalty: float) -> Row:
    """All probes of a row for a task, and the code lengths."""
    classes, seeds = len(task.classes), len(task.held)
    held = torch.from_numpy(np.stack(task.held))
    even, middle, spread = evened(x)
    found = descended_row(even, task, kind, penalty)
    own = Fitted(found.fitted.weights[:seeds], found.fitted.biases[:seeds])
    weights, biases = _in_own_units(own, middle, spread)
    dealt = slice(seeds, 2 * seeds)
    short = bits(
        even, found.targets[[0, seeds]], task.order, classes, partial(_FIT[kind], penalty=penalty),
        lambda logits: _likely(logits, kind),
    )  # fmt: skip
    return Row(
        accuracy=found.right[0],
        trained=found.trained[0],
        shuffled=found.right[1],
        chance=_luck(found.said[dealt], found.targets[dealt], held, classes),
        control=found.right[2],
        bits=float(short[0]),
        bits_shuffled=float(short[1]),
        confusion=_confusion(found.said[:seeds], found.targets[:seeds], held, classes),
        weights=weights,
        biases=biases,
        means=np.stack([x[task.targets == at].mean(0) for at in range(classes)]),
        size=float(np.linalg.norm(x, axis=1).mean()),
    )


def guessed_row(
    x: Float[np.ndarray, "example d"], task: Task, kind: str, penalty: float
) -> Float[np.ndarray, " seed"]:
    """The accuracies of the task alone: of the model with random weights."""
    even, _, _ = evened(x)
    targets = torch.from_numpy(np.broadcast_to(task.targets, task.dealt.shape).copy())
    held = torch.from_numpy(np.stack(task.held))
    fitted = _FIT[kind](even, targets, (~held).float(), len(task.classes), penalty=penalty)
    return _share((_classes(fitted.logits(even)) == targets)[None], held)[0]


def evened(x: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """About 0 and of like spread, so that 32 bits are enough; each probe does it for itself again.

    No label is looked at, and what is done here is undone in the weights.
    """
    values = torch.from_numpy(x)
    middle, spread = values.mean(0), values.std(0, unbiased=False)
    spread = torch.where(spread > 1e-6 * (1 + middle.abs()), spread, 1)
    return (values - middle) / spread, middle, spread


def _in_own_units(fitted: Fitted, middle: Tensor, spread: Tensor) -> tuple[Any, Any]:
    weights = fitted.weights / spread
    return weights.numpy(), (fitted.biases - weights @ middle).numpy()


def _classes(logits: Float[Tensor, "probe column example"]) -> Int[Tensor, "probe example"]:
    return (logits[:, 0] > 0).long() if logits.shape[1] == 1 else logits.argmax(1)


def _likely(logits: Tensor, kind: str) -> Float[Tensor, "probe class example"]:
    said = probabilities(logits.movedim(1, 2).double().numpy(), kind)
    return torch.from_numpy(said).movedim(2, 1)


def _share(right: Tensor, among: Tensor) -> Float[np.ndarray, "kind seed"]:
    return ((right & among).sum(2) / among.sum(1)).numpy()


def _luck(said: Tensor, true: Tensor, held: Tensor, classes: int) -> Float[np.ndarray, " seed"]:
    """How often what is said would be right if it had nothing to do with what is true."""
    shares = []
    for one, other, mask in zip(said, true, held, strict=True):
        both = [torch.bincount(part[mask], minlength=classes) / mask.sum() for part in (one, other)]
        shares.append(float(both[0] @ both[1]))
    return np.array(shares)


def _confusion(said: Tensor, true: Tensor, held: Tensor, classes: int) -> np.ndarray:
    pairs = (true * classes + said)[held]
    return torch.bincount(pairs, minlength=classes**2).view(classes, classes).numpy()
