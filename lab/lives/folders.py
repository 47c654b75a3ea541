"""A training's folder as a life needs it: its checkpoints, what was said there, the curves.

folder/step-000400/   a model folder, and moment.json: step, tokens, loss, valid, metrics,
                      samples; the newest has history.json besides, all steps by column
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lab.lives.record import Curve
from lab.storage import read_json
from lab.training.checkpoints import moments as checkpoints
from lab.training.checkpoints import step_of

_LONGEST = 2**28  # a history of a million steps


@dataclass(frozen=True)
class Moment:
    """A checkpoint, and what was measured when it was written."""

    path: Path
    step: int
    told: dict[str, Any]

    @property
    def tokens(self) -> int:
        return int(self.told.get("tokens") or 0)

    @property
    def samples(self) -> dict[str, str]:
        return dict(self.told.get("samples") or {})


def moments(folder: str | Path, which: int | Sequence[int] | None = None) -> list[Moment]:
    """The checkpoints in a training's folder, first to last; `which` as `lab.life` takes it.

    Raises:
        FileNotFoundError: no such folder, or none in it.
        ValueError: a step in `which` that has no checkpoint, with those that have one.
    """
    folder = Path(folder)
    found = {step_of(path): path for path in _listed(folder)}
    steps = sorted(found)
    if isinstance(which, int):
        if which < 1:
            raise ValueError(f"moments={which}: at least one is needed")
        places = np.linspace(0, len(steps) - 1, min(which, len(steps)))
        steps = sorted({steps[round(place)] for place in places})
    elif which is not None:
        if absent := [step for step in which if step not in found]:
            raise ValueError(f"moments: no checkpoint at step {absent[0]}; there are {steps}")
        steps = sorted(set(which))
    if not steps:
        raise ValueError("moments is empty: give steps, a number of them, or nothing for all")
    return [Moment(found[step], step, _told(found[step])) for step in steps]


def curves(folder: str | Path, kept: Sequence[Moment]) -> dict[str, Curve]:
    """Loss, validation loss and every metric by name, from history.json or else the moments.

    A value that is missing or no finite number leaves no point.
    """
    last = _listed(Path(folder))[-1]
    if (last / "history.json").is_file():
        columns = read_json(last / "history.json", limit=_LONGEST)
    else:
        names = ("loss", "valid", "metrics")
        columns = {name: [moment.told.get(name) for moment in kept] for name in names}
        columns["step"] = [moment.step for moment in kept]
    steps = columns.get("step") or []
    series = {name: columns.get(name) or [] for name in ("loss", "valid")}
    rows = [row or {} for row in columns.get("metrics") or []]
    for name in dict.fromkeys(name for row in rows for name in row):
        series[name] = [row.get(name) for row in rows]
    drawn = {name: curve(steps, values) for name, values in series.items()}
    return {name: points for name, points in drawn.items() if len(points[0])}


def curve(steps: Iterable[Any], values: Iterable[Any]) -> Curve:
    """The points of a curve whose values are finite numbers.

    >>> curve([0, 1, 2], [3.0, None, 1.0])[0].tolist()
    [0.0, 2.0]
    """
    pairs = [(step, value) for step, value in zip(steps, values, strict=False) if _known(value)]
    points = np.array(pairs, dtype=np.float32).reshape(-1, 2)
    return points[:, 0].copy(), points[:, 1].copy()


def _known(value: Any) -> bool:
    return isinstance(value, (int, float)) and bool(np.isfinite(value))


def _listed(folder: Path) -> list[Path]:
    if found := checkpoints(folder):
        return found
    raise FileNotFoundError(f"folder {folder}: no checkpoints (step-000400) in it")


def _told(path: Path) -> dict[str, Any]:
    return read_json(path / "moment.json") if (path / "moment.json").is_file() else {}
