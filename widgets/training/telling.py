"""A training's numbers in words: where it stands, how fast it goes, where it turned."""

from __future__ import annotations

from typing import Any

import numpy as np

from widgets.glass.text import number, short, visible
from widgets.training.history import DENSE, History
from widgets.training.thinning import means
from widgets.training.turns import Turn, fastest

RECENT = 50
"""Steps over which the present speed and loss are taken."""


def facts(history: History) -> dict[str, Any]:
    """Where it stands: step, of, tokens, seconds, rate, left, loss, first, valid; None: not known.

    loss: mean of the last twentieth, at most fifty steps. left: seconds at the recent speed.
    """
    found: dict[str, Any] = dict.fromkeys(("step", "tokens", "seconds", "rate", "left", "loss"))
    found |= {"of": history.of, "first": None, "valid": None}
    if not len(history):
        return found
    last = {name: known(history[name][-1]) for name in DENSE}
    recent = history["loss"][-max(1, min(RECENT, len(history) // 20)) :]
    found |= {name: last[name] for name in ("step", "tokens", "seconds")}
    found |= {"loss": known(recent.mean()), "first": known(history["loss"][0])}
    if "valid" in history.sparse:
        found["valid"] = known(history.sparse["valid"].array[-1, 1])
    return found | _speed(history)


def at(history: History, step: float) -> dict[str, Any]:
    """Exact numbers of the step nearest to `step`; measured ones as [value, step of measuring]."""
    steps = history["step"]
    if not len(steps):
        raise ValueError(f"step {step}: the board has no steps yet")
    after = int(np.searchsorted(steps, step).clip(0, len(steps) - 1))
    i = max(after - 1, 0) if abs(steps[max(after - 1, 0)] - step) < steps[after] - step else after
    found: dict[str, Any] = {name: known(history[name][i]) for name in DENSE}
    found["layers"] = [known(value) for value in history.layers[i]]
    found["measured"] = {}
    for name, rows in history.sparse.items():
        when, values = rows.array.T
        j = int(np.searchsorted(when, steps[i], "right")) - 1
        if j >= 0:
            found["measured"][name] = [known(values[j]), known(when[j])]
    return found


def turns(history: History) -> dict[str, Turn]:
    """Where the loss and each metric changed fastest, of those that turned at all."""
    curves = {"loss": means(history["step"], history["loss"])[1:]}
    for name in history.metrics:
        curves[f"metric {name}"] = means(*history.sparse[name].array.T)[1:]
    found = {name: fastest(*curve) for name, curve in curves.items()}
    return {name: turn for name, turn in found.items() if turn is not None}


def summary(history: History, phase: str) -> str:
    """The board in one line.

    >>> summary(History(), "empty")
    'no training watched yet'
    """
    if not len(history):
        return "no training watched yet" if phase == "empty" else f"no step yet ({phase})"
    now, turned = facts(history), turns(history)
    of = f" of {now['of']:,}" if now["of"] else ""
    loss = number(np.nan if now["loss"] is None else now["loss"])
    first = "" if now["first"] is None else f" (from {number(now['first'])})"
    said = [f"step {now['step']:,.0f}{of}, {phase}: loss {loss}{first}"]
    if "loss" in turned:
        way = "fall" if turned["loss"].change < 0 else "rise"
        said[0] += f", fastest {way} around step {turned['loss'].step:,}"
    if now["valid"] is not None:
        said.append(f"validation {number(now['valid'])}")
    return "; ".join(said + [_metric(history, name, turned) for name in history.metrics[:6]])


def _metric(history: History, name: str, turned: dict[str, Turn]) -> str:
    value = f"{short(visible(name), 40)} {number(history.sparse[name].array[-1, 1])}"
    turn = turned.get(f"metric {name}")
    if turn is None:
        return value
    return f"{value} (fastest {'rise' if turn.change > 0 else 'fall'} around step {turn.step:,})"


def _speed(history: History) -> dict[str, float | None]:
    rows = min(len(history), RECENT + 1)
    step, tokens, seconds = (history[name][-rows:] for name in ("step", "tokens", "seconds"))
    took = seconds[-1] - seconds[0]
    told = history["tokens_per_second"][-rows:]
    told = told[told > 0]
    rate = np.median(told) if len(told) else (tokens[-1] - tokens[0]) / (took or np.nan)
    left = np.nan
    if history.of is not None and rows > 1:
        left = max(0.0, history.of - step[-1]) * took / (step[-1] - step[0])
    return {"rate": known(rate), "left": known(left)}


def known(value: float) -> float | None:
    """A number that JSON can carry."""
    return float(value) if np.isfinite(value) else None
