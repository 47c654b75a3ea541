"""Contributions as a view takes them → what travels to the browser."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.shapes import labels, numbers, strings
from widgets.glass.text import clean, number, visible
from widgets.glass.view import refuse_heavy

_OFF = 1e-3  # of the sum of all sizes


def state(found: Any) -> dict[str, Any]:
    """The traits that show these contributions.

    Raises:
        TypeError: something without names, layers, heads, values and logit.
        ValueError: lengths that differ, or parts that do not sum to the logit.
    """
    lacks = [part for part in ("names", "layers", "heads", "values", "logit")
             if not hasattr(found, part)]  # fmt: skip
    if lacks:
        raise TypeError(
            f"found is a {type(found).__name__} without {', '.join(lacks)}: "
            "lab.contributions(model, text, piece) gives one"
        )
    names, values = strings("names", found.names), numbers("values", found.values, 1)
    values = np.asarray(found.values, dtype=np.float64)
    places = {name: [int(n) for n in getattr(found, name)] for name in ("layers", "heads")}
    for name, given in {"values": values, **places}.items():
        if len(given) != len(names):
            raise ValueError(f"{len(names)} names but {len(given)} {name}")
    _refuse_a_rest(values, float(found.logit))
    pieces = [clean(str(piece)) for piece in getattr(found, "pieces", [])]
    sources = _sources(found, places, len(pieces))
    result = {
        "names": names, **places, "values": values.astype("<f8").tobytes(),
        "logit": float(found.logit), "sources": sources, "pieces": pieces,
        "special": _flags(getattr(found, "special", []), len(pieces)),
        "model_name": clean(str(getattr(found, "model_name", "") or "")),
        "scale": float(getattr(found, "scale", 0) or 0), "position": _position(found, len(pieces)),
        **{name: clean(str(getattr(found, name, "") or "")) for name in ("piece", "against")},
    }  # fmt: skip
    weight = len(sources) + len(result["values"]) + sum(len(name.encode()) for name in names)
    refuse_heavy(f"{len(names)} parts", weight, "give fewer, or a found without sources")
    return result | {"summary": summary(result, values)}


def summary(known: dict[str, Any], values: np.ndarray) -> str:
    """The picture in one line: what it sums to, and what adds most."""
    what = asked(known)
    most = int(np.abs(values).argmax())
    model = known["model_name"] or "a model"
    return (
        f"{what} of {model}: {number(known['logit'])} logits, the sum of {len(values)} parts; "
        f"{known['names'][most]} moves it most, by {number(values[most])}"
    )


def asked(known: dict[str, Any]) -> str:
    """The logit in question.

    >>> asked({"piece": " Mary", "against": " John"})
    '·Mary − ·John'
    """
    piece = visible(known["piece"]) if known["piece"] else "the logit"
    return piece + (f" − {visible(known['against'])}" if known["against"] else "")


def _refuse_a_rest(values: np.ndarray, logit: float) -> None:
    if not abs(values.sum() - logit) <= _OFF * max(1.0, float(np.abs(values).sum())):
        raise ValueError(
            f"values sum to {values.sum():.4g}, but logit is {logit:.4g}: "
            "a waterfall must end where it says"
        )


def _sources(found: Any, places: dict[str, list[int]], count: int) -> bytes:
    """What each head read from where, [part, pos], for the parts that are heads; empty if none."""
    given = getattr(found, "sources", None)
    if given is None or not count:
        return b""
    array = numbers("sources", given, 3)
    heads = [pair for pair in zip(places["layers"], places["heads"], strict=True) if pair[1] >= 0]
    deep = (1 + max((layer for layer, _ in heads), default=0),
            1 + max((head for _, head in heads), default=0))  # fmt: skip
    if array.shape[2] != count or array.shape[0] < deep[0] or array.shape[1] < deep[1]:
        raise ValueError(
            f"sources has shape {array.shape}; layers × heads × pieces are {(*deep, count)}"
        )
    rows = [array[layer, head] for layer, head in heads]
    return np.stack(rows).astype("<f4").tobytes() if rows else b""


def _flags(special: Any, count: int) -> list[bool]:
    flags = [bool(flag) for flag in special] or [False] * count
    labels("special", ["x"] * len(flags), count, "pieces") if count else None
    return flags


def _position(found: Any, count: int) -> int:
    position = int(getattr(found, "position", count - 1))
    if count and not 0 <= position < count:
        raise ValueError(f"position is {position}: the text has pieces 0 to {count - 1}")
    return max(0, position)
