"""Small tasks as texts of words: what is asked, and from `Document.answer` on what is to be said.

Words stand with one space between them; `vocabulary` lists all that can occur, for a tokenizer of
words. `answer` counts the space before the first answered word, as tokenizers do that keep the
space with the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.corpora.chance import Chance
from lab.corpora.documents import Document, Numbered
from lab.corpora.lexicon import plain_words

EQUALS = "="


class Task(Numbered):
    """A task whose i-th document depends on the seed and i alone, without end."""

    def __init__(self, name: str, vocabulary: Sequence[str], seed: int, **settings: Any):
        shown = ", ".join(f"{key}={value!r:.40}" for key, value in settings.items())
        self.name, self.kind, self.seed = f"{name}({shown}, seed={seed})", name, seed
        self.vocabulary = list(vocabulary)
        self.settings = settings

    def document(self, index: int) -> Document:
        """Document number `index`."""
        asked, answered = self.drawn(Chance(self.kind, self.seed, *self.settings.values(), index))
        asks = " ".join(asked)
        text = f"{asks} {' '.join(answered)}" if asked else " ".join(answered)
        return Document(text, answer=len(asks), kind=self.kind)

    def drawn(self, chance: Chance) -> tuple[Sequence[str], Sequence[str]]:
        """The words asked and the words answered."""
        raise NotImplementedError


def vocabulary(words: int | Sequence[str]) -> list[str]:
    """That many plain words, or the words given, each once.

    Raises:
        ValueError: fewer than 2, more than there are, a word twice or with white space in it.
    """
    if not isinstance(words, int):
        found = list(words)
        if len(found) < 2 or len({*found}) < len(found) or any(len(w.split()) != 1 for w in found):
            raise ValueError("words: give at least two, each once and without white space in it")
        return found
    known = plain_words()
    if not 2 <= words <= len(known):
        raise ValueError(f"words is {words}: from 2 to {len(known)}, or give the words themselves")
    return list(known[:words])


def ordered(lengths: tuple[int, int]) -> tuple[int, int]:
    """The least and the greatest length as given; ValueError if they are not in order."""
    low, high = lengths
    if not 1 <= low <= high:
        raise ValueError(f"lengths is {lengths}: the least and the greatest, 1 ≤ least ≤ greatest")
    return low, high
