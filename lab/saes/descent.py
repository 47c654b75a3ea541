"""A step of learning: what is told is brought nearer to the stream, and the silent are heard."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.saes.coding import kept

AUXILIARY = 1 / 32  # the weight of what silent features learn
SILENT = 40_000  # places without a sign of it, and a feature counts as silent
MEMORY = 0.02  # how fast rates and sizes forget, a batch


class Learner:
    """The parameters and their optimiser. Inside, the stream is scaled to a mean square of 1."""

    def __init__(self, first: Tensor, features: int, k: int, lr: float, seed: int) -> None:
        refuse_no_number(first)
        wide = first.shape[1]
        self.mean = first.mean(0)
        around = first - self.mean
        self.axes = torch.linalg.svd(around[:20_000], full_matrices=wide > len(around)).Vh
        self.scale = max(float(around.square().mean().sqrt()), 1e-8)
        chance = torch.Generator().manual_seed(seed)
        directions = torch.randn(features, wide, generator=chance)
        directions /= directions.norm(dim=1, keepdim=True)
        self.decoder = directions.clone().requires_grad_()
        self.encoder = directions.T.clone().contiguous().requires_grad_()
        self.bias = torch.zeros(features, requires_grad=True)
        self.centre = torch.zeros(wide, requires_grad=True)
        self.optimiser = torch.optim.Adam(
            [self.encoder, self.bias, self.decoder, self.centre], lr=lr, betas=(0.9, 0.99)
        )
        self.lr, self.k, self.steps = lr, k, 0
        self.unheard = torch.zeros(features)
        self.rates, self.sums = torch.zeros(features), torch.zeros(features)
        self.explained = float("nan")

    def update(self, found: Float[Tensor, "place d_model"], left: float) -> None:
        """One step; `left` is the share of the training still to come."""
        refuse_no_number(found)
        stream = (found - self.mean) / self.scale
        strength = (stream - self.centre) @ self.encoder + self.bias
        codes = kept(strength, self.k)
        untold = stream - codes @ self.decoder - self.centre
        around = (stream - stream.mean(0)).square().sum()
        share = untold.square().sum() / around
        loss = share + AUXILIARY * self._silent(strength, untold.detach())
        if not loss.isfinite():
            raise FloatingPointError(f"the loss is {float(loss)} at step {self.steps}: lower lr?")
        self.optimiser.zero_grad()
        loss.backward()
        self._along()
        for group in self.optimiser.param_groups:
            group["lr"] = self.lr * min(1.0, 3 * left)
        self.optimiser.step()
        with torch.no_grad():
            self.decoder /= self.decoder.norm(dim=1, keepdim=True)
        self._remember(codes.detach(), 1 - float(share.detach()))

    def _silent(self, strength: Tensor, untold: Tensor) -> Tensor:
        """What the silent features make of what was left untold, as a share of it."""
        silent = self.unheard > SILENT
        count = int(silent.sum())
        if not count:
            return strength.new_zeros(())
        codes = kept(strength[:, silent], min(count, 4 * self.k))
        rest = untold - codes @ self.decoder[silent]
        return rest.square().sum() / untold.square().sum().clamp(min=1e-9)

    def _along(self) -> None:
        """Takes from the decoder's gradient what would only change the lengths."""
        grad = self.decoder.grad
        assert grad is not None
        grad -= (grad * self.decoder.detach()).sum(1, keepdim=True) * self.decoder.detach()

    def _remember(self, codes: Tensor, explained: float) -> None:
        self.steps += 1
        active = codes > 0
        heard = active.any(0)
        self.unheard = torch.where(heard, 0.0, self.unheard + len(codes))
        weight = max(MEMORY, 1 / self.steps)
        self.rates += weight * (active.float().mean(0) - self.rates)
        self.sums += weight * (codes.mean(0) - self.sums)
        before = explained if np.isnan(self.explained) else self.explained
        self.explained = before + 0.1 * (explained - before)

    @property
    def silent(self) -> int:
        """Features without a sign in the last 40,000 places."""
        return int((self.unheard > SILENT).sum())

    def arrays(self) -> dict[str, np.ndarray]:
        """The parts of an `Sae`, in units of the stream."""
        scaled = (self.bias, self.centre)
        bias, centre = (part.detach() * self.scale for part in scaled)
        found = {
            "encoder": self.encoder.detach(),
            "bias": bias,
            "decoder": self.decoder.detach(),
            "centre": centre + self.mean,
            "mean": self.mean,
            "axes": self.axes,
            "rates": self.rates,
            "sizes": self.scale * self.sums / self.rates.clamp(min=1e-9),
        }
        return {name: array.numpy().copy() for name, array in found.items()}


def refuse_no_number(found: Tensor) -> None:
    if not found.isfinite().all():
        raise FloatingPointError("the stream holds NaN or infinity: look at the model's edits")
