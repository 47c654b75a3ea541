"""Choices of the next piece, made from the logits behind the text so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from lab.sampling.noise import draws
from lab.sampling.rules import Rules, whole

__all__ = ["Choose", "drawing", "whole"]

# From the logits of what may come next, and the ids of the whole text so far.
Choose = Callable[[Any, Sequence[int]], int]


def drawing(
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    *,
    top_p: float | None = None,
    min_p: float | None = None,
    typical: float | None = None,
    epsilon: float | None = None,
    eta: float | None = None,
    repetition_penalty: float = 1.0,
    first: int = 0,
) -> Choose:
    """A choice by chance under rules, as `lab.sampling.Rules` applies them; at 0, the likeliest.

    It counts its calls: the first is draw `first` of the seed, the next one draw `first` + 1. So
    two choices with one seed and different rules can be compared piece by piece, a text that
    branches at its t-th piece has the same chance there with `first=t`, and `draws` gives the
    same pieces.

    Raises:
        ValueError: a number that cannot be, by name.

    >>> drawing(temperature=0)([0.1, 2.0, 1.0])
    1
    """
    cuts = {"top_k": top_k, "top_p": top_p, "min_p": min_p, "typical": typical}
    more = {"epsilon": epsilon, "eta": eta, "repetition_penalty": repetition_penalty}
    rules, next_draw = Rules(temperature, **cuts, **more), count(first)

    def choose(logits: Any, ids: Sequence[int] = ()) -> int:
        probs = rules.probs(np.asarray(logits, dtype=np.float64), ids)
        return int(draws(probs, seed, start=next(next_draw))[0])

    return choose
