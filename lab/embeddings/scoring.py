"""Analogies scored: a : b as c : ?, with what the customary exclusions do to the figure.

The answer is the row nearest to b - a + c (each of length 1; Mikolov et al. 2013). It is customary
to leave the three given words out. Without that the answer is mostly one of them: b - a is short,
so c itself stays nearest (Linzen 2016; Rogers et al. 2017). Both figures are given here, beside
two controls: the neighbour of c, which ignores a and b; and b - a taken from two different pairs,
which still says what form is wanted (b is a plural, too), but not what to take away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from lab.embeddings.asking import Analogy
from lab.embeddings.nearest import Neighbours, nearest
from lab.embeddings.table import Vectors


@dataclass(frozen=True)
class AnalogyScore:
    """One kind of question: shares of right answers, and how many were asked.

    `excluding`: a, b and c may not be the answer. `including`: they may. `gives_c`: the share of
    questions that are then answered with c itself. `neighbour`: answered with the nearest
    neighbour of c (not a, b, c). `shuffled`: b taken from another pair of the same kind. `skipped`
    questions had a word that is no single piece. `low`, `high`: 95 % interval of `excluding`
    (Wilson).
    """

    kind: str
    asked: int
    skipped: int
    excluding: float
    including: float
    gives_c: float
    neighbour: float
    shuffled: float
    low: float
    high: float


def analogies(
    table: Vectors,
    questions: Iterable[Analogy | Sequence[str]],
    *,
    among: Sequence[int] | Int[np.ndarray, " row"] | None = None,
    seed: int = 0,
) -> list[AnalogyScore]:
    """How many analogies the vectors answer, by kind, and over all of them (the last score).

    Args:
        table: from `vectors`, or any `Vectors`.
        questions: `own_analogies()`, `read_analogies(path)`, or (a, b, c, d) by hand.
        among: the rows that may be answers; by default `table.words`, whole lower-case words,
            and the answers that were asked for. `range(len(table))` is the whole vocabulary.
        seed: of the shuffled control.

    Raises:
        ValueError: not one question whose four words are single pieces.

    >>> steps = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    >>> table = Vectors(steps, ["cat", "cats", "dog", "dogs"])
    >>> analogies(table, [("cat", "cats", "dog", "dogs")])[-1].excluding
    1.0
    """
    asked = [Analogy(*question) for question in questions]
    known = [all(word in table for word in question[:4]) for question in asked]
    rows = np.array(
        [table.places(q[:4]) for q, is_known in zip(asked, known, strict=True) if is_known]
    ).reshape(-1, 4)
    if not len(rows):
        raise ValueError(
            f"none of the {len(asked)} questions has four words that are single pieces here"
        )
    kinds = np.array([question.kind for question in asked])
    hits = _hits(table, rows, kinds[known], among, seed)
    names = dict.fromkeys(kinds) if len(set(kinds)) > 1 else {}
    known_kinds, lost = kinds[known], kinds[~np.array(known)]
    scores = [_score(kind, hits[known_kinds == kind], int((lost == kind).sum())) for kind in names]
    return [*scores, _score("all", hits, len(lost))]


def analogy(
    table: Vectors,
    a: str | int,
    b: str | int,
    c: str | int,
    count: int = 10,
    *,
    among: Sequence[int] | Int[np.ndarray, " row"] | None = None,
) -> Neighbours:
    """The rows nearest to b - a + c, with nothing left out: a, b and c stand in their true ranks.

    Raises:
        UnknownPiece: a word that is no single piece.
        ValueError: nothing to choose among.

    >>> steps = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    >>> table = Vectors(steps, ["cat", "cats", "dog", "dogs"])
    >>> analogy(table, "cat", "cats", "dog", 2).named()["dog"]
    [('dogs', 0.975), ('cats', 0.733)]
    """
    rows = table.places([a, b, c])
    target = table.unit[rows[1]] - table.unit[rows[0]] + table.unit[rows[2]]
    allowed = np.arange(len(table)) if among is None else table.places(among)
    allowed = np.unique(np.concatenate([allowed, rows]))
    found = nearest(target[None], table.unit[allowed], count, ids=allowed)
    return Neighbours(rows[2:], *found, table)


def _hits(table: Vectors, rows: np.ndarray, kinds: np.ndarray, among: Any, seed: int) -> np.ndarray:
    """For each question what is right: [excluding, including, gives c, neighbour, shuffled]."""
    allowed = table.words if among is None else table.places(among)
    if among is None or not len(allowed):
        allowed = np.concatenate([allowed, rows.ravel()])
    allowed = np.unique(allowed)
    unit, wanted = table.unit, rows[:, 3]
    a, b, c = (unit[rows[:, i]] for i in range(3))
    given = [set(map(int, row[:3])) for row in rows]

    def best(target: np.ndarray, out: list[set[int]] | None) -> np.ndarray:
        gone = None if out is None else [sorted(one) for one in out]
        return nearest(target, unit[allowed], 1, gone, allowed)[0][:, 0]

    other = _other_b(rows, kinds, seed)
    apart = [one | {int(b)} for one, b in zip(given, rows[other, 1], strict=True)]
    # The word asked for may itself be the other pair's b: then it is not left out.
    apart = [one - {int(d)} for one, d in zip(apart, wanted, strict=True)]
    free = best(b - a + c, None)
    return np.stack(
        [
            best(b - a + c, given) == wanted,
            free == wanted,
            free == rows[:, 2],
            best(c, given) == wanted,
            best(unit[rows[other, 1]] - a + c, apart) == wanted,
        ],
        axis=1,
    )


def _other_b(rows: np.ndarray, kinds: np.ndarray, seed: int) -> np.ndarray:
    """For each question another of its kind whose b is another word (itself if there is none)."""
    rng, other = np.random.default_rng(seed), np.arange(len(rows))
    for kind in dict.fromkeys(kinds):
        same = np.flatnonzero(kinds == kind)
        for at in same:
            fits = same[(rows[same, 1] != rows[at, 1]) & (rows[same, 1] != rows[at, 3])]
            other[at] = rng.choice(fits) if len(fits) else at
    return other


def _score(kind: str, hits: np.ndarray, skipped: int) -> AnalogyScore:
    shares = hits.mean(axis=0).round(4).tolist() if len(hits) else [float("nan")] * 5
    low, high = wilson(shares[0], len(hits)) if len(hits) else (float("nan"), float("nan"))
    excluding, including, gives_c, neighbour, shuffled = shares
    return AnalogyScore(str(kind), len(hits), skipped, excluding, including, gives_c, neighbour,
                        shuffled, low, high)  # fmt: skip


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share that was counted (Wilson 1927).

    >>> tuple(round(end, 3) for end in wilson(0.5, 100))
    (0.404, 0.596)
    """
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))
