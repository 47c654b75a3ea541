"""A corpus as rows of pieces for a model to read, and the activations met on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lab.hooks.names import full_name
from lab.tokenizers import clean

CHUNK = 128  # texts that are sorted by length together, so that a batch holds little filling
ELEMENTS = 2**24  # of logits held at once, where the model makes them: 64 MiB


Take = Callable[[int, Tensor], None]


class Row(NamedTuple):
    """A text (or a window of a long one) as the model reads it, behind its first piece."""

    number: int
    ids: Sequence[int]
    document: Any
    start: int
    """Which piece of its document the row begins with."""


class Batch(NamedTuple):
    """Rows of about the same length, filled up on the right."""

    rows: list[Row]
    ids: Tensor
    """[row pos]"""
    counts: Tensor
    """[row pos]: False for the first piece, which stands before the text, and for the filling."""


def rows(model: Any, corpus: Any, pieces: int, window: int) -> Iterator[Row]:
    """The rows of a corpus, until `pieces` pieces have come. The last row may be cut short.

    Each document begins behind the end-of-text piece, as in training; one that is longer than
    `window` is read in windows that know nothing of each other.
    """
    tokenizer, left, number = model.tokenizer, pieces, 0
    first = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    if first is None:
        raise ValueError("model's tokenizer has no end-of-text piece for a text to begin behind")
    for document in _documents(corpus):
        text = clean(getattr(document, "text", document))
        ids = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        for start in range(0, len(ids), window):
            part = ids[start : start + window][:left]
            if not part:
                return
            yield Row(number, [first, *part], document, start)
            number, left = number + 1, left - len(part)


def batches(model: Any, found: Iterator[Row], size: int) -> Iterator[Batch]:
    """Rows in batches of at most `size`, of like length."""
    while chunk := list(islice(found, CHUNK)):
        chunk.sort(key=lambda row: len(row.ids))
        longest = len(chunk[-1].ids)
        fit = max(1, min(size, ELEMENTS // (longest * model.cfg.d_vocab)))
        for at in range(0, len(chunk), fit):
            yield _filled(chunk[at : at + fit], model.cfg.device)


def passed(model: Any, batch: Batch, layers: Sequence[int], take: Mapping[str, Take]) -> None:
    """Runs the batch and hands each layer's activations to `take["post"](layer, values)`.

    Values are [row pos neuron]. Nothing is kept here: a layer's activations go when the next
    one's come. What lies above the last of the layers is not computed.
    """

    def handing(f: Take, layer: int) -> Any:
        return lambda value, hook: f(layer, value.detach())  # noqa: ARG005 (passed by name)

    hooks = [
        (full_name(name, layer), handing(f, layer)) for name, f in take.items() for layer in layers
    ]
    with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        stop = {"stop_at_layer": max(layers) + 1} if max(layers) + 1 < model.cfg.n_layers else {}
        # The mask hides nothing; without one transformers warns of padding at end-of-text pieces.
        bridge(batch.ids, attention_mask=torch.ones_like(batch.ids), **stop)


def checked_layers(model: Any, layers: Any) -> list[int]:
    """The layers asked for, each once, counted from 0; all of them for None.

    Raises:
        ValueError: a layer that the model does not have, or none at all.
    """
    count = model.cfg.n_layers
    asked = list(range(count)) if layers is None else np.atleast_1d(layers).tolist()
    wrong = [layer for layer in asked if not isinstance(layer, int) or not -count <= layer < count]
    if wrong or not asked:
        raise ValueError(f"layers is {layers!r}: numbers from 0 to {count - 1} are needed")
    return list(dict.fromkeys(layer % count for layer in asked))


def _documents(corpus: Any) -> Any:
    for document in [corpus] if isinstance(corpus, str) else corpus:
        if not isinstance(getattr(document, "text", document), str):
            raise TypeError(
                f"corpus holds a {type(document).__name__}: texts, or documents with a text, are "
                "needed"
            )
        yield document


def _filled(found: list[Row], device: Any) -> Batch:
    longest = max(len(row.ids) for row in found)
    ids = torch.zeros(len(found), longest, dtype=torch.long)
    counts = torch.zeros(len(found), longest, dtype=torch.bool)
    for at, row in enumerate(found):
        ids[at, : len(row.ids)] = torch.as_tensor(row.ids)
        counts[at, 1 : len(row.ids)] = True
    return Batch(found, ids.to(device), counts.to(device))
