"""What probes say of a new text, piece by piece, at every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.probes.record import Probes
from lab.traces import trace


@dataclass(frozen=True, eq=False)
class Told:
    """One text, and what the probes of every row say at each of its pieces.

    Attributes:
        pieces, special, spans, text, model_name: as in a trace.
        rows, tasks, classes: as in the probes.
        probs: task → [row, pos, class]; NaN in rows that were not probed. A probe of the last
            piece of a word (or of a text) speaks of what ends there; elsewhere it guesses.
    """

    pieces: list[str]
    special: Bool[np.ndarray, " pos"]
    spans: Int[np.ndarray, "pos 2"]
    text: str
    model_name: str
    rows: list[str]
    tasks: list[str]
    classes: dict[str, list[str]]
    probs: dict[str, Float[np.ndarray, "row pos class"]]

    def said(self, position: int, task: str | None = None) -> list[tuple[str, float]]:
        """The likeliest label in every row at one piece, with its probability."""
        name = self.tasks[0] if task is None else task
        found = self.probs[name][:, position]
        best = found.argmax(-1)
        return [
            (self.classes[name][at], float(row[at])) for at, row in zip(best, found, strict=True)
        ]


def told(model: Any, probes: Probes, text: str | Sequence[int], **how: Any) -> Told:
    """What the probes say of each piece of a text, at every row.

    Args:
        model: the one that was probed, or an edited one: then one sees what an edit does to them.
        probes: from `lab.probe`.
        text, how: as in `lab.trace`.
    Raises:
        ValueError: a model of another build; what `lab.trace` raises.

    >>> told(model, probes["number"], "The dogs near the tree").said(2)[-1]  # doctest: +SKIP
    ('plural', 0.99)
    """
    if probes.model_name != model.cfg.model_name:
        raise ValueError(f"the probes are of {probes.model_name}, model is {model.cfg.model_name}")
    keep = [("resid_pre", 0) if layer < 0 else (probes.hook, layer) for layer in probes.layers]
    found = trace(model, text, keep, **how)
    values = np.stack([found[key].reshape(len(found), -1) for key in keep])
    return Told(
        pieces=found.pieces,
        special=found.special,
        spans=found.spans,
        text=found.text,
        model_name=found.model_name,
        rows=list(probes.rows),
        tasks=list(probes.tasks),
        classes=dict(probes.classes),
        probs={task: _said(probes, values, task) for task in probes.tasks},
    )


def _said(probes: Probes, values: np.ndarray, task: str) -> np.ndarray:
    said = probes.predict(values, task)
    said[~probes.done] = np.nan
    return said
