"""A table of vectors, a row for each piece of a vocabulary, and how a word is looked up in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.hooks import lock_of
from lab.tokenizers.pieces import pieces


class UnknownPiece(KeyError):
    """A word that is no single piece of the vocabulary."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors with names: `rows[i]` is what the model holds for `names[i]`.

    Made by `vectors(model)`, or by hand from any table of word vectors. `what` says what the rows
    are, in the words that stand beside a picture of them. Lengths are as the model has them.

    >>> table = Vectors(np.eye(3), [" a", " b", "c"], what="three axes")
    >>> table.place("a"), table.place("c"), table.unit.shape
    (0, 2, (3, 3))

    Raises:
        ValueError: as many names as rows are wanted, and finite numbers.
    """

    rows: Float[np.ndarray, "piece d_model"]
    names: list[str]
    what: str = "vectors"
    special: Bool[np.ndarray, " piece"] | None = None

    def __post_init__(self) -> None:
        rows = np.asarray(self.rows, dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(self.names) or not rows.size:
            raise ValueError(
                f"rows have shape {rows.shape} for {len(self.names)} names: "
                "one row for each name is wanted, [name, number]"
            )
        if not np.isfinite(rows).all():
            wrong = int(np.argwhere(~np.isfinite(rows))[0, 0])
            raise ValueError(f"row {wrong} ({self.names[wrong]!r}) is not finite")
        object.__setattr__(self, "rows", rows)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Vectors({len(self):,} × {self.rows.shape[1]}, {self.what})"

    @cached_property
    def unit(self) -> Float[np.ndarray, "piece d_model"]:
        """The rows, each of length 1 (a row of zeros stays one): their products are cosines."""
        length = np.linalg.norm(self.rows, axis=1, keepdims=True)
        return self.rows / np.where(length > 0, length, 1)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: at for at, name in reversed(list(enumerate(self.names)))}

    def __contains__(self, word: str) -> bool:
        return f" {word}" in self._places or word in self._places

    def place(self, word: str, *, exact: bool = False) -> int:
        """The row of a word as it stands inside a sentence (`" king"`), or else as it is given.

        `exact` takes only the piece that is written just so.

        Raises:
            UnknownPiece: no such piece; the message names near ones.
        """
        spellings = (word,) if exact else (f" {word}", word)
        for spelling in spellings:
            if spelling in self._places:
                return self._places[spelling]
        near = get_close_matches(word, self._places, n=3) or self.names[:3]
        raise UnknownPiece(
            f"{word!r} is no single piece of this vocabulary; near ones: "
            f"{', '.join(map(repr, near))}"
        )

    def places(self, words: Iterable[str | int]) -> Int[np.ndarray, " word"]:
        """The rows of several words; a number is a row already."""
        found = [w if not isinstance(w, str) else self.place(w) for w in words]
        rows = np.array(found, dtype=np.int64)
        if rows.size and (rows.min() < 0 or rows.max() >= len(self)):
            raise ValueError(f"row {rows.min()} … {rows.max()}: rows go from 0 to {len(self) - 1}")
        return rows

    @cached_property
    def words(self) -> Int[np.ndarray, " word"]:
        """The rows of whole lower-case words: letters only, after a space where pieces have one."""
        spaced = any(name.startswith(" ") for name in self.names)
        bare = [name[1:] if spaced and name.startswith(" ") else name for name in self.names]
        fits = [
            word.isascii() and word.isalpha() and word.islower() and (word != name or not spaced)
            for word, name in zip(bare, self.names, strict=True)
        ]
        return np.flatnonzero(fits)

    def centred(self) -> Vectors:
        """The same rows without their mean: what all pieces have in common no longer counts."""
        return replace(self, rows=self.rows - self.rows.mean(axis=0), what=f"{self.what}, centred")


def vectors(model: Any, which: str = "embedding") -> Vectors:
    """The vocabulary's vectors in a model: a row for each piece, before any context.

    Args:
        model: from `lab.load` or `lab.build`.
        which: `"embedding"`, what a piece becomes on its way in; or `"unembedding"`, what the
            model's last state is compared with (the same table where the model ties the two).

    Raises:
        ValueError: another `which`.
        TypeError: a model that `lab` did not load.

    >>> vectors(lab.load("formicarium/stories"))  # doctest: +SKIP
    Vectors(4,096 × 256, embedding of formicarium/stories)
    """
    sides = {"embedding": "get_input_embeddings", "unembedding": "get_output_embeddings"}
    if which not in sides:
        raise ValueError(f"which is {which!r}: {' or '.join(sides)}")
    import torch

    with lock_of(model), torch.inference_mode():
        bridge = model.model if type(model).__name__ == "Edited" else model
        layer = getattr(bridge.__dict__["original_model"], sides[which])()
        rows = layer.weight.float().cpu().numpy().copy()
    names = pieces(model.tokenizer, range(min(len(model.tokenizer), len(rows))))
    name = getattr(model.cfg, "model_name", "a model")
    special = np.isin(np.arange(len(names)), list(model.tokenizer.all_special_ids))
    # Rows beyond the tokenizer's pieces only pad the table.
    return Vectors(rows[: len(names)], names, f"{which} of {name}", special)


def rows_of(table: Vectors, of: str | int | Sequence[str | int]) -> Int[np.ndarray, " word"]:
    """The rows that a word, a row or a list of them stands for."""
    return table.places([of] if isinstance(of, str | int | np.integer) else of)
