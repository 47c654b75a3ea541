"""A graph of scored edges as the view takes it → what travels to the browser."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.shapes import numbers, same_length, strings
from widgets.glass.text import clean

MOST = 20_000
"""Edges that travel: the first of the order in which they enter a circuit."""
FIRST = 60  # edges shown at first, where no size is given and none was tested
_WANTED = ("nodes", "layers", "heads", "sources", "targets", "scores", "chance")


def state(graph: Any) -> dict[str, Any]:
    """The traits that show this graph.

    Raises:
        TypeError: something without these, or without `chance`, the control of its scores.
        ValueError: lengths that differ, edges between parts that are not there, or back in time.
    """
    lacks = [part for part in _WANTED if not hasattr(graph, part)]
    if lacks:
        raise TypeError(
            f"graph is a {type(graph).__name__} without {', '.join(lacks)}: "
            "lab.circuits.edge_attribution(model, pairs) gives one"
        )
    names, scores = strings("nodes", graph.nodes), numbers("scores", graph.scores, 1)
    places = {name: _whole(name, getattr(graph, name), len(names), "nodes", least=-1)
              for name in ("layers", "heads")}  # fmt: skip
    ends = [_whole(name, getattr(graph, name), len(scores), "scores", most=len(names) - 1)
            for name in ("sources", "targets")]  # fmt: skip
    _refuse_back(names, *ends)
    chance = numbers("chance", graph.chance, 1)
    same_length("scores", len(scores), "chance", chance.shape, 0)
    rank, kinds, ports = ranks(graph), *_ports(graph, len(scores))
    sent = order_of(rank, scores)[:MOST]
    table = np.stack([*ends, kinds, np.arange(len(scores)), rank])[:, sent]
    return {
        "names": names,
        **{name: values.tolist() for name, values in places.items()},
        "ports": ports,
        "edges": table.astype("<i4").tobytes(),
        "scores": scores[sent].astype("<f4").tobytes(),
        "chance": chance[sent].astype("<f4").tobytes(),
        "effects": _effects(len(names), ends[0], scores).astype("<f4").tobytes(),
        "total": len(scores),
        "ends": [_known(getattr(graph, end, None)) for end in ("clean", "corrupted")],
        **{name: clean(str(getattr(graph, name, "") or ""))
           for name in ("metric", "unit", "method", "model_name")},
    }  # fmt: skip


def summary(known: dict[str, Any], size: int, said: str) -> str:
    """The picture in one line: how many edges of how many, and how faithful they are."""
    what = f"{known['metric'] or 'a metric'} of {known['model_name'] or 'a model'}"
    return f"{what}: {size:,} of {known['total']:,} edges between {len(known['names'])} parts{said}"


def ranks(graph: Any) -> np.ndarray:
    """Of each edge: it is in the circuit of at most n edges where its rank is below n."""
    given = getattr(graph, "rank", None)
    scores = numbers("scores", graph.scores, 1)
    if given is not None:
        return _whole("rank", given, len(scores), "scores")
    rank = np.empty(len(scores), dtype=int)
    rank[np.argsort(-np.abs(scores), kind="stable")] = np.arange(len(scores))
    return rank


def order_of(rank: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Edges as they enter, those that enter together by size."""
    return np.lexsort((-np.abs(scores), rank))


def _ports(graph: Any, count: int) -> tuple[np.ndarray, list[str]]:
    """Which input of its target each edge enters, as numbers, and the inputs' names."""
    given = getattr(graph, "ports", None)
    listed = [""] * count if given is None else [clean(str(one)) for one in given]
    if len(listed) != count:
        raise ValueError(f"ports has {len(listed)} entries for {count} scores")
    names = sorted(set(listed), key=lambda name: ("qkv".find(name) if name else -1, name))
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[one] for one in listed], dtype=int), names


def _effects(count: int, sources: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """A part's own estimated effect: what all of its edges out sum to."""
    return np.bincount(sources, weights=scores, minlength=count)


def _whole(
    name: str, given: Any, count: int, other: str, *, least: int = 0, most: int | None = None
) -> np.ndarray:
    array = as_array(given)
    if array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape} for {count} {other}")
    values = array.astype(int)
    out = (values != array) | (values < least) | (values > (values if most is None else most))
    if out.any():
        at = int(np.argmax(out))
        ends = f"{least} to {most}" if most is not None else f"{least} and up"
        raise ValueError(f"{name}[{at}] is {array[at]}; whole numbers, {ends}, are wanted")
    return values


def _refuse_back(names: list[str], sources: np.ndarray, targets: np.ndarray) -> None:
    back = sources >= targets
    if back.any():
        at = int(np.argmax(back))
        raise ValueError(
            f"edge {at} leads from {names[sources[at]]} to {names[targets[at]]}: nodes stand in "
            "the order of the model, and an edge leads on in it"
        )


def _known(value: Any) -> float | None:
    return None if value is None or not np.isfinite(float(value)) else float(value)
