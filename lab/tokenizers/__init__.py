"""Tokenizers: of bytes, words and learnt pieces, those of folders, and text made ready for them."""

from lab.tokenizers.bpe import Merge, merges, train_bpe
from lab.tokenizers.bytelevel import byte_signs, byte_tokenizer
from lab.tokenizers.chat import chat_text
from lab.tokenizers.cleaning import clean
from lab.tokenizers.folders import load
from lab.tokenizers.words import character_tokenizer, word_tokenizer

__all__ = [
    "Merge",
    "byte_signs",
    "byte_tokenizer",
    "character_tokenizer",
    "chat_text",
    "clean",
    "load",
    "merges",
    "train_bpe",
    "word_tokenizer",
]
