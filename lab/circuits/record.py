"""A model as a graph, each edge with what it is worth, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lab.circuits.filing import KIND, fields, written
from lab.circuits.pairing import Pairs
from lab.circuits.ways import on_ways, random_ways, ranks
from lab.circuits.wiring import Wiring
from lab.storage import read_record, write_record

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Graph:
    """Every edge of a model and what it is worth for telling two kinds of text apart.

    The arrays always hold all edges; `kept` says which of them make the circuit. A whole graph
    keeps all, `prune` and `random` give graphs that keep some.

    Attributes:
        wiring: which node writes into which; see `nodes`, `sources`, `targets`, `ports`.
        scores: [edge], what the metric would lose if this edge alone carried the corrupted text,
            estimated by gradient: above 0, the edge helps.
        chance: [edge], the control: the standard deviation of that estimate for changes of the
            same length in random directions. A score within 2 of these says nothing.
        kept: [edge].
        pairs: the texts it is about.
        method: "EAP" or "EAP-IG"; `steps`, at how many points gradients were taken.
        metric, unit: what is measured; clean, corrupted: its mean on both kinds of text.

    >>> graph = lab.circuits.edge_attribution(model, pairs)  # doctest: +SKIP
    >>> graph.prune(50).largest(1)                           # doctest: +SKIP
    [('L2H1', 'L4H5', 'q', 0.81)]
    """

    wiring: Wiring
    scores: Float[Array, " edge"]
    chance: Float[Array, " edge"]
    kept: Bool[Array, " edge"]
    pairs: Pairs
    method: str
    metric: str
    unit: str
    steps: int
    clean: float
    corrupted: float
    model_name: str

    @property
    def nodes(self) -> list[str]:
        """Their names in the order of the model: "embed", "L0H0" …, "L0 MLP" …, "logits"."""
        return self.wiring.nodes

    @property
    def layers(self) -> Int[Array, " node"]:
        """Of each node; -1 for the embedding, one more than the last for the logits."""
        return self.wiring.node_layers

    @property
    def heads(self) -> Int[Array, " node"]:
        """Of each node; -1 where it is no head."""
        return self.wiring.node_heads

    @property
    def sources(self) -> Int[Array, " edge"]:
        """The node that writes."""
        return self.wiring.sources

    @property
    def targets(self) -> Int[Array, " edge"]:
        """The node that reads. Where heads share a key and value, the first of them."""
        return self.wiring.targets

    @property
    def ports(self) -> list[str]:
        """ "q", "k" or "v" of an edge into a head, "" of others."""
        return self.wiring.ports

    @property
    def shared(self) -> int:
        """How many heads share a key and a value."""
        return self.wiring.shared

    @property
    def texts(self) -> list[tuple[str, str, str, str]]:
        """(clean, corrupted, right, wrong) of each pair."""
        return self.pairs.texts

    @cached_property
    def rank(self) -> Int[Array, " edge"]:
        """The circuit of at most n edges is `rank < n`; see `prune`."""
        return ranks(self.wiring, np.abs(self.scores))

    def prune(self, count: int) -> Graph:
        """The circuit of the strongest edges, at most `count`, all on ways from embed to logits.

        Edges are taken by the size of their score, whatever its sign. One that nothing reaches
        yet, or that leads nowhere yet, counts from when later ones have made it part of a way.

        Raises:
            ValueError: a count below 0 or over the number of edges.
        """
        if not 0 <= count <= len(self.scores):
            raise ValueError(f"count is {count}: the graph has {len(self.scores)} edges")
        return self.only(self.rank < count)

    def random(self, count: int | None = None, seed: int = 0) -> Graph:
        """A control: a circuit of random ways from embed to logits; as large as this one, or so."""
        return self.only(random_ways(self.wiring, len(self) if count is None else count, seed))

    def only(self, kept: Array | Sequence[int]) -> Graph:
        """The circuit of these edges alone: a mask over all edges, or their numbers.

        Raises:
            ValueError: a mask of another length, numbers of edges that there aren't.
        """
        chosen = np.asarray(kept)
        mask = np.zeros(len(self.scores), bool)
        if chosen.dtype == bool and chosen.shape != mask.shape:
            raise ValueError(f"kept has shape {chosen.shape}: {mask.shape} for all edges")
        if (
            chosen.dtype != bool
            and chosen.size
            and not 0 <= chosen.min() <= chosen.max() < len(mask)
        ):
            raise ValueError(f"kept names edge {chosen.max()}: they go from 0 to {len(mask) - 1}")
        mask[chosen if chosen.size else []] = True
        return replace(self, kept=mask)

    def without(self, *names: str) -> Graph:
        """The circuit without these nodes: none of their edges is kept.

        Raises:
            ValueError: a name that is no node.
        """
        wrong = [name for name in names if name not in self.nodes]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no node: 'embed', 'L0H0' … 'L0 MLP' … 'logits'")
        gone = np.isin(self.nodes, names)
        return replace(self, kept=self.kept & ~gone[self.sources] & ~gone[self.targets])

    def inside(self) -> list[str]:
        """The heads and MLPs of the circuit that lie on a way from embed to logits."""
        live = on_ways(self.wiring, self.kept)
        return [self.nodes[n] for n in np.unique(self.sources[live]).tolist() if n]

    def largest(self, count: int = 10) -> list[tuple[str, str, str, float]]:
        """The kept edges of the largest scores: (source, target, port, score), largest first."""
        order = np.argsort(np.where(self.kept, -np.abs(self.scores), np.inf), kind="stable")
        return [self.edge(int(number)) for number in order[: min(count, len(self))]]

    def edge(self, number: int) -> tuple[str, str, str, float]:
        """(source, target, port, score) of one edge."""
        source, target = self.nodes[self.sources[number]], self.nodes[self.targets[number]]
        return source, target, self.ports[number], float(self.scores[number])

    def save(self, path: str | Path) -> Path:
        """Write it as safetensors, whole or not at all."""
        return write_record(path, KIND, *written(self))

    @classmethod
    def open(cls, path: str | Path) -> Graph:
        """A saved graph, or a shipped one by name. Loads neither torch nor TransformerLens.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: (a ValueError) the file is not a graph, or not a whole one.

        >>> Graph.open("circuit.safetensors").prune(20)                  # doctest: +SKIP
        Graph(20 of 3,628 edges by EAP-IG, logit difference, formicarium/stories)
        """
        return cls(**read_record(path, KIND, fields))

    def __len__(self) -> int:
        return int(self.kept.sum())

    def __repr__(self) -> str:
        how = f"{len(self):,} of {len(self.scores):,} edges by {self.method}"
        return f"Graph({how}, {self.metric}, {self.model_name})"
