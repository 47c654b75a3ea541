"""One thread for a view's long work: the newest job wins, and any can be stopped.

All jobs run in the same thread, because what a generator holds between its items belongs to the
thread that runs it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Job:
    """A piece of work: called with itself, so that it can look whether it is to stop.

    kind: what it is, for the reader. at: where. done, of: how far it is. over: it has ended.
    """

    def __init__(self, kind: str, call: Callable[[Job], None], of: int = 1, at: Any = None) -> None:
        self.kind, self.of, self.at, self.done = kind, of, at, 0
        self.stopped = self.over = False
        self._call = call

    def __call__(self) -> None:
        self._call(self)


class Worker:
    """Runs jobs one after another; `ended(job, error)` is called after each, in its thread."""

    def __init__(self, ended: Callable[[Job, BaseException | None], None]) -> None:
        self._ended = ended
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None
        self._waiting: Job | None = None
        self._closing = False
        self.job: Job | None = None

    def do(self, job: Job) -> None:
        """Take a job: the one at work is stopped, one that waits is forgotten."""
        with self._turn:
            self._refuse_closed()
            self._waiting = job
            if self.job is not None:
                self.job.stopped = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="generation", daemon=True)
                self._thread.start()
            self._turn.notify_all()

    def stop(self) -> None:
        """Stop the job at work after the item in hand, and forget one that waits."""
        with self._turn:
            self._waiting = None
            if self.job is not None:
                self.job.stopped = True

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is at work; False when the time is up before that."""
        inside = threading.current_thread() is self._thread
        with self._turn:
            return inside or self._turn.wait_for(self._idle, timeout)

    def close(self) -> None:
        """Stop, and end the thread."""
        self.stop()
        with self._turn:
            self._closing = True
            self._turn.notify_all()

    @property
    def busy(self) -> bool:
        """Is a job at work, or waiting to be?"""
        with self._turn:
            return not self._idle()

    def _idle(self) -> bool:
        return self.job is None and self._waiting is None

    def _refuse_closed(self) -> None:
        if self._closing:
            raise RuntimeError("this view is closed; make another")

    def _work(self) -> None:
        while (job := self._next()) is not None:
            error = None
            try:
                job()
            except BaseException as raised:  # it is shown in the view
                error = raised
            job.over = True
            self._ended(job, error)
            with self._turn:
                self.job = None
                self._turn.notify_all()

    def _next(self) -> Job | None:
        with self._turn:
            self._turn.wait_for(lambda: self._waiting is not None or self._closing)
            self.job, self._waiting = self._waiting, None
            return None if self._closing else self.job
