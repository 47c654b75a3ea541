"""Looks at all moments → one life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.attention import chance_scores
from lab.lives.folders import Moment, curve
from lab.lives.looks import Look
from lab.lives.maps import word_maps
from lab.lives.plans import Plan
from lab.lives.record import Curve, Life
from lab.tokenizers.pieces import pieces
from lab.traces.run import trace

FOLLOWED = ("previous", "induction")
"""Kinds of heads whose best score becomes a curve."""


def gathered(
    plan: Plan, looks: list[Look], kept: Sequence[Moment], curves: dict[str, Curve], name: str
) -> Life:
    """The life that these looks at these moments make."""
    steps = np.array([moment.step for moment in kept])
    kinds = looks[0].scores
    scores = {kind: np.stack([look.scores[kind] for look in looks]) for kind in kinds}
    places, share = word_maps(np.stack([look.embeddings for look in looks]))
    return Life(
        name=name,
        prompt=plan.first.text,
        pieces=plan.first.pieces,
        special=plan.first.special,
        steps=steps,
        tokens=np.array([moment.tokens for moment in kept]),
        heads=plan.heads,
        patterns=np.stack([look.patterns for look in looks]),
        words=[word for group in plan.words.values() for word in group],
        groups=[name for name, group in plan.words.items() for _ in group],
        word_map=places,
        map_share=share,
        curves=curves | _measured(steps, looks) | _best(steps, scores),
        samples=_samples(looks, kept) if "samples" in plan.parts else {},
        scores=scores,
        chance=_chance(plan),
        **_lens_fields(plan, looks),
    )


def _measured(steps: np.ndarray, looks: list[Look]) -> dict[str, Curve]:
    """The metrics that are numbers, as curves."""
    numbers = [k for k, value in looks[0].told.items() if not isinstance(value, str)]
    return {name: curve(steps, [float(look.told[name]) for look in looks]) for name in numbers}


def _best(steps: np.ndarray, scores: dict[str, np.ndarray]) -> dict[str, Curve]:
    """How good the best head of a kind is, at each moment."""
    best = {kind: scores[kind].max(axis=(1, 2)).tolist() for kind in FOLLOWED if kind in scores}
    return {f"best {kind} head": curve(steps, values) for kind, values in best.items()}


def _samples(looks: list[Look], kept: Sequence[Moment]) -> dict[str, list[str]]:
    """Texts by name, one for each moment: written while training, or by the metrics now."""
    texts = [
        moment.samples | {k: v for k, v in look.told.items() if isinstance(v, str)}
        for moment, look in zip(kept, looks, strict=True)
    ]
    names = dict.fromkeys(name for one in texts for name in one)
    return {name: [str(one.get(name, "")) for one in texts] for name in names}


def _chance(plan: Plan) -> dict[str, float]:
    return chance_scores(trace(plan.model, plan.again, keep=())) if plan.again else {}


def _lens_fields(plan: Plan, looks: list[Look]) -> dict[str, Any]:
    tokenizer, count = plan.model.tokenizer, len(plan.first)
    targets = [pieces(tokenizer, [t])[0] if t >= 0 else "" for t in plan.targets.tolist()]
    rows = [look.lens for look in looks if look.lens is not None]
    if not rows:
        none, whole = (np.zeros((len(looks), 0, count), kind) for kind in (np.float32, np.int32))
        return {"lens_layers": [], "lens_pieces": [], "targets": targets, "lens_best": whole,
                "lens_probs": none, "target_probs": none, "target_ranks": whole}  # fmt: skip
    ids, best = np.unique(np.stack([row.best for row in rows]), return_inverse=True)
    return {
        "lens_layers": ["embed", *(f"L{layer}" for layer in range(len(rows[0].best) - 1))],
        "lens_pieces": pieces(tokenizer, ids.tolist()),
        "lens_best": best.reshape(len(rows), *rows[0].best.shape).astype(np.int32),
        "lens_probs": np.stack([row.probs for row in rows]),
        "targets": targets,
        "target_probs": np.stack([row.target_probs for row in rows]),
        "target_ranks": np.stack([row.target_ranks for row in rows]),
    }
