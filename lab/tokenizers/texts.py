"""The texts of a corpus, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lab.tokenizers.bytelevel import END
from lab.tokenizers.cleaning import clean


def texts(corpus: Any, characters: int) -> Iterator[str]:
    """The texts of a corpus from its start, until so many characters have come.

    A corpus is an iterable of strings or of documents (with a `text`), or a single string. Texts
    are cut at `<|endoftext|>`, which is a border and not a word; empty ones are left out.

    Raises:
        TypeError: a corpus of another kind.

    >>> list(texts(["Tom ran.<|endoftext|>Ann sat.", "", "They met."], 21))
    ['Tom ran.', 'Ann sat.', 'They ']
    """
    left = characters
    for document in _documents(corpus):
        for part in clean(_text(document)).split(END):
            if left <= 0:
                return
            if part := part[:left]:
                left -= len(part)
                yield part


def _documents(corpus: Any) -> Iterable[Any]:
    if isinstance(corpus, str):
        return [corpus]
    if not isinstance(corpus, Iterable):
        raise TypeError(
            f"corpus is a {type(corpus).__name__}: a string, or an iterable of strings or of "
            "documents with a text, is needed"
        )
    return corpus


def _text(document: Any) -> str:
    text = document if isinstance(document, str) else getattr(document, "text", None)
    if not isinstance(text, str):
        raise TypeError(
            f"corpus holds a {type(document).__name__}, which is neither a string nor has a text"
        )
    return text
