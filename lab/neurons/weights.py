"""What a neuron's weights say of the vocabulary: which pieces it writes, which it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.hooks import lock_of
from lab.tokenizers.pieces import pieces


@dataclass(frozen=True, eq=False)
class Weights:
    """A value for every piece of the vocabulary, and the pieces at the two ends."""

    values: Float[np.ndarray, " vocab"]
    highest: list[tuple[str, float]]
    lowest: list[tuple[str, float]]
    exact: bool
    """Whether this is all that the weights do, or leaves out what lies between."""

    def __repr__(self) -> str:
        ends = [", ".join(f"{p!r} {v:.3g}" for p, v in end[:5]) for end in self._ends]
        return f"Weights(highest {ends[0]}; lowest {ends[1]})"

    @property
    def _ends(self) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        return self.highest, self.lowest


def writes(model: Any, layer: int, neuron: int, count: int = 10) -> Weights:
    """What the neuron adds to each piece's logit, for an activation of 1.

    Its output vector through the last norm's weights and the unembedding, with the scale at 1 (the
    real one divides all by the same number) and the mean over the vocabulary at 0 (a shift of all
    logits changes no probability). Exact for the straight way to the logits, of which the last
    layer has no other; what later layers make of it is not in it.

    Raises:
        ValueError: no such layer or neuron.

    >>> writes(model, 5, 14).highest[0]                      # doctest: +SKIP
    (' ball', 0.31)
    """
    _refuse_unknown(model, layer, neuron)
    out = model.blocks[layer].mlp.W_out[neuron]
    return straight(model, out, count, exact=layer == model.cfg.n_layers - 1)


def straight(
    model: Any, direction: Float[Tensor, " d_model"], count: int = 10, *, exact: bool = False
) -> Weights:
    """What a direction of the stream adds to each piece's logit, taken straight to the logits.

    As `writes` says of a neuron's. `exact`: whether no layer lies between.
    """
    with lock_of(model), torch.inference_mode():
        out = direction.float().to(model.W_U.device)
        if "RMS" not in str(model.cfg.normalization_type):
            out = out - out.mean()
        gain = getattr(model.ln_final, "weight", None)
        values = _times(model.W_U, out if gain is None else out * gain)
    return _weights(model, values - values.mean(), count, exact)


def reads(model: Any, layer: int, neuron: int, count: int = 10) -> Weights:
    """The activation that each piece's embedding would give the neuron, if it stood there alone.

    The embedding goes through the layer's own norm and the neuron's input weights (both of a gated
    one), without attention and without the layers between: close to the truth in layer 0 at most.

    Raises:
        ValueError: no such layer or neuron.
    """
    _refuse_unknown(model, layer, neuron)
    with lock_of(model), torch.inference_mode():
        block = model.blocks[layer]
        stream = block.ln2(model.W_E.detach().float()[None])[0]
        mlp = block.mlp
        values = _times(mlp.W_in[:, neuron], stream, mlp.b_in, neuron)
        if mlp.W_gate is None:
            values = _nonlinearity(model)(values)
        else:
            gate = _times(mlp.W_gate[:, neuron], stream, getattr(mlp, "b_gate", None), neuron)
            values = _nonlinearity(model)(gate) * values
    return _weights(model, values, count, False)


def _times(matrix: Tensor, vector: Tensor, bias: Any = None, neuron: int = 0) -> Tensor:
    product = vector.float() @ matrix.float()
    return product if bias is None else product + bias[neuron].float()


def _nonlinearity(model: Any) -> Any:
    from transformers.activations import ACT2FN

    return ACT2FN[model.cfg.act_fn]


def _weights(model: Any, values: Tensor, count: int, exact: bool) -> Weights:
    def end(sign: int) -> list[tuple[str, float]]:
        top = (values * sign).topk(min(count, len(values)))
        said = pieces(model.tokenizer, top.indices.tolist())
        return list(zip(said, (top.values * sign).tolist(), strict=True))

    return Weights(values.cpu().numpy(), end(1), end(-1), exact)


def _refuse_unknown(model: Any, layer: int, neuron: int) -> None:
    for name, value, count in (
        ("layer", layer, model.cfg.n_layers),
        ("neuron", neuron, model.cfg.d_mlp),
    ):
        if not 0 <= value < count:
            raise ValueError(f"{name} is {value}: from 0 to {count - 1}")
