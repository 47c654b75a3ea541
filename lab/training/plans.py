"""A training described in a file, so that what ships can be grown again by one command.

[model]                       # arguments of lab.build
kind = "gpt2"
layers = 2
[tokenizer]                   # kind: "bytes" (default), "bpe", "words", "characters",
kind = "bpe"                  # or folder = "…", a model's or tokenizer's
pieces = 4096
[[corpus]]                    # one, or several mixed by their share of the characters
kind = "text"                 # a function of lab.corpora; the rest are its arguments
path = "$STORIES/train.txt"   # environment variables are filled in
share = 0.8
[[valid]]                     # likewise, not learned from
[recipe]                      # fields of lab.Recipe
steps = 2000
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import bridges, corpora, tokenizers
from lab.training.recipe import Recipe

_PARTS = ("model", "tokenizer", "corpus", "valid", "recipe")


@dataclass(frozen=True)
class Plan:
    """All that `lab.train` needs, made ready."""

    model: Any
    corpus: Any
    valid: Any
    recipe: Recipe


def plan(path: str | Path) -> Plan:
    """The model, the corpora and the recipe that a TOML file describes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no TOML, or names something that does not exist, with what would have
            been right.
    """
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not TOML ({error})") from None
    for part in told:
        if part not in _PARTS:
            raise ValueError(f"{path}: [{part}] is unknown; the parts are {', '.join(_PARTS)}")
    if not told.get("corpus"):
        raise ValueError(f"{path}: [[corpus]] is missing")
    recipe = _called("recipe", Recipe, told.get("recipe", {}))  # first: it is refused at once
    corpus = _corpus(told["corpus"])
    valid = _corpus(told["valid"]) if told.get("valid") else None
    model = _model(told.get("model", {}), told.get("tokenizer", {}), corpus)
    return Plan(model, corpus, valid, recipe)


def _model(part: dict[str, Any], tokenizer: dict[str, Any], corpus: Any) -> Any:
    if "folder" in part:
        return bridges.load(_filled(part["folder"]), progress=False)
    return _called("model", bridges.build, {**part, "tokenizer": _tokenizer(tokenizer, corpus)})


def _corpus(parts: Any) -> Any:
    shares = [(_one(dict(part)), part.get("share", 1.0)) for part in _listed(parts)]
    return shares[0][0] if len(shares) == 1 else corpora.mixed(shares)


def _one(part: dict[str, Any]) -> Any:
    part.pop("share", None)
    kind, again = part.pop("kind", "text"), part.pop("again", False)
    make = getattr(corpora, str(kind), None)
    if str(kind).startswith("_") or not callable(make):
        raise ValueError(
            f"[[corpus]] kind {kind!r} is none of lab.corpora: {', '.join(corpora.__all__)}"
        )
    corpus = _called(f"corpus {kind}", make, part)
    return corpora.forever(corpus) if again else corpus


def _tokenizer(part: dict[str, Any], corpus: Any) -> Any:
    if "folder" in part:
        return tokenizers.load(_filled(part["folder"]))
    part = dict(part)
    kind = part.pop("kind", "bytes")
    if kind == "bytes":
        return tokenizers.byte_tokenizer()
    if kind == "bpe":
        source = _corpus(part.pop("corpus")) if "corpus" in part else corpus
        return _called("tokenizer", lambda **more: tokenizers.train_bpe(source, **more), part)
    if kind == "words":
        return tokenizers.word_tokenizer(part.get("words") or corpus.vocabulary)
    if kind == "characters":
        return tokenizers.character_tokenizer(corpus)
    raise ValueError(f"[tokenizer] kind is {kind!r}: bytes, bpe, words or characters")


def _called(name: str, function: Any, arguments: dict[str, Any]) -> Any:
    try:
        return function(**{key: _filled(value) for key, value in arguments.items()})
    except TypeError as error:
        raise ValueError(f"[{name}]: {error}") from None


def _filled(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    filled = os.path.expandvars(value)
    if missing := re.search(r"\$\{?(\w+)\}?", filled):
        raise ValueError(f"{value!r}: the environment variable {missing[1]} is not set")
    return filled


def _listed(parts: Any) -> list[Any]:
    return parts if isinstance(parts, list) else [parts]
