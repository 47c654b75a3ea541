"""Why this pair and no other: the pairs that stood highest each time one was joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any, NamedTuple

from lab.tokenizers.replaying import Pair, Table, joined

Order = Callable[[Pair], Any]


def contests(
    words: Mapping[str, int], merges: Iterable[Pair], most: int, order: Order
) -> list[list[tuple[Pair, int]]]:
    """Before each merge, the `most` most frequent pairs and their counts, the highest first.

    The pair that is joined is always among them, last if need be. Pairs of one count stand in the
    order of `order`, which is how the training broke the tie.

    >>> contests({"aaabdaaabac": 1}, [("a", "a")], 3, order=lambda pair: pair)
    [[(('a', 'a'), 4), (('a', 'b'), 2), (('a', 'c'), 1)]]
    """
    table = _Ranked(words, order)
    rounds = []
    for pair in merges:
        ranked = table.highest(most)
        if pair not in dict(ranked):
            ranked = [*ranked[: most - 1], (pair, table.counts[pair])]
        rounds.append(ranked)
        table.join(pair)
    return rounds


class Joined(NamedTuple):
    """One step of the published algorithm."""

    left: str
    right: str
    count: int
    rivals: list[tuple[str, str, int]]
    """The pairs that stood highest, this one first."""


def learnt(words: Mapping[str, int], merges: int, most: int = 6) -> list[Joined]:
    """Byte-pair encoding as it was published: the pairs joined, in order, with their counts.

    Counts everything anew each time, and of the pairs with the highest count takes the one that
    comes first in the words: "Algorithm 1" of Sennrich et al. 2016, slow and easy to follow.

    >>> for step in learnt({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}, 3):
    ...     step[:3]
    ('u', 'g', 20)
    ('u', 'n', 16)
    ('h', 'ug', 15)
    """
    spelled = [(list(word), times) for word, times in words.items()]
    steps: list[Joined] = []
    while len(steps) < merges:
        counts: Counter[Pair] = Counter()
        for symbols, times in spelled:
            for pair in pairwise(symbols):
                counts[pair] += times
        if not counts:
            break
        ranked = counts.most_common(most)  # of equal ones, that which was counted first
        best = ranked[0][0]
        steps.append(Joined(*best, counts[best], [(*pair, n) for pair, n in ranked]))
        spelled = [(joined(symbols, best), times) for symbols, times in spelled]
    return steps


class _Ranked(Table):
    """A table of pairs that also knows the highest: a heap with stale entries passed over."""

    def __init__(self, words: Mapping[str, int], order: Order) -> None:
        self._order = order
        self._touched: set[Pair] = set()
        super().__init__(words)
        self._heap = [self._entry(pair) for pair in self._touched]
        self._touched.clear()
        heapify(self._heap)

    def highest(self, most: int) -> list[tuple[Pair, int]]:
        """The pairs that stand most often, with their counts."""
        for pair in self._touched:
            heappush(self._heap, self._entry(pair))
        self._touched.clear()
        found: dict[Pair, tuple[int, Any, Pair]] = {}
        while self._heap and len(found) < most:
            entry = heappop(self._heap)
            if -entry[0] == self.counts[entry[2]] > 0:
                found[entry[2]] = entry
        for entry in found.values():
            heappush(self._heap, entry)
        return [(pair, -entry[0]) for pair, entry in found.items()]

    def _entry(self, pair: Pair) -> tuple[int, Any, Pair]:
        return (-self.counts[pair], self._order(pair), pair)

    def _add(self, index: int, sign: int) -> None:
        super()._add(index, sign)
        self._touched.update(pairwise(self.words[index]))
