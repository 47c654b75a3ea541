"""Sweeps in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.text import clean, number, short, visible
from widgets.patch.reach import reached

SITES = {
    "resid_pre": "residual stream", "resid_mid": "residual after attention",
    "resid_post": "residual after the layer", "attn_out": "attention", "mlp_out": "MLP",
    "z": "heads", "q": "queries", "k": "keys", "v": "values", "pattern": "patterns",
}  # fmt: skip


def name_of(one: Any) -> str:
    """What a sweep patches, in words: what stands on the switch that shows it.

    >>> from types import SimpleNamespace
    >>> name_of(SimpleNamespace(site="z", axes=("layer", "head", "position")))
    'heads × positions'
    """
    return site_name(str(getattr(one, "site", "") or ""), tuple(one.axes))


def site_name(site: str, axes: tuple[str, ...]) -> str:
    """The same from the site and the axes."""
    name = SITES.get(site, clean(site) or " × ".join(axes))
    if len(axes) == 3:
        return f"{name} × positions"
    return f"{name}, whole layers" if len(axes) == 1 else name


def metric_line(one: Any) -> str:
    """The metric in one short line."""
    return short(clean(str(getattr(one, "metric", "") or "metric")), 80)


def control_line(one: Any, n: int) -> str:
    """What the control was."""
    return clean(str(getattr(one, "control", "") or f"{n} controls")).removeprefix("control: ")


def summary(name: str, one: Any, effects: np.ndarray, points: np.ndarray) -> str:
    """The picture in one line: what was patched, the strongest cell, and its control beside it."""
    unit, metric = clean(str(getattr(one, "unit", "") or "")), visible(metric_line(one))
    model = clean(str(getattr(one, "model_name", "") or "a model"))
    said = (
        f"{metric} of {model}: {number(float(one.corrupted), unit)} corrupted, "
        f"{number(float(one.clean), unit)} clean; {name}"
    )
    done, of = reached(one)
    if np.isfinite(effects).any():
        row, column = np.unravel_index(int(np.nanargmax(np.abs(effects))), effects.shape)
        beside = points[:, row, column][np.isfinite(points[:, row, column])]
        said += f": most at {_cell(one, int(row), int(column), effects.shape[1])}, "
        said += f"{number(float(effects[row, column]), unit)}"
        said += f" (controls {', '.join(number(float(x)) for x in beside[:4])}; n = {len(beside)})"
    return said + (f"; {done} of {of} cells done" if done < of else "")


def _cell(one: Any, row: int, column: int, across: int) -> str:
    heads = np.shape(one.effects)[1] if "head" in one.axes else 0
    if tuple(one.axes) == ("layer", "head"):
        return f"L{one.layers[row]}H{column}"
    at = f"L{one.layers[row // heads]}H{row % heads}" if heads else f"L{one.layers[row]}"
    if across == 1 and one.axes[-1] != "position":
        return at
    return f"{at}, {visible(clean(str(one.corrupted_pieces[column])))} {column}"
