"""One piece a word, or one a character: for tasks with a vocabulary of their own.

A word or character that was never seen becomes `<|unknown|>`, a special piece that views frame.
An error would be stricter, but whoever types "112" has typed "11" first, and every view and
library that tries a tokenizer on a text of its own would stumble. What a model answers about an
unknown word means nothing: its row was never trained.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.tokenizers.bytelevel import END, ended
from lab.tokenizers.texts import texts

UNKNOWN = "<|unknown|>"


def word_tokenizer(words: Iterable[str]) -> Any:
    """A tokenizer with one piece for each word; texts are cut at single spaces.

    Ids: the words in their order (a word given twice counts once), then `<|endoftext|>` (BOS, EOS
    and padding, never added by itself), then `<|unknown|>`. A piece is the word alone; the one
    space between two words belongs to neither. Known words with one space between them come back
    as they went in.

    Raises:
        ValueError: no words, one that is empty or has a space in it, or a special one.
        TypeError: `words` is one string, or holds something else than strings.

    >>> tokenizer = word_tokenizer([*map(str, range(113)), "+", "="])   # doctest: +SKIP
    >>> tokenizer("3 + 112 =")["input_ids"]                             # doctest: +SKIP
    [3, 113, 112, 114]
    """
    from tokenizers import Tokenizer, models, pre_tokenizers

    if isinstance(words, str):
        raise TypeError("words is one string: give a list, or words.split()")
    vocabulary = _numbered([_checked(word) for word in words], "words holds no word")
    inner = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=UNKNOWN))
    inner.pre_tokenizer = pre_tokenizers.Split(" ", "removed")  # type: ignore[assignment]
    return ended(
        inner, UNKNOWN, unk_token=UNKNOWN
    )  # without a decoder words are put together with one space between


def character_tokenizer(corpus: Any, *, characters: int = 20_000_000) -> Any:
    """A tokenizer with one piece for each character of a corpus; such text comes back whole.

    Ids: the characters by their code points, then `<|endoftext|>` and `<|unknown|>` as in
    `word_tokenizer`.

    Args:
        corpus: documents (strings, or objects with a `text`), or one string.
        characters: how much of the corpus is read, from its start.
    Raises:
        ValueError: a corpus without text.
        TypeError: a corpus that holds something else than texts.

    >>> character_tokenizer("banana")("nab")["input_ids"]               # doctest: +SKIP
    [2, 0, 1]
    """
    from tokenizers import Tokenizer, decoders, models

    found: set[str] = set()
    for text in texts(corpus, characters):
        found.update(text)
    vocabulary = _numbered(sorted(found), "corpus holds no text")
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token=UNKNOWN))
    inner.decoder = decoders.Fuse()  # type: ignore[assignment]
    return ended(inner, UNKNOWN, unk_token=UNKNOWN)


def _numbered(names: list[str], missing: str) -> dict[str, int]:
    if not names:
        raise ValueError(f"{missing}: at least one is needed")
    return {name: token for token, name in enumerate(dict.fromkeys([*names, END, UNKNOWN]))}


def _checked(word: Any) -> str:
    if not isinstance(word, str):
        raise TypeError(f"words holds {word!r:.40}, a {type(word).__name__} and not a string")
    if not word or " " in word:
        raise ValueError(f"words holds {word!r:.40}: a word has no space and at least one sign")
    if word in (END, UNKNOWN):
        raise ValueError(f"words holds {word}, which the tokenizer has already")
    return word
