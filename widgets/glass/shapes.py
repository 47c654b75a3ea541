"""Arguments of a view, checked: each error names the argument, what it is and what was wanted."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from ipywidgets import Color
from traitlets import HasTraits, TraitError

from widgets.glass.arrays import as_array
from widgets.glass.text import clean

Array = Any  # numpy array, nested list or tensor


def strings(name: str, texts: Iterable[str]) -> list[str]:
    """A list of sendable strings.

    >>> strings("tokens", ("a", "b"))
    ['a', 'b']
    """
    if isinstance(texts, str):
        raise ValueError(f"{name} is one string; a list of strings is wanted: [{texts[:20]!r}, …]")
    listed = list(texts)
    for i, text in enumerate(listed):
        if not isinstance(text, str):
            raise ValueError(f"{name}[{i}] is {type(text).__name__} {text!r:.40}, not a string")
    if not listed:
        raise ValueError(f"{name} is empty; give at least one")
    return [clean(text) for text in listed]


def numbers(name: str, values: Array, axes: int, *, nan: bool = False) -> np.ndarray:
    """A float32 array with that many axes, none empty, without infinity, and without NaN unless
    `nan` allows it.

    >>> numbers("values", [[1, 2]], 2).shape
    (1, 2)
    """
    try:
        array = np.asarray(as_array(values), dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of numbers: {error}") from None
    if array.ndim != axes or 0 in array.shape:
        raise ValueError(f"{name} has shape {array.shape}; {axes} axes are wanted, none empty")
    wrong = np.isinf(array) if nan else ~np.isfinite(array)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name}{list(place)} is {array[place]}; only finite numbers can be drawn")
    return array


def same_length(name: str, length: int, other: str, shape: Sequence[int], axis: int) -> None:
    """Raise ValueError unless axis `axis` of `shape` has that length.

    >>> same_length("tokens", 2, "values", (2, 5), 0)
    """
    if shape[axis] != length:
        raise ValueError(
            f"{length} {name} but {other} has shape {tuple(shape)}; axis {axis} must be {length}"
        )


def labels(name: str, texts: Sequence[str] | None, count: int, what: str) -> list[str] | None:
    """`count` labels, or None when none are given.

    >>> labels("labels", ["a", "b"], 2, "columns of values")
    ['a', 'b']
    """
    if texts is None:
        return None
    listed = strings(name, texts)
    if len(listed) != count:
        raise ValueError(f"{name} has {len(listed)} entries for {count} {what}")
    return listed


class _Coloured(HasTraits):
    colour = Color()


def colour(name: str, value: str | None) -> str | None:
    """A CSS colour, or None.

    >>> colour("negative_color", "#ff8800")
    '#ff8800'
    """
    try:
        return None if value is None else _Coloured(colour=value).colour
    except TraitError:
        raise ValueError(
            f"{name} is {value!r}; a CSS colour is wanted: 'teal', '#ff8800'"
        ) from None
