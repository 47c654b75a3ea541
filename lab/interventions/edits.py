"""Edits as values: what is put in the place of an activation, or of a part of it.

Each is handed to `lab.edited(model, {key: edit})`, alone or beside others; it changes no model and
can be kept, compared and used again. One value serves every layer that its key names, because an
edit learns at which hook point it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor

from lab.interventions.averaging import Averages
from lab.interventions.where import HEAD_FIRST, Numbers, Where, short
from lab.traces import Trace


@dataclass(frozen=True)
class Edit:
    """A function of an activation, batch first, that gives another of the same shape."""

    where: Where = field(default_factory=Where)

    def at_hook(self, hook: str) -> Any:
        """The edit as it stands at one hook point; `lab.edited` asks for it.

        Raises:
            ValueError: the edit makes no sense there: heads where there are none, no such source.
        """
        self.where.check(hook)
        return partial(self.changed, hook=hook)

    def __call__(self, activation: Tensor) -> Tensor:
        return self.changed(activation, "")

    def changed(self, activation: Tensor, hook: str) -> Tensor:
        """The activation of a hook point, changed."""
        index = self.where.index(hook, tuple(activation.shape[1:]))
        whole = (slice(None), *index)
        activation = activation.clone()
        activation[whole] = self.instead(activation[whole], index, hook)
        return activation

    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        """What comes in the place of the part that is meant."""
        raise NotImplementedError


@dataclass(frozen=True)
class Zero(Edit):
    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        return part * 0


@dataclass(frozen=True, eq=False)
class Mean(Edit):
    averages: Averages = field(kw_only=True)

    def at_hook(self, hook: str) -> Any:
        self.averages[hook]  # a KeyError that names what there is
        return super().at_hook(hook)

    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        mean = self.averages[hook]
        if not self.averages.by_position:  # one mean for all positions
            return part.new_tensor(mean if len(index) == 1 else mean[index[1]])
        if int(index[0].max(initial=0)) >= len(mean):
            raise ValueError(
                f"averages go to position {len(mean) - 1}, the text to {index[0].max()}"
            )
        return part.new_tensor(mean[index])


@dataclass(frozen=True, eq=False)
class Patch(Edit):
    trace: Trace = field(kw_only=True)
    source: Numbers = None

    def at_hook(self, hook: str) -> Any:
        self.trace[hook]
        return super().at_hook(hook)

    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        values = self.trace[hook]
        at = self.where.at if self.source is None else self.source
        taken = values[Where(self.where.heads, at).index(hook, values.shape)]
        if taken.shape != tuple(part.shape[1:]):
            raise ValueError(
                f"patch at {hook}: the trace gives {taken.shape}, {tuple(part.shape[1:])} is "
                "needed: name positions of both texts, patch(trace, at=…, source=…)"
            )
        return part.new_tensor(taken)


@dataclass(frozen=True, eq=False)
class Resample(Edit):
    traces: tuple[Trace, ...] = field(kw_only=True)
    seed: int = 0

    def at_hook(self, hook: str) -> Any:
        if short(hook) in HEAD_FIRST:
            raise ValueError(f"resample: a row of {hook} belongs to its own text; use 'z'")
        for trace in self.traces:
            trace[hook]
        return super().at_hook(hook)

    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        pool = np.concatenate([trace[hook] for trace in self.traces])
        places = index[0]
        draws = np.random.default_rng(self.seed).random(int(places.max(initial=0)) + 1)
        drawn = (draws * len(pool)).astype(np.int64)[places]
        return part.new_tensor(pool[(drawn, *index[1:])])


@dataclass(frozen=True, eq=False)
class Steer(Edit):
    direction: np.ndarray = field(kw_only=True)
    strength: float = 1.0

    def instead(self, part: Tensor, index: tuple[Any, ...], hook: str) -> Any:
        if self.direction.shape != part.shape[-self.direction.ndim :]:
            raise ValueError(
                f"direction has shape {self.direction.shape}, {hook or 'the activation'} ends in "
                f"{tuple(part.shape[-self.direction.ndim :])}"
            )
        return part + self.strength * part.new_tensor(self.direction)


@dataclass(frozen=True)
class Swap(Edit):
    pair: tuple[int, int] = field(kw_only=True)
    heads: bool = False

    def at_hook(self, hook: str) -> Any:
        Where(heads=self.pair if self.heads else None).check(hook)
        return super().at_hook(hook)

    def changed(self, activation: Tensor, hook: str) -> Tensor:
        name = "heads" if self.heads else "at"
        shape = tuple(activation.shape[1:])
        there = Where(**{name: self.pair}).index(hook, shape)
        back = Where(**{name: self.pair[::-1]}).index(hook, shape)
        changed = activation.clone()
        changed[(slice(None), *there)] = activation[(slice(None), *back)]
        return changed
