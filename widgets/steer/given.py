"""A steered run as a view takes it → what travels to the browser; never without its controls."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.shapes import strings
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy

_NEEDED = ("layers", "strengths", "effects", "controls", "costs", "cost_controls", "pieces",
           "before", "after", "after_controls")  # fmt: skip


def state(found: Any) -> dict[str, Any]:
    """The traits that show a steered run: anything with the attributes of `Steered`.

    Raises:
        TypeError: something without effects, or without their controls.
        ValueError: shapes that disagree, fewer than two controls, no strength 0.
    """
    if lacks := [name for name in _NEEDED if getattr(found, name, None) is None]:
        raise TypeError(
            f"steered is a {type(found).__name__} without {', '.join(lacks[:3])}: an effect is "
            "shown beside its controls (lab.interventions.steered gives both)"
        )
    layers = [int(layer) for layer in found.layers]
    strengths = _array("strengths", found.strengths, (len(found.strengths),))
    if 0 not in strengths or (np.diff(strengths) <= 0).any():
        raise ValueError(f"strengths are {strengths.tolist()}: growing ones with 0 are wanted")
    grid, randoms = (len(layers), len(strengths)), np.shape(found.controls)[1]
    if randoms < 2:
        raise ValueError(f"controls hold {randoms} random direction; at least 2 show a spread")
    done = getattr(found, "done", None)
    effects = _array("effects", found.effects, grid)
    known = np.isfinite(effects) if done is None else as_array(done) & np.isfinite(effects)
    return {
        **_packed(found, effects, (grid[0], randoms, grid[1])),
        "layers": layers,
        "strengths": strengths.tolist(),
        "randoms": randoms,
        "done": [bool(one) for one in known.ravel()],
        "pieces": [piece for row in found.pieces for piece in strings("pieces", row)],
        "texts": _texts(found, "texts", grid),
        "text_controls": _texts(found, "text_controls", grid),
        "summary": summary(found, layers, effects, known),
        **_said(found),
    }


def _packed(found: Any, effects: np.ndarray, beside: tuple[int, int, int]) -> dict[str, bytes]:
    """The numbers as they travel; `beside`: layers, random directions, strengths."""
    grid, top = beside[::2], len(found.pieces[0])
    after = _array("after_controls", found.after_controls, (*beside, top))
    with np.errstate(invalid="ignore"):
        low, high = np.min(after, 1), np.max(after, 1)
    data = {
        "_effects": effects,
        "_controls": _array("controls", found.controls, beside),
        "_costs": _array("costs", found.costs, grid),
        "_cost_controls": _array("cost_controls", found.cost_controls, beside),
        "_lengths": _array("lengths", getattr(found, "lengths", np.full(grid, np.nan)), grid),
        "_before": _array("before", found.before, (grid[0], top)),
        "_after": np.stack([_array("after", found.after, (*grid, top)), low, high], -1),
    }
    packed = {name: values.astype("<f4").tobytes() for name, values in data.items()}
    refuse_heavy("the steered run", sum(map(len, packed.values())), "push fewer layers")
    return packed


def _said(found: Any) -> dict[str, Any]:
    """What is called how; numbers of the model left alone."""
    names = ("prompt", "name", "metric", "unit", "control", "model_name")
    said = {name: clean(str(getattr(found, name, "") or "")) for name in names}
    numbers = {name: float(getattr(found, name, np.nan)) for name in ("clean", "clean_cost")}
    known = {name: value if np.isfinite(value) else None for name, value in numbers.items()}
    return {**said, **known, "neutral_pieces": int(getattr(found, "neutral_pieces", 0))}


def best(found: Any) -> tuple[int, float]:
    """The layer and strength whose effect leaves the controls' range furthest behind; shown first.

    Where a push makes the model lose its mind, it is not the best one: cells that more than double
    the perplexity come last.
    """
    effects, controls = as_array(found.effects), as_array(found.controls)
    with np.errstate(invalid="ignore"):
        lead = np.abs(effects) - np.abs(controls).max(1)
        mad = as_array(found.costs) > 2 * float(getattr(found, "clean_cost", np.nan) or np.nan)
    lead = np.where(mad, lead - 1e6, lead)
    lead[:, as_array(found.strengths) <= 0] -= 1e9
    row, column = np.unravel_index(np.nan_to_num(lead, nan=-np.inf).argmax(), lead.shape)
    return int(found.layers[row]), float(found.strengths[column])


def summary(found: Any, layers: list[int], effects: np.ndarray, known: np.ndarray) -> str:
    """The picture in one line."""
    layer, strength = best(found)
    row, column = layers.index(layer), int(np.abs(as_array(found.strengths) - strength).argmin())
    there = as_array(found.controls)[row, :, column]
    left = "" if known.all() else f"; {int((~known).sum())} of {known.size} cells not done"
    said = _said(found)
    return (
        f"{said['name'] or 'a direction'}: {said['metric']} {effects[row, column]:+.3g} at "
        f"L{layer} × {strength:g}; {len(there)} random directions {there.min():+.3g} to "
        f"{there.max():+.3g}{left}"
    )


def _texts(found: Any, name: str, grid: tuple[int, int]) -> list[str]:
    rows = getattr(found, name, None) or [[""] * grid[1]] * grid[0]
    if [len(row) for row in rows] != [grid[1]] * grid[0]:
        raise ValueError(f"{name} are not one for each layer and strength, {grid}")
    return [clean(str(text)) for row in rows for text in row]


def _array(name: str, given: Any, shape: tuple[int, ...]) -> np.ndarray:
    values = as_array(given).astype(np.float32)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape}, not {shape}")
    return values
