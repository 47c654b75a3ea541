"""How good a model is: bits a character on real text, and right words against wrong ones."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.evaluation.choosing import Accuracy, accuracy, wilson
    from lab.evaluation.reading import Bits, bits_per_character

_ROOM = {
    "Accuracy": "choosing",
    "accuracy": "choosing",
    "wilson": "choosing",
    "Bits": "reading",
    "bits_per_character": "reading",
}

__all__ = ["Accuracy", "Bits", "accuracy", "bits_per_character", "wilson"]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(importlib.import_module(f"lab.evaluation.{_ROOM[name]}"), name)
    raise AttributeError(f"module 'lab.evaluation' has no attribute {name!r}")
