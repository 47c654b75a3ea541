"""Features as the neuron view knows neurons: where in a corpus each is strongest, how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lab.neurons.counting import Counts, Strongest
from lab.neurons.record import Survey
from lab.saes.coding import Coder
from lab.saes.record import Sae
from lab.saes.streaming import streams
from lab.tokenizers.pieces import pieces as spelled


@dataclass(frozen=True, eq=False, repr=False)
class Features(Survey):
    """A survey whose units are features of a sparse autoencoder; `unit` says so to a view."""

    unit: str = "feature"
    letter: str = "F"

    def __repr__(self) -> str:
        return super().__repr__().replace("Survey", "Features").replace("neurons", "features")


def survey(
    model: Any,
    sae: Sae,
    corpus: Any,
    *,
    pieces: int = 20_000,
    count: int = 24,
    before: int = 14,
    after: int = 8,
    batch: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """All features over the first pieces of a corpus: strongest places, histogram, how often.

    What `lab.neurons.survey` gives of neurons; a feature is never below 0, so its lowest places
    are empty. Memory as there: about 3.3 kB a feature.

    Raises:
        ValueError: another model than the features', a corpus without a piece.

    >>> found = lab.saes.survey(model, sae, lab.corpora.stories())  # doctest: +SKIP
    >>> widgets.Neurons(found)  # doctest: +SKIP
    """
    sae.check(model)
    coder, features, done = Coder(sae, model.cfg.device), len(sae), 0
    ends = [Strongest(features, count, before, after, sign) for sign in (1, -1)]
    counts, squares, active = (
        Counts(features),
        torch.zeros(features).double(),
        torch.zeros(features),
    )
    read: dict[int, np.ndarray] = {}
    for group, stream in streams(model, corpus, sae.layer, pieces, batch, sae.hook):
        codes = coder.codes(stream)
        flat = codes[group.counts].cpu()
        numbers = torch.tensor([row.number for row in group.rows], dtype=torch.int32)
        ends[0].add(codes, group.counts & (codes > 0).any(-1), numbers)
        counts.add(flat)
        squares += flat.double().square().sum(0)
        active += (flat > 0).sum(0)
        read |= {row.number: np.array(row.ids, dtype=np.int32) for row in group.rows}
        done += len(flat)
        if progress:
            progress(done, pieces)
    if not done:
        raise ValueError("corpus gave no pieces: give at least one text with a character in it")
    return _record(model, sae, corpus, ends, counts, squares / done, active / done, read, done)


def _record(
    model: Any, sae: Sae, corpus: Any, ends: Any, counts: Any, squares: Any, active: Any,
    read: dict[int, np.ndarray], done: int,
) -> Features:  # fmt: skip
    rows = [read[number] for number in sorted(read)]
    known = np.unique(np.concatenate(rows)).tolist()
    # A place where a feature is silent is not one where it is strong.
    quiet = ends[0].values <= 0
    ends[0].texts[quiet], ends[0].values[quiet] = -1, -torch.inf

    def ended(name: str) -> np.ndarray:
        return torch.stack([getattr(end, name) for end in ends])[None].numpy()

    return Features(
        layers=[sae.layer],
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        corpus_name=str(getattr(corpus, "name", "") or "the texts"),
        pieces=done,
        values=ended("values"),
        texts=ended("texts"),
        places=ended("places"),
        windows=ended("windows"),
        before=ends[0].before,
        bins=counts.bins[None].numpy(),
        exponents=counts.exponent[None].numpy().astype(np.int16),
        active=active[None].numpy(),
        sizes=squares.sqrt()[None].numpy().astype(np.float32),
        norms=np.linalg.norm(sae.decoder, axis=1)[None],
        rows=rows,
        spelled=dict(zip(known, spelled(model.tokenizer, known), strict=True)),
    )
