"""Text that a model writes: pieces chosen one after another from what it expects next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import Edited, lock_of
from lab.traces import prompt_ids

Choose = Callable[[Float[Tensor, " vocab"]], int]


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
    room = min(_whole("pieces", pieces, 0), model.cfg.n_ctx - len(given))
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
            logits, state = _step(model, new, state) if kept else _afresh(model, [*ids, *written])
            token = choose(logits.float().cpu())
            if token == end:
                break
            written.append(token)
            new = [token]
    return written


def drawing(temperature: float = 1.0, top_k: int | None = None, seed: int = 0) -> Choose:
    """A choice by chance among the likeliest; at temperature 0, or top_k 1, the likeliest.

    >>> drawing(temperature=0)(torch.tensor([0.1, 2.0, 1.0]))
    1
    """
    if not temperature >= 0 or temperature == float("inf"):
        raise ValueError(f"temperature={temperature}: a number from 0 up is needed")
    most = None if top_k is None else _whole("top_k", top_k, 1)
    chance = torch.Generator().manual_seed(seed)

    def choose(logits: Float[Tensor, " vocab"]) -> int:
        if temperature == 0 or most == 1:
            return int(logits.argmax())
        best = logits.topk(min(most or len(logits), len(logits)))
        # The best is taken off first: at a temperature near 0 the others go to 0, not it to inf.
        shares = ((best.values - best.values[0]) / temperature).softmax(-1)
        return int(best.indices[torch.multinomial(shares, 1, generator=chance)])

    return choose


def _given(model: Any, prompt: Any, prepend_bos: bool | None) -> list[int]:
    if isinstance(prompt, str) and not prompt:
        first = model.tokenizer.bos_token_id
        if first is None or prepend_bos is False:
            raise ValueError("prompt is empty, and there is no first token: give some text")
        return [first]
    return prompt_ids(model, prompt, prepend_bos=prepend_bos)


def _whole(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name}={value!r}: a whole number from {least} up is needed")
    return value


def _step(model: Any, new: list[int], state: Any) -> tuple[Float[Tensor, " vocab"], Any]:
    ids = torch.tensor([new], device=model.cfg.device)
    how = _first(ids) if state is None else {"past_key_values": state}
    logits, state = model(ids, return_type="logits_and_cache", **how)
    return logits[0, -1], state


def _afresh(model: Any, ids: list[int]) -> tuple[Float[Tensor, " vocab"], None]:
    row = torch.tensor([ids], device=model.cfg.device)
    return model(row, attention_mask=torch.ones_like(row), return_type="logits")[0, -1], None


def _first(ids: Tensor) -> dict[str, Any]:
    # The mask hides nothing; without one transformers warns of padding at an end-of-text piece.
    return {"use_past_kv_cache": True, "attention_mask": torch.ones_like(ids)}


def _text(tokenizer: Any, given: list[int], written: list[int]) -> str:
    # Some tokenizers put a space between two pieces only when they decode both at once.
    before, whole = tokenizer.decode(given), tokenizer.decode([*given, *written])
    return whole[len(before) :] if whole.startswith(before) else tokenizer.decode(written)
