"""Changes of the stream at the end of a text: a feature cut or pushed, and its controls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lab.hooks import lock_of
from lab.hooks.names import full_name
from lab.saes.coding import Coder
from lab.saes.record import Sae
from lab.saes.streaming import streams

BATCH = 32


class Place(NamedTuple):
    """A text up to a place, and what is active there."""

    ids: list[int]
    features: np.ndarray
    codes: np.ndarray


def alike(sae: Sae, feature: int, count: int = 8, seed: int = 0) -> list[int]:
    """Random other features that are about as often active, and about as large.

    Drawn from the 4 · count nearest in the logarithms of rate and size.

    Raises:
        ValueError: more than there are, no such feature.
    """
    if not 1 <= count < len(sae) or not 0 <= feature < len(sae):
        raise ValueError(f"feature is {feature}, count is {count}: there are {len(sae)} features")
    sizes = np.log(np.stack([sae.rates, sae.sizes]) + 1e-6)
    apart = np.abs(sizes - sizes[:, [feature]]).sum(0)
    near = [other for other in np.argsort(apart, kind="stable") if other != feature][: 4 * count]
    return np.random.default_rng(seed).choice(near, size=count, replace=False).tolist()


def where(
    model: Any, sae: Sae, feature: int, corpus: Any, pieces: int, active: bool
) -> Iterator[Place]:
    """One place a text: where the feature is strongest, or a middle one of a text without it."""
    coder = Coder(sae, model.cfg.device)
    for group, stream in streams(model, corpus, sae.layer, pieces, hook=sae.hook):
        codes = (coder.codes(stream) * group.counts[..., None].to(stream.device)).cpu().numpy()
        for row, own in zip(group.rows, codes, strict=True):
            at = int(own[:, feature].argmax()) if active else len(row.ids) // 2
            if at > 0 and bool(own[:, feature].any()) == active:
                there = np.flatnonzero(own[at])
                yield Place(list(row.ids[: at + 1]), there, own[at, there])


def code_of(place: Place, feature: int) -> float:
    return float(place.codes[place.features == feature][0])


def cuts(
    sae: Sae, feature: int, found: list[Place], draws: int, chance: np.random.Generator
) -> np.ndarray:
    """[change, place, d_model]: the feature's own, those of the nearest in code, random ones."""
    codes = np.array([code_of(place, feature) for place in found])
    changes = np.zeros((1 + draws, len(found), len(sae.centre)), np.float32)
    changes[0] = -codes[:, None] * sae.decoder[feature]
    for at, place in enumerate(found):
        others = place.features != feature
        names, sizes = place.features[others], place.codes[others]
        near = np.argsort(np.abs(sizes - codes[at]), kind="stable")
        # A place with fewer others has some of them twice, and one with none has no change.
        for draw in range(draws) if len(near) else ():
            other = near[draw % len(near)]
            changes[1 + draw, at] = -sizes[other] * sae.decoder[names[other]]
    return np.concatenate([changes, codes[:, None] * _random(draws, changes.shape[1:], chance)])


def pushes(
    sae: Sae, feature: int, strength: float, count: int, draws: int, seed: int,
    chance: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """[change, place, d_model]: each the same at all places, and as long."""
    chosen = [feature, *alike(sae, feature, draws, seed)]
    directions = np.repeat(sae.decoder[chosen][:, None], count, axis=1)
    random = _random(draws, (count, directions.shape[-1]), chance)
    return strength * np.concatenate([directions, random])


def _random(draws: int, shape: tuple[int, ...], chance: np.random.Generator) -> np.ndarray:
    found = chance.normal(size=(draws, *shape)).astype(np.float32)
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def logs(model: Any, sae: Sae, found: list[Place], changes: np.ndarray) -> Tensor:
    """[place, vocab]: log p of the next piece with these changes of the stream at the place."""
    parts = []
    for start in range(0, len(found), BATCH):
        rows = [place.ids for place in found[start : start + BATCH]]
        last = torch.tensor([len(row) - 1 for row in rows])
        ids = torch.zeros(len(rows), int(last.max()) + 1, dtype=torch.long)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
        change = torch.as_tensor(changes[start : start + BATCH], dtype=torch.float32)
        parts.append(_run(model, sae, ids.to(model.cfg.device), last, change))
    return torch.cat(parts)


def _run(model: Any, sae: Sae, ids: Tensor, last: Tensor, change: Tensor) -> Tensor:
    numbers = torch.arange(len(ids))

    def changed(stream: Tensor, hook: Any) -> Tensor:  # noqa: ARG001 (passed by name)
        stream = stream.clone()
        stream[numbers, last] += change.to(stream)
        return stream

    hooks = [(full_name(sae.hook, sae.layer), changed)]
    with lock_of(model), torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        logits = bridge(ids, attention_mask=torch.ones_like(ids), return_type="logits")
        return logits[numbers, last].float().log_softmax(-1).cpu()
