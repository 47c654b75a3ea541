"""A beam search as the browser shows it: by step, what was kept and what was pruned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from widgets.generation.steps import known, share
from widgets.glass.text import clean

FATES = ("kept", "pruned", "finished")


class Search:
    """The rounds of one search so far, and the best text that another search found there."""

    def __init__(self, ids: Sequence[int], pieces: Sequence[str], width: int | None) -> None:
        self.ids, self.pieces, self.width = list(ids), list(pieces), width
        self.steps: list[list[list[Any]]] = []
        self.finished: list[int] = []
        self.best: dict[str, Any] | None = None
        self.rival: dict[str, Any] | None = None

    def taking(self, rounds: Iterable[Any]) -> Iterator[None]:
        """Take one round after another (`candidates` and `finished`, as `lab.beams` yields them)."""
        for one in rounds:
            self.steps.append([_told(candidate) for candidate in one.candidates])
            self.finished = [int(candidate.number) for candidate in one.finished]
            if one.finished:
                self.best = _text(one.finished[0], self.width)
            yield

    def told(self) -> dict[str, Any]:
        """The search for the browser."""
        names = ("ids", "pieces", "width", "steps", "finished", "best", "rival")
        return {name: getattr(self, name) for name in names}


def better(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    """Does one finished text score over another, by more than rounding?"""
    return bool(one and other and one["score"] > other["score"] + 1e-6)


def _text(candidate: Any, width: int | None) -> dict[str, Any]:
    ids = [int(token) for token in candidate.ids]
    return {
        "ids": ids,
        "score": known(candidate.score),
        "logp": known(candidate.logp),
        "width": width,
    }


def _told(candidate: Any) -> list[Any]:
    """number, parent, id, piece, probability, logp, score, fate."""
    if candidate.fate not in FATES:
        raise ValueError(f"fate={candidate.fate!r}: one of {', '.join(FATES)} is needed")
    return [
        int(candidate.number),
        -1 if candidate.parent is None else int(candidate.parent),
        int(candidate.id),
        clean(str(candidate.piece)),
        share("probability", candidate.probability),
        known(candidate.logp),
        known(candidate.score),
        candidate.fate,
    ]
