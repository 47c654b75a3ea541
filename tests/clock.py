"""How long something may take, by the processor's clock: other programs are left out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block may work that long, and with what it waits for take two seconds more.

    >>> with within(1):
    ...     sum(range(9))
    36
    """
    began, worked = time.monotonic(), time.process_time()
    yield
    worked, took = time.process_time() - worked, time.monotonic() - began
    assert worked < seconds, f"worked {worked:.2f} s, {seconds} are allowed"
    assert took < seconds + 2, f"took {took:.2f} s for {worked:.2f} s of work"
