"""Reading the stream: every layer through the model's own last norm and unembedding.

The logit lens (nostalgebraist 2020), and the tuned lens where translators are given. A slice of
positions at a time: the logits of all layers at once would be 400 MB for 64 tokens of a model of
30 layers and 49,152 pieces; a slice holds at most 8 MB of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lab.hooks import lock_of
from lab.lenses.record import Reading
from lab.lenses.translators import TunedLens
from lab.tokenizers.pieces import pieces
from lab.traces import Trace
from lab.traces.run import TOP, trace

_ELEMENTS = 2**21  # of logits held at once: 8 MiB
_SAME = 1e-3  # nats; the last row and the model differ by rounding only


def lens(
    model: Any,
    prompt: str | Sequence[int],
    *,
    target: str | int | None = None,
    tuned: TunedLens | None = None,
    top: int = TOP,
    **how: Any,
) -> Reading:
    """What the model would say behind every layer, at every position of a text.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text, or token ids.
        target: a piece to follow at every position (its text, or its id); if left out what comes
            next in the text, and at its end the model's own best guess.
        tuned: translators to read through; without them it is the logit lens.
        top: how many guesses are kept at each place.
        how: `prepend_bos`, `literal`, `cut`, as in `lab.trace`.
    Raises:
        ValueError: what `lab.trace` raises, a target of several pieces, translators of another
            model, or a model whose logits are not its last layer read in this way.

    >>> lab.lens(model, "Tom gave Lily a ball").settled()  # doctest: +SKIP
    array([5, 4, 6, 3, 6])
    """
    if not 1 <= top <= model.cfg.d_vocab:
        raise ValueError(f"top={top}: from 1 to the vocabulary, {model.cfg.d_vocab}")
    if tuned is not None:
        tuned.check(model)
    aim = None if target is None else target_id(model, target)
    found = trace(model, prompt, keep=[("resid_pre", 0), "resid_post"], **how)
    assert found.logits is not None
    own = np.append(found.ids[1:], found.logits[-1].argmax())
    targets = own if aim is None else np.full(len(found), aim)
    stream = [found["resid_pre", 0], *(found["resid_post", n] for n in found.layers("resid_post"))]
    grids = _read(model, stream, found.logits, targets, tuned, top)
    if not grids["kl"][-1].max() < _SAME:
        raise ValueError(
            f"the model's logits are not its last layer through its norm and unembedding "
            f"({grids['kl'][-1].max():.2g} nats off): an edit stands behind the last layer, "
            "or this architecture does something more there"
        )
    return _reading(model, found, targets, grids, "logit" if tuned is None else "tuned")


def target_id(model: Any, target: str | int) -> int:
    """The id of one piece, given as its text or as the id.

    Raises:
        ValueError: a text of several pieces (they are named), an id out of the vocabulary.
    """
    if not isinstance(target, str):
        if not 0 <= int(target) < model.cfg.d_vocab:
            raise ValueError(f"target {target}: ids go from 0 to {model.cfg.d_vocab - 1}")
        return int(target)
    ids = model.tokenizer(target, add_special_tokens=False)["input_ids"]
    if len(ids) != 1:
        cut = " ".join(repr(piece) for piece in pieces(model.tokenizer, ids)) or "nothing"
        raise ValueError(
            f"target {target!r} is {len(ids)} pieces ({cut}), not one; "
            "most words are one piece with the space in front of them"
        )
    return int(ids[0])


def distributions(model: Any, state: Float[Tensor, "... d_model"]) -> Float[Tensor, "... vocab"]:
    """log p over the vocabulary that the model's own end makes of a state of the stream."""
    return model.unembed(model.ln_final(state)).float().log_softmax(-1)


def translated(
    state: Float[Tensor, "... d_model"], matrix: Tensor, offset: Tensor
) -> Float[Tensor, "... d_model"]:
    """The state in the last layer's language."""
    return state + state @ matrix + offset


def _read(
    model: Any, stream: Sequence[Any], logits: Any, targets: Any, tuned: Any, top: int
) -> dict[str, np.ndarray]:
    grids = _empty(len(stream), len(targets), top)
    with lock_of(model), torch.inference_mode():
        rows = [_row(model, stream, tuned, row) for row in range(len(stream))]
        for at in _slices(len(targets), model.cfg.d_vocab):
            final = torch.as_tensor(logits[at], device=model.cfg.device).log_softmax(-1)
            ends = final, final.exp(), torch.as_tensor(targets[at], device=final.device)
            for row, state in enumerate(rows):
                # A batch of one: what a norm may be given in a model that reads batches.
                told = _told(distributions(model, state[None, at])[0], *ends, top)
                for name, values in told.items():
                    grids[name][row, at] = values.cpu().numpy()
    return grids


def _empty(rows: int, count: int, top: int) -> dict[str, np.ndarray]:
    """Where the numbers go, made before there are any: what stays must not be allocated between
    large things that go, or it splits the room they leave, and the process grows by a gigabyte."""
    grids = {name: np.empty((rows, count), np.float32) for name in ("kl", "entropy", "probs")}
    ids, ranks = np.empty((rows, count, top), np.int32), np.empty((rows, count), np.int32)
    return grids | {"ranks": ranks, "top_ids": ids, "top_probs": ids.astype(np.float32)}


def _row(model: Any, stream: Sequence[Any], tuned: TunedLens | None, row: int) -> Tensor:
    device = model.cfg.device
    state = torch.as_tensor(stream[row], device=device)
    if tuned is None or row == len(stream) - 1:
        return state
    parts = (tuned.matrices[row], tuned.offsets[row])
    return translated(state, *(torch.as_tensor(part, device=device) for part in parts))


def _slices(count: int, vocab: int) -> Iterator[slice]:
    size = max(1, _ELEMENTS // vocab)
    yield from (slice(at, at + size) for at in range(0, count, size))


def _told(
    logs: Float[Tensor, "pos vocab"],
    final: Float[Tensor, "pos vocab"],
    chances: Float[Tensor, "pos vocab"],
    aims: Int[Tensor, " pos"],
    top: int,
) -> dict[str, Tensor]:
    """What is kept of one row: guesses, KL(final ‖ row), entropy, the target's chances."""
    best = logs.topk(top)
    taken = logs.gather(1, aims[:, None])
    return {
        "top_probs": best.values.exp(),
        "top_ids": best.indices,
        "kl": torch.linalg.vecdot(chances, final - logs).clamp(min=0),
        "entropy": -torch.linalg.vecdot(logs.exp(), logs),
        "probs": taken[:, 0].exp(),
        "ranks": 1 + (logs > taken).sum(-1),
    }


def _reading(
    model: Any, found: Trace, targets: Int[np.ndarray, " pos"], grids: Any, kind: str
) -> Reading:
    asked = sorted({*grids["top_ids"].ravel().tolist(), *targets.tolist()})
    return Reading(
        kind=kind,
        layers=["embed", *(f"L{layer}" for layer in range(len(grids["kl"]) - 1))],
        pieces=found.pieces,
        ids=found.ids,
        special=found.special,
        top_ids=grids["top_ids"],
        top_probs=grids["top_probs"],
        words=dict(zip(asked, pieces(model.tokenizer, asked), strict=True)),
        target_ids=targets.astype(np.int32),
        target_probs=grids["probs"],
        target_ranks=grids["ranks"],
        kl=grids["kl"],
        entropy=grids["entropy"],
        text=found.text,
        model_name=found.model_name,
    )
