"""Points, names and properties ⇄ the few bytes that travel to a browser.

A place is two numbers of 16 bits: 65,535 steps along the longer side, a hundredth of a pixel where
the whole map is seen. A number is 16 bits between its ends, a category one byte. Names are UTF-8,
parted by a byte that UTF-8 never uses, and deflated: 49,152 pieces come to 0.2 MB.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from widgets.glass.arrays import as_array
from widgets.glass.shapes import numbers, strings
from widgets.glass.text import clean

STEPS = 65_534
MISSING = 65_535
GROUPS = 6
"""Categories with a colour of their own; where there are more, the others share a gray."""


def packed_places(name: str, places: Any, count: int) -> tuple[bytes, tuple[float, float, float]]:
    """Places [point, 2] as pairs of 16 bits, and their frame: left, bottom, and the longer side.

    >>> packed_places("places", [[0.0, 0.0], [2.0, 1.0]], 2)[1]
    (0.0, 0.0, 2.0)
    """
    array = numbers(name, places, 2)
    if array.shape != (count, 2):
        raise ValueError(f"{name} has shape {array.shape}; ({count}, 2) is wanted")
    low = array.min(axis=0).astype(np.float64)
    side = float((array.max(axis=0) - low).max()) or 1.0
    steps = np.rint((array - low) / side * STEPS).astype("<u2")
    return steps.tobytes(), (float(low[0]), float(low[1]), side)


def unpacked_places(raw: bytes, frame: Sequence[float]) -> Float[np.ndarray, "point 2"]:
    """The places that `packed_places` rounded, within a 65,000th of the longer side.

    >>> unpacked_places(*packed_places("places", [[0.0, 0.0], [2.0, 1.0]], 2)).tolist()
    [[0.0, 0.0], [2.0, 1.0]]
    """
    steps = np.frombuffer(raw, dtype="<u2").reshape(-1, 2)
    return np.array(frame[:2]) + steps / STEPS * frame[2]


def packed_names(names: Sequence[str]) -> bytes:
    """Names in one deflated block.

    >>> zlib.decompress(packed_names(["a", "\\0"])).split(b"\\xff")
    [b'a', b'\\x00']
    """
    return zlib.compress(b"\xff".join(clean(name).encode() for name in names), 9)


def packed_property(name: str, values: Any, count: int) -> tuple[dict[str, Any], bytes]:
    """What a property is, and its values: of categories a byte each, of numbers 16 bits.

    Texts and booleans are categories, the most frequent first; numbers may be NaN (not known).

    >>> packed_property("kind", ["noun", "verb", "noun"], 3)
    ({'name': 'kind', 'groups': ['noun', 'verb'], 'sizes': [2, 1]}, b'\\x00\\x01\\x00')
    """
    array = as_array(values)
    if array.shape != (count,):
        raise ValueError(f"properties[{name!r}] has shape {array.shape}; ({count},) is wanted")
    if array.dtype.kind in "biuf" and array.dtype != bool:
        return _numbers(name, array)
    return _categories(name, array)


def _numbers(name: str, array: np.ndarray) -> tuple[dict[str, Any], bytes]:
    array = array.astype(np.float64)
    known = np.isfinite(array)
    if np.isinf(array).any():
        raise ValueError(f"properties[{name!r}] is infinite at {int(np.isinf(array).argmax())}")
    low, high = (float(array[known].min()), float(array[known].max())) if known.any() else (0, 1)
    share = np.where(known, array - low, 0) / ((high - low) or 1)
    steps = np.where(known, np.rint(share * STEPS), MISSING).astype("<u2")
    return {"name": clean(name), "low": low, "high": high}, steps.tobytes()


def _categories(name: str, array: np.ndarray) -> tuple[dict[str, Any], bytes]:
    texts = np.array(strings(f"properties[{name!r}]", [str(value) for value in array]))
    groups, codes, sizes = np.unique(texts, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    shown, counts = groups[order].tolist(), sizes[order].tolist()
    if len(shown) > GROUPS:
        shown = [*shown[:GROUPS], f"{len(shown) - GROUPS} others"]
        counts = [*counts[:GROUPS], sum(counts[GROUPS:])]
    coded = np.minimum(rank[codes], GROUPS).astype(np.uint8)
    return {"name": clean(name), "groups": shown, "sizes": counts}, coded.tobytes()


def packed_shares(name: str, shares: Any, count: int) -> bytes:
    """Shares of 1 as 16 bits each; not a number where it is not known."""
    array = numbers(name, shares, 1, nan=True)
    if array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape}; ({count},) is wanted")
    known = ~np.isnan(array)
    if known.any() and (array[known].min() < 0 or array[known].max() > 1):
        raise ValueError(f"{name} goes from {array[known].min():.3g} to {array[known].max():.3g}; "
                         "shares of 1 are wanted")  # fmt: skip
    steps = np.where(known, np.rint(np.where(known, array, 0) * STEPS), MISSING)
    return steps.astype("<u2").tobytes()


def packed_near(near: tuple[Any, Any], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours given beforehand, checked: ids and similarities, both [point, near]."""
    ids, cosines = as_array(near[0]), numbers("neighbours[1]", near[1], 2)
    if ids.ndim != 2 or len(ids) != count or ids.dtype.kind not in "iu":
        raise ValueError(
            f"neighbours[0] has shape {ids.shape} of {ids.dtype}; whole numbers [{count}, near]"
        )
    if ids.shape != cosines.shape:
        raise ValueError(f"neighbours: {ids.shape} ids but {cosines.shape} similarities")
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        raise ValueError(f"neighbours[0] names point {ids.max()}; points go from 0 to {count - 1}")
    return ids.astype("<i4"), cosines.astype("<f4")


def maps_of(places: Any) -> dict[str, Any]:
    """Maps by name: one, given without a name, is called "map"."""
    if not isinstance(places, Mapping):
        return {"map": places}
    if not places:
        raise ValueError("places is empty; give at least one map: {'PCA': [[x, y], …]}")
    return {clean(str(name)): one for name, one in places.items()}
