"""Is a layer's stream still what the model needs when its features alone tell it?

The stream is replaced at every place by what the codes tell, and the model goes on from there. What
that costs stands beside what it costs to remove the stream (zero, mean), and beside two other ways
to tell it by as few numbers: its principal axes, and directions that nobody has trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.hooks import lock_of
from lab.hooks.names import full_name
from lab.interventions.directions import random_directions
from lab.saes.coding import Coder
from lab.saes.judgement import Judgement
from lab.saes.record import Sae
from lab.saes.streaming import streams

NAMES = ("clean", "features", "zero", "mean", "axes", "untrained")
Way = Callable[[Tensor], Tensor]


def judged(
    model: Any,
    sae: Sae,
    corpus: Any,
    *,
    pieces: int = 8_000,
    batch: int = 16,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Judgement:
    """What it costs the model that the stream is told by features, beside what else it could be.

    Seven passes over the text. The piece before each text keeps its stream in all of them.

    Args:
        model: the one the features were learned from (or an edited one).
        corpus: texts that were not learned from.
        pieces: how many places are looked at.
        seed: of the untrained directions.
        progress: called with places done and wanted after each batch.
    Raises:
        ValueError: another model than the features', a corpus without a piece.

    >>> print(lab.saes.judged(model, sae, lab.corpora.stories(seed=1007)))  # doctest: +SKIP
    """
    sae.check(model)
    coder, device = Coder(sae, model.cfg.device), model.cfg.device
    ways = _ways(coder, sae, seed, device)
    sums = _Sums(len(sae), sae.mean)
    for group, stream in streams(model, corpus, sae.layer, pieces, batch, sae.hook):
        at = group.counts.to(device)
        told = {name: way(stream[at]) for name, way in ways.items()}
        sums.variance(stream[at].cpu(), [told[name].cpu() for name in NAMES])
        sums.activity(coder.codes(stream[at]).cpu())
        lost = [
            _cost(model, group, sae, at, told[name] if name != "clean" else None) for name in NAMES
        ]
        sums.nats.append(np.stack(lost))
        sums.counts.append(group.counts.sum(1).cpu().numpy() - 1)
        if progress:
            progress(sums.places, pieces)
    if not sums.places:
        raise ValueError("corpus gave no pieces: give at least one text with a character in it")
    return sums.judgement(sae.k)


def _ways(coder: Coder, sae: Sae, seed: int, device: Any) -> dict[str, Way]:
    mean = torch.as_tensor(sae.mean, device=device)
    axes = torch.as_tensor(sae.axes[: sae.k], device=device)
    other = Coder(untrained(sae, seed), device)

    def scaled(stream: Tensor) -> Tensor:
        """Random directions overlap and tell a thing several times over: at their best length."""
        told, around = other.decoded(other.codes(stream)) - mean, stream - mean
        return mean + told * (told * around).sum() / told.square().sum().clamp(min=1e-9)

    return {
        "clean": lambda stream: stream,
        "features": lambda stream: coder.decoded(coder.codes(stream)),
        "zero": torch.zeros_like,
        "mean": lambda stream: mean.expand_as(stream),
        "axes": lambda stream: mean + (stream - mean) @ axes.T @ axes,
        "untrained": scaled,
    }


def untrained(sae: Sae, seed: int = 0) -> Sae:
    """Random directions in the features' place: as many, as many of them active, none learned."""
    count, size = sae.decoder.shape
    directions = random_directions(count, size, seed)
    return replace(
        sae,
        encoder=np.ascontiguousarray(directions.T),
        bias=np.zeros_like(sae.bias),
        decoder=directions,
        centre=sae.mean,
        note=f"untrained, seed {seed}",
    )


def _cost(model: Any, group: Any, sae: Sae, at: Tensor, told: Tensor | None) -> np.ndarray:
    """The surprisal of each row's pieces, the first (nothing was replaced before it) left out."""

    def replaced(stream: Tensor, hook: Any) -> Tensor:  # noqa: ARG001 (passed by name)
        assert told is not None
        stream = stream.clone()
        stream[at] = told.to(stream)
        return stream

    hooks = [] if told is None else [(full_name(sae.hook, sae.layer), replaced)]
    with lock_of(model), torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        mask = torch.ones_like(group.ids)
        logits = bridge(group.ids, attention_mask=mask, return_type="logits").float()
        logs = logits[:, 1:-1].log_softmax(-1)
        costs = -logs.gather(2, group.ids[:, 2:, None])[..., 0]
        return (costs * at[:, 2:]).sum(1).double().cpu().numpy()


class _Sums:
    """What is added up from batch to batch."""

    def __init__(self, features: int, mean: np.ndarray) -> None:
        self.mean = torch.as_tensor(mean)
        self.places = 0
        self.around, self.untold = 0.0, np.zeros(len(NAMES))
        self.active = torch.zeros(features, dtype=torch.float64)
        self.nats: list[np.ndarray] = []
        self.counts: list[np.ndarray] = []

    def variance(self, stream: Tensor, told: list[Tensor]) -> None:
        self.places += len(stream)
        self.around += float((stream - self.mean).square().sum())
        self.untold += [float((stream - one).square().sum()) for one in told]

    def activity(self, codes: Tensor) -> None:
        self.active += (codes > 0).sum(0)

    def judgement(self, k: int) -> Judgement:
        active = (self.active / self.places).numpy()
        return Judgement(
            names=NAMES,
            nats=np.concatenate(self.nats, axis=1),
            counts=np.concatenate(self.counts),
            explained=1 - self.untold / self.around,
            l0=float(active.sum()),
            active=active,
            pieces=self.places,
            k=k,
        )
