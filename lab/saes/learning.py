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

from torch import Tensor

from lab.hooks import lock_of
from lab.lenses.translators import mark_of
from lab.neurons.texts import checked_layers
from lab.saes.descent import Learner
from lab.saes.record import Sae
from lab.saes.streaming import STORE, places


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
            learner = Learner(found, features, k, lr, seed)
        for part, new in again(found, batch, passes):
            done += new
            learner.update(part, 1 - done / pieces)
            stop = cancelled()
            if learner.steps % every == 0 or stop:
                last = _fit(learner, *told, done, pieces, not stop)
                yield last
                if progress:
                    progress(done, pieces)
            if stop:
                return
    if learner is None:
        raise ValueError("corpus gave no pieces: give at least one text with a character in it")
    if last is None or last.pieces < done:
        yield _fit(learner, *told, done, pieces)


def again(found: Tensor, batch: int, passes: int) -> Iterator[tuple[Tensor, int]]:
    """Batches of the places, several times over; with each, how many places it counts as new."""
    for turn in range(passes):
        for part in found.split(batch):
            # A place is done in its passes; what does not come out even counts in the last.
            yield part, len(part) // passes + (turn == passes - 1) * (len(part) % passes)


def _fit(learner: Learner, model: Any, layer: int, done: int, of: int, whole: bool = True) -> Fit:
    arrays: dict[str, Any] = {**learner.arrays()}
    sae = Sae(
        **arrays,
        k=learner.k,
        layer=layer,
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        mark=mark_of(model),
        note=f"{done:,} places" if whole else f"stopped at {done:,} of {of:,} places",
    )
    return Fit(done, of, learner.explained, learner.silent, sae, whole)
