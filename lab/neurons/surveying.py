"""A walk through a corpus that finds where each neuron is strongest, without keeping it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.hooks import lock_of
from lab.neurons.counting import Counts, Strongest
from lab.neurons.record import Survey
from lab.neurons.texts import Batch, batches, checked_layers, passed, rows
from lab.tokenizers.pieces import pieces as spelled


def survey(
    model: Any,
    corpus: Any,
    layers: int | Sequence[int] | None = None,
    *,
    pieces: int = 20_000,
    count: int = 24,
    before: int = 14,
    after: int = 8,
    window: int = 128,
    batch: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """All neurons of some layers over the first pieces of a corpus: strongest places, histogram.

    The texts go through the model in batches; of each layer's activations only what is asked for
    is kept, before the next layer's come. So the memory does not grow with the corpus but for its
    ids, 4 bytes a piece: a neuron takes 2 · count · (12 + 2 · (before + 1 + after)) + 560 bytes,
    which is 3.3 kB as it stands (14 MB for the six layers of the default model), and one batch of
    one layer's activations comes on top.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        corpus: texts, or documents with a `text`.
        layers: one, several, or None for all.
        pieces: how much is read. The first piece, which stands before each text, is not counted.
        count: how many texts are kept for each neuron at each end; a text counts once, where the
            neuron is strongest in it.
        before, after: how many pieces about such a place are kept with their activations.
        window: longer texts are read in windows of so many pieces.
        batch: how many texts go through the model together (fewer where the vocabulary is large).
        progress: called with the pieces read and wanted after each batch; what it raises ends the
            walk, and leaves no hook.
    Raises:
        ValueError: no such layer, a corpus without a piece, a size below 1.
        TypeError: a model without hooks, a corpus of something else than texts.

    >>> found = survey(model, lab.corpora.stories(), 3, pieces=5_000)      # doctest: +SKIP
    >>> print(found.contexts(3, 14, count=1)[0])                           # doctest: +SKIP
      4.812   Lily had a red[ ball]. She
    """
    lock_of(model)  # a model without a lock is refused by name
    chosen = checked_layers(model, layers)
    _refuse_small(pieces=pieces, count=count, window=window, batch=batch)
    _refuse_small(0, before=before, after=after)
    # One piece stands before each text.
    window = min(window, model.cfg.n_ctx - 1)
    folds = {layer: _Fold(_norms(model, layer), count, before, after) for layer in chosen}
    read: dict[int, np.ndarray] = {}
    done = 0
    for group in batches(model, rows(model, corpus, pieces, window), batch):
        _fold(model, group, folds)
        read |= {row.number: np.array(row.ids, dtype=np.int32) for row in group.rows}
        done += int(group.counts.sum())
        if progress:
            progress(done, pieces)
    if not done:
        raise ValueError("corpus gave no pieces: give at least one text with a character in it")
    return _record(model, corpus, folds, [read[number] for number in sorted(read)], done)


class _Fold:
    """What is kept of one layer."""

    def __init__(self, norms: Tensor, count: int, before: int, after: int) -> None:
        neurons = len(norms)
        self.norms = norms
        self.ends = [Strongest(neurons, count, before, after, sign) for sign in (1, -1)]
        self.counts = Counts(neurons)
        self.squares = torch.zeros(neurons, dtype=torch.float64)
        self.active = torch.zeros(neurons, dtype=torch.float64)


def _fold(model: Any, group: Batch, folds: dict[int, _Fold]) -> None:
    numbers = torch.tensor([row.number for row in group.rows], dtype=torch.int32)

    def strength(layer: int, values: Tensor) -> None:
        fold, flat = folds[layer], values[group.counts].float()
        for end in fold.ends:
            end.add(values.float(), group.counts, numbers)
        fold.counts.add(flat)
        fold.squares += flat.double().square().sum(0).cpu()

    def opened(layer: int, values: Tensor) -> None:
        folds[layer].active += (values[group.counts] > 0).sum(0).cpu()

    passed(model, group, list(folds), {"post": strength, "pre": opened})


def _norms(model: Any, layer: int) -> Tensor:
    return model.blocks[layer].mlp.W_out.detach().float().norm(dim=1).cpu()


def _record(
    model: Any, corpus: Any, folds: dict[int, _Fold], ids: list[np.ndarray], done: int
) -> Survey:
    def stacked(part: Callable[[_Fold], Tensor], kind: type = np.float32) -> np.ndarray:
        return np.stack([part(fold).numpy() for fold in folds.values()]).astype(kind)

    def ended(name: str, kind: type, sign: bool = False) -> np.ndarray:
        ends = lambda fold: [getattr(e, name) * (e.sign if sign else 1) for e in fold.ends]  # noqa: E731
        return stacked(lambda fold: torch.stack(ends(fold)), kind)

    known = np.unique(np.concatenate(ids)).tolist()
    return Survey(
        layers=list(folds),
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        corpus_name=str(getattr(corpus, "name", "") or "the texts"),
        pieces=done,
        values=ended("values", np.float32, sign=True),
        texts=ended("texts", np.int32),
        places=ended("places", np.int32),
        windows=ended("windows", np.float16),
        before=next(iter(folds.values())).ends[0].before,
        bins=stacked(lambda fold: fold.counts.bins, np.int32),
        exponents=stacked(lambda fold: fold.counts.exponent, np.int16),
        active=stacked(lambda fold: fold.active / done),
        sizes=stacked(lambda fold: (fold.squares / done).sqrt()),
        norms=stacked(lambda fold: fold.norms),
        rows=ids,
        spelled=dict(zip(known, spelled(model.tokenizer, known), strict=True)),
    )


def _refuse_small(least: int = 1, **sizes: int) -> None:
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name} is {value!r}: a whole number of at least {least} is needed")
