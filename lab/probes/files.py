"""Probes on disk: one safetensors file, opened with numpy alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lab.probes.record import MEASURES, PER_TASK, Probes
from lab.storage.records import Kind, read_record, write_record

KIND = Kind("set of probes", "probes", "formicarium probes 1")
_ARRAYS = (*MEASURES, *PER_TASK, "done", "sizes")
_TEXTS = ("model_name", "dataset_name", "hook", "positions", "kind", "penalty", "rows", "layers",
          "tasks", "classes", "groups", "note", "warnings")  # fmt: skip
_PER_NAME = ("counts", "confusion", "weights", "biases", "means")


def write(probes: Probes, path: str | Path) -> Path:
    """See `Probes.save`."""
    arrays = {name: np.asarray(getattr(probes, name)) for name in _ARRAYS}
    for name in _PER_NAME:
        # By number: a task may be called anything.
        for at, task in enumerate(probes.tasks):
            arrays[f"{name}/{at}"] = getattr(probes, name)[task]
    return write_record(path, KIND, arrays, {name: getattr(probes, name) for name in _TEXTS})


def opened(path: str | Path) -> Probes:
    """See `Probes.open`."""
    return read_record(path, KIND, _made)


def _made(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Probes:
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    fields |= {name: texts[name] for name in _TEXTS}
    for name in _PER_NAME:
        fields[name] = {task: arrays[f"{name}/{at}"] for at, task in enumerate(texts["tasks"])}
    found = Probes(**fields)
    _refuse_misfits(found)
    return found


def _refuse_misfits(probes: Probes) -> None:
    shape = (len(probes.tasks), len(probes.rows), probes.seeds)
    for name in MEASURES:
        if getattr(probes, name).shape != shape:
            raise ValueError(f"{name} has shape {getattr(probes, name).shape}, not {shape}")
    if len(probes.layers) != shape[1] or probes.done.shape != shape[1:2]:
        raise ValueError(f"{shape[1]} rows but {len(probes.layers)} layers")
    for task in probes.tasks:
        count = len(probes.classes[task])
        columns, d = (1 if count == 2 else count), probes.means[task].shape[-1]
        wanted = {
            "counts": (count,), "confusion": (shape[1], count, count),
            "means": (shape[1], count, d),
            "weights": (*shape[1:], columns, d), "biases": (*shape[1:], columns),
        }  # fmt: skip
        for name, form in wanted.items():
            if getattr(probes, name)[task].shape != form:
                raise ValueError(f"{name} of {task!r} has another shape than {form}")
