"""Probes as a view takes them: tasks with their scores, and never without their controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from widgets.glass.text import clean, number, visible

NEEDED = ("rows", "layers", "tasks", "classes", "confusion", "interval", "direction")
CONTROLS = ("control", "shuffled", "untrained", "chance")
FLAT = ("words", "majority")
BY = ("probe", "means")


class Task(NamedTuple):
    """One task of a record, which may have several."""

    of: Any
    name: str

    def scores(self, what: str) -> np.ndarray:
        """[mean low high, row]: the seeds' mean and its interval; NaN where it was left out."""
        place = list(self.of.tasks).index(self.name)
        values = np.asarray(getattr(self.of, what), dtype=np.float64)[place]
        mean = np.broadcast_to(values.mean(axis=-1), len(self.of.rows))  # FLAT: alike in every row
        return np.vstack([mean[None], np.asarray(self.of.interval(what, self.name)).T])


def label(name: Any) -> str:
    """A task's or a class's name as it is shown, and spoken of in the view: all of it to be seen.

    >>> label("noun"), label("\u202ex")
    ('noun', '⟨RLO⟩x')
    """
    return visible(clean(str(name)))


def tasks(given: Any) -> dict[str, Task]:
    """The tasks of one record, or of several by name → task.

    Raises:
        ValueError: none, or rows that differ.
        TypeError: something that is no record, or one without its controls.
    """
    several = isinstance(given, Mapping)
    found: dict[str, Task] = {}
    for name, one in given.items() if several else [("", given)]:
        _check(one)
        alone = several and len(one.tasks) == 1
        for task in one.tasks:
            called = str(name) if alone else f"{name}: {task}" if several else str(task)
            found[label(called)] = Task(one, task)
    if not found:
        raise ValueError("probes is empty: give at least one")
    first = next(iter(found.values())).of
    for name, (one, _) in found.items():
        if list(one.rows) != list(first.rows):
            raise ValueError(f"probes {name!r} have rows {list(one.rows)}, the first have others")
    return found


def _check(one: Any) -> None:
    kind = type(one).__name__
    if lacks := [part for part in (*NEEDED, "accuracy") if getattr(one, part, None) is None]:
        raise TypeError(f"probes is a {kind} without {', '.join(lacks)}: lab.probe gives them")
    if lacks := [part for part in (*CONTROLS, *FLAT) if getattr(one, part, None) is None]:
        raise TypeError(
            f"probes is a {kind} without {', '.join(lacks)}: no accuracy is shown without controls"
        )


def best(task: Task) -> int:
    """The row where the task is read best.

    Raises ValueError when no row is done.
    """
    mean = task.scores("accuracy")[0]
    if np.isnan(mean).all():
        raise ValueError(f"no row of {task.name!r} is done: there is nothing to show")
    return int(np.nanargmax(mean))


def summary(name: str, task: Task) -> str:
    """A task in one line: where it is read best, beside its controls there."""
    row = best(task)
    at = {what: float(task.scores(what)[0, row]) for what in ("accuracy", *CONTROLS, "majority")}
    beside = [f"{word} {number(at[what])}" for what, word in _WORDS if not np.isnan(at[what])]
    seeds, note = np.asarray(task.of.accuracy).shape[2], getattr(task.of, "note", "")
    return (
        f"{name}: best at {clean(task.of.rows[row])}, accuracy {number(at['accuracy'])} "
        f"({', '.join(beside)}; {seeds} seed{'s' * (seeds != 1)})"
        + (f"; {clean(note)}" if note else "")
    )


_WORDS = (
    ("control", "control task"),
    ("shuffled", "shuffled labels"),
    ("majority", "majority"),
)
