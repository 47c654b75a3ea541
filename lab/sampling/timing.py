"""What keeping keys and values saves: each step timed and counted with the cache and without."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from torch.utils.flop_counter import FlopCounterMode

from lab.hooks import lock_of
from lab.sampling.reading import Reading, unhooked
from lab.sampling.rules import whole
from lab.sampling.streaming import Rule, chosen_by, reading_of, room_for


@dataclass(frozen=True)
class Timed:
    """Steps of one text, written twice in one run: keys and values kept, and everything anew.

    length: tokens in the text before each step. kept, anew: seconds of each step. positions_…: how
    many positions ran through the model in it (exact). flops_…: floating-point operations of its
    matrix products (counted, exact; a multiplication and an addition are two).
    """

    ids: tuple[int, ...]
    length: Int[np.ndarray, " step"]
    kept: Float[np.ndarray, " step"]
    anew: Float[np.ndarray, " step"]
    positions_kept: Int[np.ndarray, " step"]
    positions_anew: Int[np.ndarray, " step"]
    flops_kept: Int[np.ndarray, " step"]
    flops_anew: Int[np.ndarray, " step"]

    @property
    def ratio(self) -> float:
        """How many times longer the whole takes without the cache."""
        return float(self.anew.sum() / self.kept.sum())

    @property
    def saved(self) -> float:
        """Which share of the matrix products the cache saves, from 0 to 1."""
        return float(1 - self.flops_kept.sum() / self.flops_anew.sum())


def timed(
    model: Any,
    prompt: str | Sequence[int],
    pieces: int = 40,
    *,
    rule: Rule = None,
    seed: int = 0,
    repeats: int = 3,
    prepend_bos: bool | None = None,
) -> Timed:
    """Write a text with the cache and, step beside step, without it; what each step cost.

    Both ways take turns at every step, so that whatever else the machine does falls on both; the
    quickest of so many repeats counts. An end of text is written like any other piece.

    Raises:
        ValueError: an edited model, or hooks on it (nothing is kept then); a prompt over the
            context; no pieces.

    >>> cost = lab.timed(model, "Once upon a time", pieces=60)  # doctest: +SKIP
    >>> cost.ratio, cost.saved  # doctest: +SKIP
    (3.1, 0.97)
    """
    if not unhooked(model):
        raise ValueError("model is edited or has hooks on it: it keeps no keys and values then")
    choose = chosen_by(rule or {"temperature": 0}, seed)
    kept = reading_of(model, prompt, prepend_bos)
    room = room_for(model, kept.ids, whole("pieces", pieces, 1))
    if not room:
        raise ValueError(f"prompt fills the whole context of {model.cfg.n_ctx} tokens")
    whole("repeats", repeats, 1)
    kept.fork().logits()  # once before the clock runs: the first run of all warms up
    rows = []
    for _ in range(room):
        anew = Reading(model, kept.ids, kept=False)
        turns = [(_clocked(kept.fork()), _clocked(anew.fork())) for _ in range(repeats)]
        rows.append([len(kept.ids), *min(a for a, _ in turns), *min(b for _, b in turns)])
        kept.take([choose(kept.logits()[0], kept.ids)])
    length, a, positions_a, b, positions_b = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    flops = (_flops(model, kept.ids, length, positions_a), _flops(model, kept.ids, length, length))
    return Timed(tuple(kept.ids), length, a, b, positions_a, positions_b, *flops)


def _clocked(reading: Reading) -> tuple[float, int]:
    before, began = reading.positions, time.perf_counter()
    reading.logits()
    return time.perf_counter() - began, reading.positions - before


def _flops(
    model: Any, ids: Sequence[int], length: np.ndarray, new: np.ndarray
) -> Int[np.ndarray, " step"]:
    """Operations of steps that run the last `new` of `length` tokens.

    Of the first step as it is. The others all run one piece, or all of them, and the operations of
    a matrix product are then a polynomial in the length of degree two at most: three are counted.
    """
    count = lambda i: _counted(model, ids[: int(length[i])], int(new[i]))  # noqa: E731
    first, rest = count(0), np.arange(1, len(length))
    known = sorted({*rest[:1], *rest[len(rest) // 2 :][:1], *rest[-1:]})
    points = [(int(length[i]), count(i)) for i in known]
    return np.array([first, *(int(_through(points, int(length[i]))) for i in rest)], dtype=np.int64)


def _counted(model: Any, ids: Sequence[int], new: int) -> int:
    reading = Reading(model, ids[:-new] or ids, kept=True)
    if new < len(ids):
        reading.logits()
        reading = reading.fork()
        for token in ids[-new:]:
            reading.take([token])
    with lock_of(model), FlopCounterMode(display=False) as counter:
        reading.logits()
    return counter.get_total_flops()


def _through(points: list[tuple[int, int]], x: int) -> Fraction:
    """The polynomial through the points, at x (Lagrange).

    >>> _through([(1, 1), (2, 4), (3, 9)], 10)
    Fraction(100, 1)
    """
    total = Fraction(0)
    for i, (a, y) in enumerate(points):
        part = Fraction(y)
        for j, (b, _) in enumerate(points):
            part *= Fraction(x - b, a - b) if j != i else 1
        total += part
    return total
