"""A circuit tested in a thread of its own: the newest wins, and it can be stopped."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]


class Trying:
    """Calls `ask(edges)` for one circuit at a time; a new one stops the one before.

    `ask` is also handed `progress=(done, of)` and `cancelled=() → bool`, if it takes them.
    told(done, of): how far it is. ended(what, edges, result, error): one of the last is None.
    """

    def __init__(self, told: Callable[..., None], ended: Callable[..., None]) -> None:
        self._told, self._ended = told, ended
        self._lock, self._turn = threading.Lock(), 0
        self._thread: threading.Thread | None = None

    def start(self, what: str, ask: Ask, edges: list[int]) -> None:
        """Ask about this circuit, once what runs has stopped; returns at once."""
        before = self._thread
        with self._lock:
            self._turn += 1
            how = (what, ask, edges, self._turn, before)
            self._thread = threading.Thread(target=self._run, args=how, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop what runs at the next step; what it has by then is kept if the test gives it."""
        with self._lock:
            self._turn += 1

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing runs; False when the time is up before that."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _run(self, what: str, ask: Ask, edges: list[int], turn: int, before: Any) -> None:
        if before is not None:
            before.join()
        result = error = None
        ways = {"progress": self._told, "cancelled": lambda: turn != self._turn}
        try:
            if turn == self._turn:
                result = ask(edges, **{name: ways[name] for name in _taken(ask)})
        except Exception as raised:  # the reader sees it in the view
            error = raised if turn == self._turn else None
        self._ended(what, edges, result, error)


def _taken(ask: Ask) -> list[str]:
    """Which of progress and cancelled a function takes.

    >>> _taken(lambda edges, progress=None: None)
    ['progress']
    """
    try:
        known = inspect.signature(ask).parameters
    except (TypeError, ValueError):
        return []
    every = any(one.kind is one.VAR_KEYWORD for one in known.values())
    return [name for name in ("progress", "cancelled") if every or name in known]
