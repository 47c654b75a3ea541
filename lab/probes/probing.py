"""Every row of a network probed at once, for all tasks and seeds, with all controls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from lab.probes.baselines import majority, of_words
from lab.probes.dataset import Dataset, prepared
from lab.probes.fresh import untrained as fresh
from lab.probes.harvesting import Positions, Stopped, harvest
from lab.probes.record import Probes
from lab.probes.rowwise import PENALTY, Row, at_once, fitted_rows, guessed_rows
from lab.probes.store import Store
from lab.probes.tasks import Task, task_of


class _Told:
    """Counts the work done, and asks whether to stop."""

    def __init__(
        self, of: int, progress: Callable[[int, int], None] | None, cancelled: Any
    ) -> None:
        self.done, self.of, self.progress, self.asked = 0, of, progress, cancelled

    def more(self, count: int) -> bool:
        """So many rows of a task are done; False when somebody asked to stop."""
        self.done += count
        if self.progress:
            self.progress(min(self.done, self.of), self.of)
        return not (self.asked and self.asked())


def probe(
    model: Any,
    data: Dataset,
    hook: str = "resid_post",
    positions: Positions = "last",
    *,
    kind: Literal["logistic", "ridge"] = "logistic",
    layers: Sequence[int] | None = None,
    seeds: int = 5,
    held: float = 0.25,
    penalty: float | None = None,
    most: int = 4_000,
    least: int = 20,
    untrained: bool | Any = True,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Probes:
    """Linear probes at every layer, for each task of a data set, beside every control.

    For each row, task and seed a probe is fitted on the task, on its labels dealt anew, and on
    Hewitt & Liang's control task, all in one descent; the task also on a model of the same build
    with random weights. Examples of one group are held out together. The probes of `data` with a
    `Store` (from `harvest`) need no pass through the model.

    Args:
        model: from `lab.load` or `lab.build`, an edited one, or a `Store`.
        data: from `table`, `words` or `treebank`.
        hook, positions, layers: see `harvest`; a store has them already.
        kind: "logistic", or "ridge" (least squares).
        seeds: how many splits.
        held: the share of the examples held out.
        penalty: on the squared weights, of standardised activations (scikit-learn's 1 / C or
            alpha); by default 10, of ridge 100.
        most: so many examples of a task at most, in whole groups.
        least: classes with fewer examples (or in fewer than 5 groups) are left out, with a warning.
        untrained: False leaves that control out (it costs a second pass); a model or a store
            stands in for the one with random weights.
        progress: called with what is done and all of it.
        cancelled: asked between rows; True ends the work, and what is done comes back marked so.
    Raises:
        ValueError: a task with fewer than two classes that have examples enough; no such layer.
        UnknownHook: no such hook point.
        Stopped: cancelled before anything was fitted.

    >>> probes = lab.probe(model, lab.probes.words(lab.corpora.stories()))  # doctest: +SKIP
    >>> probes.mean("accuracy")[probes.best()], probes.mean("control")[probes.best()]
    ... # doctest: +SKIP
    (0.97, 0.62)
    """
    if kind not in PENALTY:
        raise ValueError(f"kind is {kind!r}: 'logistic' or 'ridge'")
    if not 0 < held < 1 or seeds < 1:
        raise ValueError(f"held is {held} and seeds {seeds}: a share between 0 and 1, at least 1")
    data, warned = prepared(data, most, least)
    store = model if isinstance(model, Store) else harvest(
        model, data, hook, positions, layers=layers, cancelled=cancelled
    )  # fmt: skip
    if store.lost:
        warned.append(f"{store.lost} places stand beyond the model's context, and were left out")
    tasks = [task_of(data, name, store, seeds, held) for name in data.tasks]
    strength = PENALTY[kind] if penalty is None else penalty
    told = _Told(len(tasks) * len(store.rows) * (1 if untrained is False else 2), progress,
                 cancelled)  # fmt: skip
    rows, whole = _rows(store, tasks, kind, strength, told)
    guesses: list[list[np.ndarray]] = []
    note = ""
    if whole and untrained is not False:
        guesses, note = _untrained(store, data, tasks, untrained, kind, strength, told)
    if not whole:
        note = f"stopped after {len(rows)} of {len(store.rows)} rows"
    return _record(store, data, tasks, rows, guesses, kind, strength, note, warned)


def _chunks(store: Store, tasks: list[Task]) -> list[range]:
    """The rows in parts that go down together."""
    size = min(at_once(task, store.values.shape[2]) for task in tasks)
    return [range(len(store.rows))[at : at + size] for at in range(0, len(store.rows), size)]


def _activations(store: Store, rows: range, slots: Any) -> np.ndarray:
    return np.stack([store.row(row, slots) for row in rows])


def _rows(
    store: Store, tasks: list[Task], kind: Any, penalty: float, told: _Told
) -> tuple[list[list[Row]], bool]:
    """[row][task], whole rows only; and whether these are all."""
    found: list[list[Row]] = []
    for rows in _chunks(store, tasks):
        parts = []
        for task in tasks:
            parts.append(fitted_rows(_activations(store, rows, task.slots), task, kind, penalty))
            on = told.more(len(rows))
            if not on and len(parts) < len(tasks):
                return found, False
        found += [list(row) for row in zip(*parts, strict=True)]
        if not on and len(found) < len(store.rows):
            return found, False
    return found, True


def _untrained(
    store: Store, data: Dataset, tasks: list[Task], asked: Any, kind: Any, penalty: float,
    told: _Told,
) -> tuple[list[list[np.ndarray]], str]:  # fmt: skip
    """[row][task]: accuracies of every seed on the model with random weights; and a note."""
    try:
        other = asked if isinstance(asked, Store) else harvest(
            fresh(store.model) if asked is True else asked, data, store.hook,
            store.positions,  # type: ignore[arg-type]
            layers=store.layers, cancelled=told.asked,
        )  # fmt: skip
    except Stopped:
        return [], "stopped before the untrained model was read"
    found: list[list[np.ndarray]] = []
    for rows in _chunks(other, tasks):
        parts = []
        for task in tasks:
            slots = task.slots if other is store else task.placed(other)
            values = _activations(other, rows, slots)
            parts.append(guessed_rows(values, task, kind, penalty))
            on = told.more(len(rows))
            if not on and (len(parts) < len(tasks) or rows.stop < len(other.rows)):
                return found, f"stopped after {len(found)} rows of the untrained model"
        found += [list(row) for row in zip(*parts, strict=True)]
    return found, ""


def _record(
    store: Store, data: Dataset, tasks: list[Task], rows: list[list[Row]],
    guesses: list[list[np.ndarray]], kind: str, penalty: float, note: str, warned: list[str],
) -> Probes:  # fmt: skip
    names, count = [task.name for task in tasks], len(store.rows)
    seeds = len(tasks[0].held)

    def filled(part: Callable[[Row], np.ndarray | float], *shape: int) -> np.ndarray:
        values = np.full((len(tasks), count, *shape), np.nan, np.float32)
        for row, found in enumerate(rows):
            for at, one in enumerate(found):
                values[at, row] = part(one)
        return values

    def named(part: Callable[[Row], np.ndarray]) -> dict[str, np.ndarray]:
        found = {}
        for at, task in enumerate(tasks):
            some = [part(row[at]) for row in rows]
            rest = [np.zeros_like(some[0])] * (count - len(some))
            found[task.name] = np.stack([*some, *rest])
        return found

    bare = np.full((len(tasks), count, seeds), np.nan, np.float32)
    for row, found in enumerate(guesses):
        for at, values in enumerate(found):
            bare[at, row] = values
    held = [np.array([mask.sum() for mask in task.held]) for task in tasks]
    sizes = [np.mean([one.size for one in row]) for row in rows]
    return Probes(
        model_name=str(store.model.cfg.model_name),
        dataset_name=data.name,
        hook=store.hook,
        positions=store.positions,
        kind=kind,
        penalty=penalty,
        rows=list(store.rows),
        layers=list(store.layers),
        tasks=names,
        classes={task.name: task.classes for task in tasks},
        counts={task.name: np.bincount(task.targets, minlength=len(task.classes))
                for task in tasks},
        groups={task.name: len(set(task.found.groups)) for task in tasks},
        n_train=np.stack([len(task) - each for task, each in zip(tasks, held, strict=True)]),
        n_test=np.stack(held),
        cuts=np.array([task.cuts for task in tasks]),
        done=np.arange(count) < len(rows),
        accuracy=filled(lambda row: row.accuracy, seeds),
        trained=filled(lambda row: row.trained, seeds),
        shuffled=filled(lambda row: row.shuffled, seeds),
        chance=filled(lambda row: row.chance, seeds),
        control=filled(lambda row: row.control, seeds),
        untrained=bare,
        majority=_per_seed(tasks, lambda task, held: majority(task.targets, held)),
        words=_per_seed(tasks, lambda task, held: of_words(data, task.found, task.targets, held)),
        bits=filled(lambda row: row.bits),
        bits_shuffled=filled(lambda row: row.bits_shuffled),
        bits_uniform=np.log2([len(task.classes) for task in tasks]).astype(np.float32),
        sizes=np.array([*sizes, *[np.nan] * (count - len(rows))], np.float32),
        confusion=named(lambda row: row.confusion),
        weights=named(lambda row: row.weights),
        biases=named(lambda row: row.biases),
        means=named(lambda row: row.means),
        note=note,
        warnings=[*warned, *(said for task in tasks for said in task.warnings)],
    )  # fmt: skip


def _per_seed(tasks: list[Task], part: Callable[[Task, Any], float]) -> np.ndarray:
    return np.array([[part(task, held) for held in task.held] for task in tasks], np.float32)
