"""Is every part of a circuit needed, and does it hold all that matters? Parts left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lab.circuits.pacing import paced
from lab.circuits.record import Graph
from lab.circuits.trying import Shares
from lab.circuits.ways import random_way

Array = np.ndarray
_AT_ONCE = 12  # circuits run between two looks at `cancelled`


@dataclass(frozen=True, eq=False)
class Minimality:
    """What a circuit loses without each of its nodes, in shares of the whole model's metric.

    Attributes:
        names: the circuit's heads and MLPs on ways from embed to logits (and "embed" is none).
        lost: [node], how much less faithful the circuit is without the node; NaN where stopped.
        random: [draw], the control: what random ways do that were put into the circuit and are
            left out again.
        done: [node].
        faithful: of the whole circuit.
    """

    names: list[str]
    lost: Float[Array, " node"]
    random: Float[Array, " draw"]
    done: Bool[Array, " node"]
    faithful: float

    @property
    def chance(self) -> float:
        """The size below which 95 % of what the random ways do lies."""
        return float(np.quantile(np.abs(self.random), 0.95))

    def needed(self) -> list[str]:
        """The nodes whose loss is beyond what nearly all random ways do, largest first."""
        order = np.argsort(-np.nan_to_num(np.abs(self.lost)), kind="stable")
        return [self.names[i] for i in order if abs(self.lost[i]) > self.chance]

    def __repr__(self) -> str:
        kept = f"{len(self.needed())} of {len(self.names)} nodes are missed more than random ways"
        return f"Minimality({kept}, {self.chance:.3g})"


def minimality(
    model: Any,
    circuit: Graph,
    random: int = 20,
    *,
    metric: Any = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Minimality:
    """What a circuit loses without each of its nodes, beside ways that don't belong to it.

    A node is left out by cutting all its edges. The control (after Shi et al. 2024): a random way
    from embed to logits is put into the circuit and left out again; what that changes is what
    something arbitrary does there.

    Args:
        model, metric, seed, progress, cancelled: as in `trial`.
        circuit: a pruned graph.
        random: how many such ways, at least 1.
    Raises:
        ValueError: no control, a circuit without nodes.

    >>> minimality(model, graph.prune(20)).needed()[:2]                        # doctest: +SKIP
    ['L0 MLP', 'L3H1']
    """
    names = [name for name in circuit.inside() if name != "embed"]
    if random < 1 or not names:
        raise ValueError(
            f"random is {random} and the circuit has {len(names)} nodes: 1 or more are needed"
        )
    shares = Shares(model, circuit, metric)
    masks = [circuit.kept, *(_widened(circuit, seed + i) for i in range(random))]
    masks += [circuit.without(name).kept for name in names]
    found = _run(shares, masks, progress, cancelled)
    drawn, lost = found[1 : 1 + random] - found[0], found[0] - found[1 + random :]
    return Minimality(names, lost, drawn[~np.isnan(drawn)], ~np.isnan(lost), float(found[0]))


def _widened(circuit: Graph, seed: int) -> Array:
    """The circuit with a random way put in, some of whose edges are new to it."""
    for attempt in range(1000):
        kept = circuit.kept.copy()
        kept[random_way(circuit.wiring, seed * 1000 + attempt)] = True
        if kept.sum() > len(circuit):
            return kept
    raise ValueError("circuit keeps about every edge: nothing can be put in for the control")


def _run(shares: Shares, masks: list[Array], progress: Any, cancelled: Any) -> Array:
    """The share of each; NaN for those not reached."""
    found = np.full(len(masks), np.nan)

    def some(part: slice) -> None:
        found[part] = shares(masks[part]).mean(1)

    starts = range(0, len(masks), _AT_ONCE)
    paced([slice(start, start + _AT_ONCE) for start in starts], some, progress, cancelled)
    return found


@dataclass(frozen=True, eq=False)
class Completeness:
    """The circuit and the whole model, both without the same nodes (Wang et al. 2022).

    Attributes:
        left_out: the nodes left out, for each subset.
        circuit, model: [subset], in shares of the whole model's metric; equal for a complete
            circuit, whatever is left out.
        random: [subset], the control: a random circuit as large, without the same nodes.
    """

    left_out: list[list[str]]
    circuit: Float[Array, " subset"]
    model: Float[Array, " subset"]
    random: Float[Array, " subset"]

    @property
    def gap(self) -> float:
        """How far the circuit is from the model, on average over the subsets."""
        return float(np.nanmean(np.abs(self.circuit - self.model)))

    @property
    def random_gap(self) -> float:
        """The same of random circuits."""
        return float(np.nanmean(np.abs(self.random - self.model)))

    def __repr__(self) -> str:
        return f"Completeness(gap {self.gap:.3g}, of random circuits {self.random_gap:.3g})"


def completeness(
    model: Any,
    circuit: Graph,
    subsets: int = 20,
    *,
    metric: Any = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Completeness:
    """Whether the circuit goes on like the model when parts of it are left out of both.

    A circuit that lacks the model's reserves (backup heads) is faithful but not complete: without
    the same nodes it falls where the model does not. Each subset leaves every node of the circuit
    out with an even chance.

    Args:
        as in `minimality`; subsets: how many are drawn.
    Raises:
        ValueError: no subsets, a circuit without nodes.

    >>> completeness(model, graph.prune(100))                                  # doctest: +SKIP
    Completeness(gap 0.05, of random circuits 0.61)
    """
    names = [name for name in circuit.inside() if name != "embed"]
    if subsets < 1 or not names:
        raise ValueError(f"subsets is {subsets}, nodes {len(names)}: 1 or more are needed")
    shares, chance = Shares(model, circuit, metric), np.random.default_rng(seed)
    out = [[n for n in names if chance.random() < 0.5] for _ in range(subsets)]
    whole = circuit.only(np.ones(len(circuit.kept), bool))
    masks = []
    for number, gone in enumerate(out):
        three = (circuit, whole, circuit.random(seed=seed + number))
        masks += [each.without(*gone).kept for each in three]
    found = _run(shares, masks, progress, cancelled).reshape(-1, 3)
    return Completeness(out, *found.T)
