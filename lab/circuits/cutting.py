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
from lab.circuits.pairs import Pairs
from lab.circuits.parts import (
    END,
    Rows,
    Written,
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
    """A model over some pairs, ready to be run with any of its edges cut.

    Args:
        masks given to `measured`: [circuit, edge], 1 where an edge carries what this run says, 0
            where it carries the corrupted text; what lies between mixes the two.
    """

    def __init__(self, model: Any, pairs: Pairs, metric: Metric) -> None:
        self.model, self.wiring, self.metric = model, wiring_of(model), metric
        self.clean: Rows = rows(model, pairs)
        with torch.no_grad():
            self.other: Written = written(model, rows(model, pairs, corrupted=True).ids)
            _, self.starts = _start(model, self.clean)

    def measured(self, masks: np.ndarray) -> Float[np.ndarray, "circuit pair"]:
        """The metric of every circuit on every pair."""
        found = [self._run(each) for each in np.array_split(masks, self._parts(len(masks)))]
        return np.concatenate(found)

    def _parts(self, circuits: int) -> int:
        """In how many parts the circuits are run, so that memory stays bounded."""
        places = self.clean.ids.numel() * self.model.cfg.d_model
        readers = max(len(self.wiring.nodes), 3 * self.wiring.heads)
        logits = self.clean.ids.numel() * self.model.cfg.d_vocab
        return min(circuits, -(-circuits * max(places * readers, logits) // ELEMENTS))

    def _run(self, masks: np.ndarray) -> np.ndarray:
        kept = torch.as_tensor(masks, dtype=torch.float32, device=self.clean.ids.device)
        with torch.no_grad():
            logits = run(self.model, self.clean.ids.repeat(len(kept), 1), self._edits(kept))
            values = self.clean.measured(logits, self.metric, len(kept))
        return values.reshape(len(kept), -1).double().cpu().numpy()

    def _edits(self, kept: Tensor) -> dict[str, Any]:
        known = names(self.model)
        one = _Run(self.model, self.wiring, self.other, kept, self.starts)
        edits: dict[str, Any] = {END: lambda _: one.stream(self.wiring.logits, self.other.end)}
        for layer in range(self.wiring.layers):
            edits[known["before"][layer]] = lambda _, at=layer: one.begin(at)
            for port in "qkv":
                edits[known[port][layer]] = lambda _, port=port: one.ports[port]
            edits[known["z"][layer]] = lambda z, at=layer: one.heads(at, z)
            edits[known["middle"][layer]] = lambda _, at=layer: one.middle(at)
            edits[known["mlp"][layer]] = lambda out, at=layer: one.mlp(at, out)
        return edits


def _start(model: Any, clean: Rows) -> tuple[Tensor, Tensor]:
    """The logits and the embedding of the clean texts."""
    found: dict[str, Tensor] = {}
    name = names(model)["before"][0]
    logits = run(model, clean.ids, {name: lambda value: found.update({name: value})})
    return logits, found[name]


class _Run:
    """One run: what the nodes have written so far, beside what they wrote over the other text."""

    def __init__(
        self, model: Any, wiring: Wiring, other: Written, kept: Tensor, start: Tensor
    ) -> None:
        self.model, self.wiring, self.other, self.kept = model, wiring, other, kept
        self.shape = (len(kept), *start.shape)  # circuit, row, pos, d_model
        self.changes = start.new_zeros(len(kept), len(wiring.nodes) - 1, start.numel())
        self.changes[:, 0] = (start - other.embed).flatten()
        self.ports: dict[str, Tensor] = {}

    def begin(self, layer: int) -> None:
        """Puts together what each head of a layer reads, through the norm."""
        before = self.other.before[layer]
        streams = self._read(self.wiring.attention(layer), before).movedim(1, -2).flatten(0, 1)
        inside = normed(self.model, layer, streams)  # [circuit·row, pos, reader, d_model]
        sizes = [self.wiring.heads, *[self.wiring.heads // self.wiring.shared] * 2]
        for port, part in zip("qkv", inside.split(sizes, dim=2), strict=True):
            weight, bias = projection(self.model, layer, port)
            vectors = torch.einsum("bphd,hde->bphe", part, weight)
            self.ports[port] = vectors if bias is None else vectors + bias

    def heads(self, layer: int, z: Tensor) -> None:
        """Takes in what the heads of a layer write."""
        z = z.reshape(self.shape[0], -1, *z.shape[1:])
        first = self.wiring.before(layer)
        for circuit, each in enumerate(z - self.other.z[layer]):
            change = outputs(self.model, layer, each).flatten(1)
            self.changes[circuit, first : first + self.wiring.heads] = change

    def middle(self, layer: int) -> Tensor:
        """What the MLP of a layer reads."""
        return self.stream(self.wiring.mlp(layer), self.other.middle[layer])

    def mlp(self, layer: int, out: Tensor) -> None:
        """Takes in what it writes."""
        change = out.reshape(self.shape) - self.other.mlp[layer]
        self.changes[:, self.wiring.before(layer) + self.wiring.heads] = change.flatten(1)

    def stream(self, edges: slice, other: Tensor) -> Tensor:
        """What a single reader reads, [circuit · row, pos, d_model]."""
        return self._read(edges, other)[:, 0].flatten(0, 1)

    def _read(self, edges: slice, other: Tensor) -> Tensor:
        """[circuit, reader, row, pos, d_model]: the other text's stream, and what is kept."""
        writers = self._writers(edges)
        kept = self.kept[:, edges].reshape(len(self.kept), -1, writers)
        change = torch.bmm(kept, self.changes[:, :writers])
        return change.reshape(len(kept), -1, *self.shape[1:]) + other

    def _writers(self, edges: slice) -> int:
        return int(self.wiring.sources[edges.stop - 1]) + 1
