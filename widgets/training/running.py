"""An iterable at work in a thread of its own: to be stopped, resumed, closed and waited for.

One thread takes every item and closes the iterable at the end, because what a generator holds
across its items (a lock, a gradient mode) belongs to the thread that runs it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

AT_WORK = ("running", "stopping")
OVER = ("done", "failed", "closed")


class Running:
    """Runs `items`, each through `take(item, seconds)`; `changed()` is called at each new phase.

    phase: "running"; "stopping" until the item in hand is taken, then "stopped", and from there
    "running" again; in the end "done", "failed" (see `error`) or "closed".
    seconds: time at work so far, pauses left out.
    """

    def __init__(
        self,
        items: Iterable[Any],
        take: Callable[[Any, float], None],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._items = iter(items)
        self._take, self._changed = take, changed
        self._turn = threading.Condition()
        self.phase = "running"
        self.error: BaseException | None = None
        self._closing = False
        self._worked, self._since = 0.0, time.monotonic()
        self._thread = threading.Thread(target=self._work, name="training board", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def seconds(self) -> float:
        now = time.monotonic() - self._since if self.phase in AT_WORK else 0.0
        return self._worked + now

    @property
    def inside(self) -> bool:
        """Is it the running thread that asks?"""
        return threading.current_thread() is self._thread

    def stop(self) -> None:
        """Pause after the item in hand; nothing where nothing runs."""
        self._become("stopping", only="running")

    def resume(self) -> None:
        """Go on where it stopped; a stop not yet reached is taken back."""
        resumed = any(self._become("running", only=phase) for phase in ("stopping", "stopped"))
        if not resumed and self.phase in OVER:
            raise RuntimeError(f"nothing to resume: the run is {self.phase}")

    def close(self, timeout: float | None = None) -> None:
        """End after the item in hand and close the iterable; waits until that is done."""
        with self._turn:
            self._closing = True
            self._turn.notify_all()
        if not self.inside and self._thread.is_alive():
            self._thread.join(timeout)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is stopped or over; False when the time is up before that."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._turn:
            while self.phase in AT_WORK:
                left = 0.5 if end is None else min(0.5, end - time.monotonic())
                if left <= 0:
                    return False
                self._turn.wait(left)  # in short turns, so that an interrupt is heard everywhere
        return True

    def _work(self) -> None:
        try:
            for item in self._items:
                self._take(item, self.seconds)
                if not self._go_on():
                    break
            over = "closed" if self._closing else "done"
        except BaseException as error:  # it is told in the board, and raised where someone waits
            self.error, over = error, "failed"
        self._shut()
        self._become("failed" if self.error else over)

    def _go_on(self) -> bool:
        """Wait while stopped; False when it is to be closed."""
        self._become("stopped", only="stopping")
        with self._turn:
            while self.phase == "stopped" and not self._closing:
                self._turn.wait()
        return not self._closing

    def _shut(self) -> None:
        try:
            getattr(self._items, "close", lambda: None)()
        except BaseException as error:
            self.error = self.error or error

    def _become(self, phase: str, only: str | None = None) -> bool:
        with self._turn:
            if only is not None and self.phase != only:
                return False
            self._worked = self.seconds
            self._since = time.monotonic()
            self.phase = phase
            self._turn.notify_all()
        self._changed()
        return True


class Pace:
    """Calls `tell` when `ask`ed, at most once in `interval` seconds, in a thread of its own.

    `now()` calls it at once, so that the last word is never lost.
    """

    def __init__(self, tell: Callable[[], None], interval: float) -> None:
        self._tell, self._interval = tell, interval
        self._due, self._over = threading.Event(), threading.Event()
        threading.Thread(target=self._work, name="training board, telling", daemon=True).start()

    def ask(self) -> None:
        """Something is to be told, soon."""
        if not self._due.is_set():
            self._due.set()

    def now(self) -> None:
        """Tell at once."""
        self._due.clear()
        self._tell()

    def end(self) -> None:
        """No more is to come."""
        self._over.set()
        self._due.set()

    def _work(self) -> None:
        while True:
            self._due.wait()
            if self._over.is_set():
                return
            self._due.clear()
            self._tell()
            self._over.wait(self._interval)
