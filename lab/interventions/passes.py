"""Many patched runs in one pass: a row joins at the layer and the place where it begins to differ.

A patch in layer 20 changes nothing below it, and a patch at piece 9 changes nothing before it. So
a pass begins with the unpatched text alone, reads what lies before the first patched piece from
kept keys and values, and takes each patched row in at its own layer. Of a sweep over layers and
positions that leaves about a quarter of the work, and none of it is an approximation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cache
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import Edited

Change = Callable[[Tensor, int], None]
"""Changes one row of an activation, in place; its positions are those from the second on."""
STREAM = "blocks.{}.hook_resid_pre"
_END = "unembed.hook_in"
_CLOSE = 1e-3  # of the largest logit: more is no rounding


class Joining(NamedTuple):
    """One row of a pass: where it joins, and what is changed there."""

    layer: int
    start: int
    """The first position at which it may differ from the unpatched text."""
    hook: str
    change: Change | None
    more: tuple[tuple[str, Change], ...] = ()
    """Changes at further hook points, none of them below the layer."""


class Passes:
    """The unpatched text, run once, and any number of changed rows beside it.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        ids: the text that is changed.
        position: where the logits are read, counted from the front; None for everywhere.
    """

    def __init__(self, model: Any, ids: Sequence[int], position: int | None) -> None:
        self.model, self.ids, self.position = model, list(ids), position
        self.stream, self.kept, self.logits = _unpatched(model, self.ids, position)
        self.joins, self.begins = True, not isinstance(model, Edited)
        self._settle()

    def run(self, rows: Sequence[Joining]) -> Float[Tensor, "row ..."]:
        """The logits of each row at the position (or at all), in the order given."""
        start = min(row.start for row in rows) if self.begins else 0
        order = sorted(range(len(rows)), key=lambda number: rows[number].layer)
        logits = self._pass([rows[number] for number in order], start)[1:]
        if self.position is None and start:
            before = self.logits[None, :start].expand(len(rows), -1, -1)
            logits = torch.cat([before, logits], 1)
        return logits[torch.tensor(order, device=logits.device).argsort()]

    def _pass(self, rows: list[Joining], start: int) -> Tensor:
        """As `run`, for rows in the order of their layers; the unpatched text comes first."""
        new = torch.tensor([self.ids[start:]], device=self.model.cfg.device)
        if not self.joins:
            new = new.expand(1 + len(rows), -1)
        how: dict[str, Any] = {"attention_mask": torch.ones_like(new)}
        if start:
            how = {"past_key_values": _before(self.kept, start)}
        hooks = [*self._joining(rows, start), *_changing(rows, start), *self._ending(start)]
        with torch.inference_mode(), self.model.hooks(fwd_hooks=hooks) as model:
            logits = model(new, return_type="logits", **how)
        return logits if self.position is None else logits[:, -1]

    def _joining(self, rows: list[Joining], start: int) -> Iterable[tuple[str, Any]]:
        for layer in sorted({row.layer for row in rows} if self.joins else ()):
            own = self.stream[layer][:, start:]
            count = sum(row.layer == layer for row in rows)

            def join(stream: Tensor, hook: Any, own: Any = own, count: int = count) -> Tensor:  # noqa: ARG001
                return torch.cat([stream, own.expand(count, -1, -1)])

            yield STREAM.format(layer), join

    def _ending(self, start: int) -> list[tuple[str, Any]]:
        if self.position is None:
            return []
        at = self.position - start
        return [(_END, lambda stream, hook: stream[:, at : at + 1])]  # noqa: ARG005

    def _settle(self) -> None:
        """Rows that change nothing must come out as the text does; else the plain way is taken."""
        layers, length = self.model.cfg.n_layers, len(self.ids)
        idle = Joining(layers // 2, length // 2, "", None)
        for joins, begins in ((True, self.begins), (True, False), (False, False)):
            self.joins, self.begins = joins, begins
            if self._agrees([idle]):
                return
        raise ValueError("this model's runs are not the same twice: nothing can be patched in them")

    def _agrees(self, rows: list[Joining]) -> bool:
        try:
            logits = self._pass(rows, rows[0].start if self.begins else 0)
        except (RuntimeError, IndexError, TypeError, ValueError):
            if not self.joins:
                raise
            return False
        if self.position is None:
            logits = logits[:, -1:]
        wanted = self.logits[-1:] if self.position is None else self.logits
        return bool((logits - wanted).abs().max() <= _CLOSE * wanted.abs().max())


def _unpatched(model: Any, ids: list[int], position: int | None) -> tuple[Any, Any, Any]:
    """The stream before each layer, the keys and values, and the logits of the text as it is."""
    stream: dict[int, Tensor] = {}

    def keep(layer: int) -> Any:
        def save(activation: Tensor, hook: Any) -> None:  # noqa: ARG001 (passed by name)
            stream[layer] = activation.detach()

        return save

    hooks = [(STREAM.format(layer), keep(layer)) for layer in range(model.cfg.n_layers)]
    if position is not None:
        hooks.append((_END, lambda stream, hook: stream[:, position : position + 1]))  # noqa: ARG005
    row = torch.tensor([ids], device=model.cfg.device)
    with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        logits, kept = bridge(
            row,
            attention_mask=torch.ones_like(row),
            return_type="logits_and_cache",
            use_past_kv_cache=True,
        )
    return stream, kept, logits[0] if position is None else logits[0, 0]


def _changing(rows: list[Joining], start: int) -> list[tuple[str, Any]]:
    """One hook for each hook point that is changed, and in it each row that is."""
    by_hook: dict[str, list[tuple[int, Change]]] = {}
    for number, row in enumerate(rows, 1):
        for hook, change in ((row.hook, row.change), *row.more):
            if change is not None:
                by_hook.setdefault(hook, []).append((number, change))

    def changing(changed: list[tuple[int, Change]]) -> Any:
        def run(activation: Tensor, hook: Any) -> Tensor:  # noqa: ARG001 (passed by name)
            activation = activation.clone()
            for number, change in changed:
                change(activation[number], start)
            return activation

        return run

    return [(name, changing(changed)) for name, changed in by_hook.items()]


@cache
def _beginning() -> Any:
    from transformers.cache_utils import DynamicLayer

    class Beginning(DynamicLayer):
        """A layer's first keys and values, of one row: read by all rows, lengthened by none."""

        def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> Any:
            kept: Any = self
            return tuple(
                torch.cat([first.expand(len(new), -1, -1, -1), new], 2)
                for first, new in ((kept.keys, key_states), (kept.values, value_states))
            )

    return Beginning


def _before(kept: Any, start: int) -> Any:
    """The keys and values of the first `start` pieces, for as many rows as there are."""
    beginning = _beginning()
    other = copy(kept)
    other.layers = []
    for layer in kept.layers:
        if type(layer) is not beginning.__base__:
            raise TypeError(f"{type(layer).__name__} keeps no plain keys and values")
        short = copy(layer)
        short.__class__ = beginning
        short.keys, short.values = layer.keys[:, :, :start], layer.values[:, :, :start]
        other.layers.append(short)
    return other
