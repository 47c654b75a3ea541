"""What is seen at one moment of a life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attention import head_scores
from lab.hooks import lock_of
from lab.lives.lens import Lens, lens
from lab.lives.plans import Plan
from lab.traces import Trace
from lab.traces.run import trace


@dataclass(frozen=True)
class Look:
    """One moment: attention, lens, embeddings, head scores, and what the metrics said."""

    patterns: Float[np.ndarray, "kept query key"]
    lens: Lens | None
    embeddings: Float[np.ndarray, "word d_model"]
    scores: dict[str, Float[np.ndarray, "layer head"]]
    told: dict[str, Any]


def look(plan: Plan) -> Look:
    """Look at the plan's model as it is now. No hook stays on it."""
    model, with_lens = plan.model, "lens" in plan.parts
    hooks = ["pattern"] * bool(plan.heads) + ["resid_pre", "resid_post"] * with_lens
    now = trace(model, plan.first.ids.tolist(), keep=hooks)
    return Look(
        patterns=_chosen(now, plan.heads),
        lens=lens(model, _stream(now), plan.targets) if with_lens else None,
        embeddings=_embedded(model, plan.word_ids),
        scores=head_scores(trace(model, plan.again)) if plan.again else {},
        told={name: measure(model) for name, measure in plan.metrics.items()},
    )


def _chosen(now: Trace, heads: list[tuple[int, int]]) -> Float[np.ndarray, "kept query key"]:
    if not heads:
        return np.zeros((0, len(now), len(now)), np.float16)
    return np.stack([now["pattern", layer][head] for layer, head in heads]).astype(np.float16)


def _stream(now: Trace) -> list[Float[np.ndarray, "pos d_model"]]:
    """The residual stream before the first layer and after every layer."""
    return [now["resid_pre", 0], *now["resid_post"]]


def _embedded(model: Any, ids: list[int]) -> Float[np.ndarray, "word d_model"]:
    import torch

    with lock_of(model), torch.inference_mode():
        rows = model.__dict__["original_model"].get_input_embeddings().weight[ids]
        return rows.float().cpu().numpy()
