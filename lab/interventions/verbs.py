"""What is done to an activation, by its verb: the edits as one writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.interventions.averaging import Averages
from lab.interventions.edits import Edit, Mean, Patch, Resample, Steer, Swap, Zero
from lab.interventions.where import Numbers, Where
from lab.traces import Trace


def zero(heads: Numbers = None, at: Numbers = None) -> Edit:
    """Nothing in the place of an activation: of these heads, at these positions (None: of all).

    Zero is a value the later layers have seldom seen; `mean` and `resample` stay nearer to it.

    >>> lab.edited(model, {("z", 3): zero(heads=[1, 2])})                    # doctest: +SKIP
    >>> lab.edited(model, {"mlp_out": zero(at=-1)})                          # doctest: +SKIP
    """
    return Zero(Where(heads, at))


def mean(averages: Averages, heads: Numbers = None, at: Numbers = None) -> Edit:
    """The mean over many texts (`lab.interventions.averages`) in the place of an activation.

    >>> usual = lab.interventions.averages(model, texts, keep=["z"])         # doctest: +SKIP
    >>> lab.edited(model, {("z", 3): mean(usual, heads=1)})                  # doctest: +SKIP
    """
    if not isinstance(averages, Averages):
        raise TypeError(f"averages is a {type(averages).__name__}: lab.interventions.averages(…)")
    return Mean(Where(heads, at), averages=averages)


def resample(
    traces: Trace | Sequence[Trace], heads: Numbers = None, at: Numbers = None, *, seed: int = 0
) -> Edit:
    """The activation of a random place of other texts in the place of each.

    What is put in is always something the model has really computed, but about nothing that
    stands here. The same seed draws the same places.
    """
    found = (traces,) if isinstance(traces, Trace) else tuple(traces)
    if not found:
        raise ValueError("traces is empty: give one trace or several")
    return Resample(Where(heads, at), traces=found, seed=seed)


def patch(
    trace: Trace, heads: Numbers = None, at: Numbers = None, *, source: Numbers = None
) -> Edit:
    """The activation of another run in the place of this one's.

    Args:
        trace: the other run, with the hook point kept.
        heads: of these heads alone.
        at: at these positions of this text.
        source: taken from these positions of the other text; the same ones if left out.
    Raises:
        UnknownHook: (from `lab.edited`) the trace did not keep that hook point.
        ValueError: (when run) the two texts have no such positions.

    >>> other = lab.trace(model, "John gave Mary a", keep=["resid_pre"])     # doctest: +SKIP
    >>> lab.edited(model, {("resid_pre", 4): patch(other, at=1)})            # doctest: +SKIP
    """
    return Patch(Where(heads, at), trace=trace, source=source)


def freeze(trace: Trace, heads: Numbers = None) -> Edit:
    """Held at what it was in a run of a text of the same length, whatever changes before it.

    Norms (`ln_final.hook_scale`) and patterns are what one freezes, to see what an edit does
    through everything else.
    """
    return Patch(Where(heads), trace=trace)


def steer(direction: Any, strength: float = 1.0, at: Numbers = None) -> Edit:
    """A direction added to the stream: `strength` times the direction as it is given.

    With a direction of length 1 the strength is how far the stream is pushed, in its own units.

    Args:
        direction: d_model numbers (numpy, torch or a list).
        strength: may be negative.
        at: at these positions; at all of them if left out.
    Raises:
        ValueError: numbers that are not finite; (when run) another width than the activation's.

    >>> happy = lab.edited(model, {("resid_post", 3): lab.steer(direction, 4.0)})  # doctest: +SKIP
    """
    detach = getattr(direction, "detach", None)
    values = np.asarray(detach().cpu() if detach else direction, np.float32)
    if not values.ndim or not np.isfinite(values).all() or not np.isfinite(strength):
        raise ValueError(
            f"direction of shape {values.shape} at strength {strength}: a row of finite numbers "
            "and a finite strength are needed"
        )
    return Steer(Where(at=at), direction=values, strength=float(strength))


def swap(*, heads: Sequence[int] | None = None, at: Sequence[int] | None = None) -> Edit:
    """Two heads, or two positions, in each other's place.

    >>> lab.edited(model, {("z", 3): swap(heads=(0, 1))})                    # doctest: +SKIP
    """
    given = heads if at is None else at
    if given is None or (heads is not None and at is not None) or len(tuple(given)) != 2:
        raise ValueError(f"swap(heads={heads!r}, at={at!r}): two heads, or two positions")
    first, second = given
    return Swap(pair=(int(first), int(second)), heads=at is None)
