"""Words, characters and bytes: the ways of cutting a text that need no vocabulary."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Plain:
    """A way of cutting that learnt nothing: `split` gives the pieces, `number` their ids."""

    name: str
    split: Callable[[str], list[bytes]]
    number: Callable[[list[bytes]], list[int]]
    vocabulary: int | None = None


def words(text: str) -> list[str]:
    """The words of a text: letters and digits together, signs together, one space before each.

    A word is what stands between spaces and signs, in any script: where a script writes no spaces
    (Chinese, Thai), it is the whole run. The pieces put together are the text.

    >>> words("Don't  panic, Tom!")
    ["Don't", ' ', ' panic', ',', ' Tom', '!']
    """
    found: list[str] = []
    for kind, group in groupby(_kinds(text), key=lambda pair: pair[1]):
        run = "".join(sign for sign, _ in group)
        if kind != "space" and found and found[-1].endswith(" ") and found[-1].isspace():
            space = found.pop()
            found += [space[:-1]] * (len(space) > 1)
            run = " " + run
        found.append(run)
    return found


def _kinds(text: str) -> list[tuple[str, str]]:
    """Each character and whether it is of a word, a sign or a space."""
    kinds = ["space" if sign.isspace() else _kind(sign) for sign in text]
    for at, sign in enumerate(text):
        inside = 0 < at < len(text) - 1 and kinds[at - 1] == kinds[at + 1] == "word"
        if sign in "'’" and inside:
            kinds[at] = "word"
    return list(zip(text, kinds, strict=True))


def _kind(sign: str) -> str:
    # Marks belong to the letter they stand on: without them Hindi would fall apart.
    joiner = sign in "\u200c\u200d"
    return "word" if joiner or unicodedata.category(sign)[0] in "LMN" else "sign"


def _as_they_come(pieces: list[bytes]) -> list[int]:
    table = {piece: at for at, piece in enumerate(dict.fromkeys(pieces))}
    return [table[piece] for piece in pieces]


def _code_points(pieces: list[bytes]) -> list[int]:
    return [ord(piece.decode()) for piece in pieces]


WORDS = Plain("words", lambda text: [word.encode() for word in words(text)], _as_they_come)
"""Words; without a vocabulary they are numbered as they come in the text."""

CHARACTERS = Plain("characters", lambda text: [sign.encode() for sign in text], _code_points)
"""Characters; an id is the character's number in Unicode."""

BYTES = Plain(
    "bytes",
    lambda text: [bytes([byte]) for byte in text.encode()],
    lambda raw: [*map(ord, raw)],
    256,
)
"""Bytes of UTF-8; an id is the byte's value. Nothing is special: `<|endoftext|>` is 13 bytes."""
