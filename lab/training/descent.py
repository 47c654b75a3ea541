"""The optimiser of a recipe, and its state as named tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lab.training.recipe import Recipe


class Descent:
    """AdamW, or Muon for the matrices inside the layers beside AdamW for the rest.

    Weight decay is decoupled and falls on matrices only: biases and norms are left alone.
    """

    def __init__(self, twin: Any, recipe: Recipe) -> None:
        self.names = {parameter: name for name, parameter in twin.plain.named_parameters()}
        inner = {p for layer in twin.layer_parameters() for p in layer if p.ndim == 2}
        matrices = [p for p in self.names if p.ndim > 1]
        vectors = [p for p in self.names if p.ndim <= 1]
        muon = [p for p in matrices if p in inner] if recipe.optimiser == "muon" else []
        taken = set(muon)
        groups = [
            {"params": [p for p in matrices if p not in taken], "weight_decay": recipe.decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        self._all: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                [group for group in groups if group["params"]],
                lr=recipe.lr, betas=recipe.betas, eps=recipe.eps, fused=_can_fuse(matrices[0]),
            )
        ]  # fmt: skip
        if muon:
            # Scaled so that one learning rate suits both (Liu et al. 2025, "Muon is scalable").
            self._all.append(
                torch.optim.Muon(
                    muon, lr=recipe.lr, weight_decay=recipe.decay, adjust_lr_fn="match_rms_adamw"
                )
            )

    def step(self, rate: float) -> None:
        """One update at this learning rate; the gradients are gone afterwards."""
        for optimiser in self._all:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    def state(self) -> dict[str, Tensor]:
        """What has to be kept to go on: one tensor for each parameter and quantity."""
        return {
            f"{self.names[parameter]}:{quantity}": tensor.detach()
            for optimiser in self._all
            for parameter, values in optimiser.state.items()
            for quantity, tensor in values.items()
        }

    def take(self, state: dict[str, Tensor]) -> None:
        """Goes on from a state that `state` gave.

        Raises:
            ValueError: it is of other parameters; nothing is taken then.
        """
        by_name = {name: parameter for parameter, name in self.names.items()}
        owner = {
            parameter: optimiser
            for optimiser in self._all
            for group in optimiser.param_groups
            for parameter in group["params"]
        }
        for key, tensor in state.items():
            parameter = by_name.get(key.rpartition(":")[0])
            if parameter is None or (tensor.ndim and tensor.shape != parameter.shape):
                raise ValueError(f"{key} {tuple(tensor.shape)} belongs to no weight of this model")
        for key, tensor in state.items():
            name, _, quantity = key.rpartition(":")
            parameter = by_name[name]
            place = parameter.device if tensor.ndim or _can_fuse(parameter) else "cpu"
            owner[parameter].state[parameter][quantity] = tensor.to(place, copy=True)


def norms(twin: Any, layers: list[list[nn.Parameter]], clip: float) -> tuple[float, list[float]]:
    """The gradient's norm in all and in each layer, before it is cut to `clip` (0: left alone)."""
    parameters = [p for p in twin.plain.parameters() if p.grad is not None]
    total = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    each = [
        torch.nn.utils.get_total_norm([p.grad for p in layer if p.grad is not None])
        for layer in layers
    ]
    if clip:
        torch.nn.utils.clip_grads_with_norm_(parameters, clip, total)
    # One transfer from the device for all of them.
    numbers = torch.stack([total, *each]).tolist()
    return numbers[0], numbers[1:]


def _can_fuse(parameter: Tensor) -> bool:
    return parameter.device.type in ("cpu", "cuda")
