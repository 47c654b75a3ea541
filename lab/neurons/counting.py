"""Histograms of many neurons at once, whose range need not be known beforehand."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

HALF = 64  # bins on either side of zero
_LEAST = -40


class Counts:
    """How often each neuron had which value: 2 × 64 bins about zero, doubled when too narrow.

    The width of a neuron's bins is the smallest power of two at which everything fits; when a
    larger value comes, bins are joined two by two. So the counts stay exact, and don't depend on
    the order or the batches in which the values came.
    """

    def __init__(self, neurons: int) -> None:
        self.exponent = torch.full((neurons,), _LEAST)
        self.bins = torch.zeros(neurons, 2 * HALF, dtype=torch.int32)

    def add(self, values: Float[Tensor, "pos neuron"]) -> None:
        """Counts these values."""
        largest = values.abs().amax(0).double()
        # The next power of two above largest / HALF, so that no value lies on the outer border.
        needed = torch.frexp(largest / HALF).exponent.long().cpu()
        needed[largest.cpu() == 0] = _LEAST
        self._widen(torch.maximum(needed, self.exponent))
        width = torch.exp2(self.exponent.double()).float().to(values.device)
        places = (values / width).floor().clamp(-HALF, HALF - 1).long() + HALF
        offsets = torch.arange(len(width), device=values.device) * 2 * HALF
        flat = torch.bincount((places + offsets).flatten(), minlength=len(width) * 2 * HALF)
        self.bins += flat.reshape(len(width), -1).to(self.bins)

    def _widen(self, exponent: Tensor) -> None:
        shift = (exponent - self.exponent).clamp(max=7)  # then each side is in one bin already
        for steps in shift.unique().tolist():
            if steps:
                places = (torch.arange(2 * HALF) - HALF >> steps) + HALF
                chosen = shift == steps
                old = self.bins[chosen]
                self.bins[chosen] = torch.zeros_like(old).index_add_(1, places, old)
        self.exponent = exponent


class Strongest:
    """The texts in which each neuron is strongest, at one end; a text counts once, at its peak.

    Held: for each neuron the value, the text, the place, and the activations about the place.
    """

    def __init__(self, neurons: int, count: int, before: int, after: int, sign: int) -> None:
        self.sign, self.before, self.after = sign, before, after
        self.values = torch.full((count, neurons), -torch.inf)
        self.texts = torch.full((count, neurons), -1, dtype=torch.int32)
        self.places = torch.zeros(count, neurons, dtype=torch.int32)
        self.windows = torch.zeros(count, neurons, before + 1 + after, dtype=torch.float16)

    def add(
        self,
        values: Float[Tensor, "row pos neuron"],
        counts: Bool[Tensor, "row pos"],
        numbers: Tensor,
    ) -> None:
        """Takes up the rows' peaks that are among the strongest. `numbers`: the rows' texts."""
        signed = values * self.sign
        peaks, places = signed.masked_fill(~counts[..., None], -torch.inf).max(1)
        count = len(self.values)
        both = torch.cat([self.values, peaks.cpu()])
        self.values, chosen = both.topk(count, dim=0)
        self.texts = torch.cat([self.texts, numbers[:, None].expand(-1, both.shape[1])])
        self.texts = self.texts.gather(0, chosen)
        self.places = torch.cat([self.places, places.int().cpu()]).gather(0, chosen)
        old = chosen.clamp(max=count - 1)[..., None].expand_as(self.windows)
        self.windows = self.windows.gather(0, old)
        fresh = (chosen >= count) & self.values.isfinite()
        if fresh.any():
            self._look_around(values, chosen - count, fresh)

    def _look_around(self, values: Tensor, rows: Tensor, fresh: Tensor) -> None:
        slots, neurons = fresh.nonzero(as_tuple=True)
        at = self.places[slots, neurons].long()[:, None]
        about = at + torch.arange(-self.before, self.after + 1)
        inside = (about >= 0) & (about < values.shape[1])
        taken = values.cpu()[
            rows[slots, neurons][:, None], about.clamp(0, values.shape[1] - 1), neurons[:, None]
        ]
        self.windows[slots, neurons] = taken.masked_fill(~inside, 0).half()
