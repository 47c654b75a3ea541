"""What a corpus gives: texts, and, where they were made by rule, the truth about every word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple, Protocol, runtime_checkable

Number = Literal["singular", "plural"]


class Word(NamedTuple):
    """One word of a text and what is true of it.

    >>> Word(4, 8, "NOUN", "plural", sense="bank/river").sense
    'bank/river'
    """

    start: int
    """The character it starts at; `text[start:stop]` is the word."""
    stop: int
    pos: str
    """Part of speech, one of the universal tags (UPOS): NOUN, VERB, PROPN, PRON, ADJ, …"""
    number: Number | None = None
    """Of nouns, names and pronouns; of verbs where the form shows it (is, were, run, runs)."""
    referent: int | None = None
    """Who or what is meant: the index of a `Referent` in the document, or None."""
    sense: str | None = None
    """Of words that have two senses: word and sense, as "bank/river"; else None."""


class Referent(NamedTuple):
    """Somebody or something that a document speaks of.

    >>> Referent("Lily and Tom", "they", "plural", members=(0, 1)).pronoun
    'they'
    """

    name: str
    """A name ("Lily"), a noun ("ball", "mom"), or what a group is made of."""
    pronoun: str
    """he, she, it or they."""
    number: Number = "singular"
    kind: str = "thing"
    """girl, boy, woman, man, animal, thing, place or group."""
    members: tuple[int, ...] = ()
    """Of a group: the referents in it."""


@dataclass(frozen=True)
class Document:
    """A text, with the truth about its words where it is known.

    `words` are in order and cover every word of a generated text (punctuation is none); they are
    empty for a text from a file. From the character `answer` on the text is to be predicted: the
    loss counts only there (None: all of it).

    >>> Document("2 3 = 5", answer=5, kind="addition").text[5:]
    ' 5'
    """

    text: str
    words: tuple[Word, ...] = ()
    answer: int | None = None
    kind: str = ""
    referents: tuple[Referent, ...] = ()

    def spelled(self, word: Word) -> str:
        """The letters of a word, as they stand in the text."""
        return self.text[word.start : word.stop]


@runtime_checkable
class Corpus(Protocol):
    """Documents in a fixed order: every walk through it gives the same ones."""

    name: str
    endless: bool

    def starting(self, at: int = 0) -> Iterator[Document]:
        """The documents from number `at` on."""
        ...

    def __iter__(self) -> Iterator[Document]: ...


class Walked:
    """A corpus that can only be walked through from its start: what comes before is dropped.

    A subclass gives `_walk()`, anew from the start at every call.
    """

    name: str = ""

    def starting(self, at: int = 0) -> Iterator[Document]:
        """The documents from number `at` on; those before it are made and dropped.

        Raises:
            ValueError: `at` below 0.
        """
        refuse_negative(at)
        return islice(self._walk(), at, None)

    def __iter__(self) -> Iterator[Document]:
        return self._walk()

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def _walk(self) -> Iterator[Document]:
        raise NotImplementedError


class Numbered:
    """A corpus whose i-th document is made from i alone, so that a walk may start anywhere.

    A subclass gives `document(i)`, and `__len__` where there is an end.
    """

    name: str = ""
    endless: bool = True

    def document(self, index: int) -> Document:
        """The document of this number."""
        raise NotImplementedError

    def starting(self, at: int = 0) -> Iterator[Document]:
        """The documents from number `at` on.

        Raises:
            ValueError: `at` below 0.
        """
        refuse_negative(at)
        return self._walk(at)

    def _walk(self, index: int) -> Iterator[Document]:
        end = None if self.endless else len(self)  # type: ignore[arg-type]
        while end is None or index < end:
            yield self.document(index)
            index += 1

    def __iter__(self) -> Iterator[Document]:
        return self.starting(0)

    def first(self, count: int) -> list[Document]:
        """The first documents, as a list."""
        return list(islice(self, count))

    def __repr__(self) -> str:
        return f"<{self.name}{', endless' if self.endless else ''}>"


def refuse_negative(at: int) -> None:
    """Raises ValueError for a place before the first document."""
    if at < 0:
        raise ValueError(f"at is {at}: documents are counted from 0")
