"""How circuits did, beside random ones of the same size → what travels to the browser.

A circuit is run in two ways: *kept alone*, with every other edge patched, and *cut out*, with its
own edges patched and every other left. Both are shares of the way from the corrupted run (0) to the
clean one (1): alone near 1 is faithful, cut out near 0 is complete.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import clean

_WAYS = ("faithful", "without")
_RANDOMS = ("random", "random_without")


def curve(trial: Any, total: int) -> dict[str, Any]:
    """The traits that show tested sizes: sizes [k], shares [way, k], randoms [way, k, n].

    Raises:
        TypeError: a trial without random circuits: no circuit is shown without its control.
        ValueError: shapes that differ, no random circuit, sizes that no circuit has.
    """
    _refuse_no_control("trial", trial, ("sizes", *_WAYS, *_RANDOMS))
    sizes = as_array(trial.sizes)
    if sizes.ndim != 1 or not len(sizes) or (np.diff(sizes) < 0).any():
        raise ValueError("sizes must be numbers of edges that grow, at least one")
    if sizes[0] < 0 or sizes[-1] > total:
        raise ValueError(f"sizes run from {sizes[0]} to {sizes[-1]}: the graph has {total} edges")
    shares, randoms = _shares(trial, len(sizes))
    return {
        "sizes": [int(size) for size in sizes],
        "shares": shares.astype("<f4").tobytes(),
        "randoms": randoms.astype("<f4").tobytes(),
    }


def one(trial: Any, edges: list[int]) -> dict[str, Any]:
    """The traits that show one tested circuit: what a trial of one size says of it.

    None of them where the test was stopped before it had anything: the last good one stays.

    Raises:
        TypeError: a result without random circuits.
        ValueError: shapes that differ.
    """
    _refuse_no_control("what test gave", trial, (*_WAYS, *_RANDOMS))
    shares, randoms = _shares(trial, 1)
    if np.isnan(shares).all():
        return {}
    return {
        "trial_randoms": {"shares": _plain(randoms[:, 0])},
        "trial": {"edges": edges, "shares": _plain(shares[:, 0])},
    }


def needs(found: Any, edges: list[int]) -> dict[str, Any]:
    """The traits that show what a circuit loses without each of its parts; none if stopped early.

    Raises:
        TypeError: a result without the losses for random parts.
        ValueError: names and losses that differ in length.
    """
    _refuse_no_control("what needs gave", found, ("names", "lost", "random"))
    names = [clean(str(name)) for name in found.names]
    if not len(found.random) or np.isnan(np.asarray(found.lost, dtype=float)).all():
        return {}
    lost, random = (
        _array("lost", found.lost, (len(names),)),
        _array("random", found.random, (None,)),
    )
    return {
        "lost_randoms": {"lost": _plain(random)},
        "lost": {"edges": edges, "names": names, "lost": _plain(lost)},
    }  # fmt: skip


def said(known: dict[str, Any], size: int) -> str:
    """What the nearest tested size gave, for the summary."""
    sizes = np.array(known["sizes"])
    shares = np.frombuffer(known["shares"], "<f4").reshape(2, len(sizes))
    randoms = np.frombuffer(known["randoms"], "<f4").reshape(2, len(sizes), -1)
    at = int(np.abs(np.log1p(sizes) - np.log1p(size)).argmin())
    return beside(f"{sizes[at]:,}", shares[0, at], randoms[0, at])


def beside(which: str, keeps: float, randoms: Any) -> str:
    """A share and its random circuits in words.

    >>> beside("they", 0.91, [0.1, 0.2, 0.0])
    '; they alone keep 0.91 of the metric, 3 random circuits 0.10'
    """
    drawn = np.array(randoms, dtype=float)
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(keeps) or not len(drawn):
        return ""
    random = f"{len(drawn)} random circuits {round(float(np.median(drawn)), 2) + 0.0:.2f}"
    return f"; {which} alone keep {keeps:.2f} of the metric, {random}"


def _shares(trial: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """[way, size] and [way, size, n]; NaN where a stopped trial did not come to."""
    shares = np.stack([_array(name, getattr(trial, name), (count,)) for name in _WAYS])
    drawn = [_array(name, getattr(trial, name), (count, None)) for name in _RANDOMS]
    if drawn[0].shape != drawn[1].shape:
        raise ValueError(f"random has shape {drawn[0].shape}, random_without {drawn[1].shape}")
    done = as_array(getattr(trial, "done", np.ones(count))).astype(bool)
    shares[:, ~done] = np.nan
    return shares, np.stack(drawn)


def _refuse_no_control(name: str, given: Any, wanted: tuple[str, ...]) -> None:
    lacks = [part for part in wanted if getattr(given, part, None) is None]
    if lacks:
        raise TypeError(
            f"{name} is a {type(given).__name__} without {', '.join(lacks)}: "
            "a circuit stands beside random circuits of its size, or it is not shown"
        )


def _array(name: str, given: Any, shape: tuple[int | None, ...]) -> np.ndarray:
    """The array as float64 of that shape (None: any length but 0), infinity refused."""
    array = np.array(as_array(given), dtype=float)
    fits = array.ndim == len(shape) and all(
        have > 0 if want is None else have == want
        for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        want = ", ".join("n" if one is None else str(one) for one in shape)
        raise ValueError(f"{name} has shape {array.shape}; ({want}) is wanted")
    if np.isinf(array).any():
        raise ValueError(f"{name} is infinite: clean and corrupted metric must differ")
    return array


def _plain(values: np.ndarray) -> Any:
    """Numbers as JSON can say them: NaN is null."""
    listed = values.astype(object)
    listed[np.isnan(values)] = None
    return listed.tolist()
