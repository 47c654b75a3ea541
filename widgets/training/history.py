"""What a training told, step by step, as arrays that grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np

from widgets.glass.text import clean

DENSE = ("step", "tokens", "seconds", "loss", "lr", "grad_norm", "tokens_per_second")
OWN = {*DENSE, "valid", "layer_grads", "metrics", "samples", "of"}


class Entry(NamedTuple):
    """One step as numbers and text; NaN for what it does not tell."""

    dense: tuple[float, ...]
    valid: float
    layers: tuple[float, ...]
    metrics: dict[str, float]
    samples: dict[str, str]
    of: int | None


def entry(step: Any, seconds: float = nan) -> Entry:
    """A step (anything with `step` and `loss`, a mapping too) as numbers, checked.

    Raises TypeError for a step without them, ValueError for one that holds no number.
    """
    tell = step.get if isinstance(step, Mapping) else lambda name: getattr(step, name, None)
    if tell("step") is None or tell("loss") is None:
        raise TypeError(f"a {type(step).__name__} is no step: it needs at least step and loss")
    dense = [_number(name, tell(name)) for name in DENSE]
    if isnan(dense[2]):
        dense[2] = seconds
    metrics = {_metric(str(k)): _number(str(k), v) for k, v in (tell("metrics") or {}).items()}
    samples = {clean(str(k)): clean(str(v)) for k, v in (tell("samples") or {}).items()}
    layers = tuple(_number("layer_grads", value) for value in _listed(tell("layer_grads")))
    of = tell("of")
    known = None if of is None else int(of)
    return Entry(tuple(dense), _number("valid", tell("valid")), layers, metrics, samples, known)


class Order:
    """Checks that steps grow, and that layers do not come and go."""

    def __init__(self) -> None:
        self._step, self._layers = -np.inf, 0

    def checked(self, one: Entry) -> Entry:
        """The entry itself. Raises ValueError where it does not follow the one before."""
        step, layers = one.dense[0], len(one.layers)
        if not step > self._step:
            raise ValueError(f"step {step:.0f} comes after step {self._step:.0f}")
        if layers and self._layers not in (0, layers):
            raise ValueError(f"layer_grads has {layers} numbers, before it had {self._layers}")
        self._step, self._layers = step, layers or self._layers
        return one


class Growing:
    """Rows of numbers; adding many is cheap, and `array` shows what is there without a copy."""

    def __init__(self, *width: int) -> None:
        self._room = np.empty((256, *width))
        self._count = 0

    def extend(self, rows: Any) -> None:
        """Add rows at the end."""
        rows = np.asarray(rows, dtype=float).reshape(-1, *self._room.shape[1:])
        wanted = self._count + len(rows)
        if wanted > len(self._room):
            room = np.empty((max(wanted, 2 * len(self._room)), *self._room.shape[1:]))
            room[: self._count] = self.array
            self._room = room
        self._room[self._count : wanted] = rows
        self._count = wanted

    @property
    def array(self) -> np.ndarray:
        return self._room[: self._count]


class History:
    """Every step of one training: dense numbers, what is measured now and then, and samples.

    `of`: steps there are to be, or None. `sparse`: by name, rows of (step, value): "valid" and
    each metric. `samples`: (step, {name: text}) in order.
    """

    def __init__(self) -> None:
        self._dense = Growing(len(DENSE))
        self._layers: Growing | None = None
        self.sparse: dict[str, Growing] = {}
        self.samples: list[tuple[int, dict[str, str]]] = []
        self.of: int | None = None

    def __len__(self) -> int:
        return len(self._dense.array)

    def extend(self, entries: Sequence[Entry]) -> None:
        """Add steps, in order (see `Order`)."""
        if not entries:
            return
        self._extend_layers([one.layers for one in entries])
        self._dense.extend([one.dense for one in entries])
        for one in entries:
            self._note(int(one.dense[0]), one)

    def __getitem__(self, name: str) -> np.ndarray:
        """The values of a dense field, [steps]."""
        return self._dense.array[:, DENSE.index(name)]

    @property
    def layers(self) -> np.ndarray:
        """Gradient norms [steps, layers]; no columns where none were told."""
        return np.empty((len(self), 0)) if self._layers is None else self._layers.array

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, in the order in which they first came."""
        return [name for name in self.sparse if name != "valid"]

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it by name, each [steps, …], NaN where nothing was measured."""
        found = {name: self[name].copy() for name in DENSE}
        found["layer_grads"] = self.layers.copy()
        for name in ["valid", *self.metrics]:
            values = np.full(len(self), np.nan)
            if name in self.sparse:
                steps, measured = self.sparse[name].array.T
                values[np.searchsorted(found["step"], steps)] = measured
            found[name] = values
        return found

    def _note(self, step: int, one: Entry) -> None:
        measured = one.metrics if isnan(one.valid) else {"valid": one.valid, **one.metrics}
        for name, value in measured.items():
            self.sparse.setdefault(name, Growing(2)).extend([step, value])
        if one.samples:
            self.samples.append((step, one.samples))
        self.of = one.of if one.of is not None else self.of

    def _extend_layers(self, rows: list[tuple[float, ...]]) -> None:
        width = max(map(len, rows))
        if self._layers is None and width:
            self._layers = Growing(width)
            self._layers.extend(np.full((len(self), width), np.nan))
        if self._layers is not None:
            none = (np.nan,) * self.layers.shape[1]
            self._layers.extend([row or none for row in rows])


def _metric(name: str) -> str:
    """A metric's name; one that is called like a field of the step is told apart."""
    return f"metric {name}" if name in OWN else clean(name)


def _listed(values: Any) -> Sequence[Any]:
    return () if values is None else values


def _number(name: str, value: Any) -> float:
    if type(value) is float:
        return value
    if value is None:
        return nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r:.60}, not a number") from None
