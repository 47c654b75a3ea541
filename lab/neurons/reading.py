"""One neuron over one text: what a reader types, coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.neurons.texts import checked_layers
from lab.traces import trace


@dataclass(frozen=True, eq=False)
class Reading:
    """The pieces of a text, and a neuron's activation at each."""

    pieces: list[str]
    values: Float[np.ndarray, " pos"]


def activations(model: Any, text: str, layer: int, neuron: int) -> Reading:
    """A neuron's activation at every piece of a text, as `survey` counts them.

    The text stands behind the tokenizer's first piece, which is left out; of a text over the
    context the newest pieces are read.

    Raises:
        ValueError: an empty text, no such layer or neuron.

    >>> activations(model, "Tom had a red ball.", 3, 14).values.argmax()      # doctest: +SKIP
    4
    """
    (layer,) = checked_layers(model, layer)
    if not 0 <= neuron < model.cfg.d_mlp:
        raise ValueError(f"neuron is {neuron}: a layer has neurons 0 to {model.cfg.d_mlp - 1}")
    found = trace(model, behind_first(model, text), keep=[("post", layer)])
    return Reading(found.pieces[1:], found["post", layer][1:, neuron])


def behind_first(model: Any, text: str) -> list[int]:
    """The text's pieces behind the tokenizer's first one; the newest where they are too many.

    Raises:
        ValueError: an empty text.
    """
    from lab.tokenizers import clean

    if not text:
        raise ValueError("text is empty: give at least one character")
    tokenizer = model.tokenizer
    first = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    ids = tokenizer(clean(text), add_special_tokens=False, verbose=False)["input_ids"]
    return [first, *ids[-(model.cfg.n_ctx - 1) :]]
