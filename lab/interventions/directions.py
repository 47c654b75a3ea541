"""Directions in the stream: between two kinds of texts, and random ones to stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import full_name
from lab.traces.prompts import prompt_ids, within_context

Control = Literal["stream", "sphere"]
_ROWS = 32


def between(
    model: Any,
    texts: Sequence[str],
    others: Sequence[str],
    *,
    position: int = -1,
    hook: str = "resid_post",
) -> Float[np.ndarray, "layer d_model"]:
    """From the mean of some texts' activations to the mean of others', at one piece of each.

    Steering by it pushes towards `texts`. (The difference of means of Turner et al. 2023 and
    Rimsky et al. 2024, over as many texts as are given.)

    Args:
        position: which piece of each text; the last by default.
        hook: a hook point of the stream's width: `"resid_post"`, `"resid_pre"`, `"mlp_out"` …
    Raises:
        ValueError: no texts, or one without that piece.

    >>> lab.interventions.between(model, ["She ran"], ["He ran"]).shape  # doctest: +SKIP
    (6, 256)
    """
    if isinstance(texts, str) or isinstance(others, str) or not len(texts) or not len(others):
        raise ValueError("texts and others are lists with at least one text each")
    toward, away = (activations(model, each, position, hook).mean(0) for each in (texts, others))
    return toward - away


def activations(
    model: Any, texts: Sequence[str | Sequence[int]], position: int = -1, hook: str = "resid_post"
) -> Float[np.ndarray, "text layer d_model"]:
    """What stands in the stream behind every layer, at one piece of each text.

    Texts share batches, filled up at their right end where no earlier piece can see it.
    """
    rows = [within_context(model, prompt_ids(model, text), False)[0] for text in texts]
    for row in rows:
        if not -len(row) <= position < len(row):
            raise ValueError(f"position={position}: a text has only {len(row)} pieces")
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: list[Any] = [None] * len(rows)
    for start in range(0, len(order), _ROWS):
        group = order[start : start + _ROWS]
        for i, values in zip(
            group, _kept(model, [rows[i] for i in group], position, hook), strict=True
        ):
            found[i] = values
    return np.stack(found)


def random_directions(
    count: int, size: int, seed: int, stream: Float[np.ndarray, "pos d_model"] | None = None
) -> Float[np.ndarray, "count d_model"]:
    """Random directions of length 1: any way at all, or (`stream`) between two random pieces of it.

    In hundreds of dimensions a direction from the sphere meets hardly anything that the model
    reads; one between two places of the stream points where the stream really varies.

    >>> np.linalg.norm(random_directions(2, 64, seed=0), axis=1).round(4).tolist()
    [1.0, 1.0]
    """
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(count, size))
    if stream is not None and len(stream) > 2:
        pairs = np.array([rng.choice(len(stream), 2, replace=False) for _ in range(count)])
        drawn = (stream[pairs[:, 0]] - stream[pairs[:, 1]]).astype(np.float64)
    return (drawn / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-12)).astype(
        np.float32
    )


def _kept(model: Any, rows: list[list[int]], position: int, hook: str) -> np.ndarray:
    lengths = torch.tensor([len(row) for row in rows])
    places = lengths + position if position < 0 else torch.full_like(lengths, position)
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
    kept: list[Tensor] = []

    def keep(stream: Tensor, hook: Any = None) -> None:  # noqa: ARG001 (passed by name)
        kept.append(stream[torch.arange(len(rows)), places.to(stream.device)].float().cpu())

    hooks = [(full_name(hook, layer), keep) for layer in range(model.cfg.n_layers)]
    ids = ids.to(model.cfg.device)
    with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        # The mask hides nothing; without one transformers warns of padding.
        bridge(ids, attention_mask=torch.ones_like(ids), return_type="logits", logits_to_keep=1)
    return torch.stack(kept, 1).numpy()
