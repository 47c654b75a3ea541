"""Answers to what the browser asks: the newest question wins, and a slow one blocks nothing.

A question is `{kind: "ask", what, client, id, args}`. For each `what` and client at most one runs
and one waits; a question that a newer one overtook while waiting is never run. Questions are
answered in a thread of the view's own, so that a cell may run meanwhile; whatever they touch
(a model) must bring its own lock.
"""

import threading
from collections.abc import Callable
from typing import Any

Answer = tuple[dict, list[bytes]]


class Answers:
    """Runs `answer(what, args)` for each question; the result goes to `send(content, buffers)`."""

    def __init__(self, answer: Callable[[str, dict], Answer], send: Callable[[dict, list], None]):
        self._answer, self._send = answer, send
        self._waiting: dict[tuple[str, str], dict] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, question: dict) -> None:
        """Take a question; one of the same kind that still waits is forgotten."""
        with self._lock:
            self._waiting[question["what"], question.get("client", "")] = question
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until every question so far is answered."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _next(self) -> dict | None:
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def _work(self) -> None:
        while (question := self._next()) is not None:
            self._send(*self._answered(question))

    def _answered(self, question: dict) -> Answer:
        head: dict[str, Any] = {key: question.get(key) for key in ("what", "client", "id")}
        head["kind"] = "answer"
        try:
            content, buffers = self._answer(question["what"], question.get("args") or {})
        except Exception as error:  # the reader sees it in the view, where the question was asked
            return {**head, "error": said(error)}, []
        return {**head, "content": content}, buffers


def said(error: BaseException) -> str:
    """An exception as one line: its type and its message.

    >>> said(ValueError("3 pieces but 2 values"))
    'ValueError: 3 pieces but 2 values'
    """
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
