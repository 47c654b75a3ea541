"""A survey as the browser gets it: every neuron's properties, and where it is strongest."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy


def overview(survey: Any) -> dict:
    """The synced traits of the overview: every neuron's properties, and where it is strongest."""
    missing = [n for n in ("layers", "properties", "peaks", "contexts") if not hasattr(survey, n)]
    if missing:
        raise ValueError(
            f"survey is a {type(survey).__name__} without {missing[0]}: "
            "lab.neurons.survey gives one"
        )
    layers = [int(layer) for layer in survey.layers]
    named = {clean(str(name)): as_array(v) for name, v in survey.properties.items()}
    shapes = {array.shape for array in named.values()}
    if not layers or len(shapes) != 1 or 0 in (shape := shapes.pop()):
        raise ValueError(f"survey has layers {layers} and properties of shapes {sorted(shapes)}")
    if len(shape) != 2 or shape[0] != len(layers):
        raise ValueError(f"survey has {len(layers)} layers but properties of shape {shape}")
    table = np.nan_to_num(np.stack([*named.values()]).astype("<f4"))
    peaks = [[clean(piece) for piece in survey.peaks(layer)] for layer in layers]
    once = {piece: i for i, piece in enumerate(dict.fromkeys(p for row in peaks for p in row))}
    places = np.array([[once[piece] for piece in row] for row in peaks], dtype="<i4")
    weight = table.nbytes + places.nbytes + sum(len(piece.encode()) + 4 for piece in once)
    refuse_heavy(f"{table[0].size:,} neurons", weight, "survey fewer layers")
    return {
        "layers": layers,
        "unit": str(getattr(survey, "unit", "neuron")) or "neuron",
        "names": list(named),
        "size": int(shape[1]),
        "_sizes": table,
        "_table": table.tobytes(),
        "_peaks": places.tobytes(),
        "_said": list(once),
        "_model": str(getattr(survey, "model_name", "") or ""),
        "_source": _source(survey),
        "_pieces": int(getattr(survey, "pieces", 0) or 0),
    }


def _source(survey: Any) -> str:
    pieces, name = getattr(survey, "pieces", 0), getattr(survey, "corpus_name", "")
    return f"{pieces:,} pieces of {name}" if pieces and name else ""
