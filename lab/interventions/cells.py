"""The cells of a sweep: which part of which activation each of them patches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from lab.hooks.names import matching
from lab.interventions.where import HEAD_FIRST, HEAD_SECOND

AXES = {
    "layer": ("layer",),
    "position": ("layer", "position"),
    "head": ("layer", "head"),
    "head position": ("layer", "head", "position"),
}


class Place(NamedTuple):
    """One cell: its index in the arrays, and the part of the activation that it patches."""

    index: tuple[int, ...]
    layer: int
    hook: str
    head: int | None
    position: int | None


class Grid(NamedTuple):
    """All cells of a sweep."""

    site: str
    axes: tuple[str, ...]
    layers: tuple[int, ...]
    hooks: tuple[str, ...]
    """One for each of the layers."""

    @property
    def pattern(self) -> bool:
        return self.site in HEAD_FIRST

    def shape(self, heads: int, length: int) -> tuple[int, ...]:
        """How many cells along each axis."""
        sizes = {"layer": len(self.layers), "head": heads, "position": length}
        return tuple(sizes[name] for name in self.axes)

    def places(self, heads: int, length: int) -> list[Place]:
        """Every cell, layer by layer."""
        found = []
        for index in product(*map(range, self.shape(heads, length))):
            named: dict[str, Any] = dict(zip(self.axes, index, strict=True))
            row = named["layer"]
            where = named.get("head"), named.get("position")
            found.append(Place(index, self.layers[row], self.hooks[row], *where))
        return found


def grid(model: Any, site: str, by: str, layers: Sequence[int] | None = None) -> Grid:
    """The cells that a site is cut into.

    Raises:
        UnknownHook: the model has no such site, or no such layer.
        ValueError: a way of cutting that there is not, or that the site does not allow.
    """
    if by not in AXES:
        raise ValueError(f"by={by!r}: {', '.join(map(repr, AXES))} are the ways")
    if site == "resid_mid":  # TransformerLens 4 shows the second norm's input under this name
        raise ValueError("site='resid_mid': a patch there reaches the MLP alone; take 'resid_pre'")
    heads = site in (*HEAD_FIRST, *HEAD_SECOND)
    if "head" in AXES[by] and not heads:
        raise ValueError(f"by={by!r}: {site} has no heads; {', '.join(HEAD_SECOND)} or pattern do")
    if by == "position" and heads:
        raise ValueError(f"by='position': {site} has heads; take by='head position' or 'layer'")
    count = model.cfg.n_layers
    wanted = range(count) if layers is None else layers
    found = [(layer, matching((site, layer), model.hook_dict, count)[0]) for layer in wanted]
    if not found:
        raise ValueError("layers is empty: name at least one, or leave it out")
    rows = [int(layer) % count for layer, _ in found]
    return Grid(site, AXES[by], tuple(rows), tuple(hook for _, hook in found))
