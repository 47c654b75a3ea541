"""Learning a sparse autoencoder from a layer's residual stream, in minutes of one core.

TopK codes (Gao et al. 2024): no penalty to weigh, the sparsity is what one asks for. Features that
have long been silent learn from what the others leave untold (their auxiliary loss), which is what
keeps them from dying.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import lock_of
from lab.lenses.translators import mark_of
from lab.neurons.texts import checked_layers
from lab.saes.coding import kept
from lab.saes.record import Sae
from lab.saes.streaming import STORE, places

AUXILIARY = 1 / 32  # the weight of what silent features learn
SILENT = 40_000  # places without a sign of it, and a feature counts as silent
MEMORY = 0.02  # how fast rates and sizes forget, a batch


@dataclass(frozen=True, eq=False)
class Fit:
    """Where a training stands.

    Attributes:
        pieces, of: learned from, and wanted.
        explained: the share of the stream's variance that the codes tell, lately, on text that is
            learned from. (`lab.saes.judged` says it of text that is not.)
        silent: features without a sign in the last 40,000 places.
        sae: as it stands.
        whole: False where it was cancelled before its end.
    """

    pieces: int
    of: int
    explained: float
    silent: int
    sae: Sae
    whole: bool = True


def trained(model: Any, corpus: Any, layer: int, **how: Any) -> Sae:
    """A sparse autoencoder of a layer's residual stream; takes what `training` takes.

    >>> sae = lab.saes.trained(model, lab.corpora.stories(seed=7), 3)  # doctest: +SKIP
    """
    (last,) = deque(training(model, corpus, layer, **how), maxlen=1)
    return last.sae


def training(
    model: Any,
    corpus: Any,
    layer: int,
    *,
    features: int = 1024,
    k: int = 16,
    pieces: int = 300_000,
    passes: int = 2,
    batch: int = 512,
    lr: float = 4e-3,
    every: int = 50,
    store: int = STORE,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = bool,
) -> Iterator[Fit]:
    """Learns features from the stream after a layer, and says where it stands every so many steps.

    Memory: `store` places (4 · d_model bytes each; about twice that while they are mixed), and four
    times the autoencoder.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        corpus: texts, or documents with a `text`; at least `pieces` pieces of them.
        layer: after which the stream is read (resid_post).
        features: how many directions there are; k: how many may be active at a place.
        pieces: how much is read. passes: how often each place is learned from before it goes
            (reading costs more than a step does). batch: places in a step.
        lr: Adam's learning rate; it falls evenly to 0 over the last third.
        every: steps between two looks.
        progress: called with pieces done and wanted at each look.
        cancelled: asked at each step; what was learned by then is given, marked not `whole`.
    Raises:
        ValueError: a number that cannot be, or a corpus without text.
        FloatingPointError: the loss is no number any more (an edit that gave NaN, lr too high).
    """
    lock_of(model)
    (layer,) = checked_layers(model, layer)
    for name, value in {
        "features": features,
        "k": k,
        "pieces": pieces,
        "passes": passes,
        "batch": batch,
    }.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is {value!r}: a whole number of at least 1 is needed")
    if k > features:
        raise ValueError(f"k is {k}: of {features} features no more can be active")
    learner, done, last = None, 0, None
    told = (model, layer)
    for found in places(model, corpus, layer, pieces, store=store, seed=seed):
        if learner is None:
            learner = _Learner(found, features, k, lr, seed)
        for part, new in again(found, batch, passes):
            done += new
            learner.update(part, 1 - done / pieces)
            stop = cancelled()
            if learner.steps % every == 0 or stop:
                last = learner.fit(*told, done, pieces, whole=not stop)
                yield last
                if progress:
                    progress(done, pieces)
            if stop:
                return
    if learner is None:
        raise ValueError("corpus gave no pieces: give at least one text with a character in it")
    if last is None or last.pieces < done:
        yield learner.fit(*told, done, pieces)


def again(found: Tensor, batch: int, passes: int) -> Iterator[tuple[Tensor, int]]:
    """Batches of the places, several times over; with each, how many places it counts as new."""
    for turn in range(passes):
        for part in found.split(batch):
            # A place is done in its passes; what does not come out even counts in the last.
            yield part, len(part) // passes + (turn == passes - 1) * (len(part) % passes)


class _Learner:
    """The parameters and their optimiser. Inside, the stream is scaled to a mean square of 1."""

    def __init__(self, first: Tensor, features: int, k: int, lr: float, seed: int) -> None:
        _refuse_no_number(first)
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
        _refuse_no_number(found)
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

    def fit(self, model: Any, layer: int, done: int, of: int, whole: bool = True) -> Fit:
        note = f"{done:,} places" if whole else f"stopped at {done:,} of {of:,} places"
        scaled = (self.bias, self.centre)
        bias, centre = (part.detach() * self.scale for part in scaled)
        arrays = {
            "encoder": self.encoder.detach(),
            "bias": bias,
            "decoder": self.decoder.detach(),
            "centre": centre + self.mean,
            "mean": self.mean,
            "axes": self.axes,
            "rates": self.rates,
            "sizes": self.scale * self.sums / self.rates.clamp(min=1e-9),
        }
        sae = Sae(
            **{name: array.numpy().copy() for name, array in arrays.items()},
            k=self.k,
            layer=layer,
            model_name=str(getattr(model.cfg, "model_name", "a model")),
            mark=mark_of(model),
            note=note,
        )
        return Fit(done, of, self.explained, int((self.unheard > SILENT).sum()), sae, whole)


def _refuse_no_number(found: Tensor) -> None:
    if not found.isfinite().all():
        raise FloatingPointError("the stream holds NaN or infinity: look at the model's edits")
