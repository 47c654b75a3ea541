"""The smallest honest tokenizer: one piece for each byte, and an end-of-text mark."""

from __future__ import annotations

from typing import Any

END = "<|endoftext|>"


def byte_tokenizer() -> Any:
    """A tokenizer of 257 pieces: the 256 bytes of UTF-8, and `<|endoftext|>`.

    The id of a byte is its value; the end-of-text mark, 256, is also the BOS and padding piece
    and is never added by itself. Any text comes back as it went in.

    >>> byte_tokenizer()("Tom")["input_ids"]                 # doctest: +SKIP
    [84, 111, 109]
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {sign: byte for byte, sign in enumerate(byte_signs())} | {END: 256}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    return ended(inner)


def ended(inner: Any, *others: str, **more: Any) -> Any:
    """A tokenizer of `tokenizers` as transformers' own, `<|endoftext|>` its BOS, EOS and padding.

    Args:
        others: special pieces besides.
        more: settings that are saved with it.
    """
    from transformers import PreTrainedTokenizerFast

    inner.add_special_tokens([END, *others])
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        bos_token=END,
        eos_token=END,
        pad_token=END,
        clean_up_tokenization_spaces=False,
        **more,
    )


def byte_signs() -> list[str]:
    """The printable character that stands for each byte in byte-level vocabularies, GPT-2's way.

    Printable Latin-1 bytes stand for themselves, the others for the characters from U+0100 on.

    >>> byte_signs()[ord("a")], byte_signs()[ord(" ")]
    ('a', 'Ġ')
    """
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = (byte for byte in range(256) if byte not in plain)
    signs = {byte: chr(byte) for byte in plain}
    signs |= {byte: chr(0x100 + index) for index, byte in enumerate(rest)}
    return [signs[byte] for byte in range(256)]
