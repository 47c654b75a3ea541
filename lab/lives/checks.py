"""Does everything in a life fit together? Asked of every file before anybody draws from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

# Axes by name: an axis has one length wherever it stands.
SHAPES = {
    "special": "pos", "steps": "moment", "tokens": "moment", "patterns": "moment kept pos pos",
    "lens_best": "moment row pos", "lens_probs": "moment row pos",
    "target_probs": "moment row pos", "target_ranks": "moment row pos",
    "word_map": "moment word 2", "map_share": "moment",
}  # fmt: skip
LISTS = {"pieces": "pos", "heads": "kept", "lens_layers": "row", "targets": "pos",
         "words": "word", "groups": "word"}  # fmt: skip
_GAPS = ("target_probs", "map_share")  # where NaN says that there is nothing


def refuse_misfits(fields: Mapping[str, Any]) -> None:
    """Raise ValueError or TypeError, with names and shapes, where a life's parts do not fit.

    >>> refuse_misfits({"pieces": "abc"})
    Traceback (most recent call last):
    TypeError: pieces is no list of texts
    """
    for name in ("pieces", "lens_layers", "lens_pieces", "targets", "words", "groups"):
        _refuse_other_than_texts(name, fields[name])
    for name in ("name", "prompt"):
        if not isinstance(fields[name], str):
            raise TypeError(f"{name} is no text")
    sizes = {axis: (name, len(fields[name])) for name, axis in LISTS.items()}
    for name, axis in LISTS.items():
        _fit(name, axis, len(fields[name]), sizes)
    for name, axes in SHAPES.items():
        _refuse_shape(name, fields[name], axes.split(), sizes)
    _refuse_wrong_places(fields)
    _refuse_named(fields, sizes)


def _fit(name: str, axis: str, length: int, sizes: dict[str, tuple[str, int]]) -> None:
    wanted = int(axis) if axis.isdigit() else sizes.setdefault(axis, (name, length))[1]
    if length != wanted:
        by = "" if axis.isdigit() else f" as {sizes[axis][0]} has"
        raise ValueError(f"{name} has {length} for its axis {axis}, not {wanted}{by}")


def _refuse_shape(name: str, array: Any, axes: list[str], sizes: dict) -> None:
    if array.ndim != len(axes):
        raise ValueError(f"{name} has shape {array.shape}; {len(axes)} axes are wanted: {axes}")
    for axis, length in zip(axes, array.shape, strict=True):
        _fit(name, axis, length, sizes)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {array.dtype}")
    good = ~np.isinf(array) if name in _GAPS else np.isfinite(array)
    if not good.all():
        raise ValueError(f"{name}{np.argwhere(~good)[0].tolist()} is no finite number")


def _refuse_wrong_places(fields: Mapping[str, Any]) -> None:
    steps, best = fields["steps"], fields["lens_best"]
    if not len(steps) or (np.diff(steps) <= 0).any():
        raise ValueError("steps do not rise from moment to moment")
    if best.size and not 0 <= best.min() <= best.max() < len(fields["lens_pieces"]):
        raise ValueError("lens_best names pieces that lens_pieces has not")
    for pair in fields["heads"]:
        if len(pair) != 2 or not all(type(part) is int and part >= 0 for part in pair):
            raise ValueError(f"heads: (layer, head), both from 0, not {pair!r:.40}")


def _refuse_named(fields: Mapping[str, Any], sizes: dict) -> None:
    """Curves, samples and scores: every entry of its shape."""
    for name, (steps, values) in fields["curves"].items():
        if steps.ndim != 1 or steps.shape != values.shape:
            raise ValueError(f"curve {name!r}: {steps.shape} steps but {values.shape} values")
    for name, texts in fields["samples"].items():
        _refuse_other_than_texts(f"samples {name!r}", texts)
        _fit(f"samples {name!r}", "moment", len(texts), sizes)
    for name, score in fields["scores"].items():
        if score.ndim != 3:
            raise ValueError(f"scores {name!r} has shape {score.shape}, not [moment, layer, head]")
        _fit(f"scores {name!r}", "moment", len(score), sizes)
        float(fields["chance"][name])


def _refuse_other_than_texts(name: str, texts: Any) -> None:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{name} is no list of texts")
