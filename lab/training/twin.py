"""The hook-free twin that is trained in a model's place.

A bridge calls Python at every hook point and computes attention in the open, so that it can be
looked at; that costs a third and more of a small model's speed. So a plain Hugging Face module of
the same config learns, with `scaled_dot_product_attention`, and its weights are copied into the
bridge whenever someone may look. Whoever runs the bridge meanwhile sees the weights of one step,
never half of the next.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lab.hooks import lock_of
from lab.storage import file_tensors, plain_name

# As the families call it: what is not set here would be drawn from torch's own random state.
_DROPOUTS = (
    "resid_pdrop", "embd_pdrop", "attn_pdrop", "attention_dropout", "hidden_dropout", "dropout",
    "resid_dropout", "embed_dropout", "activation_dropout",
)  # fmt: skip
# The same curve in one kernel: spelled out in Python it is a third of a small model's step.
_ACTIVATIONS = ("activation_function", "hidden_act")
_IN_ONE = {"gelu_new": "gelu_pytorch_tanh"}


class Twin(nn.Module):
    """A plain module with a model's weights, whose forward gives the loss.

    Args:
        model: a bridge from `lab.load` or `lab.build`, in float32.
        dropout: share of activations dropped in training mode.
    Raises:
        TypeError: the model was not made by `lab.load` or `lab.build`.
        ValueError: it holds half-precision weights, whose small updates would be lost, or copies of
            weights, which training would not reach.
    """

    def __init__(self, model: Any, dropout: float = 0.0) -> None:
        super().__init__()
        with lock_of(model):
            bare = model.original_model
            weights = file_tensors(bare)
            _refuse_half(weights)
            self.plain = _fresh(bare, dropout)
            self.plain.load_state_dict(weights, strict=False)
            every = bare.named_parameters(remove_duplicate=False)
            theirs = {plain_name(name): parameter for name, parameter in every}
        # Parameters rather than their tensors: they stay when a model moves to another device.
        self._pairs = [(theirs[name], mine) for name, mine in self.plain.named_parameters()]
        _refuse_copies(bare, [their for their, _ in self._pairs])

    def forward(self, ids: Int[Tensor, "batch pos"], targets: Int[Tensor, "batch pos"]) -> Tensor:
        """The sum of −log p over the targets that are not −100, in nats."""
        hidden = self.plain.base_model(ids, use_cache=False).last_hidden_state
        scores: Float[Tensor, "batch pos vocab"] = self.plain.get_output_embeddings()(hidden)
        return F.cross_entropy(
            scores.float().flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum"
        )

    def weights(self) -> dict[str, Tensor]:
        """The weights under the names of a model folder's file."""
        return file_tensors(self.plain)

    @torch.no_grad()
    def take(self, weights: dict[str, Tensor]) -> None:
        """The other way: weights as `weights` gives them."""
        for name, tensor in self.weights().items():
            tensor.copy_(weights[name])

    def layer_parameters(self) -> list[list[nn.Parameter]]:
        """The parameters of each layer, first to last."""
        layers = next(
            module
            for module in self.plain.base_model.modules()
            if isinstance(module, nn.ModuleList)
        )
        return [list(layer.parameters()) for layer in layers]

    @torch.no_grad()
    def give(self, model: Any) -> None:
        """Copies the weights into the bridge, under its lock."""
        with lock_of(model):
            theirs = [their.data for their, _ in self._pairs]
            torch._foreach_copy_(theirs, [mine.data for _, mine in self._pairs])


def _fresh(bare: Any, dropout: float) -> Any:
    config = type(bare.config).from_dict(bare.config.to_dict())
    for name in _DROPOUTS:
        if hasattr(config, name):
            setattr(config, name, dropout)
    for name in _ACTIVATIONS:
        if (spelled := getattr(config, name, None)) in _IN_ONE:
            setattr(config, name, _IN_ONE[spelled])
    config._attn_implementation = "sdpa"
    config.pad_token_id = None  # end-of-text stands in the rows as a piece like any other
    with torch.random.fork_rng(devices=[]):
        plain = type(bare)(config)
    plain.tie_weights()
    return plain.to(next(bare.parameters()).device)


def _refuse_half(weights: dict[str, Tensor]) -> None:
    for name, tensor in weights.items():
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            raise ValueError(
                f"model holds {name} as {str(tensor.dtype).removeprefix('torch.')}: training needs "
                "float32, lab.load(…, dtype='float32'); precision='bf16' computes in half precision"
            )


def _refuse_copies(bare: Any, reached: list[nn.Parameter]) -> None:
    # TransformerLens splits the query, key and value weights of some kinds into views of them; a
    # model moved after that, and kinds whose weights are interleaved, have copies instead.
    storages = {parameter.untyped_storage().data_ptr() for parameter in reached}
    for name, parameter in bare.named_parameters():
        if parameter.untyped_storage().data_ptr() not in storages:
            raise ValueError(
                f"model keeps a copy of weights, {plain_name(name)}, that training would not "
                "reach: if it was moved by .to(…), save it and load it again with "
                "lab.load(folder, device=…)"
            )
