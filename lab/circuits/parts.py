"""What each part of a model reads and writes in a run over many texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lab.circuits.measuring import Metric, at_ends
from lab.circuits.pairing import Pairs
from lab.circuits.wiring import Wiring

Edit = Callable[[Tensor], Tensor | None]
END, _UNEMBED = "ln_final.hook_in", "unembed.hook_in"
_OFF = 1e-3


def wiring_of(model: Any) -> Wiring:
    """The graph of a model.

    Raises:
        ValueError: a model whose layers read what its own attention has not yet written.
    """
    cfg = model.cfg
    if getattr(cfg, "parallel_attn_mlp", False):
        raise ValueError(
            f"{cfg.model_name}: its MLPs stand beside its heads, not behind; circuits know models "
            "whose MLPs read what the heads of their layer wrote"
        )
    kv_heads = getattr(cfg, "n_key_value_heads", None) or 0
    return Wiring(cfg.n_layers, cfg.n_heads, 0 if kv_heads == cfg.n_heads else kv_heads)


@dataclass(frozen=True, eq=False)
class Rows:
    """Texts of a set of pairs, on the model's device."""

    ids: Tensor
    lengths: Tensor
    right: Tensor
    wrong: Tensor

    def measured(self, logits: Tensor, metric: Metric) -> Tensor:
        """The metric of logits [row, vocab]; the rows may stand there several times over."""
        times = len(logits) // len(self.ids)
        return metric(logits, self.right.repeat(times), self.wrong.repeat(times))


def rows(model: Any, pairs: Pairs, *, corrupted: bool = False) -> Rows:
    """The clean texts of some pairs, or the corrupted ones."""
    chosen = pairs.corrupted if corrupted else pairs.clean
    arrays = (chosen, pairs.lengths, pairs.right, pairs.wrong)
    return Rows(*(torch.as_tensor(each, device=model.cfg.device) for each in arrays))


def run(model: Any, texts: Rows, edits: Mapping[str, Edit], times: int = 1) -> Tensor:
    """The logits behind the last piece of each row, in a run with functions at hook points.

    A function that gives None leaves what is there. `times`: how often the rows are run, one
    behind another.
    """
    lengths, ids = texts.lengths.repeat(times), texts.ids.repeat(times, 1)
    edits = {**edits, _UNEMBED: lambda stream: at_ends(stream, lengths)[:, None]}
    # Called by name: the hook comes as the second argument.
    hooks = [(name, lambda value, hook, edit=edit: edit(value)) for name, edit in edits.items()]  # noqa: ARG005
    with model.hooks(fwd_hooks=hooks) as bridge:
        # The mask hides nothing; without one transformers warns of padding.
        return bridge(ids, attention_mask=torch.ones_like(ids), return_type="logits")[:, 0]


def kept(model: Any, texts: Rows, names: list[str]) -> tuple[Tensor, dict[str, Tensor]]:
    """The logits of a run and what passed these hook points."""
    found: dict[str, Tensor] = {}
    edits = {name: lambda value, name=name: found.update({name: value}) for name in names}
    return run(model, texts, edits), found


@dataclass(frozen=True, eq=False)
class Written:
    """What a run wrote and what each layer read.

    embed [row, pos, d_model]; for each layer z [row, pos, head, d_head], mlp and streams.
    """

    logits: Tensor
    embed: Tensor
    z: list[Tensor]
    mlp: list[Tensor]
    before: list[Tensor]
    """The stream that the heads of each layer read."""
    middle: list[Tensor]
    """The stream that the MLP of each layer reads."""
    end: Tensor

    @property
    def layers(self) -> int:
        return len(self.z)


def names(model: Any) -> dict[str, list[str]]:
    """The hook points that are read, by layer."""
    forms = {
        "z": "attn.hook_z", "q": "attn.hook_q", "k": "attn.hook_k", "v": "attn.hook_v",
        "mlp": "hook_mlp_out", "before": "hook_resid_pre", "middle": "ln2.hook_in",
    }  # fmt: skip
    layers = range(model.cfg.n_layers)
    found = {part: [f"blocks.{layer}.{form}" for layer in layers] for part, form in forms.items()}
    every = [*(name for part in found.values() for name in part), END, _UNEMBED]
    if lost := [name for name in every if name not in model.hook_dict]:
        raise ValueError(f"this architecture has no {lost[0]}: circuits need it")
    return found


def written(model: Any, texts: Rows) -> Written:
    """A plain run, its parts kept and checked: they must sum to the stream.

    Raises:
        ValueError: an architecture that does more than add its layers up.
    """
    known = names(model)
    parts = ("z", "mlp", "before", "middle")
    logits, found = kept(model, texts, [*(n for part in parts for n in known[part]), END])
    lists = {part: [found[name] for name in known[part]] for part in parts}
    result = Written(logits, embed=lists["before"][0], end=found[END], **lists)
    _refuse_a_rest(model, result)
    return result


def outputs(model: Any, layer: int, z: Tensor) -> Tensor:
    """What each head writes, [head, row, pos, d_model], without the bias they share."""
    weight = model.blocks[layer].attn.W_O  # [head, d_head, d_model]
    return torch.einsum("bphe,hed->hbpd", z, weight)


def normed(model: Any, layer: int, streams: Tensor) -> Tensor:
    """Streams of any leading axes behind the norm that the heads of a layer read through."""
    return model.blocks[layer].ln1.original_component(streams)


def projection(model: Any, layer: int, port: str) -> tuple[Tensor, Tensor | None]:
    """What makes a port's vectors of a normed stream: [head, d_model, d_head] and its bias."""
    attention = model.blocks[layer].attn
    return getattr(attention, f"W_{port.upper()}"), getattr(attention, f"b_{port.upper()}", None)


def deltas(model: Any, one: Written, other: Written) -> Tensor:
    """What each node writes in one run more than in the other, [node, row, pos, d_model]."""
    found = [(one.embed - other.embed)[None]]
    for layer in range(one.layers):
        found.append(outputs(model, layer, one.z[layer] - other.z[layer]))
        found.append((one.mlp[layer] - other.mlp[layer])[None])
    return torch.cat(found)


def _refuse_a_rest(model: Any, found: Written) -> None:
    total = found.embed.clone()
    for layer in range(found.layers):
        bias = getattr(model.blocks[layer].attn.o, "bias", None)
        total += outputs(model, layer, found.z[layer]).sum(0) + (0 if bias is None else bias)
        total += found.mlp[layer]
    off, size = float((total - found.end).abs().max()), float(found.end.abs().max())
    if not off <= _OFF * max(1.0, size):
        raise ValueError(
            f"the parts miss the stream by {off:.3g} (of {size:.3g}): this architecture does more "
            "than add its layers up, or an edit stands in the stream itself; it has no edges"
        )
