"""The probes of a network's rows for one task: the task and its controls in one descent."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

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
ELEMENTS = 2**22  # 16 MiB of activations and logits
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
    """The probes of some rows: of the task, of its labels dealt anew, and of the control task."""

    fitted: Fitted
    targets: Int[Tensor, "probe example"]
    said: Int[Tensor, "row probe example"]
    right: Float[np.ndarray, "row kind seed"]
    """On what was held out."""
    trained: Float[np.ndarray, "row kind seed"]


def descended_rows(
    even: Float[Tensor, "row example d"], task: Task, kind: str, penalty: float
) -> Descended:
    """Every seed's probes of a task and of its two controls in some rows, in one descent."""
    plain = np.broadcast_to(task.targets, task.dealt.shape)
    targets = torch.from_numpy(np.concatenate([plain, task.dealt, task.control]))
    held = torch.from_numpy(np.stack(task.held))
    use = (~held).float().repeat(_KINDS, 1)
    fitted = _FIT[kind](even, targets, use, len(task.classes), penalty=penalty)
    said = _classes(fitted.logits(even))
    right = (said == targets).view(len(even), _KINDS, len(held), -1)
    return Descended(fitted, targets, said, _share(right, held), _share(right, ~held))


def fitted_rows(
    x: Float[np.ndarray, "row example d"], task: Task, kind: str, penalty: float
) -> list[Row]:
    """All probes of some rows for a task, and the code lengths."""
    even, middle, spread = evened(x)
    found = descended_rows(even, task, kind, penalty)
    seeds = len(task.held)
    short = bits(
        even, found.targets[[0, seeds]], task.order, len(task.classes),
        partial(_FIT[kind], penalty=penalty), lambda logits: _likely(logits, kind),
    )  # fmt: skip
    weights = found.fitted.weights[:, :seeds] / spread[:, None, None]
    shift = torch.einsum("rscd,rd->rsc", weights, middle)
    own = Fitted(weights, found.fitted.biases[:, :seeds] - shift)
    return [_row(number, x[number], task, found, own, short[number]) for number in range(len(x))]


def _row(
    at: int, x: np.ndarray, task: Task, found: Descended, own: Fitted, short: np.ndarray
) -> Row:
    classes, seeds = len(task.classes), len(task.held)
    held = torch.from_numpy(np.stack(task.held))
    dealt, said = slice(seeds, 2 * seeds), found.said[at]
    return Row(
        accuracy=found.right[at, 0],
        trained=found.trained[at, 0],
        shuffled=found.right[at, 1],
        chance=_luck(said[dealt], found.targets[dealt], held, classes),
        control=found.right[at, 2],
        bits=float(short[0]),
        bits_shuffled=float(short[1]),
        confusion=_confusion(said[:seeds], found.targets[:seeds], held, classes),
        weights=own.weights[at].numpy(),
        biases=own.biases[at].numpy(),
        means=np.stack([x[task.targets == label].mean(0) for label in range(classes)]),
        size=float(np.linalg.norm(x, axis=1).mean()),
    )


def guessed_rows(
    x: Float[np.ndarray, "row example d"], task: Task, kind: str, penalty: float
) -> Float[np.ndarray, "row seed"]:
    """The accuracies of the task alone: of the model with random weights."""
    even, _, _ = evened(x)
    targets = torch.from_numpy(np.broadcast_to(task.targets, task.dealt.shape).copy())
    held = torch.from_numpy(np.stack(task.held))
    fitted = _FIT[kind](even, targets, (~held).float(), len(task.classes), penalty=penalty)
    return _share((_classes(fitted.logits(even)) == targets)[:, None], held)[:, 0]


def at_once(task: Task, d: int) -> int:
    """How many rows go down together: more would not fit the processor's caches."""
    columns = len(task.classes) if len(task.classes) > 2 else 1
    one = len(task) * (_KINDS * len(task.held) * columns + 2 * d)
    return max(1, ELEMENTS // one)


def evened(x: Float[np.ndarray, "row example d"]) -> tuple[Tensor, Tensor, Tensor]:
    """About 0 and of like spread, so that 32 bits are enough; each probe does it for itself again.

    No label is looked at, and what is done here is undone in the weights.
    """
    values = torch.from_numpy(x)
    middle = values.mean(1)
    even = values - middle[:, None]
    spread = even.square().mean(1).sqrt()
    spread = torch.where(spread > 1e-6 * (1 + middle.abs()), spread, 1)
    return even.div_(spread[:, None]), middle, spread


def _classes(logits: Float[Tensor, "row probe column n"]) -> Int[Tensor, "row probe n"]:
    return (logits[:, :, 0] > 0).long() if logits.shape[2] == 1 else logits.argmax(2)


def _likely(logits: Tensor, kind: str) -> Float[Tensor, "row probe class n"]:
    said = probabilities(logits.movedim(2, 3).double().numpy(), kind)
    return torch.from_numpy(said).movedim(3, 2)


def _share(right: Tensor, among: Tensor) -> Float[np.ndarray, "row kind seed"]:
    return ((right & among).sum(3) / among.sum(1)).numpy()


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
