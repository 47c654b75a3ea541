"""Tokenizers: of bytes, words and learnt pieces, those of folders, several put side by side."""

from lab.tokenizers.aligning import Stretch, aligned, joints
from lab.tokenizers.bpe import train_bpe
from lab.tokenizers.bytelevel import byte_signs, byte_tokenizer
from lab.tokenizers.chat import chat_text
from lab.tokenizers.cleaning import clean
from lab.tokenizers.contests import learnt
from lab.tokenizers.cutting import Cut, Cutter, cut
from lab.tokenizers.folders import load
from lab.tokenizers.merging import Merge, Rival, merges, rivals
from lab.tokenizers.naming import named, names
from lab.tokenizers.words import character_tokenizer, word_tokenizer

__all__ = [
    "Cut",
    "Cutter",
    "Merge",
    "Rival",
    "Stretch",
    "aligned",
    "byte_signs",
    "byte_tokenizer",
    "character_tokenizer",
    "chat_text",
    "clean",
    "cut",
    "joints",
    "learnt",
    "load",
    "merges",
    "named",
    "names",
    "rivals",
    "train_bpe",
    "word_tokenizer",
]
