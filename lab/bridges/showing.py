"""The one thing this room shows: a bar while a model is converted, because it takes a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def bar(progress: Callable[[float, str], None] | bool) -> Iterator[Callable[[float, str], None]]:
    """Gives a callable for (part done, what): the one given, nothing (False), or a bar (True).

    The bar appears with the first step, so nothing shows when nothing has to be converted.
    """
    if not isinstance(progress, bool):
        yield progress
        return
    shown = _Bar(progress)
    try:
        yield shown.step
    finally:
        shown.close()


class _Bar:
    def __init__(self, wanted: bool) -> None:
        self.wanted, self.tqdm, self.done = wanted, None, 0.0

    def step(self, done: float, what: str) -> None:
        if self.wanted and self.tqdm is None:
            self.tqdm = _tqdm()
        if self.tqdm is not None:
            self.tqdm.set_postfix_str(what)
            self.tqdm.update(round(100 * done) - self.tqdm.n)

    def close(self) -> None:
        if self.tqdm is not None:
            self.tqdm.close()


def _tqdm() -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=100, desc="Converting once", unit="%", bar_format="{l_bar}{bar}| {postfix}")
