"""What a byte-pair encoding learnt, merge by merge, and what each merge was chosen from."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from lab.tokenizers.bpe import COUNTS, counted, pairs_of
from lab.tokenizers.bytelevel import byte_signs
from lab.tokenizers.contests import contests
from lab.tokenizers.replaying import replayed


class Merge(NamedTuple):
    """One step of the training: two pieces become one."""

    left: bytes
    right: bytes
    id: int
    """The id of the piece it makes, which is `left + right`."""
    count: int | None
    """How often the pair stood in the text when it was chosen; None where nobody counted."""


class Rival(NamedTuple):
    """A pair that stood in the text when a merge was chosen."""

    left: bytes
    right: bytes
    count: int


def merges(tokenizer: Any, corpus: Any = None, *, characters: int = 20_000_000) -> list[Merge]:
    """The merges of a BPE tokenizer in the order they were learnt, with their counts.

    Args:
        tokenizer: from `train_bpe`, from a folder or a hub, or a model that has one.
        corpus: count on these texts instead: how often each pair stands there once all merges
            before it are done.
        characters: how much of the corpus is read.
    Raises:
        TypeError: a tokenizer that is no byte-level BPE.

    >>> merges(train_bpe("aaabdaaabac", pieces=260))[0]                 # doctest: +SKIP
    Merge(left=b'a', right=b'a', id=256, count=4)
    """
    tokenizer = getattr(tokenizer, "tokenizer", tokenizer)
    pairs = pairs_of(_inner(tokenizer))
    ids = tokenizer.convert_tokens_to_ids([left + right for left, right in pairs])
    if corpus is None:
        counts = _kept_counts(tokenizer, len(pairs))
    else:
        counts = replayed(_words(tokenizer, corpus, characters), pairs)
    return [
        Merge(_bytes(left), _bytes(right), token, count)
        for (left, right), token, count in zip(pairs, ids, counts, strict=True)
    ]


def rivals(
    tokenizer: Any, corpus: Any, *, most: int = 6, characters: int = 20_000_000
) -> list[list[Rival]]:
    """The pairs each merge was chosen from: the most frequent ones in a corpus, highest first.

    One list for each merge, once all merges before it are done. The pair that was joined is always
    in it; of several equally frequent ones, the one whose pieces came first won.

    Raises:
        TypeError: a tokenizer that is no byte-level BPE.
        ValueError: `most` below 1.

    >>> rivals(train_bpe("aaabdaaabac", pieces=260), "aaabdaaabac", most=2)[0]   # doctest: +SKIP
    [Rival(left=b'a', right=b'a', count=4), Rival(left=b'a', right=b'b', count=2)]
    """
    if most < 1:
        raise ValueError(f"most={most}: at least 1 is needed")
    tokenizer = getattr(tokenizer, "tokenizer", tokenizer)
    pairs, ids = pairs_of(_inner(tokenizer)), tokenizer.get_vocab()
    words = _words(tokenizer, corpus, characters)

    def made(piece: str) -> tuple[bool, int]:
        # The trainer numbers the bytes by their signs, and then each piece as it is made.
        return (True, ids.get(piece, 0)) if len(piece) > 1 else (False, ord(piece))

    rounds = contests(words, pairs, most, lambda pair: (made(pair[0]), made(pair[1])))
    return [
        [Rival(_bytes(left), _bytes(right), count) for (left, right), count in ranked]
        for ranked in rounds
    ]


def _words(tokenizer: Any, corpus: Any, characters: int) -> Counter[str]:
    """The words of a corpus as this tokenizer cuts them, and how often each stands there."""
    words: Counter[str] = Counter()
    for _ in counted(corpus, characters, words, tokenizer.backend_tokenizer.pre_tokenizer):
        pass
    return words


def _inner(tokenizer: Any) -> Any:
    inner = getattr(tokenizer, "backend_tokenizer", None)
    kind = type(inner.model).__name__ if inner is not None else type(tokenizer).__name__
    if kind != "BPE":
        raise TypeError(f"tokenizer is no byte-pair encoding ({kind}): it has no merges")
    return inner


def _kept_counts(tokenizer: Any, merges: int) -> list[int] | list[None]:
    kept = str(tokenizer.init_kwargs.get(COUNTS, "")).split()
    if len(kept) != merges or not all(count.isdecimal() for count in kept):
        return [None] * merges
    return [int(count) for count in kept]


def _bytes(name: str) -> bytes:
    table = {sign: byte for byte, sign in enumerate(byte_signs())}
    return bytes(table[sign] for sign in name)
