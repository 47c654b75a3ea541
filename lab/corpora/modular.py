"""Addition modulo p: every pair of numbers once, a share of them for learning."""

from __future__ import annotations

from functools import cached_property

from lab.corpora.chance import Chance
from lab.corpora.documents import Document, Numbered
from lab.corpora.tasks import EQUALS


class ModularAddition(Numbered):
    """See `modular_addition`."""

    endless = False
    kind = "modular addition"

    def __init__(self, p: int, share: float, seed: int, held_out: bool):
        self.p, self.share, self.seed, self.held = p, share, seed, held_out
        rest = ", held_out=True" if held_out else ""
        self.name = f"modular_addition(p={p}, share={share:g}, seed={seed}{rest})"
        self.vocabulary = [*map(str, range(p)), EQUALS]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of this part, in the order of its documents."""
        numbers = Chance("modular addition", self.seed, self.p).shuffled(range(self.p**2))
        cut = round(self.share * len(numbers))
        part = numbers[cut:] if self.held else numbers[:cut]
        return [divmod(number, self.p) for number in part]

    @property
    def rest(self) -> ModularAddition:
        """The pairs this part does not have."""
        return ModularAddition(self.p, self.share, self.seed, not self.held)

    def __len__(self) -> int:
        return len(self.pairs)

    def document(self, index: int) -> Document:
        """Document number `index`."""
        a, b = self.pairs[index]
        asked = f"{a} {b} {EQUALS}"
        return Document(f"{asked} {(a + b) % self.p}", answer=len(asked), kind=self.kind)


def modular_addition(
    p: int = 113, share: float = 0.3, *, seed: int = 0, held_out: bool = False
) -> ModularAddition:
    """`a b = c` with c = (a + b) mod p: four words, the last of them to be answered.

    All p² pairs occur once, in an order drawn by the seed; the first `share` of them are for
    learning (1: all of them), the others are `.rest` (or `held_out=True`). The task of Nanda et
    al. 2023 (arXiv:2301.05217), who learnt 30 % of the pairs modulo 113.

    Raises:
        ValueError: p below 2, or a share that leaves one of the two parts empty.

    >>> learnt = modular_addition(p=5, share=0.4)
    >>> learnt.document(0).text, len(learnt), len(learnt.rest)
    ('3 4 = 2', 10, 15)
    """
    if p < 2:
        raise ValueError(f"p is {p}: give a number from 2 (113 in the paper)")
    if share != 1 and not 1 <= round(share * p * p) < p * p:
        raise ValueError(f"share is {share}: of {p * p} pairs it must take some and leave some")
    return ModularAddition(p, share, seed, held_out)
