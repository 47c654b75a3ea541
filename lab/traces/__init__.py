"""What a model did with a text, as arrays: run once, kept, saved, opened without torch."""

from typing import TYPE_CHECKING

from lab.lazily import lazily
from lab.traces.record import Trace

if TYPE_CHECKING:
    from lab.traces.prompts import prompt_ids
    from lab.traces.run import next_probs, trace

__all__ = ["Trace", "next_probs", "prompt_ids", "trace"]
_ROOM = {"next_probs": "run", "prompt_ids": "prompts", "trace": "run"}

__getattr__ = lazily(__name__, _ROOM)
