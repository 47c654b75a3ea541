"""Texts about two people, one of whom gives: whom to? (the indirect object; Wang et al. 2022)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.circuits.pairing import Pairs, pairs
from lab.corpora.chance import Chance
from lab.corpora.names import COMMON_BOYS, COMMON_GIRLS

MEETINGS = (
    "When {} and {} went to the store,",
    "After {} and {} played in the garden,",
    "One day, {} and {} were at the park and",
    "Then {} and {} had a picnic and",
)
GIVINGS = (
    "{} gave a ball to",
    "{} gave an apple to",
    "{} gave the book to",
    "{} gave a big cake to",
)


def two_names(model: Any, n: int = 16, seed: int = 0, names: Sequence[str] | None = None) -> Pairs:
    """Texts whose next word is the name that was said only once, and texts where it is open.

    Clean: "When Mary and John went to the store, John gave a ball to": Mary, not John. Corrupted:
    a third name gives, so that neither of the two is the one who can't be meant. In half of the
    texts the giver is named first. What a circuit makes of the difference is the answer's direction
    alone: names, places and words are the same.

    Args:
        model: from `lab.load` or `lab.build`.
        n: how many; made two and two with the giver first and second.
        seed: of the names and the words.
        names: first names to draw from; by default common ones, those that are one piece here.
    Raises:
        ValueError: fewer than three names that are single pieces of this model.

    >>> two_names(model, 2).texts[0]                                   # doctest: +SKIP
    ('When Mia and Tom went to the store, Tom gave a ball to', '… Ben gave …', ' Mia', ' Tom')
    """
    known = [name for name in names or (*COMMON_GIRLS, *COMMON_BOYS) if _one_piece(model, name)]
    if len({*known}) < 3:
        raise ValueError(f"names: {len({*known})} of them are single pieces of this model, not 3")
    return pairs(model, [_text(known, Chance("two names", seed, i), i) for i in range(n)])


def _text(names: list[str], chance: Chance, number: int) -> tuple[str, str, str, str]:
    getter, giver, third = _different(names, chance)
    both = (getter, giver) if number % 2 else (giver, getter)
    meeting = chance.pick(MEETINGS).format(*both)
    giving = chance.pick(GIVINGS)
    clean, corrupted = (f"{meeting} {giving.format(name)}" for name in (giver, third))
    return clean, corrupted, f" {getter}", f" {giver}"


def _different(names: list[str], chance: Chance) -> list[str]:
    found: list[str] = []
    while len(found) < 3:
        name = chance.pick(names)
        if name not in found:
            found.append(name)
    return found


def _one_piece(model: Any, name: str) -> bool:
    return len(model.tokenizer.encode(f" {name}", add_special_tokens=False)) == 1
