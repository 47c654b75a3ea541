"""Many pairs of prompts instead of one: a pair is an example, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from lab.attention.running import Running
from lab.interventions.record import Sweep


def averaged(sweeps: Sequence[Sweep]) -> Sweep:
    """The mean of sweeps over pairs of one form, as a sweep: effects, controls, both whole runs.

    A cell is done where it is in all of them. Prompts and pieces shown are the first pair's.

    Raises:
        ValueError: no sweeps, or sweeps of different sites, cells, units or numbers of controls.

    >>> found = [lab.interventions.sweep(model, a, b, m) for a, b, m in pairs]  # doctest: +SKIP
    >>> lab.interventions.averaged(found).largest(1)                         # doctest: +SKIP
    """
    found = _alike(sweeps)
    first = found[0]
    done = np.all([one.done for one in found], axis=0)
    effects = np.mean([one.effects for one in found], axis=0).astype(np.float32)
    controls = np.mean([one.controls for one in found], axis=0).astype(np.float32)
    effects[~done] = np.nan
    controls[:, ~done] = np.nan
    left = [one.note for one in found if one.note]
    return replace(
        first,
        effects=effects,
        controls=controls,
        done=done,
        clean=float(np.mean([one.clean for one in found])),
        corrupted=float(np.mean([one.corrupted for one in found])),
        metric=f"{first.metric}, mean of {len(found)} pairs" if len(found) > 1 else first.metric,
        note=f"{len(left)} of {len(found)} pairs {left[0]}" if left else "",
    )


def intervals(sweeps: Sequence[Sweep]) -> Float[np.ndarray, "..."]:
    """[*axes], half the 95 % interval of the mean effect over pairs (Student's t); NaN for one.

    Raises:
        ValueError: as `averaged`.
    """
    sums = Running()
    for one in _alike(sweeps):
        sums.add(one.effects)
    return sums.interval()


def _alike(sweeps: Sequence[Sweep]) -> list[Sweep]:
    found = list(sweeps)
    if not found:
        raise ValueError("sweeps is empty: give at least one")
    for number, one in enumerate(found):
        for name in ("site", "axes", "unit", "position", "model_name"):
            mine, its = getattr(found[0], name), getattr(one, name)
            if mine != its:
                raise ValueError(f"sweep {number} has {name} {its!r}, the first {mine!r}")
        if one.controls.shape != found[0].controls.shape or (one.layers != found[0].layers).any():
            raise ValueError(
                f"sweep {number} has controls × cells {one.controls.shape}, the first "
                f"{found[0].controls.shape}: pairs of one form have as many pieces"
            )
    return found
