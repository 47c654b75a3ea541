"""A text and its patterns → the state of a view that shows them; refuses what cannot be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from widgets.attention import averaged
from widgets.attention import heads as _heads
from widgets.attention import patterns as _patterns
from widgets.attention.overview import overview, own_scores, summary
from widgets.glass.shapes import strings
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy


def state_of(
    trace: Any = None,
    *,
    pieces: Sequence[str] | None = None,
    patterns: Any = None,
    layers: Sequence[int] | None = None,
    special: Sequence[bool] | None = None,
    labels: Mapping[tuple[int, int], str] | None = None,
    scores: Any = None,
) -> tuple[_patterns.Patterns | None, dict[str, Any]]:
    """The patterns (none for averages), and the state; raises for what cannot be shown."""
    if hasattr(trace, "by_distance"):
        if any(part is not None for part in (pieces, patterns, layers, special)):
            raise TypeError("averages come alone: no pieces, patterns, layers or special with them")
        return None, averaged.state_of(trace, labels, scores)
    found = _patterns.given(trace, pieces, patterns, layers)
    pieces = strings("pieces", trace.pieces if pieces is None else pieces)
    special = getattr(trace, "special", None) if special is None else special
    given, seen = _heads.scored(scores, found), overview(found)
    shown = next(iter(given), "")
    state = {
        **averaged.NONE,
        "pieces": pieces,
        "special": _heads.flagged(special, len(pieces)),
        "layers": found.layers,
        "heads": found.heads,
        "labels": _heads.labelled(labels or {}, found),
        "scores": {**given, **own_scores(found, seen["causal"], given)},
        "score": shown,
        "start": _heads.best(given.get(shown, []), found),
        "model_name": clean(getattr(trace, "model_name", "") or ""),
        "made": _made(trace),
        "summary": summary(found),
        **seen,
    }
    weight = sum(len(value) for value in state.values() if isinstance(value, bytes))
    weight += sum(len(piece.encode()) for piece in pieces)
    refuse_heavy(summary(found), weight, "show some layers: patterns={5: …}, or a part of the text")
    return found, state


def _made(trace: Any) -> dict[str, Any]:
    """What a reader needs to make this trace again; empty for arrays."""
    text = getattr(trace, "text", None)
    if not isinstance(text, str) or not text:
        return {}
    return {
        "text": clean(text),
        "bos": bool(getattr(trace, "prepend_bos", False)),
        "tokens": len(trace.pieces),
    }
