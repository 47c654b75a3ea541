"""What is sent of one neuron: its contexts, its histogram, its ends of the vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean

CONTEXTS = 10
"""How many contexts are shown at each end."""
PIECES = 10
"""How many pieces are shown at each end of the vocabulary."""


def card(survey: Any, layer: int, neuron: int, writes: Any, reads: Any) -> dict:
    """Everything shown of a neuron but the reader's own text, as JSON."""
    histogram = survey.histogram(layer, neuron)
    return {
        "ends": [
            [_context(c) for c in survey.contexts(layer, neuron, CONTEXTS, lowest=lowest)]
            for lowest in (False, True)
        ],
        "edges": digits(histogram.edges),
        "counts": [int(count) for count in histogram.counts],
        "writes": ends(writes, layer, neuron),
        "reads": ends(reads, layer, neuron),
    }


def ends(ask: Any, layer: int, neuron: int) -> dict | None:
    """The highest and lowest pieces of what `ask(layer, neuron)` gives; None without `ask`."""
    if ask is None:
        return None
    found = ask(layer, neuron)
    return {
        "ends": [
            [[clean(piece), *digits([value])] for piece, value in list(end)[:PIECES]]
            for end in (found.highest, found.lowest)
        ],
        "exact": bool(getattr(found, "exact", True)),
    }


def reading(found: Any) -> dict:
    """A text's pieces and the neuron's activation at each.

    Raises:
        ValueError: more or fewer values than pieces.
    """
    pieces, values = [clean(piece) for piece in found.pieces], as_array(found.values)
    if values.shape != (len(pieces),):
        raise ValueError(f"live gave {len(pieces)} pieces but values of shape {values.shape}")
    return {"pieces": pieces, "values": digits(values)}


def digits(values: Any) -> list[float]:
    """Numbers as the browser gets them: what single precision knows, and nothing that JSON lacks.

    >>> digits([0.1, 2.0])
    [0.1, 2.0]
    """
    array = np.nan_to_num(as_array(values).astype(np.float32), posinf=0, neginf=0)
    return [float(f"{value:.6g}") for value in array]


def _context(context: Any) -> dict:
    return {
        "pieces": [clean(piece) for piece in context.pieces],
        "values": digits(context.values),
        "at": int(context.at),
        "value": digits([context.value])[0],
        "text": int(context.text),
        "times": int(getattr(context, "times", 1)),
    }
