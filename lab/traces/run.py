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
from lab.tokenizers.pieces import between, pieces, spans, token_bytes
from lab.traces.pages import on_own_pages
from lab.traces.prompts import prompt_ids, within_context
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
    ids = prompt_ids(model, prompt, prepend_bos=prepend_bos, literal=literal)
    ids, note = within_context(model, ids, cut)
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


def _run(model: Any, ids: list[int], names: list[str]) -> tuple[Tensor, dict[str, np.ndarray]]:
    kept: dict[str, Tensor] = {}

    def keeper(name: str) -> Any:
        def save(activation: Tensor, hook: Any) -> None:  # noqa: ARG001 (passed by name)
            kept[name] = activation.detach()[0]

        return save

    hooks = [(name, keeper(name)) for name in names]
    with torch.inference_mode(), model.hooks(fwd_hooks=hooks) as bridge:
        row = torch.tensor([ids], device=bridge.cfg.device)
        # The mask hides nothing; without one transformers warns of padding at end-of-text pieces.
        logits = bridge(row, attention_mask=torch.ones_like(row), return_type="logits")[0]
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
