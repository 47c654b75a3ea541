"""What a walk through a corpus found out about each neuron, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray


@dataclass(frozen=True)
class Context:
    """A place where a neuron is strong, and the pieces about it."""

    pieces: list[str]
    values: Float[Array, " pos"]
    """The neuron's activation at each of the pieces (half precision)."""
    at: int
    """Which of the pieces is the place."""
    value: float
    text: int
    """The number of the text in the corpus, and the piece of it, counted from 0."""
    place: int
    times: int = 1
    """How many of the kept texts are the same up to this place."""

    def __str__(self) -> str:
        said = [f"[{piece}]" if i == self.at else piece for i, piece in enumerate(self.pieces)]
        text = "".join(said).replace("\n", "⏎")
        return f"{self.value:8.3f}  {text}"


@dataclass(frozen=True)
class Histogram:
    """How often a neuron had which value. `counts[i]` lie from `edges[i]` to `edges[i + 1]`."""

    edges: Float[Array, " edge"]
    counts: Int[Array, " bin"]

    def quantile(self, share: float) -> float:
        """The value below which this share of all places lies, to within a bin.

        >>> Histogram(np.array([0.0, 1.0, 2.0]), np.array([3, 1])).quantile(0.75)
        1.0
        """
        if not 0 <= share <= 1:
            raise ValueError(f"share is {share}: from 0 to 1")
        reached = np.concatenate([[0], np.cumsum(self.counts)])
        return float(np.interp(share * reached[-1], reached, self.edges))


@dataclass(frozen=True, eq=False)
class Survey:
    """Every neuron of some layers over a corpus. Numpy only: it outlives its model.

    The arrays have the kept layers in front, in the order of `layers`. Two ends are kept: 0 the
    highest activations, 1 the lowest (those of a gated MLP go both ways).
    """

    layers: list[int]
    model_name: str
    corpus_name: str
    pieces: int
    """How many pieces were read, the first of each text left out."""
    values: Float[Array, "layer end count neuron"]
    texts: Int[Array, "layer end count neuron"]
    places: Int[Array, "layer end count neuron"]
    windows: Float[Array, "layer end count neuron window"]
    before: int
    bins: Int[Array, "layer neuron bin"]
    exponents: Int[Array, "layer neuron"]
    active: Float[Array, "layer neuron"]
    """The share of places where the nonlinearity lets the neuron through: its input is above 0."""
    sizes: Float[Array, "layer neuron"]
    """The root of the mean square of the activation."""
    norms: Float[Array, "layer neuron"]
    """The length of what it writes into the residual stream, for an activation of 1."""
    rows: list[Int[Array, " pos"]] = field(repr=False)
    spelled: dict[int, str] = field(repr=False)

    def __len__(self) -> int:
        return self.values.shape[-1]

    def __repr__(self) -> str:
        return (
            f"Survey(layers {self.layers} of {self.model_name}, {len(self)} neurons each, "
            f"{self.pieces:,} pieces of {self.corpus_name})"
        )

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        arrays = [value for value in vars(self).values() if isinstance(value, np.ndarray)]
        return sum(array.nbytes for array in [*arrays, *self.rows])

    def contexts(
        self, layer: int, neuron: int, count: int = 10, *, lowest: bool = False
    ) -> list[Context]:
        """The places where a neuron is strongest, each text once; strongest first.

        Texts that are the same up to the place are told as one, with `times`.

        Raises:
            ValueError: a layer that was not surveyed, a neuron that there isn't.
        """
        at, end = self.index(layer, neuron), int(lowest)
        found: dict[tuple[int, ...], Context] = {}
        for slot in range(self.values.shape[2]):
            text = int(self.texts[at, end, slot, neuron])
            if text < 0:
                break
            place = int(self.places[at, end, slot, neuron])
            told = tuple(self.rows[text][1 : place + 1].tolist())
            if known := found.get(told):
                found[told] = _again(known)
            else:
                window = self.windows[at, end, slot, neuron]
                value = float(self.values[at, end, slot, neuron])
                found[told] = self._context(text, place, value, window)
        return list(found.values())[:count]

    def histogram(self, layer: int, neuron: int) -> Histogram:
        """How often the neuron had which value, from the lowest to the highest bin in use."""
        counts = self.bins[self.index(layer, neuron), neuron]
        half, width = len(counts) // 2, 2.0 ** self.exponents[self.index(layer, neuron), neuron]
        used = np.flatnonzero(counts)
        low, high = (used[0], used[-1] + 1) if len(used) else (half, half + 1)
        return Histogram((np.arange(low, high + 1) - half) * width, counts[low:high])

    def peaks(self, layer: int) -> list[str]:
        """The piece at which each neuron of a layer is strongest, at whichever end; "" for none."""
        at = self.index(layer)
        values, places = self.values[at, :, 0], self.places[at, :, 0]
        texts = self.texts[at, :, 0]
        end = np.where(texts >= 0, np.abs(values), -1).argmax(axis=0)
        found = []
        for neuron, side in enumerate(end):
            text, place = texts[side, neuron], places[side, neuron]
            found.append(self.spelled[int(self.rows[text][place])] if text >= 0 else "")
        return found

    @cached_property
    def properties(self) -> dict[str, Float[Array, "layer neuron"]]:
        """What neurons can be sorted by.

        `strongest`: the largest size of an activation; `mean size`: the root of its mean square;
        `active`: the share of places where it is let through; `peaked`: strongest over mean size,
        large for a neuron that is rarely but then strongly active; `writes`: mean size times the
        length of what it writes, which is what it adds to the stream.
        """
        kept = np.where(self.texts[:, :, 0] >= 0, np.abs(self.values[:, :, 0]), 0)
        strongest = kept.max(axis=1)
        peaked = strongest / np.maximum(self.sizes, 1e-12)
        return {
            "strongest": strongest,
            "mean size": self.sizes,
            "active": self.active,
            "peaked": peaked,
            "writes": self.sizes * self.norms,
        }

    def index(self, layer: int, neuron: int = 0) -> int:
        """Where a layer stands in the arrays.

        Raises:
            ValueError: a layer that was not surveyed, a neuron that there isn't.
        """
        if layer not in self.layers:
            raise ValueError(f"layer is {layer}: {self.layers} were surveyed")
        if not 0 <= neuron < len(self):
            raise ValueError(f"neuron is {neuron}: a layer has neurons 0 to {len(self) - 1}")
        return self.layers.index(layer)

    def _context(self, text: int, place: int, value: float, window: Array) -> Context:
        ids = self.rows[text]
        start = max(1, place - self.before)  # the first piece stands before the text
        stop = min(len(ids), place - self.before + len(window))
        values = window[start - place + self.before : stop - place + self.before]
        pieces = [self.spelled[int(token)] for token in ids[start:stop]]
        return Context(pieces, values.astype(np.float32), place - start, value, text, place - 1)


def _again(known: Context) -> Context:
    return Context(**{**vars(known), "times": known.times + 1})
