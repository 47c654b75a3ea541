"""A text cut into pieces, the same way whatever the tokenizer: so that several can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from lab.tokenizers.cleaning import clean
from lab.tokenizers.naming import named
from lab.tokenizers.pieces import between, kinds, readable, spans, token_bytes
from lab.tokenizers.plain import Plain


@dataclass(frozen=True, eq=False)
class Cut:
    """One text as one tokenizer cuts it, in plain values."""

    name: str
    """The tokenizer."""
    text: str
    pieces: list[str]
    """The text of each piece, white space kept; bytes that are no character as ⟨E2⟩."""
    ids: Int[np.ndarray, " pos"]
    bytes: list[bytes]
    """The bytes each piece stands for; a special piece is its own name."""
    spans: Int[np.ndarray, "pos 2"]
    """Where each piece begins and ends in the text, in bytes of UTF-8."""
    special: Bool[np.ndarray, " pos"]
    vocabulary: int | None
    """How many different pieces the tokenizer has; None where it has no vocabulary."""

    def __len__(self) -> int:
        return len(self.pieces)

    @property
    def characters_per_piece(self) -> float:
        """How much text a piece carries on average; NaN for an empty text."""
        return len(self.text) / len(self) if len(self) else float("nan")

    @property
    def whole(self) -> bool:
        """Whether the pieces are the text, byte for byte, with nothing between or changed."""
        return b"".join(self.bytes) == self.text.encode()

    def __repr__(self) -> str:
        return f"Cut({self.name}, {len(self)} pieces: {'|'.join(self.pieces[:12])!r:.80})"


def cut(text: str, tokenizer: Any, *, name: str | None = None, literal: bool = False) -> Cut:
    """A text cut by one tokenizer, without the pieces it adds at the ends of its own accord.

    Args:
        text: any; a lone surrogate becomes U+FFFD, with a warning.
        tokenizer: a tokenizer, or the name of one (see `named`).
        name: what it is called; by default its own name.
        literal: take `<|endoftext|>` and the like for the characters they are.
    Raises:
        FileNotFoundError, TypeError: see `named`.
        ValueError: a tokenizer that changes the text and cannot say where its pieces stand.

    >>> cut("a cat sat", "words").pieces
    ['a', ' cat', ' sat']
    """
    text, made = clean(text), named(tokenizer)
    read = _plain if isinstance(made, Plain) else _fast
    if hasattr(made, "decode_single_token_bytes"):
        read = _ranked
    ids, raw, where, special = read(made, text, literal)
    return Cut(
        name=name or _name(tokenizer, made),
        text=text,
        pieces=[readable(one) for one in raw],
        ids=np.asarray(ids, dtype=np.int64),
        bytes=raw,
        spans=np.asarray(where, dtype=np.int64).reshape(-1, 2),
        special=np.asarray(special, dtype=bool),
        vocabulary=_vocabulary(made),
    )


class Cutter:
    """Several tokenizers, ready: called with a text, it gives a `Cut` by each.

    Tokenizers are found and loaded once, when it is made; see `named` for what they can be, and a
    pair (name, tokenizer) gives one a name of its own.

    >>> [len(cut) for cut in Cutter("words", "characters")("a cat")]
    [2, 5]
    """

    def __init__(self, *tokenizers: Any, download: bool = False) -> None:
        if not tokenizers:
            raise ValueError("no tokenizers: give at least one name, Cutter('gpt2', 'bytes')")
        pairs = [one if isinstance(one, tuple) else (None, one) for one in tokenizers]
        made = [(name, given, named(given, download=download)) for name, given in pairs]
        self._made = [(name or _name(given, one), one) for name, given, one in made]
        self.names = [name for name, _ in self._made]

    def __call__(self, text: str, *, literal: bool = False) -> list[Cut]:
        return [cut(text, one, name=name, literal=literal) for name, one in self._made]


Read = tuple[Sequence[int], list[bytes], Any, Sequence[bool]]


def _plain(made: Plain, text: str, _literal: bool) -> Read:
    raw = made.split(text)
    return made.number(raw), raw, spans(raw), [False] * len(raw)


def _ranked(made: Any, text: str, literal: bool) -> Read:
    """By `tiktoken`, which knows its pieces as bytes."""
    ids = made.encode(text, allowed_special=set() if literal else "all", disallowed_special=())
    raw = [made.decode_single_token_bytes(token) for token in ids]
    own = {made.encode_single_token(name) for name in made.special_tokens_set}
    return ids, raw, spans(raw), [token in own for token in ids]


def _fast(made: Any, text: str, literal: bool) -> Read:
    """By a tokenizer of transformers."""
    told = made(
        text,
        add_special_tokens=False,
        split_special_tokens=literal,
        return_offsets_mapping=bool(getattr(made, "is_fast", False)),
        verbose=False,
    )
    ids = list(told["input_ids"])
    raw, gap = token_bytes(made, ids), between(made)
    own = set(made.all_special_ids)
    if gap.join(raw) == text.encode():
        where: Any = spans(raw, gap)
    else:
        where = _sought(made, raw, text.encode()) or _offsets(made, told, text)
    return ids, raw, where, [token in own for token in ids]


def _sought(made: Any, raw: list[bytes], text: bytes) -> list[tuple[int, int]] | None:
    """Spans of pieces that are the text but for bytes it lacks; None where that is not so.

    The library itself loses count at a byte that is not in the vocabulary.
    """
    found, at = [], 0
    for piece in raw if "ByteLevel" in kinds(made) else ():
        start = text.find(piece, at)
        if start < 0:
            return None
        at = start + len(piece)
        found.append((start, at))
    return found or None


def _offsets(made: Any, told: Any, text: str) -> Any:
    """Spans from the characters that the tokenizer says each piece stands for."""
    if "offset_mapping" not in told:
        raise ValueError(
            f"{_name(made, made)} changes the text before it cuts it, and cannot say where its "
            "pieces stand: only the fast tokenizers of transformers can"
        )
    ends = np.cumsum([0, *(len(sign.encode()) for sign in text)])
    return [(ends[start], ends[stop]) for start, stop in told["offset_mapping"]]


def _name(given: Any, made: Any) -> str:
    if isinstance(given, str):
        return given
    own = getattr(made, "name_or_path", "") or getattr(made, "name", "")
    return str(own).rstrip("/").rsplit("/", 1)[-1] or type(made).__name__


def _vocabulary(made: Any) -> int | None:
    if isinstance(made, Plain):
        return made.vocabulary
    return int(getattr(made, "n_vocab", 0) or len(made))
