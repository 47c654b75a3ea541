"""Which parts of a transformer write into the stream, and which read what was written.

Everything that a layer reads is the sum of what the embedding, the heads and the MLPs before it
wrote. So each pair of a writer and a later reader is an edge, and the model is a graph. Kept free
of torch: a stored graph is read by these rules too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

LOGITS, EMBED = "logits", "embed"


@dataclass(frozen=True)
class Wiring:
    """Nodes and edges of a model with this many layers, heads and key/value heads.

    Nodes stand in the order of the model, so what a reader can read are the first so many of
    them. Edges stand by reader, in the order of the model, and for each by writer.

    >>> Wiring(1, 2).nodes
    ['embed', 'L0H0', 'L0H1', 'L0 MLP', 'logits']
    >>> len(Wiring(1, 2).sources)   # 2 heads × q, k, v from embed, 3 into the MLP, 4 into logits
    13
    """

    layers: int
    heads: int
    kv_heads: int = 0
    """0: a key and value of its own for each head."""

    @property
    def shared(self) -> int:
        """How many heads share a key and a value."""
        return self.heads // (self.kv_heads or self.heads)

    @cached_property
    def nodes(self) -> list[str]:
        """Their names."""
        inside = [
            name
            for layer in range(self.layers)
            for name in (*(f"L{layer}H{head}" for head in range(self.heads)), f"L{layer} MLP")
        ]
        return [EMBED, *inside, LOGITS]

    @cached_property
    def node_layers(self) -> Int[np.ndarray, " node"]:
        """-1 for the embedding, one more than the last layer for the logits."""
        return np.r_[-1, np.repeat(np.arange(self.layers), self.heads + 1), self.layers]

    @cached_property
    def node_heads(self) -> Int[np.ndarray, " node"]:
        """-1 where it is no head."""
        return np.r_[-1, np.tile(np.r_[np.arange(self.heads), -1], self.layers), -1]

    def before(self, layer: int) -> int:
        """How many nodes have written when a layer begins; also the number of its first head."""
        return 1 + layer * (self.heads + 1)

    @cached_property
    def readers(self) -> list[tuple[int, str, int]]:
        """(node, port, how many it can read) in the order of the edges.

        A port is "q", "k" or "v" of a head. Heads that share a key and value read them as one:
        the edge stands at the first of them.
        """
        found = []
        for layer in range(self.layers):
            first = self.before(layer)
            found += [(first + head, "q", first) for head in range(self.heads)]
            for port in "kv":
                found += [(first + h, port, first) for h in range(0, self.heads, self.shared)]
            mlp = first + self.heads
            found.append((mlp, "", mlp))
        return [*found, (len(self.nodes) - 1, "", len(self.nodes) - 1)]

    @cached_property
    def starts(self) -> Int[np.ndarray, " reader"]:
        """The number of each reader's first edge, and at the end how many edges there are."""
        return np.concatenate([[0], np.cumsum([count for _, _, count in self.readers])])

    @cached_property
    def sources(self) -> Int[np.ndarray, " edge"]:
        """The node that writes."""
        return np.concatenate([np.arange(count) for _, _, count in self.readers])

    @cached_property
    def targets(self) -> Int[np.ndarray, " edge"]:
        """The node that reads."""
        return np.repeat([n for n, _, _ in self.readers], np.diff(self.starts))

    @cached_property
    def ports(self) -> list[str]:
        """Where the reader takes it in."""
        return [port for _, port, count in self.readers for _ in range(count)]

    def attention(self, layer: int) -> slice:
        """The edges into a layer's heads: [q heads, then k, then v, by writer] when reshaped."""
        at = layer * (self.heads + 2 * (self.heads // self.shared) + 1)
        last = at + self.heads + 2 * (self.heads // self.shared)
        return slice(int(self.starts[at]), int(self.starts[last]))

    def mlp(self, layer: int) -> slice:
        """The edges into a layer's MLP."""
        start = self.attention(layer).stop
        return slice(start, start + self.before(layer) + self.heads)

    @property
    def logits(self) -> slice:
        """The edges into the logits."""
        return slice(int(self.starts[-2]), int(self.starts[-1]))
