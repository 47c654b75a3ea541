"""A corpus as the residual stream of one layer: places in random order, a bounded store of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lab.neurons.texts import batches, passed, rows

WINDOW = 128
STORE = 2**16  # places held at once: 64 MiB of a stream 256 wide


def streams(
    model: Any, corpus: Any, layer: int, pieces: int, batch: int = 16, hook: str = "resid_post"
) -> Iterator[tuple[Any, Float[Tensor, "row pos d_model"]]]:
    """Batches of rows, each with the layer's stream; `batch.counts` says which places count.

    The piece before each text does not: its stream is another thing (a hundred times longer in
    some models), of which there is nothing to learn.
    """
    window = min(WINDOW, model.cfg.n_ctx - 1)
    for group in batches(model, rows(model, corpus, pieces, window), batch):
        kept: list[Tensor] = []
        passed(model, group, [layer], {hook: lambda _, values, kept=kept: kept.append(values)})
        yield group, kept[0].float()


def places(
    model: Any,
    corpus: Any,
    layer: int,
    pieces: int,
    *,
    hook: str = "resid_post",
    store: int = STORE,
    seed: int = 0,
) -> Iterator[Float[Tensor, "place d_model"]]:
    """The stream at the corpus' places, mixed: neighbours are alike and would be learned together.

    Up to `store` places are held, shuffled, and half of them given out before more are read.
    """
    chance = torch.Generator().manual_seed(seed)
    held: list[Tensor] = []
    count = 0
    for group, stream in streams(model, corpus, layer, pieces, hook=hook):
        found = stream[group.counts].cpu()
        held.append(found)
        count += len(found)
        if count >= store:
            mixed = torch.cat(held)[torch.randperm(count, generator=chance)]
            yield mixed[: count // 2]
            held, count = [mixed[count // 2 :]], count - count // 2
    if count:
        yield torch.cat(held)[torch.randperm(count, generator=chance)]
