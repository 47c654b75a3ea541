"""Each head scored against the named patterns, on one text.

A score is the share of a head's attention that goes where such a head would look, averaged over
the queries that give it the chance. `chance_scores` says what a head gets that spreads its
attention evenly over everything it may see: the control that every score is read against.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.traces import Trace

KINDS = ("previous", "first", "self", "duplicate", "induction", "local")
WINDOW = 4
"""How many tokens back a local head looks."""
Scores = dict[str, Float[np.ndarray, "layer head"]]
Where = Bool[np.ndarray, "query key"]


def head_scores(trace: Trace, *, window: int = WINDOW) -> Scores:
    """How much of each head's attention goes to the named places, as shares of 1.

    `previous`: the token before; `first`: the first token; `self`: the token itself;
    `duplicate`: earlier copies of the token; `induction`: what followed earlier copies; `local`:
    the token itself and the `window` before it, for queries that see more than these.
    Not a number where the text gives no chance (no token comes twice, too short for the window).

    Raises:
        UnknownHook: the trace kept no `"pattern"`.
        ValueError: a window below 1.

    >>> scores = head_scores(lab.trace(model, repeated_tokens(model)))  # doctest: +SKIP
    >>> top_heads(scores["induction"], 1)  # doctest: +SKIP
    [(18, 6, 0.92)]
    """
    patterns = (trace["pattern", layer] for layer in trace.layers("pattern"))
    where = targets(trace.ids, window)
    rows = [{kind: share(pattern, there) for kind, there in where.items()} for pattern in patterns]
    return {kind: np.stack([row[kind] for row in rows]) for kind in where}


def chance_scores(trace: Trace, *, window: int = WINDOW) -> dict[str, float]:
    """What `head_scores` gives a head that attends evenly to all it may see."""
    even = evenly(len(trace.ids))
    return {
        kind: float(share(even[None], where)[0])
        for kind, where in targets(trace.ids, window).items()
    }


def entropies(trace: Trace) -> Float[np.ndarray, "layer head"]:
    """How widely each head spreads its attention: mean entropy over the queries, in nats.

    0 looks at one token, the logarithm of n evenly at n of them. Even attention over all that can
    be seen gives the mean of log 1, log 2 …: the most there can be.

    >>> entropies(lab.trace(model, "The cat sat on the mat"))[0, 3]  # doctest: +SKIP
    0.84
    """
    return np.stack([spread(trace["pattern", layer]) for layer in trace.layers("pattern")])


def spread(pattern: Float[np.ndarray, "head query key"]) -> Float[np.ndarray, " head"]:
    """Each head's mean entropy in nats."""
    logs = np.log(pattern, where=pattern > 0, out=np.zeros_like(pattern))
    return -np.einsum("hqk,hqk->h", pattern, logs, dtype=np.float64) / pattern.shape[1]


def evenly(count: int) -> Float[np.ndarray, "query key"]:
    """A head that attends evenly to all it may see.

    >>> evenly(2).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    return np.tril(np.ones((count, count))) / np.arange(1, count + 1)[:, None]


def targets(ids: Int[np.ndarray, " pos"], window: int = WINDOW) -> dict[str, Where]:
    """For each kind of head, the keys it would look at from each query."""
    if window < 1:
        raise ValueError(f"window={window}: a local head looks at least 1 token back")
    count = len(ids)
    past = np.tri(count, k=-1, dtype=bool)
    same = ids[:, None] == ids[None, :]
    first = np.zeros_like(same)
    first[1:, 0] = True
    near = np.tri(count, dtype=bool) & ~np.tri(count, k=-window - 1, dtype=bool)
    near[: window + 1] = False  # these see nothing further away
    return {
        "previous": np.eye(count, k=-1, dtype=bool),
        "first": first,
        "self": np.eye(count, dtype=bool),
        "duplicate": same & past,
        # The copy's successor may be the query itself only when a token comes twice in a row.
        "induction": followers(ids) & past,
        "local": near,
    }


def followers(ids: Int[np.ndarray, " pos"]) -> Where:
    """Where the token before the key is the query's: what came after a copy."""
    follows = np.zeros((len(ids), len(ids)), dtype=bool)
    follows[:, 1:] = ids[:, None] == ids[None, :-1]
    return follows


def share(pattern: Float[np.ndarray, "head query key"], where: Where) -> Float[np.ndarray, " head"]:
    """How much of each head's attention goes there, over the queries that have such a key."""
    queries = where.any(axis=1)
    if not queries.any():
        return np.full(len(pattern), np.nan)
    return np.einsum("hqk,qk->hq", pattern, where)[:, queries].mean(axis=1)
