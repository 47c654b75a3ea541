"""What a model did with a text, as arrays: run once, kept, saved, opened without torch."""

import importlib
from typing import TYPE_CHECKING, Any

from lab.traces.record import Trace

if TYPE_CHECKING:
    from lab.traces.prompts import prompt_ids
    from lab.traces.run import next_probs, trace

__all__ = ["Trace", "next_probs", "prompt_ids", "trace"]
_ROOM = {"next_probs": "run", "prompt_ids": "prompts", "trace": "run"}


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(importlib.import_module(f"lab.traces.{_ROOM[name]}"), name)
    raise AttributeError(f"module 'lab.traces' has no attribute {name!r}")
