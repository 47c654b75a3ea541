"""Edits that would be lost, as errors.

Some architectures (OPT, GPT-Neo) leave attention to Hugging Face's own code. TransformerLens then
shows its scores and its pattern when they have been used already, and drops an edit made there
with a warning: an experiment that does nothing, and says so where nobody looks.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_LATE = "_fire_post_hoc_hook"


class LostEdit(ValueError):
    """An edit at a hook point that can be looked at but not changed, or that nothing passes."""


def refusing_lost_edits(bridge: Any) -> None:
    """From now on, an edit that TransformerLens would drop raises `LostEdit`."""
    for module in bridge.modules():
        if hasattr(type(module), _LATE) and not hasattr(type(module), "_refusing"):
            module.__class__ = _refusing(type(module))


@cache
def _refusing(base: type) -> type:
    return type(base.__name__, (base,), {_LATE: _fire, "_refusing": True})


def _fire(self: Any, hook: Any, tensor: Any, label: str) -> Any:
    result = hook(tensor)
    if result is tensor or (
        getattr(result, "shape", None) == tensor.shape and bool((result == tensor).all())
    ):
        return result
    raise LostEdit(
        f"the edit at {hook.name or f'{self.name}.{label}'} would be lost: this architecture "
        "computes its attention before the hook is shown it. Edit 'q', 'k', 'v' or 'z' instead"
    )
