"""Name movers (Wang et al. 2022): heads that look at a name and write that name next.

Two things must come together, so the score is their product: the attention of the last token to
the name, and what the head would write for the name's logit from what stands there (its OV
circuit, straight into the unembedding). Summed over all tokens looked at, such products are the
head's whole direct effect on the logit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attention.sources import normed, numbers
from lab.traces import Trace

CONTROLS = 24
Heads = Float[np.ndarray, "layer head"]


@dataclass(frozen=True)
class NameMovers:
    """Each head's part in writing one name, as [layer, head].

    name: the piece; at: the positions it stands at.
    attention: from the last token to the name, a share of 1.
    effect: what the head writes for the name's logit where it looks at the name alone.
    score: attention × effect: what it does write from there, in logits above the average piece.
    control: [other, layer, head], the same for other names, none of them in the text: a head that
        writes these as much writes names, or loudly, but does not move this one.
    others: those names. whole: the head's direct effect from all it looks at, this name's logit.
    """

    name: str
    at: list[int]
    attention: Heads
    effect: Heads
    score: Heads
    control: Float[np.ndarray, "other layer head"]
    others: list[str]
    whole: Heads

    @property
    def beyond(self) -> Heads:
        """The score above what the same head writes of the other names, on average."""
        return self.score - self.control.mean(0)

    def __repr__(self) -> str:
        layer, head = np.unravel_index(self.beyond.argmax(), self.beyond.shape)
        best = self.beyond[layer, head]
        return f"NameMovers({self.name!r}, best L{layer}H{head}: {best:.3g} logits beyond others)"


def name_movers(
    model: Any,
    prompt: str | Sequence[int],
    name: str,
    *,
    others: Sequence[str] | None = None,
    prepend_bos: bool | None = None,
) -> NameMovers:
    """Which heads carry `name` from where it stands in the text to what comes next.

    Logits are against their mean over the vocabulary (softmax sees no more); the last norm's
    divisor is held as it is.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: a text in which the name stands, ending just before it would come again.
        name: a piece of the text, with its space: " Mary".
        others: names to compare with, a single token each; by default some common first names.
        prepend_bos: as in `lab.trace`.
    Raises:
        ValueError: the name is no single piece of the text, or no other name is.

    >>> text = "When Mary and John went to the store, John gave a drink to"
    >>> name_movers(model, text, " Mary")  # doctest: +SKIP
    NameMovers(' Mary', best L24H6: 1.9 logits beyond others)
    """
    from lab.traces import trace  # with torch

    keep = ["pattern", "v", "ln_final.hook_scale"]
    here = trace(model, prompt, keep, prepend_bos=prepend_bos)
    at = [place for place, piece in enumerate(here.pieces) if piece == name]
    if not at:
        raise ValueError(f"name={name!r} is no piece of this text: {here.pieces}")
    names = _others(model, here, name) if others is None else [_single(model, o) for o in others]
    if not names:
        raise ValueError("others: no other name is a single token of this model; give some")
    towards = _directions(model, [int(here.ids[at[0]]), *(token for _, token in names)])
    layers = here.layers("v")
    effects = np.stack([_effects(model, here, layer, towards) for layer in layers], axis=1)
    looks = here["pattern"][:, :, -1].astype(np.float64)  # [layer, head, key]
    moved = effects * looks  # [name, layer, head, key]
    attention = looks[:, :, at].sum(-1)
    score = moved[0][:, :, at].sum(-1)
    return NameMovers(
        name=name,
        at=at,
        attention=attention,
        effect=effects[0][:, :, at].mean(-1) if len(at) > 1 else effects[0][:, :, at[0]],
        score=score,
        control=moved[1:][..., at].sum(-1),
        others=[other for other, _ in names],
        whole=moved[0].sum(-1),
    )


def _effects(
    model: Any, trace: Trace, layer: int, towards: Float[np.ndarray, "d_model name"]
) -> Float[np.ndarray, "name head key"]:
    """What each head writes for each logit from each key, were it all it looked at."""
    out = numbers(model.blocks[layer].attn.W_O)  # [head, d_head, d_model]
    shared = len(out) // trace["v", layer].shape[1]  # heads to a value head
    values = np.repeat(trace["v", layer].astype(np.float64), shared, axis=1)
    written = np.matmul(values.transpose(1, 0, 2), out)
    scale = float(trace["ln_final.hook_scale"][-1, 0])
    flat = normed(model, model.ln_final, written.reshape(-1, out.shape[-1]), scale)
    return (flat @ towards).T.reshape(-1, *written.shape[:2])


def _directions(model: Any, ids: list[int]) -> Float[np.ndarray, "d_model name"]:
    """Which way in the stream each logit lies, above the average logit."""
    unembed = model.W_U.detach()
    return numbers(unembed[:, ids] - unembed.mean(-1, keepdim=True))


def _single(model: Any, name: str) -> tuple[str, int]:
    ids = model.tokenizer.encode(name, add_special_tokens=False)
    if len(ids) != 1:
        raise ValueError(f"others: {name!r} is {len(ids)} tokens of this model; one is needed")
    return name, ids[0]


def _others(model: Any, trace: Trace, name: str) -> list[tuple[str, int]]:
    """Common first names that are single pieces here and do not stand in the text."""
    from lab.corpora.names import COMMON_BOYS, COMMON_GIRLS, OTHER_BOYS, OTHER_GIRLS

    found: list[tuple[str, int]] = []
    for other in (*COMMON_GIRLS, *COMMON_BOYS, *OTHER_GIRLS, *OTHER_BOYS):
        piece = f" {other}" if name.startswith(" ") else other
        ids = model.tokenizer.encode(piece, add_special_tokens=False)
        if len(ids) == 1 and ids[0] not in trace.ids and len(found) < CONTROLS:
            found.append((piece, ids[0]))
    return found
