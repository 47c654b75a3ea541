"""What the tests of training share: tiny models, a small corpus, a short recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

import lab

NAMES = ("Tom", "Lily", "Ben", "Sue")
TEXTS = [f"{NAMES[i % 4]} gave {NAMES[(i * 3 + 1) % 4]} {i} balls. " for i in range(40)]


def tiny_model(kind: str = "gpt2", **sizes: Any) -> Any:
    """A random model of one layer that takes 16 pieces."""
    return lab.build(kind, **{"layers": 1, "heads": 2, "d_model": 16, "context": 16, **sizes})


def trained(model: Any = None, texts: Any = TEXTS, **settings: Any) -> list[lab.Step]:
    """All steps of a short training."""
    settings = {"steps": 8, "batch": 4, "warmup": 2, **settings}
    return list(lab.train(model if model is not None else tiny_model(), texts, **settings))


def losses(steps: list[lab.Step]) -> list[float]:
    """The curve; equal curves to the last bit mean equal trainings."""
    return [step.loss for step in steps]


def weights_of(model: Any) -> dict[str, torch.Tensor]:
    """A copy of a model's weights."""
    return {name: tensor.clone() for name, tensor in model.original_model.named_parameters()}


def same_weights(one: Any, other: Any) -> bool:
    """Equal to the last bit."""
    mine, theirs = weights_of(one), weights_of(other)
    return mine.keys() == theirs.keys() and all(torch.equal(mine[n], theirs[n]) for n in mine)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
