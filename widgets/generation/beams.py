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
        self._told_width = width is not None
        self.steps: list[list[list[Any]]] = []
        self.finished: list[int] = []
        self.best: dict[str, Any] | None = None
        self.rival: dict[str, Any] | None = None

    def taking(self, rounds: Iterable[Any]) -> Iterator[None]:
        """Take rounds (`candidates` and `finished`, as `lab.beams` yields them), one by one."""
        for one in rounds:
            self.steps.append([_told(candidate) for candidate in one.candidates])
            self.finished = [int(candidate.number) for candidate in one.finished]
            if not self._told_width:  # as many as were ever held
                kept = sum(candidate.fate == "kept" for candidate in one.candidates)
                self.width = max(self.width or 0, kept, len(self.finished))
            if one.finished:
                self.best = _text(one.finished[0], self.width)
            yield

    def told(self) -> dict[str, Any]:
        """The search for the browser."""
        names = ("ids", "pieces", "width", "steps", "finished", "best", "rival")
        return {name: getattr(self, name) for name in names}


class Winners:
    """The best text that any search found after each beginning, so that widths can be compared."""

    def __init__(self) -> None:
        self._best: dict[tuple[int, ...], dict[str, Any]] = {}

    def judge(self, search: Search) -> None:
        """Give the search its rival, if another found a better text of that length there."""
        key = (*search.ids, -len(search.steps))
        before, found = self._best.get(key), search.best
        if found and (before is None or found["logp"] > before["logp"] + 1e-4):
            self._best[key] = found
        elif found and before and before["logp"] > found["logp"] + 1e-4:
            search.rival = before


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
