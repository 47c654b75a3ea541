"""Does the model with hooks compute what `transformers` computes? Measured, not assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

TEXT = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True)
class Parity:
    """Largest absolute differences between a bridge and the bare model, on a short text.

    `patterns` and `residuals` are None where the bare model does not give them out.
    """

    text: str
    logits: float
    patterns: float | None
    residuals: float | None

    @property
    def worst(self) -> float:
        """The largest of the three."""
        return max(self.logits, self.patterns or 0.0, self.residuals or 0.0)

    def __str__(self) -> str:
        return f"largest difference from transformers: {self.worst:.1e} (on {self.text!r})"


@dataclass(frozen=True)
class Reference:
    """What the bare model gave, before it was wrapped."""

    ids: torch.Tensor
    logits: torch.Tensor
    patterns: tuple[torch.Tensor, ...]
    residuals: tuple[torch.Tensor, ...]


def reference(hf_model: Any, tokenizer: Any) -> Reference:
    """Runs the bare model on `TEXT` and keeps its logits, patterns and residual stream."""
    import torch

    ids = torch.tensor([_ids(hf_model, tokenizer)], device=hf_model.device)
    with torch.inference_mode():
        out = hf_model(ids, output_attentions=True, output_hidden_states=True, use_cache=False)
    return Reference(ids, out.logits, _tensors(out, "attentions"), _tensors(out, "hidden_states"))


def compared(bridge: Any, against: Reference) -> Parity:
    """Runs the bridge on the same ids and takes the largest differences.

    The last of Hugging Face's hidden states lies behind the final norm, so it is compared with
    what leaves that norm; the others are the residual stream before each layer.
    """
    import torch

    with torch.inference_mode():
        logits, cache = bridge.run_with_cache(against.ids, names_filter=_wanted)
    patterns = _in_order(cache, "attn.hook_pattern")
    residuals = [*_in_order(cache, "hook_resid_pre"), *_final(cache)]
    return Parity(
        TEXT,
        float((logits - against.logits).abs().max()),
        _largest(patterns, against.patterns),
        _largest(residuals, against.residuals),
    )


def _ids(hf_model: Any, tokenizer: Any) -> list[int]:
    rows = hf_model.get_input_embeddings().weight.shape[0]
    found = [number for number in tokenizer(TEXT)["input_ids"] if number < rows]
    context = getattr(hf_model.config, "max_position_embeddings", None) or 16
    return (found or [0, min(1, rows - 1)])[: min(context, 48)]


def _tensors(out: Any, name: str) -> tuple[torch.Tensor, ...]:
    return tuple(tensor for tensor in getattr(out, name, None) or () if tensor is not None)


def _wanted(name: str) -> bool:
    return name.endswith(("attn.hook_pattern", "hook_resid_pre")) or name == _FINAL


_FINAL = "ln_final.hook_out"


def _in_order(cache: Any, ending: str) -> list[torch.Tensor]:
    names = [name for name in cache if name.endswith(ending)]
    return [cache[name] for name in sorted(names, key=lambda name: int(name.split(".")[1]))]


def _final(cache: Any) -> list[torch.Tensor]:
    return [cache[_FINAL]] if _FINAL in cache else []


def _largest(ours: list[torch.Tensor], theirs: tuple[torch.Tensor, ...]) -> float | None:
    if not theirs or len(ours) != len(theirs):
        return None
    return max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))
