"""How a text goes on: what the model expects next, the rules that cut it, and the draw."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.sampling.choosing import Choose, drawing
    from lab.sampling.continuing import continuation, continued

_ROOM = {
    "Choose": "choosing",
    "drawing": "choosing",
    "continuation": "continuing",
    "continued": "continuing",
}

__all__ = ["Choose", "continuation", "continued", "drawing"]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(importlib.import_module(f"lab.sampling.{_ROOM[name]}"), name)
    raise AttributeError(f"module 'lab.sampling' has no attribute {name!r}")
