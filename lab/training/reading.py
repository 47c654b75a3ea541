"""A corpus as training reads it: any texts that can be gone through again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lab.tokenizers import clean

FIRST = 16  # documents that a corpus is recognised by


def starting(corpus: Any, at: int = 0) -> Iterator[Any]:
    """The documents from number `at` on."""
    if hasattr(corpus, "starting"):
        return iter(corpus.starting(at))
    return islice(iter(corpus), at, None)


def text_of(document: Any) -> str:
    """The text of a document, without lone surrogates (no tokenizer takes them).

    Raises:
        TypeError: it is neither a string nor has a `text`.
    """
    text = document if isinstance(document, str) else getattr(document, "text", None)
    if not isinstance(text, str):
        raise TypeError(f"corpus gave a {type(document).__name__}: a str or a Document is needed")
    return text if text.isascii() else _sound(text)


def recognised(corpus: Any, name: str = "corpus") -> str:
    """A digest of the first documents, by which the same corpus is known again.

    Raises:
        TypeError: it gives something that is no text, or can be gone through only once.
        ValueError: it gives nothing.
    """
    _refuse_unfit(corpus, name)
    digest = hashlib.sha256()
    first = [text_of(document) for document in islice(starting(corpus), FIRST)]
    if not first:
        raise ValueError(f"{name} holds no documents")
    for text in first:
        digest.update(len(text).to_bytes(8, "little") + text.encode())
    return digest.hexdigest()


def _refuse_unfit(corpus: Any, name: str) -> None:
    if isinstance(corpus, (str, bytes, Mapping)):
        raise TypeError(
            f"{name} is a {type(corpus).__name__}: a list of texts or one of lab.corpora is needed"
        )
    if hasattr(corpus, "starting"):
        return
    try:
        once = iter(corpus) is corpus
    except TypeError:
        raise TypeError(
            f"{name} is a {type(corpus).__name__}, which gives no texts: "
            "a list or one of lab.corpora is needed"
        ) from None
    if once:
        raise TypeError(
            f"{name} is an iterator, which can be gone through only once: "
            "a list or one of lab.corpora is needed"
        )


def _sound(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return clean(text)
    return text
