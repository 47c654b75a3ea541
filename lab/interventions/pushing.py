"""Many pushes of one text at once, a row each: what comes next, what it costs, what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import edited, full_name
from lab.interventions.passes import Joining, Passes
from lab.sampling.stepping import step_rows
from lab.tokenizers.pieces import pieces

ELEMENTS = 2**24  # of logits held at once: 64 MiB


class Push(NamedTuple):
    """What is added to the stream behind a layer, at every piece."""

    layer: int
    vector: Float[np.ndarray, " d_model"]


def last_logs(passes: Passes, pushes: Sequence[Push]) -> Float[np.ndarray, "push vocab"]:
    """log p of every piece to come next, for each push."""
    size = max(1, ELEMENTS // max(passes.model.cfg.d_vocab, 8 * passes.model.cfg.d_model))
    found = [_run(passes, part).log_softmax(-1).cpu() for part in _parts(pushes, size)]
    return torch.cat(found).numpy()


def perplexities(passes: Passes, pushes: Sequence[Push]) -> Float[np.ndarray, " push"]:
    """The perplexity of the text itself, for each push: exp of the mean surprisal of its pieces."""
    size = max(1, ELEMENTS // (passes.model.cfg.d_vocab * len(passes.ids)))
    found = [perplexity(_run(passes, part), passes.ids) for part in _parts(pushes, size)]
    return torch.cat(found).numpy()


def perplexity(logits: Float[Tensor, "row pos vocab"], ids: Sequence[int]) -> Tensor:
    """Of a text that the logits foresee, from its second piece on; one for each row."""
    wanted = torch.tensor(list(ids[1:]), device=logits.device).expand(len(logits), -1)
    logs = logits[:, :-1].float()
    taken = logs.gather(2, wanted[..., None])[..., 0] - logs.logsumexp(-1)
    return (-taken.mean(1)).exp().cpu()


def written(model: Any, ids: Sequence[int], pushes: Sequence[Push], count: int) -> list[str]:
    """How the text goes on under each push, taking the likeliest piece every time.

    The push is added to every new piece as well. It does the same wherever a piece stands, so that
    keys and values can be kept.
    """
    if not pushes:
        return []
    pushing, end = edited(model, _edits(pushes)), model.tokenizer.eos_token_id
    rows: list[list[int]] = [[] for _ in pushes]
    new, state = [list(ids) for _ in pushes], None
    with torch.inference_mode():
        for _ in range(min(count, model.cfg.n_ctx - len(ids))):
            logits, state = step_rows(pushing, new, state)
            new = [[token] for token in logits.argmax(-1).tolist()]
            for row, (token,) in zip(rows, new, strict=True):
                row.append(token)
    ended = [row[: row.index(end)] if end in row else row for row in rows]
    return ["".join(pieces(model.tokenizer, row)) for row in ended]


def _run(passes: Passes, pushes: Sequence[Push]) -> Tensor:
    return passes.run([_joining(passes.model, push) for push in pushes])


def _joining(model: Any, push: Push) -> Joining:
    """Behind a layer is before the next one: there the row may join."""
    vector = torch.from_numpy(np.asarray(push.vector)).float()  # one too long for it is infinite

    def change(stream: Tensor, start: int) -> None:  # noqa: ARG001 (every piece is pushed)
        stream += vector.to(stream)

    if push.layer + 1 < model.cfg.n_layers:
        return Joining(push.layer + 1, 0, full_name("resid_pre", push.layer + 1), change)
    return Joining(push.layer, 0, full_name("resid_post", push.layer), change)


def _edits(pushes: Sequence[Push]) -> dict[Any, Callable[[Tensor], Tensor]]:
    """The same pushes as edits of a batch that holds a row for each."""
    vectors = torch.from_numpy(np.stack([push.vector for push in pushes])).float()

    def edit(rows: list[int]) -> Callable[[Tensor], Tensor]:
        def run(stream: Tensor) -> Tensor:
            stream = stream.clone()
            stream[rows] += vectors[rows][:, None].to(stream)
            return stream

        return run

    layers = {push.layer for push in pushes}
    rows = {n: [i for i, push in enumerate(pushes) if push.layer == n] for n in layers}
    return {("resid_post", n): edit(rows[n]) for n in sorted(layers)}


def _parts(pushes: Sequence[Push], size: int) -> Iterator[Sequence[Push]]:
    for start in range(0, len(pushes), size):
        yield pushes[start : start + size]
