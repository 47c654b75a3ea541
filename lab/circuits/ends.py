"""What heads do at the end of each text: where they look, and what they say for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lab.circuits.measuring import Metric, at_ends
from lab.circuits.parts import Rows, Written, names, run

SCALE = "ln_final.hook_scale"
Head = tuple[int, int]


class Ends(NamedTuple):
    """Runs read behind the last piece of each row, the first axis being what was cut.

    metric: [cut, row]. direct: [cut, row, layer, head], each head's share in right − wrong, the
    last norm's divisor held. looks: [cut, row, layer, head, pos], where it looks from the end.
    """

    metric: Float[np.ndarray, "cut row"]
    direct: Float[np.ndarray, "cut row layer head"]
    looks: Float[np.ndarray, "cut row layer head pos"]


def ends(
    model: Any,
    texts: Rows,
    other: Written,
    cuts: Sequence[Sequence[Head]],
    metric: Metric,
    rows: int = 64,
) -> Ends:
    """Runs of the texts, in each of which some heads write what they wrote in `other`."""
    size = max(1, rows // len(texts.ids))
    parts = [
        _ends(model, texts, other, cuts[start : start + size], metric)
        for start in range(0, len(cuts), size)
    ]
    return Ends(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _ends(
    model: Any, texts: Rows, other: Written, cuts: Sequence[Sequence[Head]], metric: Metric
) -> Ends:
    layers, lengths = range(model.cfg.n_layers), texts.lengths.repeat(len(cuts))
    known = names(model)
    held: dict[Any, Tensor] = {}

    def speaking(z: Tensor, layer: int) -> Tensor:
        z = z.clone()
        for number, heads in enumerate(cuts):
            mine = [head for there, head in heads if there == layer]
            part = slice(number * len(texts.ids), (number + 1) * len(texts.ids))
            z[part, :, mine] = other.z[layer][:, :, mine]
        held["z", layer] = at_ends(z, lengths)
        return z

    def looking(pattern: Tensor, layer: int) -> None:
        held["pattern", layer] = at_ends(pattern.transpose(1, 2), lengths)

    edits: dict[str, Any] = {}
    for layer in layers:
        edits[known["z"][layer]] = lambda z, at=layer: speaking(z, at)
        edits[f"blocks.{layer}.attn.hook_pattern"] = lambda p, at=layer: looking(p, at)
    edits[SCALE] = lambda scale: held.update({SCALE: at_ends(scale, lengths)})
    with torch.no_grad():
        logits = run(model, texts, edits, len(cuts))
        shares = [_direct(model, layer, held, texts, len(cuts)) for layer in layers]
        measured = texts.measured(logits, metric)
    looks = [held["pattern", layer] for layer in layers]
    shape = (len(cuts), len(texts.ids))
    return Ends(*(_array(each, shape) for each in (
        measured, torch.stack(shares, 1), torch.stack(looks, 1))))  # fmt: skip


def _direct(
    model: Any, layer: int, held: dict[Any, Tensor], texts: Rows, times: int
) -> Float[Tensor, "row head"]:
    """Each head's way straight to the answer's logit less the wrong one's."""
    answers = model.W_U[:, texts.right] - model.W_U[:, texts.wrong]  # [d_model, row]
    towards = answers * model.ln_final.weight[:, None]
    if model.cfg.normalization_type.startswith("LN"):
        towards = towards - towards.mean(0)
    towards = towards.repeat(1, times) / held[SCALE].reshape(1, -1)
    out = torch.einsum("rhe,hed->rhd", held["z", layer], model.blocks[layer].attn.W_O)
    return torch.einsum("rhd,dr->rh", out, towards)


def _array(values: Tensor, shape: tuple[int, int]) -> np.ndarray:
    return values.reshape(*shape, *values.shape[1:]).double().cpu().numpy()
