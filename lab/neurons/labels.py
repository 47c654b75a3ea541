"""What is known of the words of a generated text, at the pieces a model reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.neurons.texts import Row

Label = str | Callable[[Any, Any], Any]


def labelling(label: Label) -> Callable[[Any, Any], Any]:
    """The label as a function of document and word."""
    if callable(label):
        return label
    if label not in ("pos", "number", "sense"):
        raise ValueError(f"label is {label!r}: 'pos', 'number', 'sense', or a function")
    return lambda document, word: getattr(word, label)  # noqa: ARG005


def labelled(tokenizer: Any, row: Row, label: Any, coming: bool) -> dict[int, Any]:
    """Which piece of the row (counted from 0) is looked at, and the label of its word."""
    words = getattr(row.document, "words", ())
    if not words:
        return {}
    coded = tokenizer(
        row.document.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    spans = coded["offset_mapping"][row.start :]
    # A piece may begin with the space before its word: a word begins with the piece that holds
    # its first letter, and ends with the one that holds its last.
    holder = {letter: place for place, (a, b) in enumerate(spans) for letter in range(a, b)}
    letters = [(word.start if coming else word.stop - 1) for word in words]
    places = [holder.get(letter, -1) - coming for letter in letters]
    return {
        place: label(row.document, word)
        for place, word in zip(places, words, strict=True)
        if place >= 0
    }
