"""The three ways to tell a model where a piece stands, side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Bytes, Enum, Float, Int

from widgets.glass.arrays import as_array
from widgets.glass.session import FromZero, Session
from widgets.glass.shapes import numbers, strings
from widgets.glass.text import Texts, number
from widgets.glass.view import View
from widgets.positions.tables import components, curves, likeness

SCHEMES = ("sinusoidal", "learned", "rotary")
MOST = 1024
USUAL = 64


class Positions(View):
    """Sinusoidal, learned and rotary positions: how alike two places are, and one pair as an angle.

    learned: a model's table, [pos, d_model] (`lab.positions.learned(model)`), or None. rotary: how
    far each pair turns from one place to the next, in radians: an array, or anything with
    `frequencies` (`lab.positions.rotary(model)`); sinusoidal ones if left out. count: how many
    places are shown; as many as pieces, or 64; at most the table's
    rows, and 1,024. width, base: of the sinusoidal
    table. pieces: a text, to call places by what stands there.
    A click in a map picks two places, the session's `token` and `other`; `pair` is the pair that
    the dial shows, `alone` shows it without the others, `scheme` whose pair it is.
    Raises ValueError for shapes that do not fit, a table of too few rows, an odd width.

    >>> view = Positions(count=8, width=4)
    >>> view.summary
    '8 places; alike at distance 1 and 4: sinusoidal 0.770 and 0.173, rotary 0.770 and 0.173'
    """

    files = Path(__file__)
    kept = ("pair", "alone", "scheme", "base", "other")

    pair = Int(0, help="the pair that the dial shows").tag(sync=True)
    alone = Bool(False, help="that pair alone, or all together").tag(sync=True)
    scheme = Enum(SCHEMES, "rotary", help="whose pair the dial shows").tag(sync=True)
    base = Float(10_000.0, help="of the sinusoidal table").tag(sync=True)
    other = FromZero(help="the second place; the first is the session's token").tag(sync=True)
    count = Int(help="places shown").tag(sync=True)
    width = Int(help="of the sinusoidal table").tag(sync=True)
    pieces = Texts(help="what stands at each place, where it is known").tag(sync=True)
    _turns = Bytes(help="radians a place for each rotary pair, float32").tag(sync=True)
    _alike = Bytes(help="likeness in the learned table, [pos, pos], −127 to 127").tag(sync=True)
    _curves = Bytes(help="its mean, low, high by distance, [3, distance] float32").tag(sync=True)
    _parts = Bytes(help="its principal components, [pos, 2 pairs] float32").tag(sync=True)

    def __init__(
        self,
        *,
        learned: Any = None,
        rotary: Any = None,
        count: int | None = None,
        width: int | None = None,
        base: float = 10_000.0,
        pieces: Sequence[str] | None = None,
        title: str = "",
        session: Session | None = None,
    ):
        table = None if learned is None else numbers("learned", learned, 2)
        turns = _turns(rotary)
        named = [] if pieces is None else strings("pieces", pieces)
        places = _count(count, table, named)
        width = width or (2 * len(turns) if turns is not None else USUAL)
        own = _own(width, base)
        turns = own if turns is None else turns
        state = _learnt(None if table is None else table[:places])
        super().__init__(
            session=session,
            title=title,
            count=places,
            width=width,
            base=float(base),
            pieces=named[:places],
            scheme="rotary",
            _turns=turns.astype("<f4").tobytes(),
            summary=_summary(places, own, table, turns),
            **state,
        )


def _turns(rotary: Any) -> np.ndarray | None:
    if rotary is None:
        return None
    return numbers("rotary", as_array(getattr(rotary, "frequencies", rotary)), 1)


def _own(width: int, base: float) -> np.ndarray:
    """Radians a place of each sinusoidal pair."""
    if width < 2 or width % 2 or not base > 1:
        raise ValueError(f"width={width}, base={base}: an even width and a base above 1 are needed")
    return base ** (-np.arange(0, width, 2) / width)


def _count(count: int | None, table: Any, pieces: list[str]) -> int:
    rows = MOST if table is None else min(len(table), MOST)
    usual = max(2, len(pieces)) if pieces else USUAL
    found = min(usual, max(2, rows)) if count is None else count
    if not 2 <= found <= rows:
        raise ValueError(f"count={found} places; from 2 to {rows} can be shown here")
    return found


def _learnt(table: np.ndarray | None) -> dict[str, bytes]:
    if table is None:
        return {}
    alike = likeness(table)
    return {
        "_alike": np.round(alike * 127).astype("i1").tobytes(),
        "_curves": curves(alike).astype("<f4").tobytes(),
        "_parts": components(table).astype("<f4").tobytes(),
    }


def _summary(count: int, own: np.ndarray, table: Any, turns: np.ndarray) -> str:
    """How alike near and far places are, in one line."""
    near, far = 1, min(8, count // 2)
    ends = np.array([near, far])
    found = {"sinusoidal": np.cos(np.outer(ends, own)).mean(axis=1)}
    if table is not None:
        found["learned"] = curves(likeness(table[:count]))[0][ends]
    found["rotary"] = np.cos(np.outer(ends, turns)).mean(axis=1)
    told = (f"{name} {number(float(a))} and {number(float(b))}" for name, (a, b) in found.items())
    return f"{count:,} places; alike at distance {near} and {far}: {', '.join(told)}"
