"""What attention heads do, as numbers: each head scored against the named patterns.

A score is the share of a head's attention that goes where such a head would look, averaged over
the queries that give it the chance. `chance_scores` says what a head gets that spreads its
attention evenly over everything it may see: the control that every score is read against.

Head types after Elhage et al. 2021 and Olsson et al. 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.traces import Trace

KINDS = ("previous", "first", "self", "duplicate", "induction")
Scores = dict[str, Float[np.ndarray, "layer head"]]


def head_scores(trace: Trace) -> Scores:
    """How much of each head's attention goes to the named places, as shares of 1.

    `previous`: the token before; `first`: the first token; `self`: the token itself;
    `duplicate`: earlier copies of the token; `induction`: what followed earlier copies.
    Not a number where the text gives no chance (no token comes twice).

    Raises:
        UnknownHook: the trace kept no `"pattern"`.

    >>> scores = head_scores(lab.trace(model, repeated_tokens(model)))  # doctest: +SKIP
    >>> top_heads(scores["induction"], 1)  # doctest: +SKIP
    [(18, 6, 0.92)]
    """
    patterns = (trace["pattern", layer] for layer in trace.layers("pattern"))
    targets = _targets(trace.ids)
    rows = [
        {kind: _share(pattern, where) for kind, where in targets.items()} for pattern in patterns
    ]
    return {kind: np.stack([row[kind] for row in rows]) for kind in targets}


def chance_scores(trace: Trace) -> dict[str, float]:
    """What `head_scores` gives a head that attends evenly to all it may see."""
    count = len(trace.ids)
    even = np.tril(np.ones((count, count))) / np.arange(1, count + 1)[:, None]
    return {
        kind: float(_share(even[None], where)[0]) for kind, where in _targets(trace.ids).items()
    }


def top_heads(
    scores: Float[np.ndarray, "layer head"], count: int = 5
) -> list[tuple[int, int, float]]:
    """The heads with the highest scores, as (layer, head, score), best first.

    >>> top_heads(np.array([[0.1, 0.9], [0.5, 0.2]]), 2)
    [(0, 1, 0.9), (1, 0, 0.5)]
    """
    flat = np.nan_to_num(scores, nan=-np.inf).ravel()
    best = np.argsort(-flat, kind="stable")[:count]
    places = (np.unravel_index(index, scores.shape) for index in best)
    return [(int(layer), int(head), float(scores[layer, head])) for layer, head in places]


def head_labels(scores: Mapping[str, Any], least: float = 0.4) -> dict[tuple[int, int], str]:
    """A short name for each head whose best score is at least `least`.

    >>> head_labels({"previous": np.array([[0.8, 0.1]]), "first": np.array([[0.1, 0.3]])})
    {(0, 0): 'previous 0.80'}
    """
    kinds = list(scores)
    stack = np.nan_to_num(np.stack([scores[kind] for kind in kinds]), nan=-1.0)
    best = stack.argmax(axis=0)
    return {
        (int(layer), int(head)): f"{kinds[best[layer, head]]} {stack[:, layer, head].max():.2f}"
        for layer, head in np.argwhere(stack.max(axis=0) >= least)
    }


def control_heads(
    heads: Sequence[tuple[int, int]], per_layer: int, seed: int = 0
) -> list[tuple[int, int]]:
    """As many random heads in the same layers, none of them among `heads`: what to cut beside.

    Heads of the same layer are the fair control: cutting anything in an early layer costs more.

    Raises:
        ValueError: a layer has too few other heads.

    >>> control_heads([(0, 0), (0, 1), (5, 3)], per_layer=4)
    [(0, 2), (0, 3), (5, 1)]
    """
    rng = np.random.default_rng(seed)
    chosen: list[tuple[int, int]] = []
    for layer in dict.fromkeys(layer for layer, _ in heads):
        wanted = [head for at, head in heads if at == layer]
        others = [head for head in range(per_layer) if head not in wanted]
        if len(others) < len(wanted):
            raise ValueError(
                f"layer {layer} has {per_layer} heads: {len(wanted)} are cut, only {len(others)} "
                "are left to compare with"
            )
        picked = rng.choice(others, size=len(wanted), replace=False)
        chosen += [(layer, int(head)) for head in picked]
    return chosen


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


def _targets(ids: Int[np.ndarray, " pos"]) -> dict[str, Bool[np.ndarray, "query key"]]:
    """For each kind of head, the keys it would look at from each query."""
    count = len(ids)
    past = np.tri(count, k=-1, dtype=bool)
    same = ids[:, None] == ids[None, :]
    follows = np.zeros_like(same)
    follows[:, 1:] = same[:, :-1]
    first = np.zeros_like(same)
    first[1:, 0] = True
    return {
        "previous": np.eye(count, k=-1, dtype=bool),
        "first": first,
        "self": np.eye(count, dtype=bool),
        "duplicate": same & past,
        # The copy's successor may be the query itself only when a token comes twice in a row.
        "induction": follows & past,
    }


def _share(
    pattern: Float[np.ndarray, "head query key"], where: Bool[np.ndarray, "query key"]
) -> Float[np.ndarray, " head"]:
    queries = where.any(axis=1)
    if not queries.any():
        return np.full(len(pattern), np.nan)
    return np.einsum("hqk,qk->hq", pattern, where)[:, queries].mean(axis=1)
