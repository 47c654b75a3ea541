"""Wait for something in a saved page without evaluating anything there.

Playwright's `wait_for_function` evaluates its text in the page itself at every look but the first,
which the policy of a saved page refuses: it passes where there is nothing to wait for, and breaks
where there is. Looking from here goes through the debugger, which no policy stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

LOOK_EVERY = 20
"""Milliseconds between two looks."""


def until(page: Page, told: str | Callable[[], Any], arg: Any = None, *, seconds: float = 15):
    """The first true value of `told`: JavaScript, a function of `arg` in it, or one of Python.

    Raises AssertionError after so many seconds. Where a text, a count or an attribute is waited
    for, `expect(locator)` says it better.

    >>> until(page, "asked.length === 1")   # doctest: +SKIP
    True
    """
    end = time.monotonic() + seconds
    look = told if callable(told) else lambda: page.evaluate(told, arg)
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds} s: {told} (last seen: {found!r})"
        page.wait_for_timeout(LOOK_EVERY)
    return found
