"""Names of a room that are imported when they are first asked for: torch stands behind them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A package's `__getattr__`: for each name, the module of the package that has it.

    Raises:
        AttributeError: (when called) the package has no such name.

    >>> lazily("lab", {"first_line": "reach"})("first_line").__name__
    'first_line'
    """

    def found(name: str) -> Any:
        if name in homes:
            return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return found
