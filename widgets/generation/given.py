"""The text that a view begins with, as the trunk of its tree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from widgets.generation.steps import Node, Place, known, others
from widgets.generation.tree import Tree
from widgets.glass.text import clean


def given(trace: Any, ids: Sequence[int] | None, pieces: Sequence[str] | None) -> Tree:
    """A tree of one text; with a trace also what the model expected at each of its places.

    Raises ValueError for no text, or as many pieces as ids not being there.
    """
    if trace is not None:
        ids, pieces = trace.ids, trace.pieces
    if ids is None or pieces is None:
        raise ValueError("give a trace (lab.trace(model, text)), or ids and pieces")
    ids, pieces = [int(token) for token in ids], [clean(str(piece)) for piece in pieces]
    if len(ids) != len(pieces) or not ids:
        raise ValueError(f"{len(ids)} ids but {len(pieces)} pieces; as many are needed, at least 1")
    tree, surprisal = Tree(), getattr(trace, "surprisal", None)
    special = getattr(trace, "special", None)
    for at, (token, piece) in enumerate(zip(ids, pieces, strict=True)):
        lost = None if surprisal is None else known(surprisal[at])
        share = None if lost is None else min(1.0, math.exp(-lost))
        framed = special is not None and bool(special[at])
        tree.add(Node(at - 1, token, piece, share, given=True, special=framed))
    tree.places.update(_places(trace, len(ids)))
    return tree


def _places(trace: Any, count: int) -> dict[int, Place]:
    """What was expected after each piece of a trace."""
    names = ("top_ids", "top_pieces", "top_probs")
    tops: list[Any] = [getattr(trace, name, None) for name in names]
    if any(top is None for top in tops):
        return {}
    found = {}
    for at in range(count):
        rows = zip(*(top[at] for top in tops), strict=True)
        found[at] = Place(None, others([tuple(row) for row in rows]))
    logits = getattr(trace, "logits", None)
    if logits is not None:
        for at, place in found.items():
            found[at] = place._replace(entropy=_entropy(np.asarray(logits[at], dtype=float)))
    return found


def _entropy(logits: np.ndarray) -> float | None:
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    return known(-(shares * np.log(np.maximum(shares, 1e-300))).sum())
