"""The log probability of chosen pieces in many rows of ids, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from lab.hooks import lock_of

ELEMENTS = 2**24  # of logits held at once: 64 MiB


class Row(NamedTuple):
    """What the model reads, and the pieces whose probability is asked for."""

    ids: Sequence[int]
    places: Sequence[int]
    """After which of the ids each wanted piece would come."""
    wanted: Sequence[int]


def log_probs(
    model: Any, rows: Sequence[Row], batch: int | None = None
) -> list[Float[np.ndarray, " wanted"]]:
    """For each row, log p (nats) of its wanted pieces at their places.

    Rows of about the same length share a batch and are filled up at their right end, where no
    earlier position can see it. The model keeps its lock throughout: all rows meet the same
    weights and edits.
    """
    found: list[Any] = [None] * len(rows)
    with lock_of(model), torch.inference_mode():
        for group in _groups(rows, batch or len(rows), model.cfg.d_vocab):
            for index, values in zip(group, _scored(model, [rows[i] for i in group]), strict=True):
                found[index] = values
    return found


def _groups(rows: Sequence[Row], batch: int, vocab: int) -> Iterator[list[int]]:
    group: list[int] = []
    longest = 0
    for index in sorted(range(len(rows)), key=lambda index: -len(rows[index].ids)):
        longest = longest or len(rows[index].ids)
        if group and (len(group) == batch or (len(group) + 1) * longest * vocab > ELEMENTS):
            yield group
            group, longest = [], len(rows[index].ids)
        group.append(index)
    if group:
        yield group


def _scored(model: Any, rows: list[Row]) -> list[Float[np.ndarray, " wanted"]]:
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.as_tensor(row.ids)
    # The mask hides nothing; without one transformers warns of padding at every end-of-text piece.
    ids = ids.to(model.cfg.device)
    logits = model(ids, attention_mask=torch.ones_like(ids), return_type="logits")
    numbers = np.repeat(np.arange(len(rows)), [len(row.places) for row in rows])
    places = np.concatenate([np.asarray(row.places, dtype=np.int64) for row in rows])
    wanted = np.concatenate([np.asarray(row.wanted, dtype=np.int64) for row in rows])
    at = logits[torch.from_numpy(numbers), torch.from_numpy(places)].float()
    taken = at.gather(1, torch.from_numpy(wanted).to(at.device)[:, None])[:, 0] - at.logsumexp(1)
    return np.split(taken.cpu().numpy(), np.cumsum([len(row.places) for row in rows])[:-1])
