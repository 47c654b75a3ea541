"""Weights in memory: are they numbers, and under which names do they belong in a file?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lab.storage.refusals import Refused

if TYPE_CHECKING:
    import torch

_WRAPPER = "._original_component"


def refuse_non_finite(path: object, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Raises `Refused` naming the first tensor that holds NaN or infinity, and how many."""
    import torch

    for name, tensor in tensors:
        if not tensor.is_floating_point() or not tensor.numel():
            continue
        # The least and the greatest tell: NaN carries through, and no copy is made.
        if not all(torch.isfinite(edge) for edge in torch.aminmax(tensor.detach())):
            count = int((~torch.isfinite(tensor)).sum())
            raise Refused(
                path,
                f"tensor {plain_name(name)} holds {count:,} values of {tensor.numel():,} that are "
                "NaN or infinite",
            )


def plain_name(name: str) -> str:
    """A parameter's name as Hugging Face files write it, without what a bridge put into it.

    >>> plain_name("transformer.h.0._original_component.ln_1._original_component.weight")
    'transformer.h.0.ln_1.weight'
    """
    return name.replace(_WRAPPER, "")


def file_tensors(model: Any) -> dict[str, torch.Tensor]:
    """The weights of a Hugging Face model, wrapped or not, under the names its files use.

    Wrapping gives a weight several names and renames modules; the names of a fresh model of the
    same config, built without memory, tell which ones belong in a file. Tied weights come once.
    """
    import torch

    with torch.device("meta"):
        fresh = type(model)(model.config)
    have = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    tied = set(getattr(fresh, "all_tied_weights_keys", {}) or {})
    kept = {}
    for name, shape in ((name, tensor.shape) for name, tensor in fresh.state_dict().items()):
        if name in tied:
            continue
        if name not in have or have[name].shape != shape:
            raise ValueError(f"model has no tensor {name} of shape {tuple(shape)} to save")
        kept[name] = have[name].detach().contiguous()
    return kept
