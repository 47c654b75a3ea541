"""What a map is given, checked: each error names the argument, what it is and what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from widgets.embedding_map import packing
from widgets.glass.arrays import as_array
from widgets.glass.shapes import strings
from widgets.glass.text import clean

CARRIED = 300_000
"""Bytes of neighbours that travel with the map; more are asked for when a point is picked."""
FIRST = 4000
"""Points that can be said to matter, in order."""

HONEST = "kept neighbours"
"""How the shares of `honesty` are called where one colours by them."""

Near = Callable[[int], tuple[Any, Any]]


def places_of(maps: dict[str, Any], count: int) -> tuple[dict[str, bytes], list[list[float]]]:
    data, frames = {}, []
    for at, (name, places) in enumerate(maps.items()):
        label = "places" if len(maps) == 1 and name == "map" else f"places[{name!r}]"
        data[f"map {at}"], frame = packing.packed_places(label, places, count)
        frames.append(list(frame))
    return data, frames


def named(names: Sequence[str], count: int) -> list[str]:
    listed = strings("names", names)
    if len(listed) != count:
        raise ValueError(f"{len(listed)} names for {count} points")
    return listed


def property_of(name: str, values: Any, count: int, data: dict[str, bytes], at: int) -> dict:
    what, data[f"property {at}"] = packing.packed_property(name, values, count)
    return what


def honest(honesty: Any, maps: list[str], count: int, data: dict[str, bytes]) -> None:
    if honesty is None:
        return
    each = honesty if isinstance(honesty, Mapping) else {maps[0]: honesty}
    for raw, shares in each.items():
        name = clean(str(raw))
        known("honesty", name, maps)
        data[f"honesty {maps.index(name)}"] = packing.packed_shares(
            f"honesty[{name!r}]", shares, count
        )


def first_of(importance: Any, count: int) -> np.ndarray:
    """The points to be named first, in order."""
    if importance is None:
        return np.zeros(0, dtype="<i4")
    array = as_array(importance)
    if array.shape == (count,) and array.dtype.kind == "f":
        order = np.argsort(-np.nan_to_num(array, nan=-np.inf), kind="stable")[:FIRST]
        return order[np.isfinite(array[order])].astype("<i4")
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.size == 0:
        raise ValueError(
            f"importance has shape {array.shape} of {array.dtype}; a float for each of {count} "
            "points is wanted, or points (whole numbers), the most important first"
        )
    if array.min() < 0 or array.max() >= count:
        raise ValueError(f"importance names point {array.max()}; points go from 0 to {count - 1}")
    return array[:FIRST].astype("<i4")


def asked(neighbours: Any, count: int, data: dict[str, bytes]) -> Near | None:
    """A callable for the true neighbours; few enough, given beforehand, travel in `data`."""
    if neighbours is None or callable(neighbours):
        return cast("Near | None", neighbours)
    if not isinstance(neighbours, tuple | list) or len(neighbours) != 2:
        kind = type(neighbours).__name__
        raise ValueError(f"neighbours is a {kind}: a callable, or (ids, similarities)")
    ids, cosines = packing.packed_near((neighbours[0], neighbours[1]), count)
    if ids.nbytes + cosines.nbytes <= CARRIED:
        data["near ids"], data["near cosines"] = ids.tobytes(), cosines.tobytes()
    return lambda point: (ids[point], cosines[point])


def answered(what: str, ids: Any, similarities: Any, count: int) -> list[list]:
    """What a callable gave, checked: it may be anybody's."""
    points, values = as_array(ids).ravel(), as_array(similarities).ravel()
    if points.shape != values.shape:
        raise ValueError(f"{what} gave {points.size} points but {values.size} similarities")
    if points.size and (points.min() < 0 or points.max() >= count):
        raise ValueError(f"{what} gave point {points.max()}; points go from 0 to {count - 1}")
    return [[int(point) for point in points], [round(float(value), 5) for value in values]]


def tokens_of(tokens: Sequence[int] | None, count: int) -> list[int]:
    points = [] if tokens is None else [int(point) for point in as_array(tokens)]
    if points and not 0 <= min(points) <= max(points) < count:
        raise ValueError(f"tokens name point {max(points)}; points go from 0 to {count - 1}")
    return points


def known(name: str, value: str, there: list[str]) -> str:
    if value not in there:
        raise ValueError(f"{name} is {value!r}; there are {', '.join(map(repr, there))}")
    return value


def summary_of(count: int, maps: dict[str, Any], notes: list[str]) -> str:
    said = [f"{name} ({note})" if note else name for name, note in zip(maps, notes, strict=True)]
    told = "" if said == ["map"] else f": {', '.join(said)}"
    return f"Map of {count:,} point{'s' * (count != 1)}{told}"
