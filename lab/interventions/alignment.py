"""Two prompts laid beside one another, piece by piece, also where one is longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

Columns = list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which piece of the clean prompt stands where a piece of the corrupted one does.

    Attributes:
        clean, corrupted: [pos], the ids of either prompt.
        clean_pieces, corrupted_pieces: their text.
        partner: [corrupted pos], the position in the clean prompt; -1 where there is none.
    """

    clean: Int[np.ndarray, " pos"]
    corrupted: Int[np.ndarray, " pos"]
    clean_pieces: list[str]
    corrupted_pieces: list[str]
    partner: Int[np.ndarray, " pos"]

    @property
    def columns(self) -> Columns:
        """(clean position, corrupted position) in reading order; -1 where one has no piece."""
        return columns(self.partner, len(self.clean))

    @property
    def same(self) -> Bool[np.ndarray, " pos"]:
        """[corrupted pos], whether the very same piece stands there."""
        there = self.partner >= 0
        return there & (self.clean[self.partner] == self.corrupted)

    @property
    def begin(self) -> int:
        """The first position at which the corrupted prompt is another text; its length if none."""
        wrong = np.flatnonzero(~self.same | (self.partner != np.arange(len(self.partner))))
        return int(wrong[0]) if len(wrong) else len(self.corrupted)


def aligned(
    model: Any,
    clean: str | Sequence[int],
    corrupted: str | Sequence[int],
    *,
    prepend_bos: bool | None = None,
) -> Alignment:
    """Two prompts aligned piece by piece.

    Prompts of the same length stand position by position. Otherwise as few pieces as possible are
    left without a partner or beside another piece; of a word that is one piece here and two there,
    the last pieces stand together, because that is where a model has read the whole word.

    Raises:
        ValueError, TypeError: what `lab.trace` raises over a prompt.

    >>> found = aligned(model, "Tom saw Lily", "Tom saw the old cat")        # doctest: +SKIP
    >>> found.partner                                                        # doctest: +SKIP
    array([ 0,  1, -1, -1,  2])
    """
    from lab.tokenizers.pieces import pieces
    from lab.traces.prompts import prompt_ids, within_context

    rows = []
    for prompt in (clean, corrupted):
        ids = prompt_ids(model, prompt, prepend_bos=prepend_bos)
        rows.append(np.array(within_context(model, ids, cut=False)[0], dtype=np.int64))
    texts = [pieces(model.tokenizer, row.tolist()) for row in rows]
    return Alignment(rows[0], rows[1], texts[0], texts[1], partners(rows[0], rows[1]))


def partners(clean: Sequence[int], corrupted: Sequence[int]) -> Int[np.ndarray, " pos"]:
    """For each piece of the second row, the position of its partner in the first, or -1.

    >>> partners([1, 2, 3], [1, 9, 2, 3]).tolist()
    [0, -1, 1, 2]
    >>> partners([1, 5, 3], [1, 8, 9, 3]).tolist()
    [0, -1, 1, 2]
    """
    first, second = np.asarray(clean), np.asarray(corrupted)
    if len(first) == len(second):
        return np.arange(len(first))
    cost = _costs(first, second)
    found = np.full(len(second), -1, dtype=np.int64)
    i, j = len(first), len(second)
    while i and j:  # from the end, standing together wherever that costs no more
        if cost[i, j] == cost[i - 1, j - 1] + (first[i - 1] != second[j - 1]):
            i, j = i - 1, j - 1
            found[j] = i
        elif cost[i, j] == cost[i, j - 1] + 1:
            j -= 1
        else:
            i -= 1
    return found


def columns(partner: np.ndarray, clean_length: int) -> Columns:
    """(clean position, corrupted position) in reading order; -1 where one has no piece.

    >>> columns(np.array([0, -1, 2]), 4)
    [(0, 0), (-1, 1), (1, -1), (2, 2), (3, -1)]
    """
    found: Columns = []
    reached = 0
    for at, there in enumerate(partner.tolist()):
        if there >= 0:
            found += [(i, -1) for i in range(reached, there)]
            reached = there + 1
        found.append((there, at))
    return found + [(i, -1) for i in range(reached, clean_length)]


def _costs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The least number of pieces changed, added or left out, for every two beginnings."""
    cost = np.zeros((len(first) + 1, len(second) + 1), dtype=np.int64)
    cost[:, 0], cost[0] = np.arange(len(first) + 1), np.arange(len(second) + 1)
    for i, piece in enumerate(first, 1):
        other = np.minimum(cost[i - 1, :-1] + (second != piece), cost[i - 1, 1:] + 1)
        for j, least in enumerate(other, 1):
            cost[i, j] = min(least, cost[i, j - 1] + 1)
    return cost
