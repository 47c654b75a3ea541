"""The same word in different texts: its vector after every layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.corpora import stories
from lab.tokenizers import clean
from lab.traces import Trace


@dataclass(frozen=True, eq=False)
class Contexts:
    """One word in several texts: `vectors[layer, text]`.

    The first layer is the embedding, before any context; the others come after each block. Where a
    word is several pieces, it is the last of them, which alone has seen the whole word.
    """

    word: str
    texts: list[str]
    vectors: Float[np.ndarray, "layer text d_model"]
    layers: list[str]

    def cosines(self) -> Float[np.ndarray, "layer text text"]:
        """How alike the word is in any two of its texts, layer by layer."""
        length = np.linalg.norm(self.vectors, axis=-1, keepdims=True)
        unit = self.vectors / np.where(length > 0, length, 1)
        return unit @ unit.transpose(0, 2, 1)


def contexts(model: Any, word: str, texts: Sequence[str], *, nth: int = -1) -> Contexts:
    """The vectors of a word in texts, after every layer of a model.

    A causal model's vectors know only what stands *before* the word.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        word: as it stands in every text, as a whole word (capitals count).
        texts: each with the word in it.
        nth: which occurrence, where there are several: by default the last.

    Raises:
        ValueError: a text without the word; the message says which.

    >>> found = contexts(model, "bank", ["by the river bank", "at the bank"])  # doctest: +SKIP
    >>> found.vectors.shape                                            # doctest: +SKIP
    (7, 2, 256)
    """
    if isinstance(texts, str) or not texts:
        raise ValueError("texts: a list of at least one text is wanted")
    each = [_one(model, word, clean(text), number, nth) for number, text in enumerate(texts)]
    layers = ["embedding", *(f"layer {layer}" for layer in range(len(each[0]) - 1))]
    return Contexts(word, list(texts), np.stack(each, axis=1), layers)


def _one(model: Any, word: str, text: str, number: int, nth: int) -> Float[np.ndarray, "layer d"]:
    found = [match.span() for match in re.finditer(rf"\b{re.escape(word)}\b", text)]
    if not found:
        raise ValueError(f"texts[{number}] has no word {word!r}: {text[:60]!r}")
    try:
        start, stop = found[nth]
    except IndexError:
        raise ValueError(f"texts[{number}] has {word!r} {len(found)} times; nth={nth}") from None
    from lab.traces import trace  # with torch; the rest does without

    # What comes after the word cannot reach it: leaving it out saves the work.
    run = trace(model, text[:stop], keep=[("resid_pre", 0), "resid_post"])
    at = _last_piece(run, len(text[:start].encode()))
    return np.stack([run["resid_pre", 0][at], *(layer[at] for layer in run["resid_post"])])


def _last_piece(run: Trace, start: int) -> int:
    """The last token with a byte of the word, which is the last of the text."""
    inside = np.flatnonzero((run.spans[:, 1] > start) & (run.spans[:, 1] > run.spans[:, 0]))
    return int(inside[-1])


def with_sense(
    word: str, per_sense: int = 20, *, seed: int = 0, most: int = 60_000
) -> dict[str, list[str]]:
    """Texts of the generated stories with a word in each of its senses: {sense: texts}.

    Each text runs from the beginning of its scene up to the word and ends with it. Looks through
    `most` documents at most.

    Raises:
        ValueError: a word without senses of its own, or too few of them.

    >>> found = with_sense("bank", 2)
    >>> sorted(found), all(text.endswith("bank") for texts in found.values() for text in texts)
    (['bank/money', 'bank/river'], True)
    """
    found: dict[str, list[str]] = {}
    for document in islice(stories(seed), most):
        for told in document.words if document.kind == "senses" else ():
            if told.sense and document.spelled(told) == word:
                own = found.setdefault(told.sense, [])
                if len(own) < per_sense:
                    own.append(document.text[: told.stop])
        if len(found) > 1 and all(len(own) == per_sense for own in found.values()):
            return dict(sorted(found.items()))
    counts = {sense: len(own) for sense, own in found.items()}
    raise ValueError(f"{word!r} in {most} documents: {counts or 'no sense is told of it'}")
