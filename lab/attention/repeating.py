"""Random tokens said twice: the text on which only heads that look for what is the same score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lab.attention.scoring import KINDS, head_scores


def repeated_tokens(model: Any, length: int = 32, seed: int = 0) -> list[int]:
    """Random token ids, twice over: only a head that copies from before can predict the second.

    Special tokens are left out. The first token of the first copy has nothing before it, so no
    head can be told apart there; scores skip such queries by themselves.
    """
    if length < 2:
        raise ValueError(f"length={length}: at least 2 tokens are needed to repeat anything")
    special = set(model.tokenizer.all_special_ids)
    ordinary = [token for token in range(len(model.tokenizer)) if token not in special]
    enough = len(ordinary) >= length
    once = np.random.default_rng(seed).choice(ordinary, size=length, replace=not enough)
    return [int(token) for token in (*once, *once)]


def strongest(
    kind: str, *, length: int = 32, texts: int = 4, seed: int = 0
) -> Callable[[Any], float]:
    """A metric for `lab.train`: the score of the model's best head of one kind.

    Measured on `texts` random texts of `length` pieces said twice, as their mean for each head. A
    `length` that no training text repeats at keeps out heads that count positions instead of
    looking for what is the same.

    Raises:
        ValueError: no such kind of head.

    >>> strongest("induction")(lab.load("smollm2-135m"))     # doctest: +SKIP
    0.92
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}: {', '.join(KINDS)} are scored")

    def measured(model: Any) -> float:
        from lab.traces import trace  # with torch; the scores do without

        each = [
            head_scores(trace(model, repeated_tokens(model, length, seed + i), keep=["pattern"]))
            for i in range(texts)
        ]
        return float(np.mean([scores[kind] for scores in each], axis=0).max())

    return measured
