"""Running a model once and keeping what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import lock_of, matching
from lab.hooks.names import Key
from lab.tokenizers import clean
from lab.tokenizers.pieces import between, pieces, spans, token_bytes
from lab.traces.pages import on_own_pages
from lab.traces.record import Trace

TOP = 10


def trace(
    model: Any,
    prompt: str | Sequence[int],
    keep: Iterable[Key] = ("pattern",),
    *,
    prepend_bos: bool | None = None,
    literal: bool = False,
    cut: bool = False,
) -> Trace:
    """What the model does with a text: its pieces, the kept activations, the logits.

    Runs under the model's lock and inference mode; no hook is left on the model, whatever happens.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text, or token ids.
        keep: hook points by TransformerLens's names: `"pattern"` (all layers), `("z", 3)`, full.
        prepend_bos: whether the text begins with the special first token; by default what the
            tokenizer itself does. The trace records what was done.
        literal: encode special tokens in the text (`<|endoftext|>`) as the characters they are.
        cut: drop the oldest tokens of a text over the model's context, and say so in `note`.

    Raises:
        ValueError: an empty prompt, one over the context, ids out of the vocabulary.
        TypeError: a prompt that is neither text nor ids, a model without hooks.
        UnknownHook: a name in `keep` that no hook point has, with the nearest.

    >>> lab.trace(model, "The cat sat", keep=["pattern", ("resid_post", 0)])  # doctest: +SKIP
    Trace('The cat sat', 3 tokens, formicarium/stories, keeps pattern, resid_post)
    """
    lock_of(model)  # a model without a lock is refused by name
    names = _wanted(model, keep)
    ids = _ids(model, prompt, prepend_bos, literal)
    ids, note = _within_context(model, ids, cut)
    logits, kept = _run(model, ids, names)
    return _record(model, ids, logits, kept, note)


def next_probs(model: Any, prompt: str | Sequence[int], **how: Any) -> Float[np.ndarray, " vocab"]:
    """The probability of each token of the vocabulary to come next; sums to 1.

    Takes `prepend_bos`, `literal` and `cut` as `trace` does, and raises what it raises.

    >>> lab.next_probs(model, "The capital of France is").argmax()  # doctest: +SKIP
    7042
    """
    logits = trace(model, prompt, keep=(), **how).logits
    assert logits is not None
    return torch.from_numpy(logits[-1]).softmax(-1).numpy()


def _wanted(model: Any, keep: Iterable[Key]) -> list[str]:
    if isinstance(keep, str):
        raise TypeError(f"keep={keep!r} is one name; give a list: keep=[{keep!r}]")
    if not isinstance(keep, Iterable):
        raise TypeError(f"keep={keep!r} is no list of hook names: keep=['pattern'], or [] for none")
    layers = model.cfg.n_layers
    found = (name for key in keep for name in matching(key, model.hook_dict, layers))
    return list(dict.fromkeys(found))


def _ids(model: Any, prompt: Any, prepend_bos: bool | None, literal: bool) -> list[int]:
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


def _within_context(model: Any, ids: list[int], cut: bool) -> tuple[list[int], str]:
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


def _run(model: Any, ids: list[int], names: list[str]) -> tuple[Tensor, dict[str, np.ndarray]]:
    kept: dict[str, Tensor] = {}

    def keeper(name: str) -> Any:
        def save(activation: Tensor, hook: Any) -> None:  # noqa: ARG001 (passed by name)
            kept[name] = activation.detach()[0]

        return save

    hooks = [(name, keeper(name)) for name in names]
    with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        logits = bridge(torch.tensor([ids], device=bridge.cfg.device), return_type="logits")[0]
    if silent := [name for name in names if name not in kept]:
        raise ValueError(
            f"{silent[0]} is a hook point of this model but nothing passed through it: "
            "its architecture does not use that part"
        )
    return logits, {name: _array(kept.pop(name)) for name in names}


def _array(tensor: Tensor) -> np.ndarray:
    return on_own_pages(tensor.float().cpu().numpy())


def _record(model: Any, ids: list[int], logits: Tensor, kept: Any, note: str) -> Trace:
    tokenizer, raw = model.tokenizer, token_bytes(model.tokenizer, ids)
    gap = between(tokenizer)
    with torch.inference_mode():
        logs = logits.float().log_softmax(-1)
        top = logs.topk(min(TOP, logs.shape[-1]))
        taken = logs[:-1].gather(1, torch.tensor(ids[1:], device=logs.device)[:, None])[:, 0]
    surprisal = np.concatenate([[np.nan], -_array(taken)]).astype(np.float32)
    specials = set(tokenizer.all_special_ids)
    top_ids = top.indices.cpu().numpy()
    return Trace(
        pieces=pieces(tokenizer, ids),
        ids=np.array(ids, dtype=np.int64),
        spans=spans(raw, gap),
        special=np.array([token in specials for token in ids]),
        surprisal=surprisal,
        top_ids=top_ids,
        top_probs=_array(top.values.exp()),
        top_pieces=[pieces(tokenizer, row) for row in top_ids.tolist()],
        text=gap.join(raw).decode(errors="replace"),
        model_name=str(getattr(model.cfg, "model_name", "a model")),
        prepend_bos=ids[0] == tokenizer.bos_token_id,
        activations=kept,
        logits=_array(logits),
        note=note,
    )
