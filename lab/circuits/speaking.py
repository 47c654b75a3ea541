"""The two runs of path patching: what receivers would read, and what follows when they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.circuits.measuring import metric as named
from lab.circuits.pairing import Pairs
from lab.circuits.parts import END, names, rows, run, wiring_of, written
from lab.circuits.receivers import Head, Receiver, other_heads, receiver, sender
from lab.hooks import lock_of


class Speaking:
    """A model over some pairs, ready to let single heads speak to single readers."""

    def __init__(
        self,
        model: Any,
        pairs: Pairs,
        receivers: Sequence[str],
        through_mlps: bool,
        metric: Any,
        draws: int,
        seed: int,
    ) -> None:
        self.model, self.metric, self.through_mlps = model, named(metric), through_mlps
        self.wiring, self.names = wiring_of(model), names(model)
        self.receivers = [receiver(self.wiring, each) for each in receivers]
        if not self.receivers:
            raise ValueError("receivers is empty: 'logits', 'L4 MLP' or 'L5H0 q'")
        self.chance = np.random.default_rng(seed)
        self.draws = draws
        drawn = range(draws) if self._heads else ()
        self.others = [other_heads(self.wiring, self.receivers, self.chance) for _ in drawn]
        self.texts = rows(model, pairs)
        with lock_of(model), torch.no_grad():
            self.clean = written(model, self.texts)
            self.corrupted = written(model, rows(model, pairs, corrupted=True))
            ends = [self.texts.measured(each.logits, self.metric).cpu().double().numpy()
                    for each in (self.clean, self.corrupted)]  # fmt: skip
        self.before = ends[0]
        self.clean_metric, self.corrupted_metric = (float(end.mean()) for end in ends)

    @property
    def control(self) -> str:
        """In words."""
        if self._heads:
            return f"control: {self.draws} × other heads of the same layers listen instead"
        return f"control: the head pushed as far in {self.draws} random directions"

    @property
    def _heads(self) -> bool:
        return any(each.head >= 0 for each in self.receivers)

    def senders(self, asked: Sequence[str] | None) -> list[Head]:
        """The heads asked for, or all that a receiver can hear."""
        last = max(each.layer + (each.port == "mlp") for each in self.receivers)
        if asked is None:
            return [(layer, head) for layer in range(last) for head in range(self.wiring.heads)]
        found = [sender(self.wiring, name) for name in asked]
        late = [f"L{layer}H{head}" for layer, head in found if layer >= last]
        if late or not found:
            raise ValueError(f"senders: {late or 'none'}; heads in layers below {last} are heard")
        return found

    def effects(self, senders: Sequence[Head]) -> np.ndarray:
        """[what and its controls, pair, sender]: the change of the metric."""
        with lock_of(self.model), torch.no_grad():
            said, logits = self._first(senders, self.corrupted.z)
            if self._heads:
                sets = [self.receivers, *self.others]
                found = [self._second(said, each, len(senders)) for each in sets]
            else:
                runs = [(said, logits), *(self._first(senders, self._pushed())
                                          for _ in range(self.draws))]  # fmt: skip
                found = [self._ended(said, logits, len(senders)) for said, logits in runs]
        values = np.stack([each.double().cpu().numpy() for each in found])
        return (values - np.tile(self.before, len(senders))).reshape(
            len(found), len(senders), -1
        ).swapaxes(1, 2)  # fmt: skip

    def _first(
        self, senders: Sequence[Head], spoken: list[Tensor]
    ) -> tuple[dict[str, Tensor], Tensor]:
        """What the layers' ports would read when each sender says what it says in `spoken`."""
        edits: dict[str, Any] = {}
        for layer in range(self.wiring.layers):
            z = self.clean.z[layer].repeat(len(senders), 1, 1, 1)
            for number, (there, head) in enumerate(senders):
                if there == layer:
                    z[self._part(number), :, head] = spoken[layer][:, :, head]
            edits[self.names["z"][layer]] = lambda _, z=z: z
            if not self.through_mlps:
                mlp = self.clean.mlp[layer].repeat(len(senders), 1, 1)
                edits[self.names["mlp"][layer]] = lambda _, mlp=mlp: mlp
        said: dict[str, Tensor] = {}
        for name in {self._name(each) for each in self._everyone if each.port != "logits"}:
            edits[name] = lambda value, name=name: said.update({name: value})
        return said, run(self.model, self.texts, edits, len(senders))

    def _second(self, said: dict[str, Tensor], to: list[Receiver], senders: int) -> Tensor:
        """The metric when these receivers read what was said, and all else follows."""
        edits: dict[str, Any] = {}
        for name in {self._name(each) for each in to}:
            heads = [each.head for each in to if self._name(each) == name]
            edits[name] = lambda value, name=name, heads=heads: _read(value, said[name], heads)
        return self.texts.measured(run(self.model, self.texts, edits, senders), self.metric)

    def _ended(self, said: dict[str, Tensor], logits: Tensor, senders: int) -> Tensor:
        if self.receivers == [Receiver(self.wiring.layers, "logits", -1)]:
            return self.texts.measured(logits, self.metric)
        return self._second(said, self.receivers, senders)

    def _pushed(self) -> list[Tensor]:
        """The heads' outputs moved as far as the corrupted text moves them, but anywhere."""
        draw = torch.Generator().manual_seed(int(self.chance.integers(2**31)))
        found = []
        for one, other in zip(self.clean.z, self.corrupted.z, strict=True):
            far = (other - one).norm(dim=-1, keepdim=True)
            way = torch.randn(one.shape, generator=draw).to(one)
            found.append(one + far * way / way.norm(dim=-1, keepdim=True))
        return found

    def _part(self, number: int) -> slice:
        pairs = len(self.texts.ids)
        return slice(number * pairs, (number + 1) * pairs)

    @property
    def _everyone(self) -> list[Receiver]:
        return [each for group in (self.receivers, *self.others) for each in group]

    def _name(self, to: Receiver) -> str:
        if to.port == "logits":
            return END
        part = "middle" if to.port == "mlp" else to.port
        return self.names[part][to.layer]


def _read(value: Tensor, said: Tensor, heads: list[int]) -> Tensor:
    """The activation with these heads' parts replaced; all of it where there are no heads."""
    if heads == [-1]:
        return said
    value = value.clone()
    value[:, :, heads] = said[:, :, heads]
    return value
