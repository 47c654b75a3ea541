"""Pairs of texts that differ in what the answer hangs on.

A circuit is what makes a model answer one text in one way and another, almost the same, in
another way. Both texts of a pair have equally many pieces, so that each place of one stands for
the same place of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

Text = tuple[str, str, str, str]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Texts as ids, filled up at their right ends, where no earlier place can see it.

    Attributes:
        clean, corrupted: [pair, pos], ids.
        lengths: [pair], how many of them are the text's.
        right, wrong: [pair], the ids of the right answer and of the wrong one.
        texts: (clean, corrupted, right, wrong) as text.
    """

    clean: Int[np.ndarray, "pair pos"]
    corrupted: Int[np.ndarray, "pair pos"]
    lengths: Int[np.ndarray, " pair"]
    right: Int[np.ndarray, " pair"]
    wrong: Int[np.ndarray, " pair"]
    texts: list[Text]
    model_name: str = ""

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, chosen: Any) -> Pairs:
        """Some of the pairs: `pairs[:4]`, `pairs[2]`, `pairs[[0, 3]]`."""
        index = np.atleast_1d(np.arange(len(self))[chosen])
        longest = int(self.lengths[index].max(initial=1))
        return Pairs(
            clean=self.clean[index, :longest],
            corrupted=self.corrupted[index, :longest],
            lengths=self.lengths[index],
            right=self.right[index],
            wrong=self.wrong[index],
            texts=[self.texts[i] for i in index.tolist()],
            model_name=self.model_name,
        )

    def __repr__(self) -> str:
        shown = f"{self.texts[0][0]!r:.60} …" if self.texts else ""
        return f"Pairs({len(self)}: {shown})"


def pairs(model: Any, texts: Iterable[Sequence[str]], prepend_bos: bool | None = None) -> Pairs:
    """Pairs of texts as ids of a model, checked.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        texts: (clean, corrupted, right, wrong): two texts of equally many pieces that differ, and
            the two answers to tell apart, a single piece each, with their space (" Mary").
        prepend_bos: as in `lab.trace`.
    Raises:
        ValueError: no texts, texts of different lengths, over the context or the same; answers of
            several pieces, or the same.

    >>> pairs(model, [("Tom saw Sue. Tom called", "Tom saw Sue. Mia called", " Sue", " Tom")])
    ... # doctest: +SKIP
    Pairs(1: 'Tom saw Sue. Tom called' …)
    """
    rows = [_row(model, number, text, prepend_bos) for number, text in enumerate(texts)]
    if not rows:
        raise ValueError("texts is empty: at least one (clean, corrupted, right, wrong) is needed")
    clean, corrupted, right, wrong, spelled = (list(column) for column in zip(*rows, strict=True))
    return Pairs(
        clean=_filled(clean),
        corrupted=_filled(corrupted),
        lengths=np.array([len(ids) for ids in clean]),
        right=np.array(right),
        wrong=np.array(wrong),
        texts=spelled,
        model_name=str(getattr(model.cfg, "model_name", "a model")),
    )


def _row(
    model: Any, number: int, text: Sequence[str], bos: bool | None
) -> tuple[list[int], list[int], int, int, Text]:
    from lab.traces.prompts import prompt_ids, within_context  # torch stands behind it

    if isinstance(text, str) or len(text) != 4:
        raise ValueError(f"texts[{number}] is {text!r:.60}: (clean, corrupted, right, wrong)")
    here = f"texts[{number}]"
    one, other = (prompt_ids(model, each, prepend_bos=bos) for each in text[:2])
    within_context(model, one, cut=False)
    if len(one) != len(other) or one == other:
        fault = "the same" if one == other else f"{len(one)} and {len(other)} pieces long"
        raise ValueError(
            f"{here}: its two texts are {fault}; exchange some words for others of as many pieces"
        )
    right, wrong = (_single(model, here, answer) for answer in text[2:])
    if right == wrong:
        raise ValueError(f"{here}: both answers are {text[2]!r}; two different ones are needed")
    return one, other, right, wrong, (text[0], text[1], text[2], text[3])


def _single(model: Any, here: str, answer: str) -> int:
    ids = model.tokenizer.encode(answer, add_special_tokens=False)
    if len(ids) != 1:
        raise ValueError(f"{here}: {answer!r} is {len(ids)} pieces of this model; one is needed")
    return ids[0]


def _filled(rows: list[list[int]]) -> Int[np.ndarray, "pair pos"]:
    found = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for number, ids in enumerate(rows):
        found[number, : len(ids)] = ids
    return found
