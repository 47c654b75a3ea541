"""Attention patterns as a view wants them: a layer at a time, checked, never stacked or copied.

A pattern is [head, query, key], each row the shares of 1 that a query gives its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from widgets.glass.arrays import as_array

ROW_TOLERANCE = 0.02
"""Half-precision rows miss 1 by less than this; raw scores by far more."""


@dataclass(frozen=True)
class Patterns:
    """The layers at hand, and how to read one: `read(layer)` → [head, query, key]."""

    layers: list[int]
    heads: int
    tokens: int
    read: Callable[[int], np.ndarray]

    def head(self, layer: int, head: int) -> np.ndarray:
        """One head's [query, key], no copy."""
        return self.read(layer)[head]


def given(trace: Any, pieces: Any, patterns: Any, layers: Any) -> Patterns:
    """The patterns, from whichever way they were given; TypeError for none, or for both ways."""
    if trace is not None:
        if pieces is not None or patterns is not None or layers is not None:
            raise TypeError("give a trace, or pieces and patterns, not both")
        if not hasattr(trace, "pieces") or not hasattr(trace, "layers"):
            raise TypeError(f"trace is a {type(trace).__name__}, which has no pieces and no layers")
        return from_trace(trace)
    if pieces is None or patterns is None:
        missing = "pieces" if pieces is None else "patterns"
        raise TypeError(
            f"{missing} is missing; try Attention(trace) or Attention(pieces=…, patterns=…)"
        )
    if isinstance(pieces, str):
        raise ValueError(f"pieces: a list of strings, not the one string {pieces[:20]!r}")
    return from_arrays(patterns, layers, len(pieces))


def from_trace(trace: Any) -> Patterns:
    """The layers a trace kept; raises ValueError when it kept no pattern."""
    try:
        layers = list(trace.layers("pattern"))
    except KeyError:
        layers = []
    if not layers:
        raise ValueError(
            'the trace kept no attention pattern; trace with keep=["pattern"], or [("pattern", 3)]'
        )
    return _lazily(layers, lambda layer: trace["pattern", layer], len(trace.pieces))


def from_arrays(patterns: Any, layers: Sequence[int] | None, tokens: int) -> Patterns:
    """From [layer, head, query, key], a list with an array a layer, or a dict layer → array."""
    if isinstance(patterns, Mapping):
        if layers is not None:
            raise ValueError("layers: a dict of patterns names its layers itself; leave it out")
        _refuse_no_layers(patterns)
        return _lazily(sorted(patterns), lambda layer: patterns[layer], tokens)
    if not isinstance(patterns, (list, tuple)):
        patterns = as_array(patterns)
        if patterns.ndim != 4:
            raise ValueError(
                f"patterns has shape {patterns.shape}; [layer, head, query, key] is wanted, "
                "a list with an array a layer, or a dict layer → array"
            )
    numbers = list(range(len(patterns)) if layers is None else layers)
    if len(numbers) != len(patterns):
        raise ValueError(f"patterns has {len(patterns)} layers, but layers names {len(numbers)}")
    _refuse_no_layers(numbers)
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"layers names a layer twice: {numbers}")
    place = {layer: at for at, layer in enumerate(numbers)}
    return _lazily(numbers, lambda layer: patterns[place[layer]], tokens)


def _refuse_no_layers(layers: Iterable[Any]) -> None:
    for layer in layers:
        if not isinstance(layer, Integral) or int(layer) < 0:
            raise ValueError(f"layers: {layer!r} is no layer; they are whole numbers from 0")


def _lazily(layers: list[int], source: Callable[[int], Any], tokens: int) -> Patterns:
    """Check the shapes against the first layer's; the numbers are read when they are needed."""
    if tokens == 0:
        raise ValueError("pieces is empty; a pattern needs at least one token")
    if not layers:
        raise ValueError("patterns is empty; give at least one layer [head, query, key]")

    def read(layer: int) -> np.ndarray:
        array = as_array(source(layer))
        return array[0] if array.ndim == 4 and len(array) == 1 else array  # a batch of one

    heads = None
    for layer in layers:
        shape = read(layer).shape
        if len(shape) != 3:
            raise ValueError(f"layer {layer} has shape {shape}; [head, query, key] is wanted")
        if shape[0] == 0:
            raise ValueError(f"layer {layer} has no heads: its shape is {shape}")
        for axis, size in (("queries", shape[1]), ("keys", shape[2])):
            if size != tokens:
                raise ValueError(
                    f"patterns has {shape[0]} heads × {size} {axis}, but {tokens} pieces were given"
                )
        heads = heads or shape[0]
        if shape[0] != heads:
            raise ValueError(
                f"layer {layer} has {shape[0]} heads, layer {layers[0]} has {heads}; "
                "show layers with different numbers of heads in views of their own"
            )
    return Patterns([int(layer) for layer in layers], int(heads or 0), tokens, read)


@dataclass(frozen=True)
class Check:
    """What one pass over a layer found."""

    causal: bool
    complaint: str = ""


def checked(weights: np.ndarray, layer: int) -> Check:
    """Look through one layer: raises ValueError on NaN, infinity or negative weights, by place.

    Rows that miss 1 are no error (an ablated head has zero rows): they give a complaint to show.
    """
    sums = weights.sum(-1, dtype=np.float32)
    if not np.isfinite(sums).all():
        _refuse(weights, ~np.isfinite(weights), layer, "softmax of a row that may see nothing?")
    if weights.min() < -1e-6:
        _refuse(weights, weights < -1e-6, layer, "raw scores? weights after softmax are wanted")
    off = np.abs(sums - 1)
    complaint = ""
    if off.max() > ROW_TOLERANCE:
        head, query = np.unravel_index(off.argmax(), off.shape)
        complaint = (
            f"{int((off > ROW_TOLERANCE).sum())} rows of layer {layer} do not sum to 1 "
            f"(L{layer}H{head}, query {query}: {sums[head, query]:.3g})"
        )
    return Check(_is_causal(weights), complaint)


def _is_causal(weights: np.ndarray) -> bool:
    tokens = weights.shape[-1]
    return not any(weights[:, query, query + 1 :].any() for query in range(tokens - 1))


def _refuse(weights: np.ndarray, wrong: np.ndarray, layer: int, hint: str) -> None:
    head, query, key = np.unravel_index(wrong.argmax(), wrong.shape)
    value = weights[head, query, key]
    raise ValueError(f"patterns: L{layer}H{head}, query {query}, key {key} is {value:.3g} ({hint})")
