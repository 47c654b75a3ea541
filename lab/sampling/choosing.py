"""Choices of the next piece, made from the logits behind the text so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

Choose = Callable[[Float[Tensor, " vocab"]], int]


def drawing(temperature: float = 1.0, top_k: int | None = None, seed: int = 0) -> Choose:
    """A choice by chance among the likeliest; at temperature 0, or top_k 1, the likeliest.

    >>> drawing(temperature=0)(torch.tensor([0.1, 2.0, 1.0]))
    1
    """
    if not temperature >= 0 or temperature == float("inf"):
        raise ValueError(f"temperature={temperature}: a number from 0 up is needed")
    most = None if top_k is None else whole("top_k", top_k, 1)
    chance = torch.Generator().manual_seed(seed)

    def choose(logits: Float[Tensor, " vocab"]) -> int:
        if temperature == 0 or most == 1:
            return int(logits.argmax())
        best = logits.topk(min(most or len(logits), len(logits)))
        # The best is taken off first: at a temperature near 0 the others go to 0, not it to inf.
        shares = ((best.values - best.values[0]) / temperature).softmax(-1)
        return int(best.indices[torch.multinomial(shares, 1, generator=chance)])

    return choose


def whole(name: str, value: Any, least: int) -> int:
    """The value, if it is a whole number from `least` up; an error that names it otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name}={value!r}: a whole number from {least} up is needed")
    return value
