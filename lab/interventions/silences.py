"""Edits that switch parts off, other ones in each row of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from lab.interventions.stand_ins import Parts


def silences(runs: Sequence[Parts]) -> dict[Any, Any]:
    """Edits that switch off, in row i of a batch, the parts of runs[i]."""
    heads: dict[int, list[tuple[int, int]]] = {}
    mlps: dict[int, list[int]] = {}
    for row, parts in enumerate(runs):
        for layer, head in parts.heads:
            heads.setdefault(layer, []).append((row, head))
        for layer in parts.mlps:
            mlps.setdefault(layer, []).append(row)
    edits: dict[Any, Any] = {("z", n): _without_heads(pairs) for n, pairs in heads.items()}
    return edits | {("mlp_out", n): _without(rows) for n, rows in mlps.items()}


def _without_heads(pairs: Sequence[tuple[int, int]]) -> Any:
    rows, heads = (list(column) for column in zip(*pairs, strict=True))

    def run(z: Tensor) -> Tensor:
        z = z.clone()
        z[rows, :, heads] = 0
        return z

    return run


def _without(rows: list[int]) -> Any:
    def run(out: Tensor) -> Tensor:
        out = out.clone()
        out[rows] = 0
        return out

    return run
