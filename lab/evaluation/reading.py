"""How well a model foresees a text it has not seen, in bits a character."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, nan, sqrt
from typing import Any

import numpy as np

from lab.evaluation.scoring import Row, log_probs
from lab.tokenizers.texts import texts

WHOLE = 2**62


@dataclass(frozen=True)
class Bits:
    """The score of a text, what it was measured on, and how.

    Bits a character compare models whatever their pieces; nats a piece only those of one tokenizer.
    """

    bits_per_character: float
    interval: tuple[float, float]
    """95 % for documents of this kind; not a number for fewer than two."""
    nats_per_piece: float
    characters: int
    pieces: int
    documents: int
    context: int
    stride: int

    def __float__(self) -> float:
        return self.bits_per_character

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.bits_per_character:.4f} bits a character (95 %: {low:.4f} to {high:.4f}), "
            f"{self.nats_per_piece:.4f} nats a piece, over {self.documents:,} documents of "
            f"{self.characters:,} characters and {self.pieces:,} pieces"
        )


def bits_per_character(
    model: Any,
    documents: Any,
    *,
    context: int | None = None,
    stride: int | None = None,
    characters: int | None = None,
) -> Bits:
    """How many bits the model needs for a character of these documents; less is better.

    −log₂ p of every piece of every document, over the number of characters. Each document stands
    alone behind the end-of-text piece, as in training; that piece itself is not counted. One over
    the context is read in windows: each begins `stride` pieces after the one before and counts the
    pieces that none before it has, so that all but a document's first `context` pieces are foreseen
    from at least `context - stride` before them.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        documents: strings or objects with a `text`, or one string; cut at `<|endoftext|>`.
        context: the longest window, in pieces; the model's own context if left out.
        stride: half the context if left out; less is dearer and a little better for the model.
        characters: read only so many, from the start.
    Raises:
        ValueError: no text, no end-of-text piece, a window that cannot be.

    >>> float(lab.bits_per_character(model, lab.corpora.text("valid.txt")))     # doctest: +SKIP
    0.85
    """
    context, stride = _windows(model, context, stride)
    found = list(texts(documents, WHOLE if characters is None else characters))
    if not found:
        raise ValueError("documents hold no text: give at least one with a character in it")
    start = _start(model.tokenizer)
    owners, rows = [], []
    for number, ids in enumerate(_encoded(model.tokenizer, found)):
        windows = _rows([start, *ids], context, stride)
        rows += windows
        owners += [number] * len(windows)
    sums = [-values.sum(dtype=np.float64) for values in log_probs(model, rows)]
    nats = np.bincount(owners, weights=sums, minlength=len(found))
    pieces = sum(len(row.wanted) for row in rows)
    return _result(nats, np.array([len(text) for text in found]), pieces, context, stride)


def _windows(model: Any, context: int | None, stride: int | None) -> tuple[int, int]:
    most: int = model.cfg.n_ctx
    width = most if context is None else context
    if not 1 <= width <= most:
        raise ValueError(f"context={context}: from 1 to the model's {most} pieces")
    step = max(1, width // 2) if stride is None else stride
    if not 1 <= step <= width:
        raise ValueError(f"stride={stride}: from 1 to the context, {width} pieces")
    return width, step


def _start(tokenizer: Any) -> int:
    for token in (tokenizer.eos_token_id, tokenizer.bos_token_id):
        if token is not None:
            return token
    raise ValueError("model's tokenizer has no end-of-text piece for a document to begin behind")


def _encoded(tokenizer: Any, found: list[str]) -> list[list[int]]:
    # verbose=False: a document over the context is no mistake here.
    return tokenizer(found, add_special_tokens=False, verbose=False)["input_ids"]


def _rows(ids: list[int], context: int, stride: int) -> list[Row]:
    """The windows over a document; together they ask for every piece but the first, once.

    >>> [(row.ids, row.wanted) for row in _rows([9, 1, 2, 3, 4], context=2, stride=1)]
    [([9, 1], [1, 2]), ([1, 2], [3]), ([2, 3], [4])]
    """
    rows, done = [], 0
    for begin in range(0, len(ids) - 1, stride):
        window = ids[begin : begin + context]
        end = min(begin + context, len(ids) - 1)
        rows.append(
            Row(window[: end - begin], range(done - begin, end - begin), ids[done + 1 : end + 1])
        )
        done = end
        if done == len(ids) - 1:
            break
    return rows


def _result(nats: Any, characters: Any, pieces: int, context: int, stride: int) -> Bits:
    bits, total, count = nats / log(2), characters.sum(), len(characters)
    share = bits.sum() / total
    # The error of a ratio of two sums over documents, by its linear approximation.
    spread = ((bits - share * characters) ** 2).sum()
    error = sqrt(spread * count / (count - 1)) / total if count > 1 else nan
    return Bits(
        bits_per_character=float(share),
        interval=(float(share - 1.96 * error), float(share + 1.96 * error)),
        nats_per_piece=float(nats.sum() / pieces),
        characters=int(total),
        pieces=pieces,
        documents=count,
        context=context,
        stride=stride,
    )
