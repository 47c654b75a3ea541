"""What a model did with a text, as arrays: run once, kept, saved, opened without torch."""

import importlib
from typing import TYPE_CHECKING, Any

from lab.traces.record import Trace

if TYPE_CHECKING:
    from lab.traces.run import next_probs, trace

__all__ = ["Trace", "next_probs", "trace"]


def __getattr__(name: str) -> Any:
    if name in ("trace", "next_probs"):
        return getattr(importlib.import_module("lab.traces.run"), name)
    raise AttributeError(f"module 'lab.traces' has no attribute {name!r}")
