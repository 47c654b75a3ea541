"""Draws that are the same in every process, on every machine and in every Python.

Only `random()` is used of the standard generator: its sequence for a seed is promised not to
change, that of `choice` and `shuffle` is not.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Chance:
    """A stream of draws that depends on what it is seeded with and nothing else.

    >>> Chance("story", 0, 7).pick("abc") == Chance("story", 0, 7).pick("abc")
    True
    """

    def __init__(self, *seed: object):
        self.random = random.Random("/".join(map(str, seed))).random

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each as likely."""
        return items[int(self.random() * len(items))]

    def below(self, stop: int) -> int:
        """A whole number from 0 to stop - 1."""
        return int(self.random() * stop)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def happens(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random() < share

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order, each order as likely."""
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items

    def several(self, items: Sequence[T], count: int) -> list[T]:
        """That many different ones of the items (of all, if there are fewer)."""
        if count * 4 > len(items):
            return self.shuffled(items)[:count]
        places: dict[int, None] = {}
        while len(places) < count:
            places[self.below(len(items))] = None
        return [items[place] for place in places]


def share_of(*key: Any) -> float:
    """A number from 0 to 1 that belongs to the key for ever: a fair split by name.

    >>> share_of("Lily", "Tom") == share_of("Lily", "Tom")
    True
    """
    digest = hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
