"""What a head does on a text, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stats:
    """A head in seven numbers: means over its queries, and its strongest cell."""

    entropy: float
    first: float
    self: float
    previous: float
    query: int
    key: int
    weight: float

    def numbers(self) -> list[float]:
        """As plain floats, in this order."""
        shares = self.entropy, self.first, self.self, self.previous
        return [*shares, float(self.query), float(self.key), self.weight]


def spread(weights: np.ndarray, causal: bool) -> np.ndarray:
    """Each head's mean entropy over its queries, in nats: [head] of [head, query, key]."""
    heads, tokens, _ = weights.shape
    total = np.zeros(heads)
    for start in range(0, tokens, 128):
        end = start + 128 if causal else tokens
        rows = weights[:, start : start + 128, :end].astype(np.float32)
        logs = np.maximum(rows, 1e-37)
        np.log(logs, out=logs)
        total -= (logs * rows).reshape(heads, -1).sum(1, dtype=np.float64)
    return total / tokens


def resting(weights: np.ndarray) -> np.ndarray:
    """Each head's share on the first token, over the queries after it: [head]."""
    if weights.shape[1] < 2:
        return np.ones(len(weights))
    return weights[:, 1:, 0].mean(1, dtype=np.float64)


def described(weights: np.ndarray) -> Stats:
    """Say what one head [query, key] does on this text.

    Entropy in nats; shares on the first token, on the query itself and on the token before it.
    The strongest cell leaves the first query and the first key aside (unless there is nothing
    else): nearly every head's largest weight lies there. Rows are taken a few at a time, so
    that 4,096 tokens need no second copy of the head.
    """
    tokens = len(weights)
    entropy = 0.0
    best, cell = -1.0, (0, 0)
    for start in range(0, tokens, 256):
        rows = weights[start : start + 256].astype(np.float32)
        logs = np.log(rows, where=rows > 0, out=np.zeros_like(rows))
        entropy -= float(np.einsum("qk,qk->", rows, logs, dtype=np.float64))
        if tokens > 1:
            rows[:, 0] = -1
            rows[: max(0, 1 - start)] = -1
        at = np.unravel_index(rows.argmax(), rows.shape)
        if rows[at] > best:
            best, cell = float(rows[at]), (int(at[0]) + start, int(at[1]))
    later = weights[1:]
    return Stats(
        entropy=entropy / tokens,
        first=float(weights[1:, 0].mean(dtype=np.float64)) if len(later) else 1.0,
        self=float(np.diagonal(weights).mean(dtype=np.float64)),
        previous=float(np.diagonal(later).mean(dtype=np.float64)) if len(later) else 0.0,
        query=cell[0],
        key=cell[1],
        weight=float(weights[cell]),
    )
