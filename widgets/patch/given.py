"""Sweeps as a view takes them → what travels to the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.glass.shapes import numbers, strings
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy
from widgets.patch.reach import reached
from widgets.patch.telling import control_line, metric_line, name_of, summary

NEEDED = ("axes", "layers", "effects", "controls", "clean", "corrupted", "clean_pieces",
          "corrupted_pieces")  # fmt: skip
AXES = (("layer",), ("layer", "position"), ("layer", "head"), ("layer", "head", "position"))


def sweeps(given: Any) -> dict[str, Any]:
    """One sweep, several, or several by name → name → sweep.

    Raises:
        TypeError: something that is no sweep.
        ValueError: none, two of one name, or two that patch other runs.
    """
    named = given.items() if isinstance(given, Mapping) else _named(given)
    found: dict[str, Any] = {}
    for name, one in named:
        _refuse_no_sweep(one)
        if (name := clean(str(name))) in found:
            raise ValueError(f"two sweeps are called {name!r}: give a dict, {{name: sweep}}")
        found[name] = one
    if not found:
        raise ValueError("there is no sweep: give at least one")
    first, *others = found.items()
    for name, one in others:
        if runs(one) != runs(first[1]):
            raise ValueError(f"sweep {name!r} patches other prompts than {first[0]!r}")
    return found


def runs(one: Any) -> tuple[list[str], list[str]]:
    """The pieces of the run that is copied from, and of the one that is changed."""
    return list(one.clean_pieces), list(one.corrupted_pieces)


def joined(found: Mapping[str, Any], one: Any) -> tuple[dict[str, Any], str]:
    """The sweeps and one more, and its name: it takes the place of one of its site and metric."""
    name = name_of(one)
    if name in found and metric_line(found[name]) != metric_line(one):
        name = f"{name}, {metric_line(one)}"
    return {**found, name: one}, name


def summarised(found: Mapping[str, Any], name: str) -> str:
    """One of the sweeps in a line of words."""
    return summary(name, found[name], *arrays(name, found[name]))


def state(found: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """The traits that show these sweeps: effects and controls travel together or not at all."""
    pictures, effects, controls = [], {}, {}
    for name, one in found.items():
        values, points = arrays(name, one)
        pictures.append(picture(name, one, values, points))
        effects[name] = values.astype("<f4").tobytes()
        controls[name] = points.astype("<f4").tobytes()
    first = next(iter(found.values()))
    copied, changed = runs(first)
    refuse_heavy(
        f"{len(found)} sweeps",
        sum(map(len, effects.values())) + sum(map(len, controls.values())),
        "show fewer of them, or a shorter prompt",
    )
    return {
        "pictures": pictures, "_effects": effects, "_controls": controls,
        "clean_pieces": strings("clean_pieces", copied),
        "corrupted_pieces": strings("corrupted_pieces", changed),
        "pairs": pairs(first), "position": _position(first, len(changed)),
        "model_name": clean(str(getattr(first, "model_name", "") or "")),
        "summary": summarised(found, shown),
        **{part: _text(first, part) for part in ("clean", "corrupted")},
    }  # fmt: skip


def picture(name: str, one: Any, effects: np.ndarray, points: np.ndarray) -> dict[str, Any]:
    """What is said of one sweep: its axes, metric, control, and how far it came."""
    axes, layers = tuple(one.axes), [int(layer) for layer in one.layers]
    heads = int(np.shape(one.effects)[1]) if "head" in axes else 0
    by_head = len(axes) == 3
    rows = [[layer, head] for layer in layers for head in range(heads)] if by_head else [
        [layer, -1] for layer in layers
    ]  # fmt: skip
    return {
        "name": name, "site": clean(str(getattr(one, "site", "") or "")),
        "by": " ".join(axes[1:]) or "layer", "columns": axes[-1], "rows": rows,
        "across": int(effects.shape[1]), "n": len(points), "bands": bands(points, rows),
        "metric": metric_line(one), "unit": clean(str(getattr(one, "unit", "") or "")),
        "control": control_line(one, len(points)),
        "clean": float(one.clean), "corrupted": float(one.corrupted),
        "note": clean(str(getattr(one, "note", "") or "")), "done": _done(one).ravel().tolist(),
        "reached": list(reached(one)),
    }  # fmt: skip


def arrays(name: str, one: Any) -> tuple[np.ndarray, np.ndarray]:
    """Effects [row, column] and controls [n, row, column]; NaN where nothing was measured."""
    if tuple(one.axes) not in AXES:
        raise ValueError(f"axes are {tuple(one.axes)}; {' or '.join(map(str, AXES))} can be drawn")
    if one.controls is None or np.size(one.controls) == 0:
        raise ValueError(f"sweep {name!r} has no controls: an effect is shown beside its control")
    effects = numbers(f"effects of {name!r}", one.effects, len(one.axes), nan=True)
    points = numbers(f"controls of {name!r}", one.controls, len(one.axes) + 1, nan=True)
    if points.shape[1:] != effects.shape or len(one.layers) != effects.shape[0]:
        raise ValueError(
            f"sweep {name!r}: effects {effects.shape}, controls {points.shape}, {len(one.layers)} "
            "layers; wanted are layers × …, and controls × the same"
        )
    count = len(one.corrupted_pieces)
    if one.axes[-1] == "position" and effects.shape[-1] != count:
        raise ValueError(f"sweep {name!r}: {count} corrupted pieces but effects {effects.shape}")
    for part in ("clean", "corrupted"):
        if not np.isfinite(float(getattr(one, part))):
            raise ValueError(f"sweep {name!r}: {part} is {getattr(one, part)}, not a finite number")
    effects = np.where(_done(one), effects, np.nan)
    across = 1 if len(one.axes) == 1 else effects.shape[-1]
    return effects.reshape(-1, across), points.reshape(len(points), -1, across)


def bands(points: np.ndarray, rows: list[list[int]]) -> list[list[float | None]]:
    """Between which two numbers 95 of 100 control effects of each row's layer lie."""
    layers = np.array([layer for layer, _ in rows])
    found: dict[int, list[float | None]] = {}
    for layer in np.unique(layers):
        known = points[:, layers == layer]
        known = known[np.isfinite(known)]
        ends = np.quantile(known, (0.025, 0.975)).tolist() if known.size else [None, None]
        found[int(layer)] = [*ends, int(known.size)]
    return [found[layer] for layer, _ in rows]


def pairs(one: Any) -> list[list[int]]:
    """The columns of the two prompts: [clean, corrupted] positions, -1 where there is no piece."""
    copied, changed = map(len, runs(one))
    given = getattr(one, "columns", None)
    if given is None:
        if copied != changed:
            raise ValueError(f"{copied} clean pieces but {changed} corrupted, and no columns")
        return [[i, i] for i in range(copied)]
    found = [[int(place) for place in pair] for pair in given]
    for side, count in ((0, copied), (1, changed)):
        places = [pair[side] for pair in found if pair[side] >= 0]
        if places != list(range(count)):
            raise ValueError(
                f"columns hold {('clean', 'corrupted')[side]} pieces {places[:6]}…; "
                f"each of the {count} must stand there once, in order"
            )
    return found


def _done(one: Any) -> np.ndarray:
    shape = np.shape(one.effects)
    done = np.asarray(getattr(one, "done", np.ones(shape, bool)), bool)
    if done.shape != shape:
        raise ValueError(f"done has shape {done.shape}, effects {shape}: they must be the same")
    return done


def _text(one: Any, part: str) -> str:
    given = getattr(one, f"{part}_text", None)
    return clean(str("".join(getattr(one, f"{part}_pieces")) if given is None else given))


def _position(one: Any, count: int) -> int:
    place = int(getattr(one, "position", -1))
    return place % count


def _named(given: Any) -> list[tuple[str, Any]]:
    each = list(given) if isinstance(given, (list, tuple)) else [given]
    for one in each:
        _refuse_no_sweep(one)
    several = len({metric_line(one) for one in each}) > 1
    return [(name_of(one) + (f", {metric_line(one)}" if several else ""), one) for one in each]


def _refuse_no_sweep(one: Any) -> None:
    if lacks := [part for part in NEEDED if not hasattr(one, part)]:
        raise TypeError(
            f"sweep is a {type(one).__name__} without {', '.join(lacks[:3])}: "
            "lab.interventions.sweep(model, clean, corrupted, metric) gives one"
        )
