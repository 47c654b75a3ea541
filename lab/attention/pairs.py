"""One attention score taken apart: why this query likes this key.

The score before softmax is a dot product, and the query and key are linear in what wrote them
(the layer norm's divisor held as it was). So it is a sum in three ways, each exact: over the
dimensions of the head, over content and position, over pairs of writers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attention import parting, sources
from lab.attention.rotation import Rotary
from lab.traces import Trace

TOLERANCE = 1e-3


@dataclass(frozen=True)
class Breakdown:
    """The score of one query and key in one head, and what it is made of.

    score: before softmax; weight: after it, a share of 1; others: the mean score of the other
        keys the query sees (a score says nothing by itself: softmax compares).
    dims: [d_head], sums to the score. waves: for rotary positions, after how many tokens each
        dimension has turned once around; else None.
    parts: content and position by name, sums to the score; `note` says what the split means here.
    by_distance: with rotary positions the score of the same query and key at every distance; it
        is the score at `query - key`. Else None.
    sources: names of what wrote the residual stream; table: [query source, key source], sums to
        the score; both empty where the model is not linear there (`note` says so).
    """

    layer: int
    head: int
    query: int
    key: int
    score: float
    weight: float
    others: float
    dims: Float[np.ndarray, " d_head"]
    parts: dict[str, float]
    note: str
    sources: list[str]
    table: Float[np.ndarray, "source source"]
    by_distance: Float[np.ndarray, " distance"] | None = None
    waves: Float[np.ndarray, " d_head"] | None = None

    @property
    def query_sources(self) -> dict[str, float]:
        """How much of the score comes in through the query, by what wrote it."""
        return dict(zip(self.sources, self.table.sum(1).tolist(), strict=True))

    @property
    def key_sources(self) -> dict[str, float]:
        """How much of the score comes in through the key, by what wrote it."""
        return dict(zip(self.sources, self.table.sum(0).tolist(), strict=True))

    def __repr__(self) -> str:
        return (
            f"Breakdown(L{self.layer}H{self.head}, {self.query} → {self.key}: "
            f"score {self.score:.3g}, weight {self.weight:.3g})"
        )


def breakdowns(
    model: Any,
    prompt: str | Sequence[int] | Trace,
    *,
    prepend_bos: bool | None = None,
    distances: int | None = None,
) -> Callable[[int, int, int, int], Breakdown]:
    """A function `(layer, head, query, key) → Breakdown` for this text; views take it as it is.

    The model runs once for each layer that is asked about, when it is asked.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text, token ids, or a trace of the text.
        prepend_bos: as in `lab.trace`.
        distances: how far `by_distance` reaches; by default the text's length, at least 64.
    Raises:
        ValueError: (when called) no such layer, head or token; a key behind its query; a model
            whose scores are no scaled dot product of query and key (soft caps, ALiBi).

    >>> why = breakdowns(model, "The cat sat on the cat")  # doctest: +SKIP
    >>> why(1, 3, 5, 1)  # doctest: +SKIP
    Breakdown(L1H3, 5 → 1: score 2.31, weight 0.41)
    """
    if isinstance(prompt, Trace):
        prompt, prepend_bos = [int(token) for token in prompt.ids], None
    return _Breakdowns(model, prompt, prepend_bos, distances)


class _Breakdowns:
    def __init__(self, model: Any, prompt: Any, prepend_bos: bool | None, distances: int | None):
        self.model, self.prompt, self.prepend_bos = model, prompt, prepend_bos
        self.distances = distances
        self.seen: tuple[int, Trace] | None = None

    def __call__(self, layer: int, head: int, query: int, key: int) -> Breakdown:
        _refuse("layer", layer, self.model.cfg.n_layers)
        _refuse("head", head, self.model.cfg.n_heads)
        trace = self._trace(layer)
        _refuse("query", query, len(trace))
        _refuse("key", key, len(trace))
        if key > query:
            raise ValueError(f"query {query} cannot see key {key}: it comes later")
        return _Pair(self.model, trace, layer, head, query, key).broken_down(self.distances)

    def _trace(self, layer: int) -> Trace:
        from lab.traces import trace  # with torch

        seen = self.seen
        if seen is None or seen[0] != layer:
            names = ["pattern", "attn_scores", "q", "k"]
            names += ["rot_q", "rot_k", "cos", "sin"] if _rotary(self.model, layer) else []
            keep = [(name, layer, "attn") for name in names]
            keep += sources.wanted(self.model, layer)
            seen = layer, trace(self.model, self.prompt, keep, prepend_bos=self.prepend_bos)
            self.seen = seen
        return seen[1]


def _rotary(model: Any, layer: int) -> bool:
    return f"blocks.{layer}.attn.hook_rot_q" in model.hook_dict


def _refuse(name: str, value: int, limit: int) -> None:
    if not 0 <= value < limit:
        what = name if name in ("layer", "head") else "token"
        raise ValueError(f"{name}={value}: there are {what}s 0 to {limit - 1}")


class _Pair:
    """One query and key of one head, in numbers."""

    def __init__(self, model: Any, trace: Trace, layer: int, head: int, query: int, key: int):
        self.model, self.trace = model, trace
        self.layer, self.head, self.query, self.key = layer, head, query, key
        self.attn = model.blocks[layer].attn
        # Grouped queries: several heads share a key.
        self.key_head = head * trace["k", layer].shape[1] // trace["q", layer].shape[1]
        self.turn = self._turn()
        self.scale = float(getattr(self.attn, "scaling", None) or model.cfg.d_head**-0.5)

    def broken_down(self, distances: int | None) -> Breakdown:
        row = self.trace["attn_scores", self.layer][self.head, self.query]
        weights = self.trace["pattern", self.layer][self.head, self.query]
        seen = [at for at in range(self.query + 1) if at != self.key]
        score, dims = float(row[self.key]), self._dims()
        self._refuse_others(score, float(dims.sum()))
        names, table = self._table(score)
        curve = self._curve(distances)
        parts, note = parting.parted(score, names, table, curve, self.layer)
        return Breakdown(
            layer=self.layer,
            head=self.head,
            query=self.query,
            key=self.key,
            score=score,
            weight=float(weights[self.key]),
            others=float(row[seen].mean()) if seen else float("nan"),
            dims=dims,
            parts=parts,
            note=note,
            sources=names,
            table=table,
            by_distance=curve,
            waves=self.turn.waves(len(dims)) if self.turn else None,
        )

    def _vectors(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        query = self.trace[f"{kind}q", self.layer][self.query, self.head]
        key = self.trace[f"{kind}k", self.layer][self.key, self.key_head]
        return query.astype(np.float64), key.astype(np.float64)

    def _dims(self) -> np.ndarray:
        query, key = self._vectors("rot_" if _rotary(self.model, self.layer) else "")
        return query * key * self.scale

    def _refuse_others(self, score: float, total: float) -> None:
        if abs(score - total) > TOLERANCE * max(1.0, abs(score)):
            raise ValueError(
                f"L{self.layer}H{self.head}: the score is {score:.4g}, query times key gives "
                f"{total:.4g}: this architecture adds something of its own (a soft cap, ALiBi), "
                "which is not broken down"
            )

    def _turn(self) -> Rotary | None:
        """The model's rotation, if it turns as `Rotary` does."""
        if not _rotary(self.model, self.layer):
            return None
        turn = Rotary.of(*(self.trace[name, self.layer, "attn"] for name in ("cos", "sin")))
        plain, turned = self._vectors(""), self._vectors("rot_")
        places = (self.query, self.key)
        close = [
            np.allclose(turn.turned(vector, at), found, rtol=1e-3, atol=1e-3 * np.abs(found).max())
            for vector, at, found in zip(plain, places, turned, strict=True)
        ]
        return turn if all(close) else None

    def _curve(self, distances: int | None) -> np.ndarray | None:
        if not self.turn:
            return None
        far = min(max(len(self.trace), 64), self.model.cfg.n_ctx) if len(self.trace) > 1 else 1
        return self.turn.by_distance(*self._vectors(""), distances or far) * self.scale

    def _table(self, score: float) -> tuple[list[str], np.ndarray]:
        """Every writer of the query against every writer of the key, if they sum to the score."""
        if _rotary(self.model, self.layer) and not self.turn:
            return [], np.zeros((0, 0))
        names, queries = self._written("Q", self.query, self.head)
        others, keys = self._written("K", self.key, self.key_head)
        every = list(dict.fromkeys([*names, *others]))
        table = np.zeros((len(every), len(every)))
        rows, columns = ([every.index(name) for name in side] for side in (names, others))
        table[np.ix_(rows, columns)] = queries @ keys.T * self.scale
        if abs(table.sum() - score) > TOLERANCE * max(1.0, abs(score)):
            return [], np.zeros((0, 0))
        return every, table

    def _written(self, letter: str, at: int, head: int) -> tuple[list[str], np.ndarray]:
        """Each writer's share of the query or key at a position, turned as it is there."""
        norm = self.model.blocks[self.layer].ln1
        parts = sources.written(self.model, self.trace, self.layer, at)
        scale = float(self.trace["scale", self.layer, "ln1"][at, 0])
        vectors = sources.normed(self.model, norm, np.stack(list(parts.values())), scale)
        vectors[list(parts).index(sources.BIASES)] += sources.norm_bias(norm, vectors.shape[-1])
        each = vectors @ sources.numbers(getattr(self.attn, f"W_{letter}")[head])
        bias = getattr(self.attn, f"b_{letter}", None)
        if bias is not None:
            each[list(parts).index(sources.BIASES)] += sources.numbers(bias)[head]
        return list(parts), self.turn.turned(each, at) if self.turn else each
