"""Parts switched off in a row of a pass."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lab.hooks import full_name
from lab.interventions.passes import Joining
from lab.interventions.stand_ins import Parts


def silent(parts: Parts) -> Joining:
    """The row in which these parts add nothing: it joins at the first layer that has one."""
    layers = sorted({layer for layer, _ in parts.heads})
    changes = [
        (full_name("z", n), _without([head for layer, head in parts.heads if layer == n]))
        for n in layers
    ]
    changes += [(full_name("mlp_out", n), _nothing) for n in parts.mlps]
    (hook, change), *more = changes
    return Joining(min([*layers, *parts.mlps]), 0, hook, change, tuple(more))


def _without(heads: list[int]) -> Any:
    def run(z: Tensor, start: int) -> None:  # noqa: ARG001 (off at every piece)
        z[:, heads] = 0

    return run


def _nothing(out: Tensor, start: int) -> None:  # noqa: ARG001 (off at every piece)
    out.zero_()
