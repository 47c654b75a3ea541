"""The ways to ask: one of several, a number, a text, a pick in the session, or a value in a cell.

The browser speaks of an answer by its `raw` form, plain JSON: the index of a choice, a number, a
text, a position, a layer, [layer, head].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from typing import Any

from widgets.glass.shapes import strings
from widgets.glass.text import clean, number, short, visible

PICKS = ("token", "head", "layer")


@dataclass(frozen=True)
class Asked:
    """One way to ask; `raw` is how an answer travels, `value` what it is, `label` what is read."""

    kind: str
    choices: tuple = ()
    ends: tuple | None = None
    whole: bool = False
    log: bool = False
    unit: str = ""
    pieces: tuple = ()

    @property
    def state(self) -> dict:
        """What the browser needs to ask."""
        return {
            "kind": self.kind,
            "code": any(isinstance(c, str) and c != c.strip() for c in self.choices),
            "labels": [self.label(choice) for choice in self.choices],
            "ends": list(map(float, self.ends)) if self.ends else None,
            "whole": self.whole,
            "log": self.log,
            "unit": self.unit,
            "pieces": list(self.pieces),
        }

    def value(self, raw: Any) -> Any:
        """The answer that `raw` stands for. Raises ValueError if it stands for none."""
        try:
            return getattr(self, f"_{self.kind}")(raw)
        except (TypeError, IndexError, ValueError, OverflowError):
            raise ValueError(f"{raw!r:.60} is no answer to a question for a {self.kind}") from None

    def raw(self, value: Any) -> Any:
        """The form in which `value` travels. Raises ValueError for one that cannot be an answer."""
        value = plain(value)
        if self.kind == "choice":
            if value not in self.choices:
                listed = ", ".join(map(repr, self.choices))
                raise ValueError(f"{value!r:.60} is none of the choices: {listed:.200}")
            return self.choices.index(value)
        raw = list(value) if self.kind == "head" and isinstance(value, tuple | list) else value
        self.value(raw)
        return raw

    def label(self, value: Any) -> str:
        """The answer as a reader sees it."""
        value = plain(value)
        if self.kind == "head":
            return "L{}H{}".format(*value)
        if self.kind == "layer":
            return f"L{value}"
        if self.kind == "token":
            known = 0 <= value < len(self.pieces)
            return f"{short(visible(self.pieces[value]), 24)} at {value}" if known else str(value)
        if self.kind == "number" and self.whole:
            return f"{value:,} {self.unit}".rstrip()
        if self.kind == "number" and isinstance(value, Real):
            return number(float(value), self.unit)
        return visible(clean(value)) if isinstance(value, str) else short(clean(str(value)), 200)

    def _choice(self, raw: Any) -> Any:
        return self.choices[_from_zero(raw)]

    def _number(self, raw: Any) -> float | int:
        if isinstance(raw, bool) or not isinstance(raw, Real) or not isfinite(raw):
            raise ValueError
        return round(float(raw)) if self.whole else float(raw)

    def _text(self, raw: Any) -> str:
        if not isinstance(raw, str) or len(raw) > 10_000:
            raise ValueError
        return clean(raw)

    def _token(self, raw: Any) -> int:
        return _from_zero(raw)

    _layer = _token

    def _head(self, raw: Any) -> tuple[int, int]:
        layer, head = raw
        return _from_zero(layer), _from_zero(head)

    def _cell(self, raw: Any) -> Any:
        raise ValueError


def asked(
    *,
    choices: Sequence[Any] | None = None,
    number: tuple[float, float] | range | bool | None = None,
    text: bool = False,
    pick: str | None = None,
    unit: str = "",
    log: bool = False,
    pieces: Sequence[str] | None = None,
    session: Any = None,
) -> Asked:
    """The one way that was asked for; none of them is a value given in a cell.

    >>> asked(choices=[" Mary", " to"]).state["labels"]
    ['·Mary', '·to']
    """
    ways = {"choices": choices, "number": number, "text": text, "pick": pick}
    given = [name for name, way in ways.items() if way is not None and way is not False]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} are several ways to ask; give one of them")
    if choices is not None:
        return Asked("choice", _choices(choices))
    if number:
        whole = isinstance(number, range)
        span = (number[0], number[-1]) if whole and len(number) else number
        ends = None if span is True else _ends(span, log)
        return Asked("number", ends=ends, whole=whole, log=log, unit=unit)
    if pick is not None:
        shown = tuple(strings("pieces", pieces)) if pieces is not None and len(pieces) else ()
        return Asked(_picked(pick, session), pieces=shown)
    return Asked("text" if text else "cell")


def plain(value: Any) -> Any:
    """numpy's and torch's single numbers as Python's own, lists as tuples, text that can be shown.

    >>> plain([1, 2])
    (1, 2)
    """
    if not isinstance(value, str | bytes) and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, str):
        return clean(value)
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def _from_zero(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, Integral) or raw < 0:
        raise ValueError
    return int(raw)


def _choices(choices: Sequence[Any]) -> tuple:
    if isinstance(choices, str):
        raise ValueError(f"choices is one string; give a list: [{choices[:20]!r}, …]")
    listed = tuple(clean(c) if isinstance(c, str) else plain(c) for c in choices)
    if len(listed) < 2:
        raise ValueError(f"choices has {len(listed)} entries; at least two are needed to choose")
    for i, choice in enumerate(listed):
        if choice in listed[:i]:
            raise ValueError(f"choices has {choice!r:.60} twice")
    return listed


def _ends(ends: Any, log: bool) -> tuple:
    try:
        low, high = map(plain, ends)
        sound = isfinite(low) and isfinite(high) and low < high
    except (TypeError, ValueError):
        sound, low = False, 0
    if not sound or (log and low <= 0):
        above = " above 0, for log=True" if log else ""
        raise ValueError(f"number={ends!r:.60}; (lowest, highest) is wanted, as in (0, 1){above}")
    return low, high


def _picked(pick: str, session: Any) -> str:
    if pick not in PICKS:
        raise ValueError(f"pick={pick!r}; one of {', '.join(map(repr, PICKS))} is wanted")
    if session is None:
        raise ValueError(f"pick={pick!r} needs session=, the one of the view to pick in")
    return pick
