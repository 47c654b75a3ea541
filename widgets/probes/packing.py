"""Probes → what travels to the browser: scores beside controls, confusion, cosines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.glass.shapes import numbers, strings
from widgets.glass.text import clean
from widgets.glass.view import refuse_heavy
from widgets.probes.given import BY, CONTROLS, FLAT, Task, label


def state(found: Mapping[str, Task]) -> dict[str, Any]:
    """The traits that show these probes."""
    first = next(iter(found.values())).of
    done = [bool(flag) for flag in getattr(first, "done", [True] * len(first.rows))]
    facts, scores, controls, tables = [], {}, {}, {}
    for i, (name, task) in enumerate(found.items()):
        facts.append(_facts(task))
        for what in ("accuracy", "selectivity"):
            scores[f"{i} {what}"] = _sent(task, what, len(first.rows))
        for what in (*CONTROLS, *FLAT):
            controls[f"{i} {what}"] = _sent(task, what, len(first.rows))
        tables[f"{i} confusion"] = _confusion(task, name, facts[-1]["classes"])
        _bits(task, i, scores, controls)
    turned = {by: directions(found, by) for by in BY}
    tables |= {f"{by} {key}": value for by in BY for key, value in cosines(turned[by]).items()}
    refuse_heavy(f"{len(found)} tasks", sum(map(len, tables.values())), "show fewer tasks at once")
    said = {name: clean(str(getattr(first, name, "") or ""))
            for name in ("model_name", "hook", "positions", "note")}  # fmt: skip
    return {
        "tasks": list(found), "rows": strings("rows", first.rows), "done": done, "facts": facts,
        "layers": [int(layer) for layer in first.layers], "_scores": scores, "_tables": tables,
        "_controls": controls, "size": next(iter(turned["probe"].values())).shape[2], **said,
    }  # fmt: skip


def _sent(task: Task, what: str, rows: int) -> bytes:
    values = task.scores(what)
    if values.shape != (3, rows):
        raise ValueError(f"{what} of {task.name!r} has {values.shape[1]} rows, not {rows}")
    return values.astype("<f4").tobytes()


def _facts(task: Task) -> dict[str, Any]:
    one, place = task.of, list(task.of.tasks).index(task.name)
    warned = [label(text) for text in getattr(one, "warnings", [])]
    others = tuple(f"{label(other)}:" for other in one.tasks if other != task.name)
    about = [text for text in warned if not text.startswith(others)]
    tested = np.atleast_1d(np.asarray(getattr(one, "n_test", 0)))
    return {
        "classes": [label(kind) for kind in strings("classes", one.classes[task.name])],
        "counts": [int(count) for count in one.counts[task.name]],
        "seeds": int(np.asarray(one.accuracy).shape[2]),
        "n": int(np.mean(tested[place])) if len(tested) > place else 0,
        "uniform": float(np.asarray(one.bits_uniform)[place]) if _coded(one) else 0.0,
        "warnings": about,
    }


def _coded(one: Any) -> bool:
    return getattr(one, "bits", None) is not None


def _bits(task: Task, i: int, scores: dict[str, bytes], controls: dict[str, bytes]) -> None:
    if not _coded(task.of):
        return
    place = list(task.of.tasks).index(task.name)
    for what, into in (("bits", scores), ("bits_shuffled", controls)):
        into[f"{i} {what}"] = np.asarray(getattr(task.of, what)[place]).astype("<f4").tobytes()


def _confusion(task: Task, name: str, kinds: list[str]) -> bytes:
    counted = np.asarray(task.of.confusion[task.name])
    wanted = (len(task.of.rows), len(kinds), len(kinds))
    if counted.shape != wanted:
        raise ValueError(
            f"confusion of {name!r} has shape {counted.shape}, not row × true × said {wanted}"
        )
    return counted.astype("<u4").tobytes()


def directions(found: Mapping[str, Task], by: str) -> dict[str, np.ndarray]:
    """Each task's directions, [row, class, d], of one size; zeros where a row is not done."""
    turned: dict[str, np.ndarray] = {}
    for name, (one, task) in found.items():
        each = [[one.direction(layer, label, task, by) for label in one.classes[task]]
                for layer in one.layers]  # fmt: skip
        turned[name] = numbers(f"directions of {name!r}", np.nan_to_num(np.asarray(each)), 3)
    if len({array.shape[2] for array in turned.values()}) > 1:
        raise ValueError("the tasks' directions are of different sizes: show them apart")
    return turned


def cosines(turned: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """Cosines as 16 bits: of each direction between rows, and of all directions at each row.

    Of two classes one direction is the other turned round: only the second stands among all.
    """
    unit = {name: a / np.maximum(np.linalg.norm(a, axis=2, keepdims=True), 1e-12)
            for name, a in turned.items()}  # fmt: skip
    tables = {f"{i} across": _whole(np.einsum("lcd,mcd->clm", a, a))
              for i, a in enumerate(unit.values())}  # fmt: skip
    every = np.concatenate([a[:, 1:] if a.shape[1] == 2 else a for a in unit.values()], axis=1)
    return tables | {"between": _whole(np.einsum("lad,lbd->lab", every, every))}


def _whole(cosine: np.ndarray) -> bytes:
    return np.rint(32767 * np.clip(cosine, -1, 1)).astype("<i2").tobytes()
