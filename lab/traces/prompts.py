"""A prompt as token ids, checked before any model runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from lab.tokenizers import clean


def prompt_ids(
    model: Any,
    prompt: str | Sequence[int],
    *,
    prepend_bos: bool | None = None,
    literal: bool = False,
) -> list[int]:
    """The token ids of a prompt: its text encoded, or the ids it already is, checked.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text, or token ids.
        prepend_bos: whether they begin with the special first token; by default what the
            tokenizer itself does.
        literal: encode special tokens in the text as the characters they are.
    Raises:
        ValueError: an empty prompt, several, ids out of the vocabulary, no first token to prepend.
        TypeError: a prompt that is neither text nor ids.

    >>> prompt_ids(model, "Tom", prepend_bos=True)  # doctest: +SKIP
    [256, 84, 111, 109]
    """
    if isinstance(prompt, str):
        if not prompt:
            raise ValueError("prompt is empty: give at least one character, or token ids")
        encode = model.tokenizer
        ids = list(encode(clean(prompt), split_special_tokens=literal)["input_ids"])
    else:
        ids = _checked_ids(prompt, model.cfg.d_vocab)
    return ids if prepend_bos is None else _with_bos(model, ids, prepend_bos)


def _checked_ids(prompt: Any, vocab: int) -> list[int]:
    try:
        ids = np.asarray(prompt.detach().cpu() if isinstance(prompt, Tensor) else prompt)
    except ValueError:  # rows of different lengths
        raise ValueError("prompt holds several texts: give one at a time") from None
    if not ids.ndim:
        raise TypeError(f"prompt is a {type(prompt).__name__}: give text, or a row of token ids")
    if ids.ndim == 2 and len(ids) == 1:
        ids = ids[0]
    if ids.ndim != 1 or not ids.size:
        raise ValueError(f"prompt has shape {ids.shape}: give text, or a row of at least one id")
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"prompt holds {ids.dtype}, not token ids (integers)")
    if ids.min() < 0 or ids.max() >= vocab:
        wrong = ids[(ids < 0) | (ids >= vocab)][0]
        raise ValueError(f"token id {wrong} is out of the vocabulary: ids go from 0 to {vocab - 1}")
    return [int(token) for token in ids]


def _with_bos(model: Any, ids: list[int], wanted: bool) -> list[int]:
    bos = model.tokenizer.bos_token_id
    if bos is None:
        if wanted:
            raise ValueError("prepend_bos=True, but this tokenizer has no first token (bos)")
        return ids
    there = bool(ids) and ids[0] == bos
    if wanted == there:
        return ids
    return [bos, *ids] if wanted else ids[1:]


def within_context(model: Any, ids: list[int], cut: bool) -> tuple[list[int], str]:
    """The ids that fit into the model's context, and a note if the oldest were dropped.

    Raises:
        ValueError: no ids, or more than fit and `cut` is False.
    """
    if not ids:
        raise ValueError("prompt has no tokens: give at least one character, or token ids")
    most, over = model.cfg.n_ctx, len(ids) - model.cfg.n_ctx
    if over <= 0:
        return ids, ""
    if not cut:
        raise ValueError(
            f"prompt has {len(ids)} tokens and the model's context is {most}: shorten it by "
            f"{over}, or pass cut=True to drop the oldest {over}"
        )
    return ids[over:], f"the oldest {over} of {len(ids)} tokens were cut: the context is {most}"
