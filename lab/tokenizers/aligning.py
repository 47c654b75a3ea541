"""The same text cut several ways: where all cut, and what lies between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from lab.tokenizers.cutting import Cut
from lab.tokenizers.pieces import readable


class Stretch(NamedTuple):
    """A stretch of text between two places where every tokenizer cuts."""

    text: str
    span: tuple[int, int]
    """In bytes of the text."""
    pieces: list[list[str]]
    """The pieces that make it, for each tokenizer in turn."""


def joints(cuts: Sequence[Cut]) -> Int[np.ndarray, " joint"]:
    """The places where all of them cut, in bytes of the text, both its ends among them.

    Raises:
        ValueError: no cuts, or cuts of different texts.

    >>> from lab.tokenizers.cutting import Cutter
    >>> joints(Cutter("words", "characters")("a cat")).tolist()
    [0, 1, 5]
    """
    if not cuts:
        raise ValueError("cuts is empty: at least one is needed")
    if len({cut.text for cut in cuts}) > 1:
        raise ValueError(
            f"cuts are of {len({cut.text for cut in cuts})} different texts, not of one"
        )
    size = len(cuts[0].text.encode())
    shared = np.ones(size + 1, dtype=bool)
    for cut in cuts:
        shared &= _places(cut, size)
    return np.flatnonzero(shared)


def aligned(cuts: Sequence[Cut]) -> list[Stretch]:
    """The text in the shortest stretches that every tokenizer cuts out, with the pieces in each.

    >>> from lab.tokenizers.cutting import Cutter
    >>> [stretch.pieces for stretch in aligned(Cutter("words", "characters")("a cat"))]
    [[['a'], ['a']], [[' cat'], [' ', 'c', 'a', 't']]]
    """
    raw = cuts[0].text.encode() if cuts else b""
    return [
        Stretch(
            readable(raw[start:stop]), (start, stop), [_inside(cut, start, stop) for cut in cuts]
        )
        for start, stop in pairwise(joints(cuts).tolist())
    ]


def _places(cut: Cut, size: int) -> np.ndarray:
    """Where no piece is cut through, of all places from 0 to the text's end."""
    # A place lies inside a piece that began before it and ends after it.
    opened = np.zeros(size + 2, dtype=int)
    wide = cut.spans[cut.spans[:, 1] - cut.spans[:, 0] > 1]
    np.add.at(opened, wide[:, 0] + 1, 1)
    np.add.at(opened, wide[:, 1], -1)
    free = np.cumsum(opened)[: size + 1] == 0
    ends = np.zeros(size + 1, dtype=bool)
    ends[[0, size, *cut.spans.ravel()]] = True
    return free & ends


def _inside(cut: Cut, start: int, stop: int) -> list[str]:
    starts = cut.spans[:, 0]
    return [cut.pieces[at] for at in np.flatnonzero((starts >= start) & (starts < stop))]
