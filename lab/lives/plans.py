"""What a life looks at, made certain before the first checkpoint is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.attention import repeated_tokens
from lab.tokenizers.pieces import pieces
from lab.traces import Trace
from lab.traces.run import trace

PARTS = ("pattern", "lens", "map", "scores", "samples")
REPEATED = 32
"""Random tokens that are said twice for the head scores, as far as the context allows."""


@dataclass(frozen=True)
class Plan:
    """The model that takes every checkpoint's weights, and what is asked of it each time."""

    model: Any
    parts: tuple[str, ...]
    first: Trace
    heads: list[tuple[int, int]]
    targets: np.ndarray  # ids, -1 for none
    words: dict[str, list[str]]  # by group
    word_ids: list[int]
    again: list[int]  # random tokens said twice
    metrics: Mapping[str, Callable[[Any], float | str]]


def planned(
    model: Any,
    prompt: str | Sequence[int],
    keep: Iterable[str],
    heads: Sequence[tuple[int, int]] | None = None,
    words: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    metrics: Mapping[str, Callable[[Any], float | str]] | None = None,
    target: str | None = None,
    prepend_bos: bool | None = None,
) -> Plan:
    """Everything checked against the model; raises as `lab.life` says."""
    parts = _parts(keep)
    first = trace(model, prompt, keep=(), prepend_bos=prepend_bos).only(logits=False)
    groups = _grouped(words, first) if "map" in parts else {}
    chosen = {name: [_word(model, word) for word in group] for name, group in groups.items()}
    return Plan(
        model=model,
        parts=parts,
        first=first,
        heads=_heads(model, heads) if "pattern" in parts else [],
        targets=_targets(model, first, target),
        words={name: pieces(model.tokenizer, group) for name, group in chosen.items()},
        word_ids=[token for group in chosen.values() for token in group],
        again=_again(model) if "scores" in parts else [],
        metrics=dict(metrics or {}),
    )


def _parts(keep: Iterable[str]) -> tuple[str, ...]:
    if isinstance(keep, str):
        raise ValueError(f"keep={keep!r} is one name; give a list: keep=[{keep!r}]")
    parts = tuple(keep)
    if unknown := [part for part in parts if part not in PARTS]:
        raise ValueError(f"keep: {unknown[0]!r} is none of {', '.join(PARTS)}")
    return parts


def _heads(model: Any, heads: Sequence[tuple[int, int]] | None) -> list[tuple[int, int]]:
    layers, each = model.cfg.n_layers, model.cfg.n_heads
    every = [(layer, head) for layer in range(layers) for head in range(each)]
    chosen = every if heads is None else [(int(layer), int(head)) for layer, head in heads]
    if wrong := [pair for pair in chosen if pair not in every]:
        raise ValueError(
            f"heads: {wrong[0]} is not in this model: layers 0 to {layers - 1}, "
            f"heads 0 to {each - 1}"
        )
    return list(dict.fromkeys(chosen))


def _targets(model: Any, first: Trace, target: str | None) -> np.ndarray:
    if target is None:
        return np.append(first.ids[1:], -1)
    return np.full(len(first.ids), _one_token(model, "target", target))


def _grouped(
    words: Sequence[str] | Mapping[str, Sequence[str]] | None, first: Trace
) -> dict[str, list[str]]:
    if words is None:
        own = zip(first.pieces, first.special, strict=True)
        return {"": list(dict.fromkeys(piece for piece, special in own if not special))}
    if isinstance(words, str):
        raise ValueError(f"words={words!r} is one text; give a list of words, or groups of them")
    groups = words if isinstance(words, Mapping) else {"": words}
    return {str(name): list(dict.fromkeys(group)) for name, group in groups.items()}


def _word(model: Any, word: str) -> int:
    """The token of a word: as it stands after another word, else as it stands first."""
    known = model.tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
    return known[0] if len(known) == 1 else _one_token(model, "words", word)


def _one_token(model: Any, name: str, text: str) -> int:
    ids = model.tokenizer(text, add_special_tokens=False)["input_ids"]
    if len(ids) != 1:
        parts = ", ".join(repr(piece) for piece in pieces(model.tokenizer, ids))
        raise ValueError(f"{name}: {text!r} is {len(ids)} tokens ({parts}), one is needed")
    return ids[0]


def _again(model: Any) -> list[int]:
    length = min(REPEATED, model.cfg.n_ctx // 2)
    return repeated_tokens(model, length) if length > 1 else []
