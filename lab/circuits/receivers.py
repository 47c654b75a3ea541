"""Who speaks and who listens in path patching, by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from lab.circuits.wiring import Wiring

Head = tuple[int, int]
_RECEIVER = re.compile(r"L(\d+)(?:H(\d+) ([qkv])| MLP)|logits")
_SENDER = re.compile(r"L(\d+)H(\d+)")


class Receiver(NamedTuple):
    """port: "q", "k", "v", "mlp" or "logits"; head: -1 where it is none."""

    layer: int
    port: str
    head: int


def receiver(wiring: Wiring, name: str) -> Receiver:
    """A receiver by its name; ValueError for none."""
    match = _RECEIVER.fullmatch(name)
    if not match:
        raise ValueError(f"receiver is {name!r}: 'logits', 'L4 MLP', 'L5H0 q', 'k' or 'v'")
    if name == "logits":
        return Receiver(wiring.layers, "logits", -1)
    layer, head, port = int(match[1]), int(match[2] or 0), match[3]
    _refuse_beyond(wiring, name, layer, head)
    shared = wiring.shared if port in ("k", "v") else 1
    return Receiver(layer, port or "mlp", head // shared if port else -1)


def sender(wiring: Wiring, name: str) -> Head:
    """A head by its name; ValueError for none."""
    match = _SENDER.fullmatch(name)
    if not match:
        raise ValueError(f"sender is {name!r}: a head by name, 'L3H1'")
    _refuse_beyond(wiring, name, int(match[1]), int(match[2]))
    return int(match[1]), int(match[2])


def other_heads(wiring: Wiring, receivers: Sequence[Receiver], chance: Any) -> list[Receiver]:
    """Other heads of the same layers at the same ports; what is no head stays."""
    found: list[Receiver] = []
    for each in receivers:
        taken = {r.head for r in (*receivers, *found) if r[:2] == each[:2]}
        count = wiring.heads // (1 if each.port == "q" else wiring.shared)
        free = [head for head in range(count) if head not in taken]
        free = free or [head for head in range(count) if head != each.head]
        if each.head >= 0 and not free:
            raise ValueError(f"L{each.layer} has no other head to compare with")
        other = int(chance.choice(free)) if each.head >= 0 else -1
        found.append(each._replace(head=other))
    return found


def _refuse_beyond(wiring: Wiring, name: str, layer: int, head: int) -> None:
    if layer >= wiring.layers or head >= wiring.heads:
        raise ValueError(
            f"{name!r}: the model has layers 0 to {wiring.layers - 1} with heads 0 to "
            f"{wiring.heads - 1}"
        )
