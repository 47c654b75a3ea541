"""A sweep at work: ever fuller pictures from a callable, whatever way it gives them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from widgets.patch.asking import Question
from widgets.patch.reach import reached
from widgets.patch.running import Job


def swept(
    job: Job, run: Callable[..., Any], wish: Question, metric: Any, progressed: Callable[[], None]
) -> Iterator[Any]:
    """What `run` gives for a wish, one sweep or ever fuller ones, until the job is stopped.

    A `run` that names `progress` and `cancelled` among its arguments is given both.
    An error that carries what was done before it (`error.partial`) gives that first.
    """

    def progress(done: int, of: int) -> None:
        job.done, job.of = int(done), int(of)
        progressed()

    found = None
    how = {"progress": progress, "cancelled": lambda: job.stopped} if _hears(run) else {}
    try:
        found = run(wish.clean, wish.corrupted, metric, wish.site, wish.by, **how)
        for one in found if isinstance(found, Iterator) else [found]:
            yield one
            if isinstance(found, Iterator):
                progress(*reached(one))
            if job.stopped:
                return
    except Exception as error:
        if getattr(error, "partial", None) is not None:
            yield error.partial  # pyright: ignore[reportAttributeAccessIssue]
        raise
    finally:
        getattr(found, "close", lambda: None)()


def _hears(run: Callable[..., Any]) -> bool:
    try:
        return {"progress", "cancelled"} <= set(inspect.signature(run).parameters)
    except ValueError:
        return False
