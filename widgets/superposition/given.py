"""Toy models and their phases as the browser gets them, and what is wrong with others."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.arrays import as_array
from widgets.glass.text import number

PARTS = ("weights", "biases", "losses", "linear", "steps", "sparsities", "importance")
KINDS = 3  # left out, a dimension of its own, in superposition


def toy_state(toys: Any) -> dict[str, Any]:
    """The synced traits of toy models.

    Raises:
        ValueError: what is no such record, arrays that do not fit, numbers that are not finite.
    """
    missing = [name for name in PARTS if not hasattr(toys, name)]
    if missing:
        raise ValueError(
            f"toys is a {type(toys).__name__} without {missing[0]}: lab.saes.toys gives one"
        )
    parts = {name: as_array(getattr(toys, name)) for name in PARTS}
    shape = parts["weights"].shape
    if len(shape) != 4 or not all(shape):
        raise ValueError(f"weights has shape {shape}: [moment, run, hidden, feature] is needed")
    moments, runs, _, features = shape
    wanted = {"biases": (moments, runs, features), "losses": (moments, runs), "linear": (runs,)}
    wanted |= {"steps": (moments,), "sparsities": (runs,), "importance": (features,)}
    for name, size in wanted.items():
        if parts[name].shape != size:
            raise ValueError(f"{name} has shape {parts[name].shape}, where {size} is needed")
    for name, array in parts.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite")
    return {
        "_shape": list(shape),
        "_steps": [int(step) for step in parts["steps"]],
        "_of": int(getattr(toys, "of", parts["steps"][-1])),
        "_sparsities": [float(f"{value:.6g}") for value in parts["sparsities"]],
        "_importance": [float(f"{value:.6g}") for value in parts["importance"]],
        **{f"_{name}": sent(parts[name]) for name in ("weights", "biases", "losses", "linear")},
    }


def phase_state(phases: Any) -> dict[str, Any]:
    """The synced traits of a grid of phases; none for None.

    Raises:
        ValueError: what is no such record, arrays that do not fit.
    """
    if phases is None:
        return {"_grid": [], "_kinds": b"", "_found": b"", "_solutions": b""}
    for name in ("kinds", "theory", "densities", "importances", "weights", "losses", "solutions"):
        if not hasattr(phases, name):
            raise ValueError(
                f"phases is a {type(phases).__name__} without {name}: lab.saes.phases gives one"
            )
    dense, important = as_array(phases.densities), as_array(phases.importances)
    shape = (len(important), len(dense))
    both = [as_array(phases.kinds), as_array(phases.theory)]
    if any(one.shape != shape or not np.isin(one, range(KINDS)).all() for one in both):
        raise ValueError(
            f"phases has kinds of shape {both[0].shape} and {both[1].shape} on a grid of {shape}"
        )
    last = as_array(phases.weights)
    losses = np.concatenate([as_array(phases.losses)[..., None], as_array(phases.solutions)], -1)
    return {
        "_grid": [[float(f"{v:.6g}") for v in axis] for axis in (dense, important)],
        "_hidden": int(last.shape[-2]),
        "_kinds": np.stack(both).astype("<i4").tobytes(),
        "_found": sent(last),
        "_solutions": sent(losses),
    }


def told(toys: Any, run: int, moment: int) -> str:
    """One run at one moment, in a line of text."""
    weights = as_array(toys.weights)[moment, run]
    sizes = np.square(weights).sum(0)
    loss, linear = float(as_array(toys.losses)[moment, run]), float(as_array(toys.linear)[run])
    sparsity, step = float(as_array(toys.sparsities)[run]), int(as_array(toys.steps)[moment])
    return (
        f"{len(sizes)} features in {len(weights)} dimensions at sparsity {number(sparsity)}, "
        f"step {step}: "
        f"{int((sizes >= 0.25).sum())} have a direction; loss {number(loss)}, "
        f"without relu at best {number(linear)}"
    )


def sent(array: Any) -> bytes:
    return as_array(array).astype("<f4").tobytes()
