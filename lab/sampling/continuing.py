"""Text that a model writes: pieces chosen one after another from what it expects next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from lab.hooks import Edited, lock_of
from lab.sampling.choosing import Choose, drawing
from lab.sampling.rules import whole
from lab.sampling.stepping import afresh, afresh_rows, step, step_rows
from lab.traces import prompt_ids


def continuation(
    model: Any,
    prompt: str | Sequence[int] = "",
    pieces: int = 60,
    temperature: float = 0.8,
    top_k: int | None = None,
    seed: int = 0,
    prepend_bos: bool | None = None,
    **rules: Any,
) -> str:
    """How the model goes on with a text, without that text; the same seed gives the same words.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text or token ids; an empty one begins a text of the model's own.
        pieces: at most so many; fewer where the model ends the text or its context is full.
        temperature: 0 takes the likeliest piece every time, 1 draws as the model expects, more is
            wilder.
        top_k: draw from so many of the likeliest only.
        seed: of the draws, which are those of `lab.sampling.draws`: piece by piece the same chance
            under other rules. Random states of libraries are left alone.
        prepend_bos: as in `lab.trace`.
        rules: the others of `lab.sampling.Rules`, by name: top_p, min_p, typical, epsilon, eta,
            repetition_penalty (over prompt and continuation).
    Raises:
        ValueError: a prompt over the context, or a number that cannot be.
        TypeError: a prompt that is neither text nor ids, a rule there is not.

    >>> lab.continuation(model, "Once upon a time", pieces=8, top_p=0.9)     # doctest: +SKIP
    ', there was a little girl named Lily'
    """
    choose = drawing(temperature, top_k, seed, **rules)
    given, room = _with_room(model, prompt, pieces, prepend_bos)
    return _text(model.tokenizer, given, continued(model, given, room, choose))


def continuations(
    model: Any,
    prompt: str | Sequence[int] | Sequence[str] = "",
    texts: int | None = None,
    pieces: int = 60,
    temperature: float = 0.8,
    top_k: int | None = None,
    seed: int = 0,
    prepend_bos: bool | None = None,
    **rules: Any,
) -> list[list[int]]:
    """Many continuations at once, as ids: 16 of one prompt, or one of each of several.

    Number i is that of `seed` + i. Takes what `continuation` takes and raises what it raises.
    Texts of one length go through the model together, which is several times quicker than one
    after another. (A sum in another order can round differently: where two pieces are tied to
    seven digits, a text may differ from its single run.)

    >>> ids = lab.sampling.continuations(model, "Tom", texts=2)              # doctest: +SKIP
    >>> [model.tokenizer.decode(row) for row in ids]                         # doctest: +SKIP
    """
    several = not isinstance(prompt, str) and len(prompt) > 0 and isinstance(prompt[0], str)
    prompts = (
        list(prompt) if several else [prompt] * whole("texts", 16 if texts is None else texts, 1)
    )
    if several and texts not in (None, len(prompts)):
        raise ValueError(f"texts={texts}, but {len(prompts)} prompts are given: leave it out")
    chooses = [drawing(temperature, top_k, seed + i, **rules) for i in range(len(prompts))]
    starts = [_with_room(model, one, pieces, prepend_bos) for one in prompts]
    found: list[list[int]] = [[] for _ in prompts]
    for length in {len(given) for given, _ in starts}:
        places = [i for i, (given, _) in enumerate(starts) if len(given) == length]
        group = [starts[i][0] for i in places]
        rows = _together(model, group, starts[places[0]][1], [chooses[i] for i in places])
        for i, row in zip(places, rows, strict=True):
            found[i] = row
    return found


def continued(model: Any, ids: Sequence[int], pieces: int, choose: Choose) -> list[int]:
    """The ids that follow, each chosen from the logits behind those before it.

    Stops before the end-of-text token. Earlier keys and values are kept from piece to piece,
    except where hooks stand on the model: an edit then sees the whole text every time, as it does
    in a trace.
    """
    end, written = model.tokenizer.eos_token_id, []
    with lock_of(model), torch.inference_mode():
        kept, state, new = _keeps(model), None, list(ids)
        for _ in range(pieces):
            text = [*ids, *written]
            logits, state = step(model, new, state) if kept else afresh(model, text)
            token = choose(logits.float().cpu(), text)
            if token == end:
                break
            written.append(token)
            new = [token]
    return written


def _together(
    model: Any, starts: list[list[int]], pieces: int, chooses: list[Choose]
) -> list[list[int]]:
    """Continuations of beginnings of one length, cut before the end-of-text token."""
    end = model.tokenizer.eos_token_id
    written: list[list[int]] = [[] for _ in starts]
    with lock_of(model), torch.inference_mode():
        kept, state, new = _keeps(model), None, starts
        for _ in range(pieces):
            texts = [[*ids, *row] for ids, row in zip(starts, written, strict=True)]
            rows, state = step_rows(model, new, state) if kept else afresh_rows(model, texts)
            for choose, text, row, logits in zip(chooses, texts, written, rows, strict=True):
                # An ended text goes on for the others' sake, and is cut off below.
                row.append(choose(logits.float().cpu(), text))
            new = [row[-1:] for row in written]
            if all(end in row for row in written):
                break
    return [row[: row.index(end)] if end in row else row for row in written]


def _keeps(model: Any) -> bool:
    # Keys and values can be kept unless a hook might change them: it is to see the whole text.
    hooked = isinstance(model, Edited) or any(p.fwd_hooks for p in model.hook_dict.values())
    return not hooked


def _with_room(model: Any, prompt: Any, pieces: int, bos: bool | None) -> tuple[list[int], int]:
    given = _given(model, prompt, bos)
    room = min(whole("pieces", pieces, 0), model.cfg.n_ctx - len(given))
    if room < 0:
        raise ValueError(
            f"prompt has {len(given)} tokens and the model's context is {model.cfg.n_ctx}: "
            f"shorten it by {-room}"
        )
    return given, room


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
