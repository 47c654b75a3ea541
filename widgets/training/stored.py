"""A training that is over, from its columns or its steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from widgets.training.history import OWN, History, Order, entry


def stored(history: Any) -> History:
    """A history from arrays or lists by field, as `arrays()` or a training's file has them.

    Also from a list of steps. A field that is none of a step's own is a metric; `metrics` and
    `samples` may be lists with a dictionary for each step.
    """
    found, order = History(), Order()
    found.extend([order.checked(entry(step)) for step in _steps(history)])
    return found


def _steps(history: Any) -> Iterable[Any]:
    if not isinstance(history, Mapping):
        return history
    missing = {"step", "loss"} - set(history)
    if missing:
        raise ValueError(f"history has no {' and no '.join(sorted(missing))}: {list(history)}")
    count = len(history["step"])
    for name, values in history.items():
        if name != "of" and len(values) != count:
            raise ValueError(f"history: {count} steps but {len(values)} values of {name}")
    extra = [name for name in history if name not in OWN]
    return [_step(history, extra, i) for i in range(count)]


def _step(history: Mapping[str, Any], extra: list[str], i: int) -> dict[str, Any]:
    own = {name: history[name][i] for name in OWN - {"of"} if name in history}
    metrics = {name: history[name][i] for name in extra}
    known = {name: v for name, v in metrics.items() if v is not None and not np.isnan(v)}
    of = history.get("of")
    total = {} if of is None else {"of": of[i] if isinstance(of, Sequence | np.ndarray) else of}
    return {**own, **total, "metrics": {**(own.get("metrics") or {}), **known}}
