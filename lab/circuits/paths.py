"""Path patching: does this head speak to that one?

After Wang et al. 2022 and Goldowsky-Dill et al. 2023.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lab.circuits.pacing import paced
from lab.circuits.pairing import Pairs

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Paths:
    """What is changed by exchanging what one head says to some readers, and to nobody else.

    Attributes:
        receivers: who listens: "L5H0 q", "L4 MLP", "logits".
        effects: [layer, head], the metric with that head's way to the receivers carrying the
            corrupted text, less the clean metric; the mean over pairs. Below 0: the way helps.
            NaN for heads that were not asked for, or that come after the receivers.
        each: [pair, layer, head], pair by pair.
        controls: [draw, layer, head], the same where it should mean little; `control` in words.
        done: [layer, head], what was measured.
        clean, corrupted, metric, unit: the metric over both kinds of text, and which it is.
    """

    receivers: list[str]
    effects: Float[Array, "layer head"]
    each: Float[Array, "pair layer head"]
    controls: Float[Array, "draw layer head"]
    done: Bool[Array, "layer head"]
    control: str
    clean: float
    corrupted: float
    metric: str
    unit: str
    model_name: str

    @property
    def band(self) -> tuple[float, float]:
        """From where to where 95 % of all control effects lie."""
        low, high = np.nanpercentile(self.controls, [2.5, 97.5])
        return float(low), float(high)

    def largest(self, count: int = 10) -> list[tuple[str, float]]:
        """The heads whose way matters most, with their effects."""
        sizes = np.where(self.done, np.abs(self.effects), -1)
        order = [int(i) for i in np.argsort(-sizes, axis=None, kind="stable")[:count]]
        heads = self.effects.shape[1]
        return [
            (f"L{i // heads}H{i % heads}", float(self.effects.flat[i]))
            for i in order
            if sizes.flat[i] >= 0
        ]

    def __repr__(self) -> str:
        low, high = self.band
        into = ", ".join(self.receivers)
        return f"Paths(into {into}: {self.largest(1)[0]}, controls {low:.3g} to {high:.3g})"


def path_patching(
    model: Any,
    pairs: Pairs,
    receivers: str | Sequence[str] = "logits",
    senders: Sequence[str] | None = None,
    *,
    through_mlps: bool = True,
    draws: int = 2,
    metric: Any = None,
    seed: int = 0,
    rows: int = 64,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Paths:
    """Which heads matter by what they say to these receivers, everything else as it is.

    Two runs for each sender. In the first all heads are held at what they wrote over the clean
    text, only the sender writes what it wrote over the corrupted one; what the receivers would
    read is kept. In the second the receivers read that, and all else follows.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        pairs: from `lab.circuits.pairs` or `two_names`.
        receivers: "logits", "L4 MLP", or ports of heads: "L5H0 q", "L5H0 k", "L5H0 v". Several are
            patched together. Where heads share a key and value, "L5H0 k" is that of all of them.
        senders: heads by name; all in front of the last receiver if left out.
        through_mlps: whether MLPs between sender and receiver count as part of the way (as in
            Wang et al.); False holds them too, and what is left is the edge alone.
        draws: how many controls; at least 1. With heads among the receivers: as many other heads
            of the same layers listen in their place, at the same ports. Else the sender is pushed
            as far in a random direction.
        metric: as in `edge_attribution`.
        rows: how many runs at once.
        progress, cancelled: called and asked after each batch of senders; `done` marks how far.
    Raises:
        ValueError: names of no receivers or heads, no control, a metric that gives no numbers.

    >>> path_patching(model, pairs, ["L5H0 q"]).largest(1)             # doctest: +SKIP
    [('L3H1', -0.84)]
    """
    from lab.circuits.speaking import Speaking  # with torch

    if draws < 1:
        raise ValueError(f"draws is {draws}: at least 1 control is needed")
    asked = [receivers] if isinstance(receivers, str) else list(receivers)
    made = Speaking(model, pairs, asked, through_mlps, metric, draws, seed)
    chosen = made.senders(senders)
    grid = (model.cfg.n_layers, model.cfg.n_heads)
    each = np.full((1 + draws, len(pairs), *grid), np.nan)
    size = max(1, rows // len(pairs))

    def some(part: list[tuple[int, int]]) -> None:
        layers, heads = zip(*part, strict=True)
        each[:, :, layers, heads] = made.effects(part)

    parts = [chosen[start : start + size] for start in range(0, len(chosen), size)]
    paced(parts, some, progress, cancelled)
    return Paths(
        receivers=asked,
        effects=each[0].mean(0),
        each=each[0],
        controls=each[1:].mean(1),
        done=~np.isnan(each[0]).any(0),
        control=made.control,
        clean=made.clean_metric,
        corrupted=made.corrupted_metric,
        metric=made.metric.name,
        unit=made.metric.unit,
        model_name=pairs.model_name,
    )
