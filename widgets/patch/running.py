"""One long job at a time in a thread of its own: the newest wins, and it can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Job:
    """A piece of work: `work(job)` looks at `stopped`, and says how far it is in `done`, `of`."""

    def __init__(self, work: Callable[[Job], None]) -> None:
        self.work, self.done, self.of = work, 0, 0
        self.stopped = self.over = False
        self.error: BaseException | None = None


class Runner:
    """Runs jobs; `ended(job)` is called after each, in its thread."""

    def __init__(self, ended: Callable[[Job], None]) -> None:
        self._ended = ended
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.job: Job | None = None

    def start(self, work: Callable[[Job], None]) -> Job:
        """Take a job; the one at work is stopped, and ends first."""
        job = Job(work)
        with self._lock:
            before, self._thread = self._thread, None
            self.stop()
            self.job = job
            self._thread = threading.Thread(target=self._work, args=(job, before), daemon=True)
            self._thread.start()
        return job

    def stop(self) -> None:
        """Ask the job at work to stop."""
        if self.job is not None:
            self.job.stopped = True

    def wait(self, timeout: float | None = None) -> Job | None:
        """Wait until nothing is at work; the job that was last."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        return self.job

    @property
    def busy(self) -> bool:
        """Is a job at work?"""
        return self.job is not None and not self.job.over

    def _work(self, job: Job, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        try:
            if not job.stopped:
                job.work(job)
        except BaseException as error:  # it is shown in the view
            job.error = error
        job.over = True
        self._ended(job)
