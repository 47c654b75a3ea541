"""Each part's share of a logit, with the last norm's scale held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lab.attribution.record import Contributions
from lab.hooks import lock_of
from lab.lenses.unembedding import target_id
from lab.tokenizers.pieces import pieces
from lab.traces import Trace
from lab.traces.run import trace

SCALE = "ln_final.hook_scale"
_KEEP = (("resid_pre", 0), "hook_embed", "z", "v", "pattern", "mlp_out", SCALE)
_OFF = 1e-3  # of the sum of all sizes; more is no rounding


def contributions(
    model: Any,
    prompt: str | Sequence[int],
    token: str | int | None = None,
    against: str | int | None = None,
    *,
    position: int = -1,
    **how: Any,
) -> Contributions:
    """What every part of the model adds to the logit of one piece, or to a difference of two.

    Args:
        model: from `lab.load` or `lab.build`, or an edited one.
        prompt: text, or token ids.
        token: the piece, as text or id; the model's best guess if left out.
        against: a piece whose logit is taken off. A difference says more than a logit: what raises
            every piece alike drops out.
        position: behind which piece of the text; the last if left out.
        how: `prepend_bos`, `literal`, `cut`, as in `lab.trace`.
    Raises:
        ValueError: what `lab.trace` raises, a token of several pieces, a position outside the
            text, or a model whose parts do not sum to its logits (one that scales what its layers
            add, or caps its logits).

    >>> found = lab.contributions(model, "Tom gave Lily a", " ball")  # doctest: +SKIP
    >>> abs(found.values.sum() - found.logit) < 1e-4  # doctest: +SKIP
    True
    """
    found = trace(model, prompt, keep=_KEEP, **how)
    at = _place(position, len(found))
    assert found.logits is not None
    wanted = int(found.logits[at].argmax()) if token is None else target_id(model, token)
    other = None if against is None else target_id(model, against)
    own = float(found.logits[at, wanted]) - (0.0 if other is None else found.logits[at, other])
    with lock_of(model):
        parts, sources = _parts(model, found, at, _direction(model, wanted, other))
    result = _contributions(model, found, at, (wanted, other), parts, sources, float(own))
    _refuse_a_rest(result)
    return result


def _direction(model: Any, wanted: int, other: int | None) -> dict[str, Any]:
    """The direction in the stream that is the logit, and the biases that come after."""
    column, unembed = _unembedding(model, wanted)
    if other is not None:
        less, less_bias = _unembedding(model, other)
        column, unembed = column - less, unembed - less_bias
    direction = column * _numbers(model.ln_final.weight)
    if model.cfg.normalization_type.startswith("LN"):
        direction = direction - direction.mean()  # the norm takes each part's mean off
    bias = getattr(model.ln_final, "bias", None)
    norm = 0.0 if bias is None else float(_numbers(bias) @ column)
    return {"direction": direction, "norm": norm, "unembed": unembed}


def _unembedding(model: Any, token: int) -> tuple[Float[np.ndarray, " d_model"], float]:
    return _numbers(model.W_U[:, token]), float(model.b_U[token])


def _parts(
    model: Any, found: Trace, at: int, end: dict[str, Any]
) -> tuple[list[tuple[str, int, int, float]], Float[np.ndarray, "layer head pos"]]:
    towards = end["direction"] / _scale(found, at)
    start, embed = found["resid_pre", 0][at], found["hook_embed"][at]
    parts = [("embed", -1, -1, float(embed @ towards))]
    if (start != embed).any():
        parts.append(("positions", -1, -1, float((start - embed) @ towards)))
    sources = []
    for layer in range(model.cfg.n_layers):
        out, bias = head_outputs(model, layer)
        reads = out @ towards  # [head, d_head]: what each head's z is worth
        z, v = found["z", layer][at], found["v", layer]
        v = np.repeat(v, len(reads) // v.shape[1], axis=1)  # grouped queries share their values
        worth = np.einsum("khd,hd->hk", v, reads)
        sources.append(worth * found["pattern", layer][:, at])
        shares = np.einsum("hd,hd->h", z, reads)
        parts += [(f"L{layer}H{head}", layer, head, float(x)) for head, x in enumerate(shares)]
        if bias is not None:
            parts.append((f"L{layer} attention bias", layer, -1, float(bias @ towards)))
        parts.append((f"L{layer} MLP", layer, -1, float(found["mlp_out", layer][at] @ towards)))
    ends = (("final norm's bias", end["norm"]), ("unembedding's bias", end["unembed"]))
    parts += [(name, -1, -1, value) for name, value in ends if value]
    return parts, np.stack(sources).astype(np.float32)


def head_outputs(model: Any, layer: int) -> tuple[np.ndarray, np.ndarray | None]:
    """W_O, [head, d_head, d_model], and the attention's output bias if it has one."""
    attention = model.blocks[layer].attn
    bias = getattr(attention.o, "bias", None)
    return _numbers(attention.W_O), None if bias is None else _numbers(bias)


def _contributions(
    model: Any, found: Trace, at: int, ids: Any, parts: Any, sources: Any, logit: float
) -> Contributions:
    names, layers, heads, values = (list(column) for column in zip(*parts, strict=True))
    wanted, other = ids
    return Contributions(
        names=names,
        layers=np.array(layers),
        heads=np.array(heads),
        values=np.array(values),
        logit=logit,
        piece=pieces(model.tokenizer, [wanted])[0],
        against="" if other is None else pieces(model.tokenizer, [other])[0],
        position=at,
        scale=_scale(found, at),
        sources=sources,
        pieces=found.pieces,
        special=found.special,
        ids=found.ids,
        piece_ids=(wanted, -1 if other is None else other),
        text=found.text,
        model_name=found.model_name,
    )


def _refuse_a_rest(found: Contributions) -> None:
    rest = found.logit - found.values.sum()
    if not abs(rest) <= _OFF * max(1.0, np.abs(found.values).sum()):
        raise ValueError(
            f"the parts sum to {found.values.sum():.4g}, the model says {found.logit:.4g}: this "
            "architecture does more than adding its layers up and normalising once, or an edit "
            "stands in the stream itself; its parts have no exact shares"
        )


def _scale(found: Trace, at: int) -> float:
    return float(found[SCALE].reshape(len(found), -1)[at, 0])


def _place(position: int, count: int) -> int:
    if not -count <= position < count:
        raise ValueError(f"position={position}: the text has {count} pieces, 0 to {count - 1}")
    return position % count


def _numbers(tensor: Any) -> np.ndarray:
    return tensor.detach().double().cpu().numpy()
