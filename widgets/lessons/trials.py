"""A reader's function on trial: run on examples or by a test, with a limit on its time."""

import ctypes
import linecache
import reprlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from widgets.glass.answers import said
from widgets.lessons.asking import plain

SECONDS = 2.0
Test = Callable[[Callable], Any] | Sequence[tuple[Any, Any]]


class TimeUp(BaseException):
    """The limit is over. No Exception, so that `except Exception` in a loop does not keep it."""


def fault(function: Any, test: Test, seconds: float = SECONDS) -> str:
    """What is wrong with `function`, by the first example that shows it; empty if nothing is.

    test: a callable that takes the function and asserts, or examples `((argument, …), wanted)`.
    seconds: for all of it together.

    >>> fault(lambda x: x + x, [((2,), 4), ((3,), 9)])
    'f(3) gave 6; wanted was 9'
    """
    if not callable(function):
        return f"that is a {type(function).__name__}; a function is wanted"
    found: list[str] = []
    trial = threading.Thread(target=lambda: found.append(_fault(function, test)), daemon=True)
    trial.start()
    trial.join(seconds)
    if trial.is_alive():
        _stop(trial)
    return found[0] if found and found[0] is not None else f"no answer within {seconds:g} seconds"


def _fault(function: Callable, test: Test) -> Any:
    try:
        return _tested(function, test) if callable(test) else _tried(function, test)
    except TimeUp:
        return None


def _tested(function: Callable, test: Callable) -> str:
    try:
        return "the test says no" if test(function) is False else ""
    except AssertionError as error:
        return " ".join(str(error).split()) or f"this does not hold: {_line(error)}"
    except Exception as error:
        return said(error)


def _tried(function: Callable, examples: Sequence[tuple[Any, Any]]) -> str:
    name = getattr(function, "__name__", "f").replace("<lambda>", "f")
    for given, wanted in examples:
        given = given if isinstance(given, tuple) else (given,)
        call = f"{name}({', '.join(map(_shown, given))})"
        try:
            got = function(*given)
        except Exception as error:
            return f"{call} raised {said(error)}"
        if not same(got, wanted):
            return f"{call} gave {_shown(got)}; wanted was {_shown(wanted)}"
    return ""


def same(got: Any, wanted: Any, tolerance: float | None = None) -> bool:
    """Whether two answers are the same: numbers and arrays within a tolerance, the rest exactly.

    tolerance: how far a number may be off; None allows 1 % of what is wanted, and nothing for
    whole numbers.

    >>> same(0.333, 1 / 3), same(3, 4), same([1, 2.0], np.array([1, 2])), same("a", "b")
    (True, False, True, False)
    """
    try:
        one, other = (np.asarray(value) for value in (got, wanted))
        if one.dtype.kind not in "biuf" or other.dtype.kind not in "biuf":
            return bool(got == wanted)
        if one.shape != other.shape:
            return False
        exact = tolerance is None and other.dtype.kind in "biu"
        off = 0 if exact else {"rtol": 0.01, "atol": 1e-9} if tolerance is None else tolerance
        limits = off if isinstance(off, dict) else {"rtol": 0, "atol": off * (1 + 1e-9)}
        return bool(np.allclose(one.astype(float), other.astype(float), equal_nan=True, **limits))
    except Exception:  # what cannot be compared is not the same
        return False


def _stop(thread: threading.Thread) -> None:
    """End a thread at its next step in Python; one that is inside a long C call goes on alone."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeUp)
    )
    thread.join(0.5)


def _shown(value: Any) -> str:
    short = reprlib.Repr()
    short.maxstring = short.maxother = 60
    value = plain(value)
    if not getattr(value, "ndim", 0):
        return short.repr(value)
    count = int(np.prod(value.shape))
    return str(value.tolist()) if count < 9 else f"an array of shape {tuple(value.shape)}"


def _line(error: AssertionError) -> str:
    """The source line of the failing assert."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if at is None:
        return ""
    return linecache.getline(at.tb_frame.f_code.co_filename, at.tb_lineno).strip()
