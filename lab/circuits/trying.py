"""Circuits put to the test, beside random ones of the same size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.circuits.pacing import paced
from lab.circuits.record import Graph
from lab.storage import Kind, read_record, write_record

Array = np.ndarray
_AT_ONCE = 16  # pairs of texts whose activations are held together
_KIND = Kind("trial", "circuits", "formicarium trial 1")
_ARRAYS = ("sizes", "faithful", "random", "without", "random_without", "spread", "done")
_TEXTS = ("clean", "corrupted", "metric", "unit", "model_name")


@dataclass(frozen=True, eq=False)
class Trial:
    """What circuits of several sizes do, alone and left out.

    All in shares of what the whole model does: 1 is its mean metric on the clean texts, 0 that on
    the corrupted ones; a circuit may come out above 1 or below 0.

    Attributes:
        sizes: [size], kept edges.
        faithful: [size], with the circuit alone: every other edge carries the corrupted text.
        random: [size, draw], the control: random circuits of as many edges, alone.
        without: [size], with everything but the circuit (completeness: what it left out is little
            where this is near 0).
        random_without: [size, draw], the control of that.
        spread: [size, pair], `faithful` pair by pair: 1 less what the circuit misses of the whole
            model's metric there, in shares of the mean difference.
        done: [size], False where the trial was stopped before; the numbers there are NaN.
        clean, corrupted: the metric's mean; metric, unit: which.
    """

    sizes: Int[Array, " size"]
    faithful: Float[Array, " size"]
    random: Float[Array, "size draw"]
    without: Float[Array, " size"]
    random_without: Float[Array, "size draw"]
    spread: Float[Array, "size pair"]
    done: Bool[Array, " size"]
    clean: float
    corrupted: float
    metric: str
    unit: str
    model_name: str

    @property
    def n(self) -> int:
        """How many pairs of texts."""
        return self.spread.shape[1]

    def needed(self, share: float = 0.8) -> int | None:
        """The smallest tried size that is this faithful, or None."""
        good = self.sizes[self.done & (self.faithful >= share)]
        return int(good[0]) if len(good) else None

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return write_record(path, _KIND, arrays, {name: getattr(self, name) for name in _TEXTS})

    @classmethod
    def open(cls, path: str | Path) -> Trial:
        """A saved trial, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file is not a trial, or not a whole one.
        """
        return cls(**read_record(path, _KIND, _fields))

    def __str__(self) -> str:
        lines = [
            f"{size:>6,} edges: {alone:7.1%} alone ({low:.1%} to {high:.1%} of random ones), "
            f"{left:7.1%} without"
            for size, alone, low, high, left in zip(
                self.sizes, self.faithful, self.random.min(1), self.random.max(1), self.without,
                strict=True,
            )
        ]  # fmt: skip
        return "\n".join(lines)

    def __repr__(self) -> str:
        draws = self.random.shape[1]
        return f"Trial({len(self.sizes)} sizes, {draws} random circuits each, {self.n} pairs)"


def trial(
    model: Any,
    graph: Graph,
    sizes: Sequence[int] | None = None,
    random: int = 10,
    *,
    metric: Any = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Trial:
    """How faithful and how complete circuits are, in runs where the other edges really are cut.

    Args:
        model: the one that the graph is of.
        graph: its pruned graphs are tried; without `sizes` itself, as it is.
        sizes: how many edges each circuit may have; see `Graph.prune`.
        random: how many random circuits beside each; at least 1, for without them a share says
            nothing.
        metric: as in `edge_attribution`; by default the graph's own, which must be given again
            where it was a function.
        seed: of the random circuits.
        progress: called with (done, of) behind each size.
        cancelled: asked before each size; sizes not tried, by this or an interruption, are marked
            in `done`.
    Raises:
        ValueError: no random circuits, sizes that the graph does not have, a metric that does not
            tell the two kinds of text apart (there are no shares of nothing).

    >>> print(trial(model, graph, sizes=(50, 200)))                       # doctest: +SKIP
        50 edges:   31.0% alone (-2.1% to 0.9% of random ones),   12.0% without
       200 edges:   84.2% alone (-1.0% to 4.4% of random ones),    1.3% without
    """
    if random < 1:
        raise ValueError(f"random is {random}: at least one random circuit is the control")
    if sizes is not None and not len(sizes):
        raise ValueError("sizes is empty: at least one number of edges is needed")
    chosen = [graph] if sizes is None else [graph.prune(size) for size in sizes]
    shares = Shares(model, graph, metric)
    rows: list[tuple[Array, Array]] = []

    def one(circuit: Graph) -> None:
        rows.append(_tried(shares, circuit, random, seed))

    paced(chosen, one, progress, cancelled)
    return _trial(shares, graph, chosen, rows, random)


class Shares:
    """Runs circuits, and tells their metric in shares between corrupted (0) and clean (1)."""

    def __init__(self, model: Any, graph: Graph, metric: Any = None) -> None:
        from lab.circuits.cutting import Cutting  # with torch
        from lab.circuits.measuring import metric as named

        self.measure = named(graph.metric if metric is None else metric)
        starts = range(0, len(graph.pairs), _AT_ONCE)
        self.cuttings = [
            Cutting(model, graph.pairs[start : start + _AT_ONCE], self.measure) for start in starts
        ]
        if self.cuttings[0].wiring != graph.wiring:
            raise ValueError(f"graph is of {graph.model_name}, another model than this")
        edges = len(graph.scores)
        ends = self._measured(np.stack([np.zeros(edges), np.ones(edges)]))
        self.corrupted, self.clean = ends.mean(1).tolist()
        self.whole = ends[1]
        if not abs(self.clean - self.corrupted) > 1e-6:
            raise ValueError(
                f"{self.measure.name} is {self.clean:.4g} on both kinds of text: there is nothing "
                "that a circuit could do"
            )

    def __call__(self, masks: Sequence[np.ndarray]) -> Float[Array, "circuit pair"]:
        """Of each mask over the edges, pair by pair: 1 less what misses the whole model there."""
        values = self._measured(np.stack(masks))
        return 1 + (values - self.whole) / (self.clean - self.corrupted)

    def _measured(self, masks: Array) -> Float[Array, "circuit pair"]:
        return np.concatenate([cutting.measured(masks) for cutting in self.cuttings], axis=1)


def _tried(shares: Shares, circuit: Graph, random: int, seed: int) -> tuple[Array, Array]:
    """Shares [circuit and its controls, pair] alone, and without."""
    masks = [circuit.kept, *(circuit.random(seed=seed + i).kept for i in range(random))]
    found = shares([*masks, *(~mask for mask in masks)])
    return found[: len(masks)], found[len(masks) :]


def _trial(shares: Shares, graph: Graph, chosen: list[Graph], rows: Any, random: int) -> Trial:
    done = np.arange(len(chosen)) < len(rows)
    empty = np.full((random + 1, len(graph.pairs)), np.nan)
    rows = [*rows, *[(empty, empty)] * (len(chosen) - len(rows))]
    alone, left = (np.stack(column) for column in zip(*rows, strict=True))
    return Trial(
        sizes=np.array([len(circuit) for circuit in chosen]),
        faithful=alone[:, 0].mean(-1),
        random=alone[:, 1:].mean(-1),
        without=left[:, 0].mean(-1),
        random_without=left[:, 1:].mean(-1),
        spread=alone[:, 0],
        done=done,
        clean=shares.clean,
        corrupted=shares.corrupted,
        metric=shares.measure.name,
        unit=shares.measure.unit,
        model_name=graph.model_name,
    )


def _fields(arrays: dict[str, Array], texts: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    size, (draws, pairs) = len(fields["sizes"]), (fields[n].shape[-1] for n in ("random", "spread"))
    for name, shape in (
        ("sizes", (size,)), ("faithful", (size,)), ("without", (size,)), ("done", (size,)),
        ("random", (size, draws)), ("random_without", (size, draws)), ("spread", (size, pairs)),
    ):  # fmt: skip
        if fields[name].shape != shape:
            raise ValueError(f"{name} has shape {fields[name].shape}, where {shape} is needed")
    return fields | {name: texts[name] for name in _TEXTS}
