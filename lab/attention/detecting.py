"""Heads as TransformerLens detects them: the same three patterns, the same two measures.

`head_scores` asks only the queries that give a head its chance; these count every query, so they
depend on how much of the text repeats. They are here to be compared with figures elsewhere.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float

from lab.attention.scoring import Where, followers, targets
from lab.traces import Trace

DETECTED = ("previous", "duplicate", "induction")


def detected(
    trace: Trace,
    kind: str,
    *,
    measure: Literal["mul", "abs"] = "mul",
    exclude_first: bool = False,
    exclude_self: bool = False,
) -> Float[np.ndarray, "layer head"]:
    """What `transformer_lens.head_detector.detect_head` gives, from a trace, without running again.

    Args:
        trace: with `"pattern"` kept.
        kind: "previous", "duplicate" or "induction".
        measure: "mul", the share of all attention that falls on the pattern; "abs", 1 minus the
            mean absolute difference from it, per query: from -1 to 1, and 1 is the pattern itself.
        exclude_first: count no attention to the first token.
        exclude_self: count no attention of a token to itself.
    Raises:
        ValueError: another kind or measure.
        UnknownHook: the trace kept no `"pattern"`.

    >>> detected(lab.trace(model, "one two one two"), "duplicate").shape  # doctest: +SKIP
    (6, 8)
    """
    if kind not in DETECTED or measure not in ("mul", "abs"):
        raise ValueError(
            f"kind={kind!r}, measure={measure!r}: TransformerLens detects {', '.join(DETECTED)}, "
            "by 'mul' or 'abs'"
        )
    where = _where(trace, kind)
    counted = np.ones_like(where)
    counted[:, 0] &= not exclude_first
    counted[np.diag_indices(len(where))] &= not exclude_self
    score = _share if measure == "mul" else _closeness
    patterns = (trace["pattern", layer] for layer in trace.layers("pattern"))
    return np.stack([score(pattern.astype(np.float64), where, counted) for pattern in patterns])


def _where(trace: Trace, kind: str) -> Where:
    if kind == "induction":  # here a token that comes twice in a row follows itself
        return np.tril(followers(trace.ids))
    return targets(trace.ids)[kind]


def _share(pattern: np.ndarray, where: Where, counted: Where) -> np.ndarray:
    kept = pattern * counted
    return (kept * where).sum((1, 2)) / kept.sum((1, 2))


def _closeness(pattern: np.ndarray, where: Where, counted: Where) -> np.ndarray:
    return 1 - (np.abs(pattern - where) * counted).sum((1, 2)) / len(where)
