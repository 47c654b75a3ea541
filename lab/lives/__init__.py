"""The life of a model: what changed between its checkpoints, as arrays of one file.

A `Life` opens without torch; `life` runs over the checkpoints of a training's folder and makes one.
"""

import importlib
from typing import TYPE_CHECKING, Any

from lab.lives.record import Life

if TYPE_CHECKING:
    from lab.lives.run import life

__all__ = ["Life", "life"]


def __getattr__(name: str) -> Any:
    if name == "life":
        return importlib.import_module("lab.lives.run").life
    raise AttributeError(f"module 'lab.lives' has no attribute {name!r}")
