"""Tasks of order: numbers to be sorted, brackets to be closed."""

from __future__ import annotations

from collections.abc import Sequence

from lab.corpora.chance import Chance
from lab.corpora.tasks import EQUALS, Task, ordered

OPENING = ["(", "[", "{", "<"]
CLOSING = [")", "]", "}", ">"]
PAIRS = dict(zip(OPENING, CLOSING, strict=True))


class _Sorting(Task):
    def drawn(self, chance: Chance) -> tuple[Sequence[str], Sequence[str]]:
        below = self.settings["below"]
        numbers = [chance.below(below) for _ in range(chance.between(*self.settings["lengths"]))]
        return [*map(str, numbers), EQUALS], [*map(str, sorted(numbers))]


def sorting(below: int = 32, lengths: tuple[int, int] = (4, 10), *, seed: int = 0) -> Task:
    """Numbers, an equals sign, and the numbers in order, equal ones as often as they came.

    Raises:
        ValueError: numbers below less than 2, lengths that are not 1 ≤ least ≤ greatest.

    >>> sorting(below=10, lengths=(4, 4)).document(3).text
    '9 2 2 3 = 2 2 3 9'
    """
    if below < 2:
        raise ValueError(f"below is {below}: there must be two numbers at least")
    return _Sorting("sorting", [*map(str, range(below)), EQUALS], seed, below=below,
                    lengths=ordered(lengths))  # fmt: skip


class _Brackets(Task):
    def drawn(self, chance: Chance) -> tuple[Sequence[str], Sequence[str]]:
        kinds, depth = self.settings["kinds"], self.settings["depth"]
        wanted = chance.between(*self.settings["lengths"])
        said: list[str] = []
        open_: list[str] = []
        while len(said) < wanted or not open_:
            if open_ and (len(open_) == depth or chance.happens(0.45)):
                said.append(PAIRS[open_.pop()])
            else:
                open_.append(chance.pick(OPENING[:kinds]))
                said.append(open_[-1])
        return [*said, EQUALS], [PAIRS[one] for one in reversed(open_)]


def brackets(
    kinds: int = 3, depth: int = 6, lengths: tuple[int, int] = (4, 24), *, seed: int = 0
) -> Task:
    """Brackets opened and closed, an equals sign, and those that close what is still open.

    Args:
        kinds: how many of ( [ { <.
        depth: how many may be open at once.
        lengths: the least and the greatest number of brackets before the equals sign; one more
            where nothing would be left to close.
    Raises:
        ValueError: kinds not from 1 to 4, depth below 1, lengths that are not 1 ≤ least ≤ greatest.

    >>> brackets(kinds=2, lengths=(6, 6)).document(3).text
    '( ) [ [ [ ( = ) ] ] ]'
    """
    if not 1 <= kinds <= 4 or depth < 1:
        raise ValueError(f"kinds is {kinds} and depth {depth}: kinds from 1 to 4, depth from 1")
    found = [*OPENING[:kinds], *CLOSING[:kinds], EQUALS]
    return _Brackets("brackets", found, seed, kinds=kinds, depth=depth, lengths=ordered(lengths))
