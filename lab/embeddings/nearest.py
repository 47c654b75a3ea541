"""Nearest neighbours by cosine: exact, in blocks that fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lab.embeddings.table import Vectors, rows_of

BLOCK = 1 << 24
"""Similarities held at a time: 64 MB of them."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest rows of each query, nearest first, and their cosines."""

    of: Int[np.ndarray, " query"]
    ids: Int[np.ndarray, "query near"]
    similarities: Float[np.ndarray, "query near"]
    table: Vectors

    def named(self) -> dict[str, list[tuple[str, float]]]:
        """For each query its neighbours by name, each with its cosine."""
        return {
            self.table.names[query]: [
                (self.table.names[at], round(float(cosine), 3))
                for at, cosine in zip(ids, cosines, strict=True)
            ]
            for query, ids, cosines in zip(self.of, self.ids, self.similarities, strict=True)
        }


def neighbours(
    table: Vectors,
    of: str | int | Sequence[str | int],
    count: int = 10,
    *,
    among: Sequence[int] | Int[np.ndarray, " row"] | None = None,
) -> Neighbours:
    """The `count` nearest rows by cosine for each word or row in `of`; itself left out.

    Exact: every row is compared with. Equal cosines come in the order of the table.

    Args:
        table: from `vectors`.
        of: a word, a row, or several.
        count: how many; fewer come where there are fewer.
        among: the rows that may be neighbours (`table.words`); by default all.

    Raises:
        UnknownPiece: a word that is no single piece.
        ValueError: `count` below 1, or nothing to choose among.

    >>> table = Vectors(np.array([[1, 0], [0, 1], [2, 1]]), ["east", "north", "between"])
    >>> neighbours(table, "east", 1).named()
    {'east': [('between', 0.894)]}
    """
    queries = rows_of(table, of)
    allowed = np.arange(len(table)) if among is None else np.unique(table.places(among))
    found = nearest(table.unit[queries], table.unit[allowed], count, [(q,) for q in queries],
                    allowed)  # fmt: skip
    return Neighbours(queries, *found, table)


def nearest(
    queries: Float[np.ndarray, "query d_model"],
    unit: Float[np.ndarray, "row d_model"],
    count: int,
    without: Sequence[Sequence[int]] | None = None,
    ids: Int[np.ndarray, " row"] | None = None,
) -> tuple[Int[np.ndarray, "query near"], Float[np.ndarray, "query near"]]:
    """For each query its nearest rows of `unit` (length 1 each) and their cosines.

    `ids` names the rows of `unit`, rising; `without` lists, for each query, those left out. As
    many come as every query can have.
    """
    ids = np.arange(len(unit)) if ids is None else ids
    gone = [np.searchsorted(ids, [w for w in out if w in ids]) for out in without or []]
    most = len(ids) - max((len(out) for out in gone), default=0)
    count = min(count, most)
    if count < 1:
        raise ValueError(f"nothing to choose among: {len(ids)} rows, count {count}")
    length = np.linalg.norm(queries, axis=1, keepdims=True)
    queries = queries / np.where(length > 0, length, 1)
    step = max(1, BLOCK // len(ids))
    parts = [
        _best(queries[at : at + step] @ unit.T, gone[at : at + step], count)
        for at in range(0, len(queries), step)
    ]
    if not parts:
        return np.zeros((0, count), np.int64), np.zeros((0, count), np.float32)
    places, cosines = (np.concatenate(part) for part in zip(*parts, strict=True))
    return ids[places], cosines


def _best(
    cosines: Float[np.ndarray, "query row"], gone: Sequence[np.ndarray], count: int
) -> tuple[Int[np.ndarray, "query near"], Float[np.ndarray, "query near"]]:
    for row, out in enumerate(gone):
        cosines[row, out] = -np.inf
    # All rows at least as near as the count-th, so that ties fall by order and not by chance.
    edge = -np.partition(-cosines, count - 1, axis=1)[:, count - 1]
    places = np.empty((len(cosines), count), dtype=np.int64)
    for row, least in enumerate(edge):
        near = np.flatnonzero(cosines[row] >= least)
        places[row] = near[np.argsort(-cosines[row, near], kind="stable")[:count]]
    return places, np.take_along_axis(cosines, places, axis=1)
