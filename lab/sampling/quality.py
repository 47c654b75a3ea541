"""How a text goes wrong, counted: said again, in few words, in circles.

Each takes token ids and knows nothing of what they say. A text without repetition can still be
nonsense: put the mean surprisal under a model (`lab.trace(…).surprisal`) beside these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Ids = Sequence[int]


def repeated(ids: Ids, n: int = 4) -> float:
    """The share of the n-grams of one text that stood in it before (seq-rep-n, Welleck 2020).

    0 for a text shorter than `n`.

    >>> repeated([1, 2, 3, 1, 2, 3, 1], n=2)
    0.5
    """
    runs = _runs(ids, n)
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def distinct(texts: Iterable[Ids], n: int = 2) -> float:
    """Different n-grams over all n-grams of several texts together (distinct-n, Li et al. 2016).

    It falls with the amount of text: compare equal amounts only. Not a number without n-grams.

    >>> distinct([[1, 2, 3], [1, 2, 4]], n=2)
    0.75
    """
    runs = [run for ids in texts for run in _runs(ids, n)]
    return len(set(runs)) / len(runs) if runs else float("nan")


def circling(ids: Ids, rounds: int = 3) -> int:
    """The length of the phrase with which a text ends again and again, at least `rounds` times.

    0 where it does not go in circles.

    >>> circling([5, 1, 2, 1, 2, 1, 2]), circling([1, 2, 3, 4])
    (2, 0)
    """
    ids = list(ids)
    for length in range(1, len(ids) // rounds + 1):
        if ids[-rounds * length :] == ids[-length:] * rounds:
            return length
    return 0


def _runs(ids: Ids, n: int) -> list[tuple[int, ...]]:
    if n < 1:
        raise ValueError(f"n={n}: n-grams have at least 1 piece")
    return [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
