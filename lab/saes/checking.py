"""Does the model use a feature? It is cut or pushed, and so are others of its size beside it."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.saes.changing import Place, code_of, cuts, logs, pushes, where
from lab.saes.checked import Check
from lab.saes.record import Sae
from lab.tokenizers.pieces import pieces as spelled

TOLD = 10  # pieces


def check(
    model: Any,
    sae: Sae,
    feature: int,
    corpus: Any,
    *,
    way: str = "cut",
    places: int = 24,
    draws: int = 4,
    pieces: int = 20_000,
    seed: int = 0,
) -> Check:
    """What cutting a feature (or pushing it) does to the next piece, beside as large other changes.

    At the end of a text up to a place, one a text. Half of the places serve to find the pieces that
    the feature makes likely; on the other half these pieces are measured.

    Args:
        corpus: texts that were not learned from; up to `pieces` pieces are searched.
        way: "cut" (where it is active, at its strongest in the text) or "push" (where it is not).
        places: how many are measured, beside as many for finding the pieces.
        draws: controls of each kind.
        seed: of the random directions and the features drawn.
    Raises:
        ValueError: another model, no such feature, a feature that is active in fewer than 4 of the
            texts, another way.

    >>> print(lab.saes.check(model, sae, 14, lab.corpora.stories(seed=1007)))  # doctest: +SKIP
    """
    sae.check(model, feature)
    if way not in ("cut", "push"):
        raise ValueError(f"way is {way!r}: 'cut' or 'push'")
    if places < 2 or draws < 1:
        raise ValueError(f"places={places}, draws={draws}: at least 2 and 1 are needed")
    active = list(islice(where(model, sae, feature, corpus, pieces, True), 2 * places))
    if len(active) < 4:
        raise ValueError(
            f"feature {feature} is active in {len(active)} of the texts: choose another, or raise "
            f"pieces={pieces}"
        )
    first, second = active[::2], active[1::2]
    codes = np.array([code_of(place, feature) for place in first])
    written = -codes[:, None] * sae.decoder[feature]
    lost = logs(model, sae, first, written).exp() - logs(model, sae, first, 0 * written).exp()
    chosen = lost.mean(0).argsort()[:TOLD]
    strength = float(codes.mean())
    chance = np.random.default_rng(seed)
    if way == "cut":
        changes = cuts(sae, feature, second, draws, chance)
    else:
        second = list(islice(where(model, sae, feature, corpus, pieces, False), places))
        if not second:
            raise ValueError(f"feature {feature} is active in all of the texts: nowhere to push it")
        changes = pushes(sae, feature, strength, len(second), draws, seed, chance)
    return _check(model, sae, feature, way, strength, second, chosen, changes)


def _check(
    model: Any, sae: Sae, feature: int, way: str, strength: float, found: list[Place],
    chosen: Tensor, changes: np.ndarray,
) -> Check:  # fmt: skip
    clean = logs(model, sae, found, 0 * changes[0])
    before = clean[:, chosen].exp().sum(1)
    effects, kls = [], []
    for change in changes:
        now = logs(model, sae, found, change)
        effects.append((now[:, chosen].exp().sum(1) - before).numpy())
        kls.append(torch.linalg.vecdot(clean.exp(), clean - now).numpy())
    draws = (len(changes) - 1) // 2
    apart = {"": effects, "divergence_": kls}
    parts = {
        name: np.stack(values[1:][a : a + draws])
        for kind, values in apart.items()
        for name, a in ((f"{kind}others", 0), (f"{kind}directions", draws))
    }
    ends = [place.ids[-12:] for place in found]
    return Check(
        feature=feature,
        way=way,
        strength=strength,
        pieces=spelled(model.tokenizer, chosen.tolist()),
        before=before.numpy(),
        effects=effects[0],
        divergence=kls[0],
        texts=["".join(spelled(model.tokenizer, end)) for end in ends],
        **parts,
    )
