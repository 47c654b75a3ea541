"""The residual stream before a layer as the sum of what wrote it, and what a norm makes of each.

Embedding, position embedding, every earlier head and MLP: their outputs add up to the stream. A
layer norm divides by one number for the whole vector; with that number held fixed it is linear,
and every part can be followed through it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from lab.traces import Trace

TOKEN, POSITION, BIASES, REST = "token embedding", "position embedding", "biases", "unaccounted"
Vector = Float[np.ndarray, " d_model"]


def numbers(weight: Any) -> np.ndarray:
    """A model's weight as float64."""
    return weight.detach().cpu().double().numpy()


def wanted(model: Any, layer: int) -> list[Any]:
    """The hook points that `written` reads."""
    before = range(layer)
    some = [("z", earlier) for earlier in before] + [("mlp_out", earlier) for earlier in before]
    here = [("resid_pre", layer), ("scale", layer, "ln1")]
    return ["embed", *(["pos_embed"] if positioned(model) else []), *here, *some]


def positioned(model: Any) -> bool:
    """Whether positions are vectors added to the tokens' (learned), rather than turns."""
    return "hook_pos_embed" in model.hook_dict and model.cfg.positional_embedding_type == "standard"


def written(model: Any, trace: Trace, layer: int, at: int) -> dict[str, Vector]:
    """Who wrote what into the stream that `layer` reads at position `at`; sums to the stream.

    What the parts miss, by an edit or an architecture with more of them, stands as `unaccounted`.
    """
    parts = {TOKEN: trace["hook_embed"][at].astype(np.float64)}
    if positioned(model):
        parts[POSITION] = trace["hook_pos_embed"][at].astype(np.float64)
    biases = np.zeros_like(parts[TOKEN])
    for earlier in range(layer):
        attn = model.blocks[earlier].attn
        each = np.einsum("hd,hdm->hm", trace["z", earlier][at], numbers(attn.W_O))
        parts |= {f"L{earlier}H{head}": vector for head, vector in enumerate(each)}
        parts[f"L{earlier} MLP"] = trace["mlp_out", earlier][at].astype(np.float64)
        if attn.b_O is not None:
            biases += numbers(attn.b_O)
    parts[BIASES] = biases
    rest = trace["resid_pre", layer][at] - sum(parts.values())
    if np.abs(rest).max() > 1e-3 * np.abs(trace["resid_pre", layer][at]).max():
        parts[REST] = rest
    return parts


def normed(
    model: Any, norm: Any, vectors: Float[np.ndarray, "part d_model"], scale: float
) -> Float[np.ndarray, "part d_model"]:
    """Each part behind a norm whose divisor is held at `scale`; without the norm's own bias."""
    if model.cfg.normalization_type.startswith("LN"):
        vectors = vectors - vectors.mean(-1, keepdims=True)
    return vectors / scale * numbers(norm.weight)


def norm_bias(norm: Any, width: int) -> Vector:
    """What the norm adds whatever comes in."""
    bias = getattr(norm, "bias", None)
    return np.zeros(width) if bias is None else numbers(bias)
