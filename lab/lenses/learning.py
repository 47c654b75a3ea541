"""Fitting a tuned lens: each layer's translator learns to say now what the model says at the end.

The loss is KL(final ‖ row), averaged over positions; the model itself is not trained. Minutes on
one core for the default model. What it reads comes from `lab.training.rows`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.hooks import lock_of
from lab.lenses.translators import TunedLens, mark_of
from lab.lenses.unembedding import distributions, translated
from lab.training.rows import Rows

_NAMES = ("blocks.{}.hook_resid_pre", "blocks.{}.hook_resid_post")


@dataclass(frozen=True, eq=False)
class Fit:
    """Where a fitting stands.

    Attributes:
        step, steps: done, and at most to do.
        held_out: [row], mean KL to the final layer in nats, on text that is not learned from.
        best: the translators with the least mean of that so far.
    """

    step: int
    steps: int
    held_out: Float[np.ndarray, " row"]
    best: TunedLens


def fitted(model: Any, corpus: Any, **how: Any) -> TunedLens:
    """A tuned lens for a model, fitted on a corpus; takes what `fitting` takes.

    >>> tuned = lab.lenses.fitted(model, lab.corpora.stories(seed=7), steps=100)  # doctest: +SKIP
    """
    (last,) = deque(fitting(model, corpus, **how), maxlen=1)
    return last.best


def fitting(
    model: Any,
    corpus: Any,
    *,
    held_out: Any = None,
    steps: int = 250,
    batch: int = 4,
    context: int | None = None,
    lr: float = 1e-3,
    every: int = 25,
    patience: int = 3,
    shuffled: bool = False,
    seed: int = 0,
) -> Iterator[Fit]:
    """Fits a tuned lens, and says where it stands every so many steps, from step 0 (logit lens) on.

    Args:
        model: from `lab.load` or `lab.build`.
        corpus: texts to learn from, gone through again and again.
        held_out: texts to judge by; if none are given the corpus's own first rows, which are
            learned from only when a short corpus begins anew.
        steps, batch, context: at most so many steps of `batch` rows of `context` pieces (128, or
            the model's own context if that is shorter).
        lr: Adam's learning rate, falling evenly to a tenth.
        every, patience: looks every so many steps, and ends when that many looks in a row brought
            nothing.
        shuffled: learn from the final predictions of other places: the control, in which nothing
            can be learned but what is likely everywhere.
        seed: of the order of the text.
    Raises:
        ValueError: a number that cannot be, or a corpus without text.
    """
    for name, value in (("steps", steps), ("batch", batch), ("every", every)):
        if value < 1:
            raise ValueError(f"{name}={value}: at least 1 is needed")
    context = min(128, model.cfg.n_ctx) if context is None else context
    rows = Rows(corpus, model.tokenizer, context, seed=seed)
    judge = rows if held_out is None else Rows(held_out, model.tokenizer, context)
    judged = next_ids(judge, 2 * batch)
    lens = _Translators(model, lr, steps, seed if shuffled else None)
    yield from lens.looked(rows, judged, batch, steps, every, patience)


class _Translators:
    """The parameters, their optimiser, and the model they are fitted to."""

    def __init__(self, model: Any, lr: float, steps: int, shuffled: int | None) -> None:
        self.model = model
        size, device = model.cfg.d_model, model.cfg.device
        count = range(model.cfg.n_layers)
        self.matrices = [torch.zeros(size, size, device=device, requires_grad=True) for _ in count]
        self.offsets = [torch.zeros(size, device=device, requires_grad=True) for _ in count]
        self.optimiser = torch.optim.Adam([*self.matrices, *self.offsets], lr=lr)
        self.rate = torch.optim.lr_scheduler.LinearLR(self.optimiser, 1.0, 0.1, total_iters=steps)
        self.chance = None if shuffled is None else torch.Generator().manual_seed(shuffled)

    def looked(
        self, rows: Rows, judged: Tensor, batch: int, steps: int, every: int, patience: int
    ) -> Iterator[Fit]:
        best = Fit(0, steps, self.judged(judged), self.value("identity"))
        yield best
        since = 0
        for step in range(1, steps + 1):
            self.update(next_ids(rows, batch))
            if step % every and step != steps:
                continue
            now = self.judged(judged)
            since = 0 if now.mean() < best.held_out.mean() else since + 1
            if not since:
                seen = step * judged.shape[1] * batch
                best = Fit(step, steps, now, self.value(f"{step} steps, {seen:,} pieces"))
            yield Fit(step, steps, now, best.best)
            if since == patience:
                return

    def update(self, ids: Int[Tensor, "batch pos"]) -> None:
        with lock_of(self.model):
            stream, final = self.seen(ids)
            if self.chance is not None:
                order = torch.randperm(len(final), generator=self.chance)
                final = final[order.to(final.device)]
            self.optimiser.zero_grad()
            for row, state in enumerate(stream):  # one row's graph at a time
                pair = [self.matrices[row], self.offsets[row]]
                loss = self.kl(state, final, row).mean()
                for parameter, grad in zip(pair, torch.autograd.grad(loss, pair), strict=True):
                    parameter.grad = grad
        self.optimiser.step()
        self.rate.step()

    def kl(self, state: Tensor, final: Tensor, row: int) -> Float[Tensor, " pos"]:
        state = translated(state, self.matrices[row], self.offsets[row])
        logs = distributions(self.model, state[None])[0]
        return torch.linalg.vecdot(final.exp(), final - logs)

    @torch.no_grad()
    def judged(self, ids: Int[Tensor, "batch pos"]) -> Float[np.ndarray, " row"]:
        with lock_of(self.model):
            sums = []
            for one in ids:
                stream, final = self.seen(one[None])
                sums.append([self.kl(state, final, row).mean() for row, state in enumerate(stream)])
        return np.array(sums).mean(0)

    @torch.no_grad()
    def seen(self, ids: Int[Tensor, "batch pos"]) -> tuple[list[Tensor], Tensor]:
        """The states of all rows but the last, and the final log p, positions of all texts."""
        return seen(self.model, ids)

    def value(self, note: str) -> TunedLens:
        parts = (
            np.stack([one.detach().cpu().numpy().copy() for one in many])
            for many in (self.matrices, self.offsets)
        )
        name = self.model.cfg.model_name
        return TunedLens(*parts, model_name=name, mark=mark_of(self.model), note=note)


def seen(
    model: Any, ids: Int[Tensor, "batch pos"]
) -> tuple[list[Float[Tensor, "place d_model"]], Float[Tensor, "place vocab"]]:
    """The stream's states before the last row, and the final log p, at every place of the texts."""
    kept: dict[str, Tensor] = {}

    def keeper(name: str) -> Any:  # a hook's own name may be another one for the same point
        def keep(activation: Tensor, hook: Any) -> None:  # noqa: ARG001 (passed by name)
            kept[name] = activation.detach().flatten(0, 1)

        return keep

    layers = model.cfg.n_layers
    names = [_NAMES[0].format(0), *(_NAMES[1].format(layer) for layer in range(layers - 1))]
    ids = ids.to(model.cfg.device)
    with model.hooks(fwd_hooks=[(name, keeper(name)) for name in names]) as bridge:
        logits = bridge(ids, attention_mask=torch.ones_like(ids), return_type="logits")
    final = logits.detach().flatten(0, 1).float().log_softmax(-1)
    return [kept[name] for name in names], final


def next_ids(rows: Rows, count: int) -> Int[Tensor, "batch pos"]:
    """The next `count` rows; all are equally long, since no document of these has an answer."""
    found = [ids[:-1] for ids, _ in islice(rows, count)]
    shortest = min(len(ids) for ids in found)
    return torch.from_numpy(np.stack([ids[:shortest] for ids in found]).astype(np.int64))
