"""Text → rows of pieces to learn from, in an order that can be taken up again anywhere.

Documents are read in blocks of `BLOCK`, shuffled inside a block, strung together with the
end-of-text piece between them, and cut into rows of the context's length; rows are shuffled inside
their block too. What a block's last row lacks is left out (less than one row a block). The order
depends on the seed, the round through the corpus and the block's number alone, so a place in the
text is three numbers, and going on from there is the same as never having stopped.

A document with an `answer` gets a row of its own, and only its answer counts in the loss; what is
beyond the row's length is left out, and the whole row if nothing of the answer is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from lab.training.reading import starting, text_of

BLOCK = 512
KEPT_BYTES = 256 * 2**20  # pieces of a corpus that fits are kept instead of cut anew each round

Document = tuple[np.ndarray, np.ndarray]  # ids, and which of them count
Row = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Place:
    """Where in the text a training is: the round, the block, the row in it."""

    round: int = 0
    block: int = 0
    row: int = 0


class Rows:
    """An endless stream of rows of `context + 1` pieces; `place` is where the next one stands.

    Raises:
        ValueError: the corpus gives nothing to learn from, or the tokenizer has no end-of-text
            piece to stand between documents.
        TypeError: the corpus gives something that is no text.
    """

    def __init__(
        self, corpus: Any, tokenizer: Any, context: int, *, seed: int = 0, place: Place = Place()
    ) -> None:
        if tokenizer.eos_token_id is None:
            raise ValueError("tokenizer has no end-of-text piece: set its eos_token")
        self.place = place
        self._corpus, self._tokenizer = corpus, tokenizer
        self._context, self._seed = context, seed
        self._kept: list[list[Document]] = []  # from block 0 on, as long as they fit
        self._whole = False  # all of the corpus is kept
        self._rows = self._stream()

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        return next(self._rows)

    def back(self, place: Place) -> None:
        """Goes on from another place."""
        self.place = place
        self._rows = self._stream()

    def _stream(self) -> Iterator[Row]:
        while True:
            got, began = 0, self.place.block
            for number, block in self._blocks(self.place.block):
                rows = self._cut(block, self.place.round, number)
                got += len(rows)
                start = self.place.row if number == self.place.block else 0
                for row in range(start, len(rows)):
                    self.place = Place(self.place.round, number, row + 1)
                    yield rows[row]
                self.place = Place(self.place.round, number + 1)
            if not got and not began:
                raise ValueError(
                    "corpus gave nothing to learn from: documents of two pieces and more are "
                    f"needed, with answers that begin within the context of {self._context}"
                )
            self.place = Place(self.place.round + 1)

    def _blocks(self, first: int) -> Iterator[tuple[int, list[Document]]]:
        yield from islice(enumerate(self._kept), first, None)
        if self._whole:
            return
        first = max(first, len(self._kept))
        documents = starting(self._corpus, first * BLOCK)
        for number in range(first, 2**62):
            block = [self._pieces(chunk) for chunk in _chunks(documents, BLOCK)]
            flat = [document for chunk in block for document in chunk]
            if not flat:
                self._whole = number == len(self._kept)
                return
            if number == len(self._kept) and self._bytes(flat) <= KEPT_BYTES:
                self._kept.append(flat)
            yield number, flat

    def _bytes(self, block: list[Document]) -> int:
        return (len(self._kept) + 1) * sum(ids.nbytes + counted.nbytes for ids, counted in block)

    def _pieces(self, documents: list[Any]) -> list[Document]:
        texts = [text_of(document) for document in documents]
        answers = [getattr(document, "answer", None) for document in documents]
        coded = self._tokenizer(
            texts,
            add_special_tokens=False,
            verbose=False,  # a text may well be longer than the context: it is cut into rows
            return_offsets_mapping=any(a is not None for a in answers),
        )
        result = []
        for i, answer in enumerate(answers):
            ids = np.array(coded["input_ids"][i], dtype=np.int32)
            counted = np.zeros(0, dtype=bool)  # empty: all of it
            if answer is not None:
                counted = np.array([end > answer for _, end in coded["offset_mapping"][i]], bool)
            result.append((ids, counted))
        return result

    def _cut(self, block: list[Document], turn: int, number: int) -> list[Row]:
        random = np.random.default_rng([self._seed, turn, number])
        order = [block[i] for i in random.permutation(len(block))]
        end = self._context + 1
        answered = ((ids[:end], counted[:end]) for ids, counted in order if len(counted))
        rows = [row for row in answered if row[1][1:].any()]
        rows += self._string([ids for ids, counted in order if not len(counted)])
        return [rows[i] for i in random.permutation(len(rows))]

    def _string(self, documents: list[np.ndarray]) -> list[Row]:
        if not documents:
            return []
        end = np.array([self._tokenizer.eos_token_id], dtype=np.int32)
        stream = np.concatenate([part for ids in documents for part in (end, ids)])
        length = min(self._context, len(stream) - 1)
        if length < 1:
            return []
        starts = range(0, len(stream) - length, length)
        return [(stream[s : s + length + 1], np.ones(length + 1, dtype=bool)) for s in starts]


def batch(rows: list[Row], fill: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows → pieces `[row, pos]` and the pieces to be predicted, −100 where nothing counts."""
    longest = max(len(ids) for ids, _ in rows) - 1
    inputs = np.full((len(rows), longest), fill, dtype=np.int64)
    targets = np.full((len(rows), longest), -100, dtype=np.int64)
    for i, (ids, counted) in enumerate(rows):
        inputs[i, : len(ids) - 1] = ids[:-1]
        targets[i, : len(ids) - 1] = np.where(counted[1:], ids[1:], -100)
    return inputs, targets


def _chunks(documents: Iterator[Any], total: int, size: int = 128) -> Iterator[list[Any]]:
    for _ in range(total // size):
        chunk = list(islice(documents, size))
        if not chunk:
            return
        yield chunk
