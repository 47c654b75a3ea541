"""One feature: over one text, in one word of the vocabulary, and as an edit of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import edited
from lab.neurons.reading import Reading, behind_first
from lab.neurons.weights import Weights, straight
from lab.saes.coding import Coder
from lab.saes.record import Sae
from lab.traces import trace


def activations(model: Any, sae: Sae, text: str, feature: int) -> Reading:
    """A feature's code at every piece of a text; the tokenizer's first piece is left out.

    Raises:
        ValueError: an empty text, another model than the feature's, no such feature.

    >>> activations(model, sae, "Tom had a red ball.", 14).values.argmax()  # doctest: +SKIP
    4
    """
    sae.check(model, feature)
    key = (sae.hook, sae.layer)
    found = trace(model, behind_first(model, text), keep=[key])
    return Reading(found.pieces[1:], sae.codes(found[key][1:])[:, feature])


def writes(model: Any, sae: Sae, feature: int, count: int = 10) -> Weights:
    """What the feature adds to each piece's logit, straight to the logits, for a code of 1.

    The layers between make something of it too: that is not in it (see `check`).

    Raises:
        ValueError: another model than the feature's, no such feature.
    """
    sae.check(model, feature)
    exact = sae.layer == model.cfg.n_layers - 1
    return straight(model, torch.as_tensor(sae.decoder[feature]), count, exact=exact)


def cut(model: Any, sae: Sae, features: int | Sequence[int]) -> Any:
    """The model as it runs without these features; the model is untouched.

    Where they are active, what they write is taken from the stream. All else stays in it, also what
    the autoencoder cannot tell: so a cut costs nothing where a feature is silent.

    Raises:
        ValueError: another model than the features', no such feature.

    >>> lab.next_probs(cut(model, sae, 14), "Tom had a red").max()  # doctest: +SKIP
    0.21
    """
    wanted = [int(feature) for feature in np.atleast_1d(features)]
    for feature in wanted:
        sae.check(model, feature)
    coder = Coder(sae, model.cfg.device)

    def less(stream: Float[Tensor, "batch pos d_model"]) -> Tensor:
        codes = coder.codes(stream)[..., wanted]
        return stream - (codes @ coder.decoder[wanted]).to(stream)

    return edited(model, {(sae.hook, sae.layer): less})


def push(model: Any, sae: Sae, feature: int, strength: float) -> Any:
    """The model with `strength` of the feature added at every place; the model is untouched.

    Strength is a length in the stream: `sae.sizes[feature]` is what the feature has where it is
    active by itself.

    Raises:
        ValueError: another model than the feature's, no such feature, a strength that is no number.
    """
    sae.check(model, feature)
    if not np.isfinite(strength):
        raise ValueError(f"strength is {strength}: a number is needed")
    direction = torch.as_tensor(sae.decoder[feature], device=model.cfg.device) * float(strength)
    return edited(model, {(sae.hook, sae.layer): lambda stream: stream + direction.to(stream)})
