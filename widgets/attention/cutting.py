"""Heads and MLPs switched off: what is asked for, and what is told of it, never without control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from traitlets import List, TraitError

from widgets.glass.arrays import as_array
from widgets.glass.text import clean

KEPT = 60
"""Answers kept in the view's state, for a page saved later."""
MLP = "mlp"
MOST = 40
"""Controls that a panel draws."""


class Parts(List):
    """Heads, each [layer, head], and MLPs, each [layer, "mlp"]; in order, none twice."""

    def validate(self, obj, value):
        return parts(super().validate(obj, value) or [])


def parts(given: Iterable[Any]) -> list[list[Any]]:
    """Parts in the order of the model, as JSON says them.

    Raises TraitError for something that is no part.

    >>> parts([(3, "mlp"), (3, 1), (0, 2), (3, 1)])
    [[0, 2], [3, 1], [3, 'mlp']]
    """
    found = {_part(one) for one in given}
    return [
        list(one)
        for one in sorted(found, key=lambda one: (one[0], one[1] == MLP, str(one[1]).zfill(4)))
    ]


def _part(one: Any) -> tuple[int, Any]:
    pair = tuple(one) if isinstance(one, list | tuple) else ()
    if len(pair) != 2 or not _count(pair[0]) or not (pair[1] == MLP or _count(pair[1])):
        raise TraitError(f"off: a head is (layer, head) and an MLP (layer, 'mlp'), not {one!r}")
    return pair[0], pair[1]


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def key_of(off: list[list[Any]], position: int) -> str:
    """The name under which an answer is kept; the page makes the same.

    >>> key_of([[5, 1], [3, "mlp"]], 12)
    '12:5.1,3.mlp'
    """
    return f"{position}:{','.join(f'{layer}.{part}' for layer, part in off)}"


def measured(ablate: Any, off: list[list[Any]], position: int) -> tuple[dict, dict]:
    """What the callable says of these parts: the effect, and the control beside it."""
    if ablate is None:
        raise ValueError("no callable was given: Attention(trace, ablate=…)")
    heads = [(layer, part) for layer, part in off if part != MLP]
    mlps = [layer for layer, part in off if part == MLP]
    return said(ablate(heads=heads, mlps=mlps, position=position))


def said(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Effect and control as they travel; an object or a mapping with the fields of `Switched`.

    Raises TypeError where there is no control, ValueError for numbers that are none.
    """
    get = found.get if isinstance(found, Mapping) else lambda name: getattr(found, name, None)
    controls = get("controls")
    if controls is None or len(controls) < 2:
        raise TypeError(
            f"ablate gave a {type(found).__name__} without controls: an effect is shown beside "
            "those of at least two others (lab.interventions.switches gives them)"
        )
    pieces = [clean(str(piece)) for piece in get("pieces") or ()]
    beside = _numbers("probs_controls", get("probs_controls"), (len(controls), len(pieces)))
    effect = {
        "metric": clean(str(get("metric"))),
        "unit": clean(str(get("unit") or "")),
        "change": _numbers("effect", get("effect"), ()),
        "kl": _numbers("kl", get("kl"), ()),
        "pieces": pieces,
        "before": _numbers("probs", get("probs"), (len(pieces),)),
        "after": _numbers("probs_after", get("probs_after"), (len(pieces),)),
    }
    control = {
        "kind": clean(str(get("kind") or f"{len(controls)} others")),
        "names": [clean(str(name)) for name in get("names") or ()][:MOST],
        "changes": _numbers("controls", controls, (len(controls),))[:MOST],
        "kls": _numbers("kl_controls", get("kl_controls"), (len(controls),))[:MOST],
        "low": np.min(beside, 0).tolist(),
        "high": np.max(beside, 0).tolist(),
    }
    if len(control["names"]) != len(control["changes"]):
        raise ValueError(f"{len(controls)} controls but {len(control['names'])} names")
    return effect, control


def _numbers(name: str, given: Any, shape: tuple[int, ...]) -> Any:
    values = as_array(np.nan if given is None else given).astype(np.float64)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape}, not {shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: the model gave no number")
    return np.vectorize(lambda value: float(f"{value:.6g}"), otypes=[float])(values).tolist()
