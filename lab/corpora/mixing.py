"""Several corpora as one, each with its share of the characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from lab.corpora.documents import Document, Walked


class Mixed(Walked):
    """See `mixed`."""

    def __init__(self, parts: Sequence[tuple[Any, float]]):
        self.parts = [(as_corpus(corpus), float(share)) for corpus, share in parts]
        total = sum(share for _, share in self.parts)
        self.parts = [(corpus, share / total) for corpus, share in self.parts]
        shown = (f"{share:.0%} {name_of(corpus)}" for corpus, share in self.parts)
        self.name = f"mixed({', '.join(shown)})"
        self.endless = all(getattr(corpus, "endless", False) for corpus, _ in self.parts)

    def _walk(self) -> Iterator[Document]:
        """The next document comes from whichever corpus is furthest behind its share."""
        walks = [iter(corpus) for corpus, _ in self.parts]
        shares = [share for _, share in self.parts]
        given = [0] * len(walks)
        while True:
            total = sum(given) + 1
            behind = [share * total - had for share, had in zip(shares, given, strict=True)]
            due = behind.index(max(behind))
            found = next(walks[due], None)
            if found is None:
                return
            document = as_document(found)
            # At least one, or a corpus of empty documents would be asked for ever.
            given[due] += max(len(document.text), 1)
            yield document


def mixed(parts: Sequence[tuple[Any, float]]) -> Mixed:
    """Corpora by turns, so that each has its share of the characters from the start on.

    No dice: the next document is taken from the corpus that is furthest behind its share. It ends
    when the corpus whose turn it is has ended; give `forever(corpus)` to go round instead.

    Args:
        parts: corpora (or lists of strings) with their shares, which needn't sum to one.
    Raises:
        ValueError: no parts, or a share that is not a positive number.

    >>> [document.text for document in mixed([(["aa", "aa"], 2), (["b", "b"], 1)])]
    ['aa', 'b', 'aa', 'b']
    """
    if not parts:
        raise ValueError("parts is empty: give at least one (corpus, share)")
    for _, share in parts:
        if not (isfinite(share) and share > 0):
            raise ValueError(f"a share is {share}: give a positive number")
    return Mixed(parts)


class Forever(Walked):
    """See `forever`."""

    endless = True

    def __init__(self, corpus: Any):
        self.corpus = as_corpus(corpus)
        self.name = f"forever({name_of(corpus)})"

    def _walk(self) -> Iterator[Document]:
        while True:
            empty = True
            for found in self.corpus:
                empty = False
                yield as_document(found)
            if empty:
                raise ValueError(f"{self.name}: there is no document in it")


def forever(corpus: Any) -> Forever:
    """A corpus that starts again when it ends.

    >>> walk = iter(forever(["a", "b"]))
    >>> [next(walk).text for _ in range(5)]
    ['a', 'b', 'a', 'b', 'a']
    """
    return Forever(corpus)


def as_document(found: Any) -> Document:
    """A document from a string, or from anything with a `text`."""
    if isinstance(found, str):
        return Document(found)
    return found


def as_corpus(corpus: Any) -> Iterable[Any]:
    """The corpus itself, if it can be walked through more than once.

    Raises:
        TypeError: a string (one text is no corpus), or an iterator, which can be used only once.
    """
    if isinstance(corpus, str | bytes) or not hasattr(corpus, "__iter__"):
        raise TypeError(f"a corpus is {corpus!r:.60}: give documents, for example a list of texts")
    if hasattr(corpus, "__next__"):
        raise TypeError(
            "a corpus is an iterator, which can be walked through only once: give a list"
        )
    return corpus


def name_of(corpus: Any) -> str:
    """What a corpus calls itself, or what kind of thing it is."""
    return getattr(corpus, "name", None) or type(corpus).__name__
