"""A graph on disk: written as arrays and texts, read with suspicion."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.circuits.pairing import Pairs
from lab.circuits.wiring import Wiring
from lab.storage import Kind

Array = np.ndarray
KIND = Kind("graph", "circuits", "formicarium graph 1")
_EDGES = ("scores", "chance", "kept")
_ROWS = ("clean", "corrupted", "lengths", "right", "wrong")
_TEXTS = ("method", "metric", "unit", "steps", "clean", "corrupted", "model_name")


def written(graph: Any) -> tuple[dict[str, Array], dict[str, Any]]:
    """A graph's arrays and texts."""
    arrays = {name: getattr(graph, name) for name in _EDGES}
    arrays |= {f"pairs.{name}": getattr(graph.pairs, name) for name in _ROWS}
    told: dict[str, Any] = {name: getattr(graph, name) for name in _TEXTS}
    wiring = graph.wiring
    told["wiring"] = [wiring.layers, wiring.heads, wiring.kv_heads]
    return arrays, told | {"texts": graph.pairs.texts}


def fields(arrays: dict[str, Array], texts: dict[str, Any]) -> dict[str, Any]:
    """What a graph is made of again; ValueError or KeyError where parts lack or do not fit."""
    found: dict[str, Any] = {name: arrays[name] for name in _EDGES}
    found |= {name: texts[name] for name in _TEXTS}
    found["wiring"] = wiring = _wiring(texts["wiring"])
    rows = {name: arrays[f"pairs.{name}"] for name in _ROWS}
    spelled = [tuple(text) for text in texts["texts"]]
    found["pairs"] = Pairs(**rows, texts=spelled, model_name=found["model_name"])
    _refuse_misfits(found, wiring)
    return found


def _wiring(sizes: list[int]) -> Wiring:
    layers, heads, kv_heads = sizes
    if not (1 <= layers <= 512 and 1 <= heads <= 512 and layers * heads <= 2**15):
        raise ValueError(f"{layers} layers of {heads} heads: more than a graph has")
    if kv_heads and (kv_heads < 0 or heads % kv_heads):
        raise ValueError(f"{kv_heads} key/value heads for {heads} heads")
    return Wiring(layers, heads, kv_heads)


def _refuse_misfits(found: dict[str, Any], wiring: Wiring) -> None:
    edges = (int(wiring.starts[-1]),)
    for name in _EDGES:
        if found[name].shape != edges:
            raise ValueError(f"{name} has shape {found[name].shape}, where {edges} is needed")
        if not np.isfinite(found[name]).all():
            raise ValueError(f"{name} holds what is no number")
    if found["kept"].dtype != bool:
        raise ValueError(f"kept holds {found['kept'].dtype}, not true or false")
    pairs = found["pairs"]
    shape = (len(pairs.texts), pairs.clean.shape[-1])
    if pairs.clean.shape != shape or pairs.corrupted.shape != shape:
        raise ValueError(f"pairs of shape {pairs.clean.shape}, where {shape} is needed")
    if any(getattr(pairs, name).shape != shape[:1] for name in ("lengths", "right", "wrong")):
        raise ValueError(f"answers of another number than pairs, {shape[0]}")
