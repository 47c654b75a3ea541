"""Activations at many places of many texts, kept for as long as somebody probes them.

Bounded: what would take more than 256 MiB goes to a file as float16, mapped into memory, and is
removed with the store; more than `most_bytes` is refused before anything runs.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

IN_MEMORY = 2**28
MOST_BYTES = 2**33

Place = tuple[str, int, int]
"""A text, and from which of its characters to which."""


@dataclass(frozen=True, eq=False)
class Store:
    """What `harvest` keeps: an activation of every row of the network for every place.

    Attributes:
        values: [row, slot, d], float32, or float16 where large.
        slots: place → the first of its slots and the one behind the last; several where each
            piece of a place counts.
        rows, layers: the rows' names ("embed", "L0", …) and layers (−1: embedding).
        lost: how many places stand beyond the model's context, and were left out.
        model: the model they came from.
    """

    model: Any
    hook: str
    positions: str
    rows: list[str]
    layers: list[int]
    values: Float[np.ndarray, "row slot d"]
    slots: dict[Place, tuple[int, int]] = field(repr=False)
    lost: int = 0

    @property
    def megabytes(self) -> float:
        """What the activations take."""
        return self.values.nbytes / 2**20

    def row(self, number: int, slots: Int[np.ndarray, " slot"]) -> Float[np.ndarray, "slot d"]:
        """The activations of some slots in one row, as float32."""
        # Neighbours in a file are read together: in order, then put as asked.
        order = np.argsort(slots, kind="stable")
        found = np.empty((len(slots), self.values.shape[2]), np.float32)
        found[order] = self.values[number, slots[order]]
        return found

    def __repr__(self) -> str:
        rows, slots, d = self.values.shape
        where = "on disk" if isinstance(self.values, np.memmap) else "in memory"
        return (
            f"Store({self.hook} of {self.model.cfg.model_name}: {rows} rows × {slots:,} places × "
            f"{d}, {self.megabytes:,.0f} MiB {where})"
        )


def roomy(shape: tuple[int, int, int], most_bytes: int, in_memory: int) -> np.ndarray:
    """An array of this shape: float32 in memory, or float16 in a file that goes with it.

    Raises:
        ValueError: even as float16 it would take more than `most_bytes`.
    """
    size = int(np.prod(shape, dtype=np.int64))
    if 4 * size <= min(in_memory, most_bytes):
        return np.zeros(shape, np.float32)
    if 2 * size > most_bytes:
        raise ValueError(
            f"{shape[0]} rows × {shape[1]:,} places × {shape[2]} take {2 * size / 2**20:,.0f} MiB, "
            f"more than most_bytes={most_bytes:,} allows: take fewer texts or layers"
        )
    folder = tempfile.TemporaryDirectory(prefix="formicarium-probes-", ignore_cleanup_errors=True)
    mapped = np.memmap(Path(folder.name) / "activations", np.float16, "w+", shape=shape)
    weakref.finalize(mapped, folder.cleanup)
    return mapped


def kept(array: np.ndarray, row: int, slots: slice, values: np.ndarray, name: str) -> None:
    """Writes values down, in the precision of the array.

    Raises:
        ValueError: values that are no numbers, or too large for float16.
    """
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: the model's activations are no numbers")
    if array.dtype == np.float16 and np.abs(values).max(initial=0) > np.finfo(np.float16).max:
        raise ValueError(
            f"{name} reaches {np.abs(values).max():,.0f}, beyond float16: take fewer texts or "
            "layers, so that they fit into memory as float32"
        )
    array[row, slots] = values


def places_of(data: Any) -> list[Place]:
    """The places all tasks of a data set look at, each once, text by text."""
    found: dict[Place, None] = {}
    for examples in data.tasks.values():
        rows: Iterable[Any] = zip(
            examples.text.tolist(), examples.start.tolist(), examples.stop.tolist(), strict=True
        )
        found |= dict.fromkeys((data.texts[text], start, stop) for text, start, stop in rows)
    return list(found)
