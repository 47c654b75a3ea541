"""What a token says: its bytes, and the piece of text a person reads.

A tokenizer's own strings (`Ġthe`, `▁the`, `##ing`, `<0xE2>`) are its bookkeeping. Here each token
is the bytes it stands for; bytes that are no whole character are shown as `⟨E2⟩`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Int

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_DECODERS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def pieces(tokenizer: Any, ids: Iterable[int]) -> list[str]:
    """Each token as people read it: white space kept, broken characters as `⟨E2⟩`.

    >>> pieces(tokenizer, tokenizer("a cat")["input_ids"])  # doctest: +SKIP
    ['a', ' cat']
    """
    decode = _known(tokenizer)
    return [decode(int(token))[1] for token in ids]


def token_bytes(tokenizer: Any, ids: Iterable[int]) -> list[bytes]:
    """The bytes each token stands for; a special token is its own name.

    Works by the tokenizer's kind: byte-level (GPT-2, SmolLM2), sentencepiece with byte fallback
    (Llama 2, Gemma), and, failing both, what the tokenizer decodes from the single token.
    """
    decode = _known(tokenizer)
    return [decode(int(token))[0] for token in ids]


def between(tokenizer: Any) -> bytes:
    """What stands between two tokens in the text and belongs to neither: mostly nothing.

    A space where each token is a word: such a tokenizer has no decoder.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    return b" " if backend is not None and backend.decoder is None else b""


def spans(raw: list[bytes], gap: bytes = b"") -> Int[np.ndarray, "pos 2"]:
    """Where each token begins and ends, in bytes of the text that is `gap.join(raw)`.

    >>> spans([b"3", b"+", b"11"], gap=b" ").tolist()
    [[0, 1], [2, 3], [4, 6]]
    """
    sizes = np.array([len(token) for token in raw], dtype=np.int64)
    starts = np.cumsum(sizes + len(gap)) - sizes - len(gap)
    return np.stack([starts, starts + sizes], axis=1)


def readable(raw: bytes) -> str:
    """Bytes as text, with each byte that is part of no character as `⟨E2⟩`.

    >>> readable(b" caf\\xc3\\xa9"), readable(b"\\xf0\\x9f")
    (' café', '⟨F0⟩⟨9F⟩')
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        good, bad = raw[: error.start], raw[error.start : error.end]
        rest = raw[error.end :]
        return good.decode() + "".join(f"⟨{byte:02X}⟩" for byte in bad) + readable(rest)


def _known(tokenizer: Any) -> Any:
    if tokenizer not in _DECODERS:
        _DECODERS[tokenizer] = _decoder(tokenizer)
    return _DECODERS[tokenizer]


def _decoder(tokenizer: Any) -> Any:
    """A function from id to its bytes and its piece, remembering what it has seen."""
    added = {token: item.content for token, item in tokenizer.added_tokens_decoder.items()}
    plain = _plain_decoder(tokenizer)

    @cache
    def decode(token: int) -> tuple[bytes, str]:
        raw = added[token].encode() if token in added else plain(token)
        return raw, readable(raw)

    return decode


def _plain_decoder(tokenizer: Any) -> Any:
    name = tokenizer.convert_ids_to_tokens
    steps = kinds(tokenizer)
    if "ByteLevel" in steps:
        table = _byte_alphabet()
        # A padding row of the vocabulary has no token: it stands for no bytes at all.
        return lambda token: bytes(table[char] for char in name(token) or "")
    if "ByteFallback" in steps:
        return lambda token: _fallback_bytes(name(token) or "")
    return lambda token: tokenizer.decode([token], clean_up_tokenization_spaces=False).encode()


def kinds(tokenizer: Any) -> set[str]:
    """The kinds of the decoder's steps, as the tokenizers library names them."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return set()
    decoder = json.loads(backend.to_str()).get("decoder") or {}
    return {step["type"] for step in [decoder, *decoder.get("decoders", [])] if step}


def _fallback_bytes(token: str) -> bytes:
    if match := _BYTE.fullmatch(token):
        return bytes([int(match[1], 16)])
    return token.replace("▁", " ").encode()


@cache
def _byte_alphabet() -> dict[str, int]:
    """GPT-2's alphabet: each byte a printable character (Radford et al. 2019)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    return table | {chr(256 + place): byte for place, byte in enumerate(others)}
