"""Byte-pair encoding: pieces learnt from a text, from bytes up (Gage 1994, Sennrich et al. 2016).

Training starts from the 256 bytes and joins, again and again, the two neighbours that stand
together most often, never across the border of a word (the space before a word belongs to it, as
in GPT-2). The `tokenizers` library trains; how often each pair stood there when it was chosen is
found by `replaying.py`, and stays with the tokenizer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lab.tokenizers.bytelevel import END, byte_signs, ended
from lab.tokenizers.replaying import replayed
from lab.tokenizers.texts import texts

COUNTS = "merge_counts"  # in tokenizer_config.json: one line of numbers, in the merges' order
BYTES = 256


def train_bpe(
    corpus: Any, pieces: int = 4096, *, least: int = 2, characters: int = 20_000_000
) -> Any:
    """A tokenizer whose pieces are learnt from a corpus; any text comes back as it went in.

    Ids: the 256 bytes by their value, then the pieces in the order they were made, and last
    `<|endoftext|>`, which is BOS, EOS and padding and is never added by itself.

    Args:
        corpus: documents (strings, or objects with a `text`), or one string. A document is cut at
            each `<|endoftext|>` in it.
        pieces: how many in all; fewer come out when no pair is left that stands there `least`
            times.
        least: how often a pair must stand in the text to become a piece.
        characters: how much of the corpus is read, from its start: an endless one is cut there.
    Raises:
        ValueError: `pieces` below 257, `least` or `characters` below 1, a corpus without text.
        TypeError: a corpus that holds something else than texts.

    >>> tokenizer = train_bpe("low lower lowest", pieces=260)           # doctest: +SKIP
    >>> [merge.left + merge.right for merge in merges(tokenizer)]       # doctest: +SKIP
    [b'lo', b'low', b' low']
    """
    from tokenizers import Tokenizer, models, trainers

    _refuse_small(pieces, least, characters)
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = _splitter()  # type: ignore[assignment]
    trainer = trainers.BpeTrainer(
        vocab_size=pieces - 1,
        min_frequency=least,
        initial_alphabet=byte_signs(),
        special_tokens=[],
        show_progress=False,
    )
    words: Counter[str] = Counter()
    inner.train_from_iterator(counted(corpus, characters, words), trainer)
    if not words:
        raise ValueError("corpus holds no text: give at least one document with a character in it")
    pairs = pairs_of(inner)
    return _tokenizer(pairs, replayed(words, pairs))


def _refuse_small(pieces: int, least: int, characters: int) -> None:
    if pieces < BYTES + 1:
        raise ValueError(f"pieces={pieces}: at least 257, for the 256 bytes and {END}")
    for name, value in {"least": least, "characters": characters}.items():
        if value < 1:
            raise ValueError(f"{name}={value}: at least 1 is needed")


def _splitter() -> Any:
    """GPT-2's words: letters, digits or signs, each with the space before it (Radford 2019)."""
    from tokenizers import pre_tokenizers

    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def counted(
    corpus: Any, characters: int, words: Counter[str], splitter: Any = None
) -> Iterator[str]:
    """The texts of a corpus, passed on while their words are counted into `words`."""
    splitter = splitter or _splitter()
    for text in texts(corpus, characters):
        words.update(word for word, _ in splitter.pre_tokenize_str(text))
        yield text


def pairs_of(inner: Any) -> list[tuple[str, str]]:
    """The pairs that a byte-pair encoding joins, in order."""
    found = json.loads(inner.to_str())["model"]["merges"]
    # Older files write a pair as one string with a space between.
    pairs = (pair.split(" ") if isinstance(pair, str) else pair for pair in found)
    return [(left, right) for left, right in pairs]


def _tokenizer(pairs: list[tuple[str, str]], counts: list[int]) -> Any:
    from tokenizers import Tokenizer, decoders, models

    # Two merges may make the same piece (a+bc, ab+c): it has one id.
    names = dict.fromkeys([*byte_signs(), *(left + right for left, right in pairs), END])
    vocabulary = {name: token for token, name in enumerate(names)}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs))
    inner.pre_tokenizer = _splitter()  # type: ignore[assignment]
    inner.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    # What the tokenizer does not know itself travels in its settings, saved with it.
    return ended(inner, **{COUNTS: " ".join(map(str, counts))})
