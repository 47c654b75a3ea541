"""Texts that branch: a model goes on from any place of what it wrote, and reads nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lab.sampling.reading import Reading
from lab.sampling.streaming import Drawn, Rule, chosen_by, drawn, reading_of, room_for, stream

KEPT = 8
"""Readings that a grower keeps: as many texts can be gone on with at no cost."""


def branch(
    model: Any,
    ids: Sequence[int] | Reading,
    at: int,
    token: int,
    *,
    pieces: int = 60,
    rule: Rule = None,
    seed: int = 0,
    top: int = 10,
) -> Iterator[Drawn]:
    """What is written where `token` stands at place `at` instead: that piece, and how it goes on.

    ids: the text so far; a `Reading` of it lets the beginning be reused instead of run again (the
    reading itself stays as it is). at: the place of the other token, counted from 0, so that it is
    the first of `pieces`. The rest as in `stream`; from the second piece on it is what `stream`
    writes after `[*ids[:at], token]`.

    Raises:
        ValueError: a place outside the text, a token outside the vocabulary.

    >>> [step.piece for step in branch(model, ids, at=4, token=318)]  # doctest: +SKIP
    [' dog', ' who', ' lived', …]
    """
    reading = ids if isinstance(ids, Reading) else reading_of(model, ids)
    choose = chosen_by(rule, seed)
    if not 1 <= at <= len(reading.ids):
        raise ValueError(f"at={at}: the text has {len(reading.ids)} tokens, so 1 to that many")
    if not 0 <= token < model.cfg.d_vocab:
        raise ValueError(f"token={token}: the vocabulary runs from 0 to {model.cfg.d_vocab - 1}")
    room_for(model, [*reading.ids[:at], token], pieces)
    return _branched(model, reading.fork(at), token, pieces, choose, top)


def _branched(
    model: Any, reading: Reading, token: int, pieces: int, choose: Rule, top: int
) -> Iterator[Drawn]:
    if pieces < 1:
        return
    first = drawn(model.tokenizer, reading.logits()[0], token, top, 0.0)
    reading.take([token])
    yield first
    if not first.ended:
        yield from stream(model, reading, pieces=pieces - 1, rule=choose, top=top)


class Grower:
    """Goes on from any ids, as `stream` does, keeping what it read so that no text is read twice.

    `grow(ids)` yields what the model writes after them. Each text that was written stays at hand
    (the last eight), so a call for a longer text, or for another way from its middle, runs only
    the new pieces: `positions` counts those run in all. `pieces` and the rule are given once. Draws
    are numbered by place: another way from a place goes on with the same luck, and a text asked
    for piece by piece is that of one run.

    >>> grow = lab.grower(model, pieces=20, rule={"temperature": 0})  # doctest: +SKIP
    >>> ids = [*ids, *(step.id for step in grow(ids))]  # doctest: +SKIP
    """

    def __init__(
        self, model: Any, *, pieces: int = 60, rule: Rule = None, seed: int = 0, top: int = 10
    ) -> None:
        chosen_by(rule, seed)  # refuses now what could not be drawn with later
        self.model, self.positions = model, 0
        self._begun: int | None = None
        self._how: dict[str, Any] = {"pieces": pieces, "rule": rule, "seed": seed, "top": top}
        self._readings: list[Reading] = []

    def __call__(self, ids: str | Sequence[int], pieces: int | None = None) -> Iterator[Drawn]:
        """What the model writes after these ids; `pieces` instead of the grower's own number."""
        checked = reading_of(self.model, ids)
        if self._begun is None:
            self._begun = len(checked.ids)
        how = {**self._how, "first": max(0, len(checked.ids) - self._begun)}
        how |= {} if pieces is None else {"pieces": pieces}
        reading = self._nearest(checked)
        return self._counted(reading, stream(self.model, reading, **how))

    def _counted(self, reading: Reading, steps: Iterator[Drawn]) -> Iterator[Drawn]:
        self._readings = [*self._readings, reading][-KEPT:]
        before = reading.positions
        for step in steps:
            self.positions += reading.positions - before
            before = reading.positions
            yield step

    def _nearest(self, wanted: Reading) -> Reading:
        """A fork of the reading that shares most with these ids, lengthened to them."""
        best, shared = wanted, 0
        for reading in self._readings:
            common = _shared(reading.ids, wanted.ids)
            if common >= max(shared, 1):  # the newest of equals
                best, shared = reading, common
        if best is wanted:
            return wanted
        fork = best.fork(shared)
        for token in wanted.ids[shared:]:
            fork.take([token])
        return fork


def grower(model: Any, **how: Any) -> Grower:
    """A callable that goes on from any ids: what `widgets.Generation` is handed. See `Grower`."""
    return Grower(model, **how)


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts have in common from their beginning.

    >>> _shared([1, 2, 3], [1, 2, 4, 5])
    2
    """
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
