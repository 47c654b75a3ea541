"""A sweep: what patching did in each cell, beside what control patches did there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.interventions.alignment import Columns, columns
from lab.storage.records import Kind, read_record, write_record

_KIND = Kind("sweep", "sweeps", "formicarium sweep 1")
_ARRAYS = ("effects", "controls", "done", "layers", "clean_ids", "corrupted_ids", "partner")
_ENDS = ("clean", "corrupted", "metric", "unit", "position")
_WORDS = ("clean_pieces", "corrupted_pieces", "clean_text", "corrupted_text")
_TEXTS = (*_ENDS, *_WORDS, "site", "axes", "control", "model_name", "note")
SURE = 95  # % of the controls of a layer lie in its band


class Cell(NamedTuple):
    """One cell of a sweep. position, head: None where the sweep has no such axis.

    effect: in the sweep's unit. share: of the way from the corrupted run to the clean one.
    controls: the effects of the control patches in the same cell.
    """

    layer: int
    position: int | None
    head: int | None
    effect: float
    share: float
    controls: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What patching one place after another from a clean run into a corrupted one does.

    Attributes:
        effects: [*axes], the metric of the patched run less that of the corrupted one, in `unit`;
            NaN where nothing was measured.
        controls: [control, *axes], the same of the control patches.
        done: [*axes], what was measured. False where the sweep was stopped, and where a piece has
            no partner in the clean prompt.
        axes: ("layer", "position"), ("layer",), ("layer", "head") or ("layer", "head", "position").
        layers: [layer], which layers.
        site: the hook point, by its short name.
        clean, corrupted: the metric of the two whole runs.
        position: in the corrupted prompt, where the metric reads; -1 where it reads everything.
        partner: [corrupted pos], its position in the clean prompt, or -1.
        control: in words, what the control patches are, and how many.
        note: "", or how far the sweep came.

    >>> found = lab.interventions.sweep(model, clean, corrupted, metric)     # doctest: +SKIP
    >>> found.largest(1)                                                     # doctest: +SKIP
    [Cell(layer=3, position=1, head=None, effect=4.1, share=0.93, controls=(-0.2, 0.4))]
    """

    effects: Float[np.ndarray, "..."]
    controls: Float[np.ndarray, "control ..."]
    done: Bool[np.ndarray, "..."]
    axes: tuple[str, ...]
    layers: Int[np.ndarray, " layer"]
    site: str
    metric: str
    unit: str
    clean: float
    corrupted: float
    position: int
    clean_ids: Int[np.ndarray, " pos"]
    corrupted_ids: Int[np.ndarray, " pos"]
    clean_pieces: list[str]
    corrupted_pieces: list[str]
    clean_text: str
    corrupted_text: str
    partner: Int[np.ndarray, " pos"]
    control: str
    model_name: str
    note: str = ""

    @property
    def values(self) -> Float[np.ndarray, "..."]:
        """The metric of each patched run, as `transformer_lens.patching` gives it."""
        return self.effects + np.float32(self.corrupted)

    @property
    def shares(self) -> Float[np.ndarray, "..."]:
        """The part of the way from the corrupted run (0) to the clean one (1); NaN if no way."""
        way = self.clean - self.corrupted
        return self.effects / np.float32(way if way else np.nan)

    @property
    def columns(self) -> Columns:
        """(clean position, corrupted position) in reading order; -1 where one has no piece."""
        return columns(self.partner, len(self.clean_ids))

    @property
    def whole(self) -> bool:
        """Whether every cell that can be measured is."""
        return bool((self.done | ~self.possible).all())

    @property
    def possible(self) -> Bool[np.ndarray, "..."]:
        """[*axes], the cells whose piece has a partner in the clean prompt."""
        can = np.ones(self.done.shape, dtype=bool)
        return can & (self.partner >= 0) if "position" in self.axes else can

    @property
    def band(self) -> Float[np.ndarray, "2 layer"]:
        """From where to where 95 % of the control effects of each layer lie; NaN where none are."""
        each = np.moveaxis(self.controls, 1, 0).reshape(len(self.layers), -1)
        found = np.full((2, len(each)), np.nan)
        for row, values in enumerate(each):
            if (known := values[~np.isnan(values)]).size:
                found[:, row] = np.percentile(known, [50 - SURE / 2, 50 + SURE / 2])
        return found

    def outside(self) -> Bool[np.ndarray, "..."]:
        """[*axes], the cells whose effect lies outside the band of their layer's controls.

        An effect of 0 never does: doing nothing is not more than a control does.
        """
        low, high = (edge.reshape(-1, *[1] * (self.effects.ndim - 1)) for edge in self.band)
        return (self.effects < np.minimum(low, 0)) | (self.effects > np.maximum(high, 0))

    def largest(self, count: int = 10) -> list[Cell]:
        """The cells that move the metric most, whichever way."""
        sizes = np.where(self.done, np.abs(self.effects), -1).ravel()
        order = np.argsort(-sizes, kind="stable")[:count]
        return [self.cell(*np.unravel_index(i, self.done.shape)) for i in order if sizes[i] >= 0]

    def cell(self, *index: Any) -> Cell:
        """One cell, by its place in the arrays."""
        at = tuple(int(i) for i in index)
        named = dict(zip(self.axes, at, strict=True))
        return Cell(
            int(self.layers[named["layer"]]),
            named.get("position"),
            named.get("head"),
            float(self.effects[at]),
            float(self.shares[at]),
            tuple(float(value) for value in self.controls[(slice(None), *at)]),
        )

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all.

        >>> Sweep.open(found.save("names.safetensors")).metric                # doctest: +SKIP
        'logit difference: Mary − John'
        """
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return write_record(path, _KIND, arrays, {name: getattr(self, name) for name in _TEXTS})

    @classmethod
    def open(cls, path: str | Path) -> Sweep:
        """A saved sweep, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file; the message names the shipped ones.
            Refused: (a ValueError) the file is not a sweep, or not a whole one.
        """
        return read_record(path, _KIND, _made)

    def __repr__(self) -> str:
        shape = " × ".join(
            f"{n} {name}s" for n, name in zip(self.done.shape, self.axes, strict=True)
        )
        ends = f"{self.corrupted:.3g} → {self.clean:.3g} {self.unit}".rstrip()
        note = f"; {self.note}" if self.note else ""
        return f"Sweep({self.site} by {shape}, {self.metric}, {ends}; {self.control}{note})"


def _made(arrays: dict[str, np.ndarray], texts: dict[str, Any]) -> Sweep:
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    fields |= {name: texts[name] for name in _TEXTS}
    fields["axes"] = tuple(texts["axes"])
    found = Sweep(**fields)
    _refuse_misfits(found)
    return found


def _refuse_misfits(found: Sweep) -> None:
    shape = found.done.shape
    if found.effects.shape != shape or found.controls.shape[1:] != shape or not len(found.controls):
        raise ValueError(
            f"effects {found.effects.shape}, controls {found.controls.shape}, done {shape}: one "
            "effect for each cell, and at least one control for each effect"
        )
    lengths = {"layer": len(found.layers), "position": len(found.corrupted_ids)}
    for name, size in zip(found.axes, shape, strict=True):
        if lengths.get(name, size) != size:
            raise ValueError(f"{lengths[name]} {name}s but {size} of them in effects")
    if len(found.clean_pieces) != len(found.clean_ids):
        raise ValueError(f"{len(found.clean_ids)} clean ids, {len(found.clean_pieces)} pieces")
    count = len(found.corrupted_ids)
    if not count == len(found.corrupted_pieces) == len(found.partner):
        raise ValueError(f"{count} corrupted ids, {len(found.corrupted_pieces)} pieces")
    if found.partner.size and not -1 <= found.partner.min() <= found.partner.max() < len(
        found.clean_ids
    ):
        raise ValueError("a partner lies outside the clean prompt")
