"""Runs in which every edge outside a circuit carries the corrupted text.

Not an estimate: each reader gets a stream of its own, put together from what the nodes write in
this very run where the edge is kept, and from what they wrote over the corrupted text where it is
not. Many circuits are run at once, as rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.circuits.measuring import Metric
from lab.circuits.pairing import Pairs
from lab.circuits.parts import (
    END,
    Rows,
    Written,
    kept,
    names,
    normed,
    outputs,
    projection,
    rows,
    run,
    wiring_of,
    written,
)
from lab.circuits.wiring import Wiring

ELEMENTS = 2**25  # of the largest tensor of a run: 128 MiB


class Cutting:
    """A model over some pairs, ready to be run with any of its edges cut."""

    def __init__(self, model: Any, pairs: Pairs, metric: Metric) -> None:
        self.model, self.wiring, self.metric = model, wiring_of(model), metric
        self.clean: Rows = rows(model, pairs)
        with torch.no_grad():
            self.other: Written = written(model, rows(model, pairs, corrupted=True))
            self.start = _start(model, self.clean)

    def measured(self, masks: np.ndarray) -> Float[np.ndarray, "circuit pair"]:
        """The metric of every circuit on every pair.

        Masks are [circuit, edge]: 1 where an edge carries what this run says, 0 where it carries
        the corrupted text; what lies between mixes the two.
        """
        found = [self._run(each) for each in np.array_split(masks, self._parts(len(masks)))]
        return np.concatenate(found)

    def _parts(self, circuits: int) -> int:
        """In how many parts the circuits are run, so that memory stays bounded."""
        places = self.clean.ids.numel() * self.model.cfg.d_model
        readers = max(len(self.wiring.nodes), 3 * self.wiring.heads)
        return min(circuits, -(-circuits * places * readers // ELEMENTS))

    def _run(self, masks: np.ndarray) -> np.ndarray:
        masks = masks.astype(np.float32)
        with torch.no_grad():
            logits = run(self.model, self.clean, self._edits(masks), len(masks))
            values = self.clean.measured(logits, self.metric)
        return values.reshape(len(masks), -1).double().cpu().numpy()

    def _edits(self, masks: np.ndarray) -> dict[str, Any]:
        known = names(self.model)
        one = _Run(self.model, self.wiring, self.other, masks, self.start)
        edits: dict[str, Any] = {END: lambda _: one.stream(self.wiring.logits, self.other.end)}
        for layer in range(self.wiring.layers):
            edits[known["before"][layer]] = lambda _, at=layer: one.begin(at)
            for port in "qkv":
                edits[known[port][layer]] = lambda _, port=port: one.ports[port]
            edits[known["z"][layer]] = lambda z, at=layer: one.heads(at, z)
            edits[known["middle"][layer]] = lambda _, at=layer: one.middle(at)
            edits[known["mlp"][layer]] = lambda out, at=layer: one.mlp(at, out)
        return edits


def _start(model: Any, clean: Rows) -> Tensor:
    """The embedding of the clean texts."""
    name = names(model)["before"][0]
    return kept(model, clean, [name])[1][name]


class _Run:
    """One run: what the nodes have written so far, beside what they wrote over the other text."""

    def __init__(
        self, model: Any, wiring: Wiring, other: Written, masks: np.ndarray, start: Tensor
    ) -> None:
        self.model, self.wiring, self.other, self.masks = model, wiring, other, masks
        self.shape = start.shape  # row, pos, d_model
        self.changes = start.new_empty(len(masks), len(wiring.nodes) - 1, start.numel())
        self.changes[:, 0] = (start - other.embed).flatten()
        self.ports: dict[str, Tensor] = {}

    def begin(self, layer: int) -> None:
        """Puts together what each head of a layer reads, through the norm."""
        edges, before = self.wiring.attention(layer), self.other.before[layer]
        circuits = [self._ports(layer, *self._read(c, edges, before)) for c in self._circuits]
        self.ports = {port: torch.cat([each[port] for each in circuits]) for port in "qkv"}

    def heads(self, layer: int, z: Tensor) -> None:
        """Takes in what the heads of a layer write."""
        z = z.reshape(len(self.masks), -1, *z.shape[1:])
        first = self.wiring.before(layer)
        for circuit, each in enumerate(z - self.other.z[layer]):
            change = outputs(self.model, layer, each).flatten(1)
            self.changes[circuit, first : first + self.wiring.heads] = change

    def middle(self, layer: int) -> Tensor:
        """What the MLP of a layer reads."""
        return self.stream(self.wiring.mlp(layer), self.other.middle[layer])

    def mlp(self, layer: int, out: Tensor) -> None:
        """Takes in what it writes."""
        change = out.reshape(-1, *self.shape) - self.other.mlp[layer]
        self.changes[:, self.wiring.before(layer) + self.wiring.heads] = change.flatten(1)

    def stream(self, edges: slice, other: Tensor) -> Tensor:
        """What a single reader reads, [circuit · row, pos, d_model]."""
        return torch.cat([self._read(circuit, edges, other)[0][0] for circuit in self._circuits])

    @property
    def _circuits(self) -> range:
        return range(len(self.masks))

    def _read(self, circuit: int, edges: slice, other: Tensor) -> tuple[Tensor, np.ndarray]:
        """The different streams [stream, row, pos, d_model] of some readers, and whose is which.

        Readers with the same kept edges read the same: of most there are far fewer than readers.
        """
        writers = int(self.wiring.sources[edges.stop - 1]) + 1
        rows, whose = np.unique(
            self.masks[circuit, edges].reshape(-1, writers), axis=0, return_inverse=True
        )
        change = torch.as_tensor(rows, device=other.device) @ self.changes[circuit, :writers]
        return change.reshape(-1, *self.shape) + other, whose.ravel()

    def _ports(self, layer: int, streams: Tensor, whose: np.ndarray) -> dict[str, Tensor]:
        """Queries, keys and values, [row, pos, head, d_head], of a circuit's heads."""
        inside = normed(self.model, layer, streams)
        shared = self.wiring.heads // self.wiring.shared
        parts = np.split(whose, [self.wiring.heads, self.wiring.heads + shared])
        found = {}
        for port, part in zip("qkv", parts, strict=True):
            weight, bias = projection(self.model, layer, port)
            vectors = inside[part].flatten(1, 2) @ weight  # [head, row · pos, d_head]
            vectors = vectors.movedim(0, 1).reshape(*self.shape[:2], *weight.shape[::2])
            found[port] = vectors if bias is None else vectors + bias
        return found
