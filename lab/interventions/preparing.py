"""A sweep made ready: the runs it starts from, its patched rows, and what they gave."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lab.interventions.alignment import Alignment
from lab.interventions.cells import Grid, Place
from lab.interventions.metrics import measured
from lab.interventions.passes import Joining, Passes
from lab.interventions.record import Sweep
from lab.interventions.sources import Source


class Patched(NamedTuple):
    """One patched run: which cell, which source (0: the clean one), and how it joins a pass."""

    place: Place
    source: int
    joining: Joining


class Prepared:
    """What is known before the first pass, and what the passes have given so far."""

    def __init__(
        self, passes: Passes, layout: Grid, pairs: Alignment, sources: list[Source], fixed: Any
    ) -> None:
        self.passes, self.grid, self.pairs, self.sources = passes, layout, pairs, sources
        self.fixed, self.read = fixed["record"], fixed["read"]
        first = sources[0].values[layout.hooks[0]]
        heads = first.shape[0 if layout.pattern else 1] if first.ndim > 2 else 0
        length = len(pairs.corrupted)
        self.places = layout.places(heads, length)
        shape = layout.shape(heads, length)
        self.values = np.full((len(sources), *shape), np.nan)
        self.done = np.zeros(shape, dtype=bool)
        self.groups = self._groups(fixed["rows"])

    def measure(self, group: list[tuple[Place, list[Patched]]]) -> None:
        """Run all patched rows of these cells in one pass and note what the metric gives."""
        rows = [row for _, each in group for row in each]
        if rows:
            logits = self.passes.run([row.joining for row in rows])
            metric, read = self.read
            for row, value in zip(rows, measured(metric, read, logits), strict=True):
                self.values[(row.source, *row.place.index)] = value
        for place, _ in group:
            self.done[place.index] = True

    def found(self) -> Sweep:
        """The sweep as far as it has come."""
        effects = (self.values - self.fixed["corrupted"]).astype(np.float32)
        effects[:, ~self.done] = np.nan
        possible = self._possible()
        effects[0][~possible] = np.nan
        left = int((possible & ~self.done).sum())
        note = f"stopped after {possible.sum() - left} of {possible.sum()} cells" if left else ""
        done = self.done & possible
        return Sweep(effects=effects[0], controls=effects[1:], done=done, note=note, **self.fixed)

    def _possible(self) -> np.ndarray:
        possible = np.ones(self.done.shape, dtype=bool)
        if "position" in self.grid.axes:
            possible &= self.pairs.partner >= 0
        return possible

    def _groups(self, most: int) -> list[list[tuple[Place, list[Patched]]]]:
        """The cells in the order in which they share most of their way, cut into passes."""
        cells = [(place, self._rows(place)) for place in self.places]
        end = len(self.pairs.corrupted)

        def order(cell: tuple[Place, list[Patched]]) -> tuple[int, int]:
            start = min((row.joining.start for row in cell[1]), default=end)
            return start, cell[0].layer

        groups: list[list[tuple[Place, list[Patched]]]] = [[]]
        held = 0
        for cell in sorted(cells, key=order):
            if held and held + len(cell[1]) > most:
                groups.append([])
                held = 0
            groups[-1].append(cell)
            held += len(cell[1])
        return groups

    def _rows(self, place: Place) -> list[Patched]:
        """The runs that a cell needs; a patch that provably changes nothing is not run."""
        rows = []
        read = self.passes.position
        last = len(self.pairs.corrupted) - 1 if read is None else read
        for number, source in enumerate(self.sources):
            start = source.begin if place.position is None else place.position
            if not source.begin <= start <= last:
                self.values[(number, *place.index)] = self.fixed["corrupted"]
            else:
                change = change_of(place, source, self.grid.pattern)
                rows.append(Patched(place, number, Joining(place.layer, start, place.hook, change)))
        return rows


def change_of(place: Place, source: Source, pattern: bool) -> Any:
    """The function that puts this part of a source into a row of an activation."""
    values = source.values[place.hook]
    head, at = place.head, place.position
    length = values.shape[-2] if pattern else len(values)

    def change(row: Tensor, start: int) -> None:
        here = slice(start, None) if at is None else at
        into: Any = slice(length - start) if at is None else at - start
        if pattern:
            heads: Any = slice(None) if head is None else head
            there, taken = (heads, into, slice(length)), values[heads, here]
        else:
            there = (into,) if head is None else (into, head)
            taken = values[(here, *there[1:])]
        row[there] = torch.as_tensor(taken, dtype=row.dtype, device=row.device)

    return change
