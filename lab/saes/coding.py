"""The same sums as `Sae.codes`, in torch, for runs of the model."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lab.saes.record import Sae


class Coder:
    """A sparse autoencoder's arrays as tensors, beside the model they are used with."""

    def __init__(self, sae: Sae, device: Any = "cpu") -> None:
        self.encoder, self.bias, self.decoder, self.centre = (
            torch.as_tensor(part, dtype=torch.float32).to(device)
            for part in (sae.encoder, sae.bias, sae.decoder, sae.centre)
        )
        self.k = sae.k

    def codes(self, stream: Float[Tensor, "*place d_model"]) -> Float[Tensor, "*place feature"]:
        """How strongly each feature is there."""
        return kept((stream.float() - self.centre) @ self.encoder + self.bias, self.k)

    def decoded(self, codes: Float[Tensor, "*place feature"]) -> Float[Tensor, "*place d_model"]:
        """The stream that these codes tell."""
        return codes @ self.decoder + self.centre


def kept(strength: Float[Tensor, "*place feature"], k: int) -> Float[Tensor, "*place feature"]:
    """All but the `k` strongest of a place at 0, and what is below 0 too.

    >>> kept(torch.tensor([3.0, -1.0, 2.0, 1.0]), 2)
    tensor([3., 0., 2., 0.])
    """
    top = strength.topk(k, dim=-1, sorted=False)
    return torch.zeros_like(strength).scatter(-1, top.indices, top.values.relu())
