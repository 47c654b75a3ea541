"""On which device a model runs, and why."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass


@dataclass(frozen=True)
class Placement:
    """A device's name for torch, and a sentence that says why it was chosen."""

    device: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def placement(device: str | None = None) -> Placement:
    """The device a model would be put on: the one asked for, or the best that is there.

    Without a wish it is CUDA, then Apple's MPS where TransformerLens allows it (it gives wrong
    numbers silently on some versions: TRANSFORMERLENS_ALLOW_MPS=1 allows it), then the CPU. A
    device that is asked for and is not there becomes the CPU, with a warning.

    >>> placement("cpu")
    Placement(device='cpu', sentence='On the CPU, as asked.')
    """
    asked = str(device) if device is not None else None
    kind = asked.split(":")[0] if asked else _best()
    lack = _lack(kind, asked)
    if asked and not lack:
        return Placement(asked, f"On {_NAMES.get(kind, kind)}, as asked.")
    if asked:
        warnings.warn(f"device {asked!r}: {lack}; the CPU is used instead", stacklevel=3)
        return Placement("cpu", f"On the CPU, because of {asked!r}: {lack}.")
    return Placement(kind, f"On {_NAMES[kind]}: {_REASONS[kind]}.")


_NAMES = {"cpu": "the CPU", "cuda": "the NVIDIA GPU", "mps": "the Apple GPU"}
_REASONS = {
    "cpu": "torch finds no GPU that can be used",
    "cuda": "torch finds one",
    "mps": "torch finds one, and TRANSFORMERLENS_ALLOW_MPS=1 allows it",
}


def _best() -> str:
    return next(kind for kind in ("cuda", "mps", "cpu") if not _lack(kind, None))


def _lack(kind: str, asked: str | None) -> str:
    import torch

    if kind == "cpu":
        return ""
    if kind == "cuda":
        number = asked.partition(":")[2] if asked else ""
        if not torch.cuda.is_available():
            return "torch finds no NVIDIA GPU here"
        if number.isdigit() and int(number) >= torch.cuda.device_count():
            return f"there are {torch.cuda.device_count()} NVIDIA GPUs, counted from 0"
        return ""
    if kind == "mps":
        if not torch.backends.mps.is_available():
            return "torch finds no Apple GPU here"
        if os.environ.get("TRANSFORMERLENS_ALLOW_MPS") != "1":
            return "TransformerLens holds it unreliable unless TRANSFORMERLENS_ALLOW_MPS=1"
        return ""
    return "no such kind of device: cpu, cuda, cuda:1, … or mps"
