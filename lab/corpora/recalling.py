"""Tasks of recall: what comes next stands further back in the text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from lab.corpora.chance import Chance
from lab.corpora.tasks import EQUALS, Task, ordered, vocabulary


class _Repeated(Task):
    def drawn(self, chance: Chance) -> tuple[Sequence[str], Sequence[str]]:
        period = chance.between(*self.settings["periods"])
        length, upto = self.settings["length"], self._upto
        part = [self.vocabulary[_place(upto, chance)] for _ in range(period)]
        return [], (part * (length // period + 1))[:length]

    def weighted(self, zipf: float) -> _Repeated:
        self._upto = list(accumulate((rank + 1) ** -zipf for rank in range(len(self.vocabulary))))
        return self


def repeated(
    words: int | Sequence[str] = 64,
    length: int = 64,
    periods: tuple[int, int] = (16, 32),
    *,
    zipf: float = 0.0,
    seed: int = 0,
) -> Task:
    """Random words, repeated until the text is full: whoever looks back knows what comes next.

    Args:
        words: how many different ones, or the words themselves.
        length: words in a text.
        periods: the least and the greatest number of words before they repeat, drawn for each text
            (were it fixed, a model could count instead of looking back).
        zipf: 0: all words equally often; 1: the k-th word 1/k as often as the first.
    Raises:
        ValueError: fewer than 2 words, periods that are not 1 ≤ least ≤ greatest ≤ length.

    >>> repeated(["a", "b", "c"], length=7, periods=(3, 3)).document(1).text
    'b c c b c c b'
    """
    found = vocabulary(words)
    low, high = periods
    if not 1 <= low <= high <= length:
        raise ValueError(f"periods is {periods} and length {length}: 1 ≤ least ≤ greatest ≤ length")
    settings = {"length": length, "periods": (low, high), "words": len(found), "zipf": zipf}
    return _Repeated("repeated", found, seed, **settings).weighted(zipf)


class _Copying(Task):
    def drawn(self, chance: Chance) -> tuple[Sequence[str], Sequence[str]]:
        count = chance.between(*self.settings["lengths"])
        words = [chance.pick(self.vocabulary[:-1]) for _ in range(count)]
        return [*words, EQUALS], words[::-1] if self.settings["reverse"] else words


def copying(
    words: int | Sequence[str] = 32,
    lengths: tuple[int, int] = (4, 12),
    *,
    reverse: bool = False,
    seed: int = 0,
) -> Task:
    """Random words, an equals sign, and the same words again (backwards, if so asked).

    Raises:
        ValueError: fewer than 2 words, lengths that are not 1 ≤ least ≤ greatest.

    >>> copying(["a", "b"], lengths=(3, 3)).document(1).text
    'b a b = b a b'
    """
    found = [*vocabulary(words), EQUALS]
    return _Copying("copying", found, seed, lengths=ordered(lengths), reverse=reverse)


def _place(upto: list[float], chance: Chance) -> int:
    drawn, low, high = chance.random() * upto[-1], 0, len(upto) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if drawn < upto[middle] else (middle + 1, high)
    return low
