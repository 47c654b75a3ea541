"""What a push along a direction did, layer by layer and strength by strength, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.storage import Kind, read_record, write_record

Array = np.ndarray
_KIND = Kind("steered run", "steered", "formicarium steered 1", texts="steered")
_SHAPES = {
    "layers": "layer", "strengths": "strength", "lengths": "layer strength",
    "effects": "layer strength", "controls": "layer random strength",
    "costs": "layer strength", "cost_controls": "layer random strength",
    "before": "layer top", "after": "layer strength top",
    "after_controls": "layer random strength top", "done": "layer strength",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Steered:
    """A model pushed along a direction, and along random ones as far: effect and price.

    Attributes:
        prompt, name: the text, and what the direction is called.
        layers: behind which the push was made, at every piece of the text.
        strengths: lengths of the push, in mean lengths of the stream behind that layer; below 0
            the other way. 0, no push, is among them.
        lengths: [layer, strength], the same in the stream's own units.
        metric, unit: what `effects` are of; `clean` is its value without a push.
        effects: [layer, strength], what the push added to it.
        controls: [layer, random, strength], what pushes along random directions added.
        clean_cost, costs, cost_controls: perplexity on `neutral_pieces` pieces of neutral text.
        pieces: [layer][top], the followed pieces, then those likeliest to come next at some
            strength; before: [layer, top], their chances without a push; after: [layer, strength,
            top] with it; after_controls: [layer, random, strength, top].
        texts: [layer][strength], how the text goes on (greedily); text_controls: the same along
            the first random direction.
        done: [layer, strength], False where a run was stopped or gave no number.
        control: how the random directions were drawn: "stream" or "sphere".

    >>> found = Steered.open("she.safetensors")  # doctest: +SKIP
    >>> found.at(layer=3, strength=1.0)  # doctest: +SKIP
    (0, 6)
    """

    prompt: str
    name: str
    layers: Int[Array, " layer"]
    strengths: Float[Array, " strength"]
    lengths: Float[Array, "layer strength"]
    metric: str
    unit: str
    clean: float
    effects: Float[Array, "layer strength"]
    controls: Float[Array, "layer random strength"]
    clean_cost: float
    costs: Float[Array, "layer strength"]
    cost_controls: Float[Array, "layer random strength"]
    neutral_pieces: int
    pieces: list[list[str]]
    before: Float[Array, "layer top"]
    after: Float[Array, "layer strength top"]
    after_controls: Float[Array, "layer random strength top"]
    texts: list[list[str]]
    text_controls: list[list[str]]
    done: Bool[Array, "layer strength"]
    control: str
    model_name: str

    @property
    def randoms(self) -> int:
        """How many random directions stand beside the one that was asked for."""
        return self.controls.shape[1]

    def at(self, layer: int, strength: float) -> tuple[int, int]:
        """The place in the arrays of a layer and of the strength nearest to one.

        Raises:
            ValueError: this layer was not pushed.
        """
        if layer not in self.layers:
            raise ValueError(f"layer {layer} was not pushed: {self.layers.tolist()} were")
        place = np.abs(self.strengths - strength).argmin()
        return int(np.flatnonzero(self.layers == layer)[0]), int(place)

    def interval(self, layer: int, strength: float) -> tuple[float, float]:
        """The least and greatest effect of the random directions there."""
        row, column = self.at(layer, strength)
        there = self.controls[row, :, column]
        return float(there.min()), float(there.max())

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _SHAPES}
        texts = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _SHAPES}
        return write_record(path, _KIND, arrays, texts)

    @classmethod
    def open(cls, path: str | Path) -> Steered:
        """A saved one. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file is of another kind, or not a whole one.
        """
        return read_record(path, _KIND, _whole)

    def __repr__(self) -> str:
        size = f"{len(self.layers)} layers × {len(self.strengths)} strengths"
        left = "" if self.done.all() else f", {int((~self.done).sum())} cells not done"
        return (
            f"Steered({self.name or 'a direction'}: {self.metric}, {size}, "
            f"{self.randoms} random directions{left}, {self.model_name})"
        )


def _whole(arrays: dict[str, Array], texts: dict[str, Any]) -> Steered:
    found = Steered(**{name: arrays[name] for name in _SHAPES}, **texts)
    sizes: dict[str, int] = {}
    for name, axes in _SHAPES.items():
        shape = arrays[name].shape
        if len(shape) != len(axes.split()):
            raise ValueError(f"{name} has shape {shape}, not [{axes}]")
        for axis, size in zip(axes.split(), shape, strict=True):
            if sizes.setdefault(axis, size) != size:
                raise ValueError(f"{name} has shape {shape}, but there are {sizes[axis]} {axis}s")
    for name, axis in (("texts", "strength"), ("text_controls", "strength"), ("pieces", "top")):
        if [len(row) for row in getattr(found, name)] != [sizes[axis]] * sizes["layer"]:
            raise ValueError(f"{name} are not one for each layer and {axis}")
    return found
