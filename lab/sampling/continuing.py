"""Text that a model writes: pieces chosen one after another from what it expects next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from lab.hooks import Edited, lock_of
from lab.sampling.choosing import Choose, drawing, whole
from lab.sampling.stepping import afresh, step
from lab.traces import prompt_ids


def continuation(
    model: Any,
    prompt: str | Sequence[int] = "",
    pieces: int = 60,
    temperature: float = 0.8,
    top_k: int | None = None,
    seed: int = 0,
    prepend_bos: bool | None = None,
) -> str:
    """How the model goes on with a text, without that text; the same seed gives the same words.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text or token ids; an empty one begins a text of the model's own.
        pieces: at most so many; fewer where the model ends the text or its context is full.
        temperature: 0 takes the likeliest piece every time, 1 draws as the model expects, more is
            wilder.
        top_k: draw from so many of the likeliest only.
        seed: of the draws; torch's own random state is left alone.
        prepend_bos: as in `lab.trace`.
    Raises:
        ValueError: a prompt over the context, or a number that cannot be.
        TypeError: a prompt that is neither text nor ids.

    >>> lab.continuation(model, "Once upon a time", pieces=8)           # doctest: +SKIP
    ', there was a little girl named Lily'
    """
    given = _given(model, prompt, prepend_bos)
    room = min(whole("pieces", pieces, 0), model.cfg.n_ctx - len(given))
    if room < 0:
        raise ValueError(
            f"prompt has {len(given)} tokens and the model's context is {model.cfg.n_ctx}: "
            f"shorten it by {-room}"
        )
    written = continued(model, given, room, drawing(temperature, top_k, seed))
    return _text(model.tokenizer, given, written)


def continued(model: Any, ids: Sequence[int], pieces: int, choose: Choose) -> list[int]:
    """The ids that follow, each chosen from the logits behind those before it.

    Stops before the end-of-text token. Earlier keys and values are kept from piece to piece,
    except where hooks stand on the model: an edit then sees the whole text every time, as it does
    in a trace.
    """
    kept = not isinstance(model, Edited)
    end, written = model.tokenizer.eos_token_id, []
    with lock_of(model), torch.inference_mode():
        kept = kept and not any(point.fwd_hooks for point in model.hook_dict.values())
        state, new = None, list(ids)
        for _ in range(pieces):
            logits, state = step(model, new, state) if kept else afresh(model, [*ids, *written])
            token = choose(logits.float().cpu())
            if token == end:
                break
            written.append(token)
            new = [token]
    return written


def _given(model: Any, prompt: Any, prepend_bos: bool | None) -> list[int]:
    if isinstance(prompt, str) and not prompt:
        first = model.tokenizer.bos_token_id
        if first is None or prepend_bos is False:
            raise ValueError("prompt is empty, and there is no first token: give some text")
        return [first]
    return prompt_ids(model, prompt, prepend_bos=prepend_bos)


def _text(tokenizer: Any, given: list[int], written: list[int]) -> str:
    # Some tokenizers put a space between two pieces only when they decode both at once.
    before, whole = tokenizer.decode(given), tokenizer.decode([*given, *written])
    return whole[len(before) :] if whole.startswith(before) else tokenizer.decode(written)
