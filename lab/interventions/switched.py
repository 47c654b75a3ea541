"""What a model says without some of its parts, beside what it says without others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Switched:
    """One prediction with some heads and MLPs switched off, and the same for parts drawn at random.

    Attributes:
        heads, mlps: what is off: (layer, head) pairs, and layers.
        position: after which piece the prediction is made.
        metric, unit: what the effect is of.
        before: the metric with everything on.
        effect: what switching off added to the metric.
        controls: [control], the same for other parts in their place.
        kl, kl_controls: KL(before ‖ after) of the whole prediction, nats.
        names: [control], which parts were off instead: "L5H2", "L5H0 + L5 MLP".
        kind: in words, how the controls were chosen.
        pieces: [top], the likeliest pieces before and after.
        probs, probs_after: [top]; probs_controls: [control, top].

    >>> board = lab.interventions.switches(model, "Tom gave Lily a")  # doctest: +SKIP
    >>> board([(5, 1)]).beyond  # doctest: +SKIP
    1.0
    """

    heads: list[tuple[int, int]]
    mlps: list[int]
    position: int
    metric: str
    unit: str
    before: float
    effect: float
    controls: Float[Array, " control"]
    kl: float
    kl_controls: Float[Array, " control"]
    names: list[str]
    kind: str
    pieces: list[str]
    probs: Float[Array, " top"]
    probs_after: Float[Array, " top"]
    probs_controls: Float[Array, "control top"]

    @property
    def interval(self) -> tuple[float, float]:
        """The least and the greatest effect of the controls: all of them lie in it."""
        return float(self.controls.min()), float(self.controls.max())

    @property
    def beyond(self) -> float:
        """The share of the controls whose effect is smaller, whichever way it goes."""
        return float((np.abs(self.controls) < abs(self.effect)).mean())

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"Switched({named(self.heads, self.mlps)} off: {self.metric} {self.effect:+.3g} "
            f"{self.unit}; {self.kind}: {low:+.3g} to {high:+.3g})"
        )


def named(heads: list[tuple[int, int]], mlps: list[int]) -> str:
    """Parts as they are written everywhere.

    >>> named([(5, 1)], [3])
    'L5H1 + L3 MLP'
    """
    parts = [f"L{layer}H{head}" for layer, head in heads] + [f"L{layer} MLP" for layer in mlps]
    return " + ".join(parts)
