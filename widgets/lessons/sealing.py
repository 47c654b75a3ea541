"""Answers that a notebook can hold without telling them: a salted hash of each.

A seal keeps an answer from being read in passing. It does not keep a determined reader from trying
every head there is; nothing that is graded on the reader's own machine could.

A number must open its seal from a distance, and a hash knows no distance. So what is hashed is the
number of a bin: bins are twice the tolerance wide and laid so that the answer stands in the middle
of its own. A value then shares the answer's bin if, and only if, it is within the tolerance. The
seal tells where bins begin (the answer's place within a bin, the part that the tolerance ignores),
not which of them it is.

`check.js` opens the same seals in a saved page.
"""

import secrets
from hashlib import pbkdf2_hmac
from math import floor, isfinite
from numbers import Integral, Real
from typing import Any

from widgets.glass.text import clean
from widgets.lessons.asking import plain

MARK = "sealed"
ROUNDS = 10_000
DIGITS = 18
"""What a hash is written with: a seal with more or fewer was spoiled on the way."""
ROOM = 1 + 1e-9
"""Both ends of the tolerance still open the seal, whatever binary fractions make of them."""


def sealed(*answers: Any, tolerance: float | None = None) -> str:
    """The text that stands for an answer in a notebook; any one of several answers opens it.

    answers: strings, numbers, (layer, head), tuples of whole numbers. tolerance: how far a number
    may be off, the ends included; without one, whole numbers and strings must be exact and other
    numbers within 1 %.
    Raises ValueError for no answer, or one that cannot be sealed.

    >>> opens(sealed(0.42, tolerance=0.02), 0.44), opens(sealed(0.42, tolerance=0.02), 0.45)
    (True, False)
    """
    if not answers:
        raise ValueError("sealed: no answer given; try sealed((5, 1))")
    return " ".join(_seal(plain(answer), tolerance) for answer in answers)


def is_sealed(answer: Any) -> bool:
    """Whether `answer` is a text that `sealed` gave."""
    return isinstance(answer, str) and answer.startswith(f"{MARK}:")


def opens(seal: str, value: Any, *, loose: bool = False) -> bool:
    """Whether `value` is an answer that `seal` was made from.

    loose: capitals and white space do not matter, as for a text somebody typed.
    Raises ValueError for a text that is no seal.

    >>> opens(sealed("The cat"), "the  CAT "), opens(sealed("The cat"), "the  CAT ", loose=True)
    (False, True)
    """
    return any(_opens(part, plain(value), loose) for part in seal.split())


def _seal(answer: Any, tolerance: float | None) -> str:
    salt = secrets.token_hex(6)
    off = _tolerance(answer, tolerance)
    if off is None:
        text = exact(answer)
        return ":".join([MARK, salt, _digest(salt, text), _digest(salt, _typed(text))])
    width = 2 * off * ROOM
    start = answer - off * ROOM  # the lower end of the answer's own bin …
    start -= floor(start / width) * width  # … as a place within a bin
    digest = _digest(salt, _bin(answer, start, width))
    return ":".join([MARK, salt, digest, repr(float(start)), repr(float(width))])


def _opens(seal: str, value: Any, loose: bool) -> bool:
    mark, *parts = seal.split(":")
    digests = parts[1:] if len(parts) == 3 else parts[1:2]
    if mark != MARK or len(parts) not in (3, 4) or any(len(one) != DIGITS for one in digests):
        raise ValueError(f"{seal!r:.80} is no seal; widgets.sealed(answer) makes one")
    salt, digest = parts[:2]
    if len(parts) == 4:
        if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
            return False
        return _digest(salt, _bin(float(value), *map(float, parts[2:]))) == digest
    if not isinstance(value, str | Integral | tuple) and not _whole(value):
        return False
    text = exact(value)
    return _digest(salt, _typed(text)) == parts[2] if loose else _digest(salt, text) == digest


def _tolerance(answer: Any, tolerance: float | None) -> float | None:
    if isinstance(answer, bool) or not isinstance(answer, Real):
        if tolerance is not None:
            raise ValueError(f"tolerance={tolerance} is for numbers, not for {answer!r:.40}")
        return None
    if not isfinite(answer):
        raise ValueError(f"{answer} cannot be sealed: a finite number is wanted")
    if tolerance is None:
        return None if isinstance(answer, Integral) else abs(float(answer)) / 100 or 1e-9
    if not (isfinite(tolerance) and tolerance > 0):
        raise ValueError(f"tolerance={tolerance}; a number above 0 is wanted, or None")
    return tolerance


def _whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def exact(answer: Any) -> str:
    """The one way of writing an answer; a choice 2, a typed "2" and 2.0 are the same.

    >>> exact((5, 1)), exact(2.0), exact(" to")
    ('[5,1]', '2', ' to')
    """
    if isinstance(answer, str):
        return clean(answer)
    if isinstance(answer, bool) or answer is None:
        return str(answer)
    if isinstance(answer, Integral) or _whole(answer):
        return str(int(answer))
    if isinstance(answer, tuple):
        return f"[{','.join(map(exact, answer))}]"
    raise ValueError(
        f"a {type(answer).__name__} cannot be sealed; a string, a number, (layer, head) can, and "
        "Check takes a function that works the answer out"
    )


def _typed(text: str) -> str:
    return " ".join(text.lower().split())


def _bin(value: float, start: float, width: float) -> str:
    return str(floor((value - start) / width))


def _digest(salt: str, text: str) -> str:
    return pbkdf2_hmac("sha256", text.encode(), salt.encode(), ROUNDS, DIGITS // 2).hex()
