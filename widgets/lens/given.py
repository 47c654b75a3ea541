"""Readings as a view takes them → what travels to the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.glass.shapes import numbers, same_length, strings
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy

CARRIED = (10, 5, 3, 1)
"""How many guesses travel for each cell: as many as stay under `LIGHT` bytes."""
LIGHT = 1_000_000


def readings(given: Any) -> dict[str, Any]:
    """One reading, several, or several by name → name → reading.

    Raises:
        ValueError: none, two of one name, or texts or layers that differ.
        TypeError: something that is no reading.
    """
    named = given.items() if isinstance(given, Mapping) else _named(given)
    found: dict[str, Any] = {}
    for name, one in named:
        if lacks := [part for part in _PARTS if not hasattr(one, part)]:
            raise TypeError(
                f"readings holds a {type(one).__name__} without {', '.join(lacks[:3])}: "
                "lab.lens(model, text) gives one"
            )
        if name in found:
            raise ValueError(f"readings has two called {name!r}: give a dict, {{name: reading}}")
        found[clean(str(name))] = one
    if not found:
        raise ValueError("readings is empty: give at least one")
    first = next(iter(found.values()))
    for name, one in found.items():
        if list(one.pieces) != list(first.pieces) or list(one.layers) != list(first.layers):
            raise ValueError(f"reading {name!r} is of another text or model than the first")
    return found


_PARTS = ("layers", "pieces", "top_ids", "top_probs", "words", "targets", "target_probs",
          "target_ranks", "kl", "entropy")  # fmt: skip


def _named(given: Any) -> list[tuple[str, Any]]:
    each = given if isinstance(given, (list, tuple)) else [given]
    return [(str(getattr(one, "kind", "logit")), one) for one in each]


def state(found: Mapping[str, Any]) -> dict[str, Any]:
    """The traits that show these readings."""
    first = next(iter(found.values()))
    pieces, layers = strings("pieces", first.pieces), strings("layers", first.layers)
    special = [bool(flag) for flag in getattr(first, "special", [False] * len(pieces))]
    if len(special) != len(pieces):
        raise ValueError(f"{len(pieces)} pieces but {len(special)} special")
    grids = {name: _grids(name, one, len(layers), len(pieces)) for name, one in found.items()}
    most = min(grid["top"].shape[2] for grid in grids.values())
    cells = len(layers) * len(pieces) * len(found)
    top = next((n for n in CARRIED if n <= most and 4 * n * cells <= LIGHT), 1)
    ids = np.unique(np.concatenate([grid["top"][:, :, :top].ravel() for grid in grids.values()]))
    words = [_word(first, found, int(token)) for token in ids]
    data: dict[str, bytes] = {}
    for i, grid in enumerate(grids.values()):
        places = np.searchsorted(ids, grid["top"][:, :, :top])
        data[f"{i} top"] = places.astype("<u4" if len(ids) > 65535 else "<u2").tobytes()
        data[f"{i} probs"] = shares(grid["probs"][:, :, :top])
        data |= {f"{i} {name}": grid[name].astype("<f4").tobytes() for name in ("kl", "entropy")}
    refuse_heavy(
        f"{len(layers)} rows × {len(pieces)} tokens",
        sum(map(len, data.values())) + sum(len(word.encode()) for word in words),
        "show a part of the text",
    )
    return {
        "lenses": list(found), "pieces": pieces, "special": special, "layers": layers,
        "words": words, "top": top, "_data": data, **followed(found),
        "model_name": clean(str(getattr(first, "model_name", "") or "")),
        "summary": summary(found),
    }  # fmt: skip


def followed(found: Mapping[str, Any]) -> dict[str, Any]:
    """The traits that say how the followed pieces do."""
    first = next(iter(found.values()))
    shape = (len(first.layers), len(first.pieces))
    data: dict[str, bytes] = {}
    for i, one in enumerate(found.values()):
        chances = numbers("target_probs", one.target_probs, 2, nan=True)
        ranks = np.asarray(one.target_ranks)
        for name, grid in (("target_probs", chances), ("target_ranks", ranks)):
            if grid.shape != shape:
                raise ValueError(f"{name} has shape {grid.shape}, not rows × tokens {shape}")
        data[f"{i} chances"] = np.nan_to_num(chances, nan=-1.0).astype("<f4").tobytes()
        data[f"{i} ranks"] = ranks.astype("<i4").tobytes()
    targets = [clean(str(text)) for text in first.targets]
    same_length("pieces", shape[1], "targets", (len(targets),), 0)
    return {"targets": targets, "_chances": data}


def summary(found: Mapping[str, Any]) -> str:
    """The picture in one line: when each prediction was made up."""
    first = next(iter(found.values()))
    best = np.asarray(first.top_ids)[:, :, 0]
    wrong = best != best[-1]
    rows = np.where(wrong.any(0), len(best) - wrong[::-1].argmax(0), 0)
    middle = first.layers[int(np.median(rows))]
    model = clean(str(getattr(first, "model_name", "") or "a model"))
    return (
        f"{' and '.join(found)} lens of {model}: {len(first.layers)} rows × {len(first.pieces)} "
        f"tokens; half of the best guesses stand by {clean(middle)}"
    )


def shares(probs: np.ndarray) -> bytes:
    """Shares of 1 as 16 bits, round(65535·√p): three digits of all but the smallest."""
    return np.rint(65535 * np.sqrt(np.clip(probs, 0, 1))).astype("<u2").tobytes()


def _grids(name: str, one: Any, rows: int, count: int) -> dict[str, np.ndarray]:
    top, probs = np.asarray(one.top_ids), numbers("top_probs", one.top_probs, 3)
    if top.shape != probs.shape or top.shape[:2] != (rows, count):
        raise ValueError(
            f"reading {name!r}: top_ids has shape {top.shape} and top_probs {probs.shape}; "
            f"both must be rows × tokens × guesses, ({rows}, {count}, …)"
        )
    grids = {"top": top, "probs": probs}
    for what in ("kl", "entropy"):
        grids[what] = numbers(what, getattr(one, what), 2)
        if grids[what].shape != (rows, count):
            raise ValueError(f"{what} has shape {grids[what].shape}, not ({rows}, {count})")
    return grids


def _word(first: Any, found: Mapping[str, Any], token: int) -> str:
    for one in (first, *found.values()):
        if token in one.words:
            return clean(str(one.words[token]))
    raise ValueError(f"words has no text for piece {token}, which is among top_ids")
