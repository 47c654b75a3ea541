"""What a training board has been told, and what of it the browser has not heard yet.

The browser holds thinned curves. It is told their tails, a few times a second and with a number
each time; a browser that missed one asks for everything.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from widgets.glass.text import short
from widgets.training.history import Entry, History, Order
from widgets.training.telling import facts, turns
from widgets.training.thinning import MOST, Tail, bucket, extremes, means
from widgets.training.turns import Turn

COLUMNS = 375
"""Columns of the strip of layers, at most."""
MOMENTS = 60
"""Moments whose samples travel, at most: the first, the last, and evenly between."""
LETTERS = 2_000
TURNED = 4
"""Once in so many news it is looked anew where curves turned: that takes as long as the rest."""
ANEW = 40
"""Of so many news one tells everything, as each new phase does: who missed one catches up."""

Told = tuple[dict[str, Any], list[bytes]]


class Curve(NamedTuple):
    """A curve's name, its entries, and how they are thinned."""

    name: str
    x: np.ndarray
    y: np.ndarray
    mean: bool = False

    def tail(self, told: int) -> Tail:
        """What is new since it had `told` entries."""
        if not self.mean:
            return extremes(self.x, self.y, told)
        return means(self.x, self.y, told, MOST // 2 if self.y.ndim == 1 else COLUMNS)


class Ledger:
    """The present run and the one before it; every method may be called from any thread."""

    def __init__(self) -> None:
        self.history, self.earlier = History(), None
        self._ahead: deque[Entry] = deque()
        self._order = Order()
        self._told: dict[str, int] = {}
        self._said: Any = None
        self._turns: dict[str, Turn] = {}
        self._run = self._revision = 0
        self._lock = threading.RLock()

    def begin(self, history: History | None = None) -> None:
        """A new run; the one so far stays as the earlier one, if it drew anything."""
        with self._lock:
            self.take()
            if len(self.history) > 1:
                self.earlier = self.history
            self.history, self._told = history or History(), {}
            self._order = Order()
            self._run += 1

    def add(self, entry: Entry) -> None:
        """A step more; quick, because the training waits for it.

        Raises ValueError where it does not follow the step before.
        """
        self._ahead.append(self._order.checked(entry))

    def take(self) -> History:
        """The history with all that was added."""
        with self._lock:
            self.history.extend([self._ahead.popleft() for _ in range(len(self._ahead))])
            return self.history

    def news(self, phase: str) -> Told | None:
        """What came since the last news; None where nothing did."""
        with self._lock:
            said = (self._run, phase, len(self.take()))
            if said == self._said:
                return None
            fresh = self._said is None or said[:2] != self._said[:2] or self._revision % ANEW == 0
            self._said = said
            if fresh or self._revision % TURNED == 0:
                self._turns = turns(self.history)
            content, buffers = self._page(phase, {} if fresh else self._told)
            content["before"] = None if fresh else self._revision
            self._revision += 1
            self._told = {curve.name: len(curve.x) for curve in self._curves()}
            self._told["samples"] = len(self.history.samples)
            return {**content, "revision": self._revision}, buffers

    def whole(self, phase: str, known: Any = None) -> Told:
        """Everything, for a browser that comes later; nothing for one that knows this revision."""
        with self._lock:
            if known is not None and known == self._revision:
                return {"kind": "same"}, []
            self._turns = turns(self.take())
            content, buffers = self._page(phase, {})
            return {**content, "before": None, "revision": self._revision}, buffers

    def _page(self, phase: str, told: dict[str, int]) -> Told:
        history = self.take()
        heads, buffers = [], []
        for curve in self._curves():
            if len(curve.x) == told.get(curve.name, 0):
                continue
            start, x, y = curve.tail(told.get(curve.name, 0))
            heads.append([curve.name, start, len(x)])
            buffers.append(np.concatenate([x, y.ravel()]).astype("<f4").tobytes())
        content = {
            "kind": "board",
            "run": self._run,
            "phase": phase,
            "facts": facts(history),
            "turns": {name: list(turn) for name, turn in self._turns.items()},
            "metrics": history.metrics,
            "layers": history.layers.shape[1],
            "thinned": len(history) > MOST // 2,
            "curves": heads,
            "samples": _samples(history.samples, told.get("samples", 0)),
        }
        return content, buffers

    def _curves(self) -> Iterator[Curve]:
        history = self.history
        steps = history["step"]
        yield Curve("loss", steps, history["loss"])
        yield Curve("mean", steps, history["loss"], mean=True)
        for name in ("tokens", "seconds", "grad_norm", "lr"):
            if np.isfinite(history[name][-1:]).any():
                yield Curve(name, steps, history[name])
        if history.layers.shape[1]:
            yield Curve("layers", steps, history.layers, mean=True)
        yield from _measured(history)
        if self.earlier is not None:
            for curve in _earlier(self.earlier):
                yield curve._replace(name=f"earlier {curve.name}")


def _earlier(history: History) -> Iterator[Curve]:
    """As much of a run as is drawn behind the next one."""
    yield Curve("mean", history["step"], history["loss"], mean=True)
    for name in ("tokens", "seconds"):
        yield Curve(name, history["step"], history[name])
    yield from _measured(history)


def _measured(history: History) -> Iterator[Curve]:
    for name, rows in history.sparse.items():
        steps, values = rows.array.T
        yield Curve(name if name == "valid" else f"metric {name}", steps, values)


def _samples(samples: list[tuple[int, dict[str, str]]], told: int) -> list[Any]:
    """Where to cut the samples known so far, and what follows: [step, [[name, text], …]] each."""
    apart = bucket(len(samples), MOMENTS - 1)
    start = told // apart if told and bucket(told, MOMENTS - 1) == apart else 0
    kept = [*samples[start * apart :: apart]]
    if samples and (len(samples) - 1) % apart:
        kept.append(samples[-1])
    return [
        start,
        [[step, [[n, short(t, LETTERS)] for n, t in texts.items()]] for step, texts in kept],
    ]
