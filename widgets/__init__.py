"""Views: they take arrays, names and callables, show them, and know no model.

A view takes a trace (anything with `pieces` and the numbers by name) or plain arrays, and every
view that is given the same `Session` follows it inside the browser.

    session = widgets.Session()
    widgets.Tokens(trace, session=session)      # click a piece …
    session.token                               # … and use its position in the next cell

Importing this package loads nothing heavy: each view is imported when it is first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .export import page as page
    from .session import Session as Session
    from .tokens import Tokens as Tokens

_HOMES = {
    "Session": "session",
    "Tokens": "tokens",
    "page": "export",
}

__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"widgets has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
