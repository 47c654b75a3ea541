"""All that decides how a training runs, in one place."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

SCHEDULES = ("cosine", "constant", "trapezoid")
OPTIMISERS = ("adamw", "muon")
PRECISIONS = ("fp32", "bf16")


@dataclass(frozen=True)
class Recipe:
    """How a training runs. The same recipe, model, corpus and machine give the same weights.

    Args:
        steps: how many steps are planned; the learning rate's course depends on it.
        batch: rows a step, over all processes and accumulated parts.
        accumulate: in how many parts a batch is computed, when memory is short.
        context: pieces a row; the model's own longest if left out.
        lr: the highest learning rate.
        warmup: steps on which the rate rises to it; a fiftieth of `steps` if left out.
        schedule: "cosine" falls to `floor` × lr over the whole training (Loshchilov & Hutter
            2017); "constant" stays; "trapezoid" stays and falls straight to the floor over the
            last `cooldown` share (Hägele et al. 2024), so that the end can be decided late.
        optimiser: "adamw" (Loshchilov & Hutter 2019) or "muon" (Jordan 2024: orthogonalised
            momentum for the matrices inside the layers, AdamW for the rest).
        decay: weight decay, decoupled, on matrices only.
        betas, eps: AdamW's.
        clip: the gradient's norm is cut to this; 0 leaves it.
        dropout: share of activations dropped while training, where the architecture has it.
        seed: of the order of the text and of dropout.
        every: steps between looks (validation, metrics); a fiftieth of `steps` if left out.
        keep: about how many moments stay in the folder, dense early and sparse late.
        seconds: at least this often a checkpoint is written, whatever the step.
        precision: "fp32", or "bf16" autocast; chosen by the device if left out.
        compiled: whether torch.compile is used; on NVIDIA GPUs if left out.

    >>> Recipe(steps=100, lr=0.01, schedule="constant", warmup=10).rate(5)
    0.005
    """

    steps: int = 1000
    batch: int = 32
    accumulate: int = 1
    context: int | None = None
    lr: float = 1e-3
    warmup: int | None = None
    schedule: str = "cosine"
    cooldown: float = 0.3
    floor: float = 0.1
    optimiser: str = "adamw"
    decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = 1e-8
    clip: float = 1.0
    dropout: float = 0.0
    seed: int = 0
    every: int | None = None
    keep: int = 64
    seconds: float = 300.0
    precision: str | None = None
    compiled: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "betas", tuple(self.betas))
        for name in ("steps", "batch", "accumulate", "keep"):
            _whole(name, getattr(self, name), 1)
        for name in ("context", "every"):
            if getattr(self, name) is not None:
                _whole(name, getattr(self, name), 1)
        _whole("warmup", self.warmup or 0, 0)
        for name in ("lr", "eps", "seconds"):
            _within(name, getattr(self, name), 0, math.inf, open_low=True)
        for name, high in (("decay", math.inf), ("clip", math.inf), ("floor", 1), ("cooldown", 1)):
            _within(name, getattr(self, name), 0, high)
        _within("dropout", self.dropout, 0, 0.99)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("optimiser", self.optimiser, OPTIMISERS)
        _one_of("precision", self.precision, (None, *PRECISIONS))
        if self.batch % self.accumulate:
            raise ValueError(f"batch {self.batch} is no multiple of accumulate {self.accumulate}")
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas is {self.betas}: two numbers from 0 to below 1 are needed")

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 1."""
        warmup = self.steps // 50 if self.warmup is None else self.warmup
        if step <= warmup:
            return self.lr * step / max(1, warmup)
        done = (step - warmup) / max(1, self.steps - warmup)
        return self.lr * (self.floor + (1 - self.floor) * self._height(min(1.0, done)))

    def looks(self, step: int) -> bool:
        """Whether validation loss and metrics are measured after this step."""
        every = max(1, self.steps // 50) if self.every is None else self.every
        return step % every == 0 or step == self.steps

    def moments(self) -> list[int]:
        """The steps whose checkpoints are planned: close together early, apart later.

        >>> Recipe(steps=1000, keep=6).moments()
        [0, 40, 160, 360, 640, 1000]
        """
        last = max(1, self.keep - 1)
        return sorted({round(self.steps * (i / last) ** 2) for i in range(last + 1)})

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain values, for a file."""
        return {**asdict(self), "betas": list(self.betas)}

    def differences(self, other: Recipe, done: int) -> list[str]:
        """What would have made the steps already done different, as sentences; empty if nothing.

        Of the learning rate only its course so far counts: a training that is still on the level
        part of its schedule may be given more steps.
        """
        found = [
            f"{field.name} was {getattr(other, field.name)!r}, is {getattr(self, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        ]
        same_rates = all(self.rate(step) == other.rate(step) for step in range(1, done + 1))
        harmless = (*_HARMLESS, *(_COURSE if same_rates else ()))
        return [sentence for sentence in found if sentence.split()[0] not in harmless]

    def _height(self, done: float) -> float:
        if self.schedule == "constant":
            return 1.0
        if self.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        return min(1.0, (1 - done) / self.cooldown) if self.cooldown else 1.0


# What is looked at and kept, and how fast it goes, changes no weight.
_HARMLESS = ("every", "keep", "seconds", "compiled")
_COURSE = ("steps", "lr", "warmup", "schedule", "cooldown", "floor")
# What decides nothing but the learning rates.
_COURSE = ("steps", "lr", "warmup", "schedule", "cooldown", "floor")


def _whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is {value!r}: a whole number from {least} is needed")


def _within(name: str, value: Any, low: float, high: float, open_low: bool = False) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high or (open_low and value == low):
        above = f"above {low}" if open_low else f"from {low}"
        raise ValueError(f"{name} is {value!r}: a number {above} to {high} is needed")


def _one_of(name: str, value: Any, known: tuple[Any, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}: {', '.join(repr(x) for x in known)} are known")
