"""A text as its pieces, coloured by a value, with white space to be seen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Dict

from widgets.glass.arrays import as_array
from widgets.glass.session import Session
from widgets.glass.shapes import strings
from widgets.glass.text import Text, Texts, clean, number, short, visible
from widgets.glass.view import View, refuse_heavy

EXPECTED = 5
"""How many of the pieces that the model expects next are shown."""


class Tokens(View):
    """A text as its pieces, coloured by a value: how surprising each was, unless told otherwise.

    trace: anything with `pieces`, and where it has them `surprisal`, `ids`, `spans`, `text`,
    `special`, `top_pieces`, `top_probs`, `model_name`. Or plain values, which also replace the
    trace's, each of shape [pos]: pieces: strings. values: numbers, or a dict of several by name,
    NaN where there is none. ids: token ids. spans: [pos, 2] byte offsets into the text. special:
    which pieces are framed. value_name, unit: of the values, or a dict of units by name; a trace's
    own values are its surprisal in nats, others a plain "value" unless named.
    A click, or the arrows and Enter, picks a piece: its position is `view.token`.
    Raises ValueError when lengths differ or the text is too long to send at once.

    >>> view = Tokens(pieces=["The", " cat"], values=[float("nan"), 3.2])
    >>> view.summary
    '2 pieces; mean value 3.20; highest value: ·cat at 1 (3.20)'
    """

    files = Path(__file__)

    pieces = Texts(help="the text, piece by piece; show() changes it").tag(sync=True)
    names = Texts(help="names of the values to colour by").tag(sync=True)
    model_name = Text("", help="the model whose pieces these are").tag(sync=True)
    _units = Texts(help="a unit for each name").tag(sync=True)
    _numbers = Dict(help="values by name, then ids, spans, …: float32 or int32").tag(sync=True)
    _expected = Texts(help="every piece that is expected anywhere, once").tag(sync=True)

    def __init__(
        self,
        trace: Any = None,
        *,
        pieces: Sequence[str] | None = None,
        values: Any = None,
        ids: Any = None,
        spans: Any = None,
        special: Any = None,
        title: str = "",
        value_name: str | None = None,
        unit: str | Mapping[str, str] | None = None,
        session: Session | None = None,
    ):
        given = {"pieces": pieces, "values": values, "ids": ids, "spans": spans, "special": special}
        state = _state(trace, given, value_name, unit)
        super().__init__(session=session, title=title, **state)

    def show(
        self,
        trace: Any = None,
        *,
        pieces: Sequence[str] | None = None,
        values: Any = None,
        ids: Any = None,
        spans: Any = None,
        special: Any = None,
        value_name: str | None = None,
        unit: str | Mapping[str, str] | None = None,
    ) -> None:
        """Show another text in the same view; takes what `Tokens` takes."""
        given = {"pieces": pieces, "values": values, "ids": ids, "spans": spans, "special": special}
        state = _state(trace, given, value_name, unit)
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)
        self.failure = ""


def _state(
    trace: Any, given: dict, value_name: str | None, unit: str | Mapping[str, str] | None
) -> dict:
    """The synced traits for a text, checked against each other."""
    if isinstance(trace, str | list | tuple):
        raise ValueError("Tokens: pieces come by name: Tokens(pieces=[…]), or a trace first")
    pieces = _pieces(trace, given["pieces"])
    own = given["values"] is None
    values = getattr(trace, "surprisal", None) if own else given["values"]
    value_name = value_name or ("surprisal" if own else "value")
    named = _named(values, value_name, len(pieces))
    numbers = {f"value {i}": _bytes(value, "<f4") for i, value in enumerate(named.values())}
    numbers |= _marks(trace, given, len(pieces))
    expected, extra = _expected_next(trace, len(pieces))
    numbers |= extra
    units = [_unit(name, unit) for name in named]
    weight = sum(map(len, numbers.values())) + sum(
        len(clean(p).encode()) for p in pieces + expected
    )
    refuse_heavy(f"{len(pieces):,} pieces", weight, "show a part: pieces[:4096]")
    return {
        "pieces": pieces,
        "names": list(named),
        "model_name": str(getattr(trace, "model_name", "") or ""),
        "summary": _summary(pieces, named, units),
        "_units": units,
        "_numbers": numbers,
        "_expected": expected,
    }


def _pieces(trace: Any, given: Sequence[str] | None) -> list[str]:
    pieces = given if given is not None else getattr(trace, "pieces", None)
    if pieces is None:
        raise ValueError("Tokens: give a trace (anything with pieces), or pieces=[…]")
    if isinstance(pieces, str):
        raise ValueError(f"pieces: a list of strings, not the one string {pieces[:20]!r}")
    return strings("pieces", pieces) if len(pieces) else []


def _named(values: Any, name: str, count: int) -> dict[str, np.ndarray]:
    """Values by name, each [pos]."""
    if values is None:
        return {}
    several = values if isinstance(values, Mapping) else {name: values}
    return {
        clean(str(key)): _checked(str(key), value, (count,), float)
        for key, value in several.items()
    }


def _unit(name: str, given: str | Mapping[str, str] | None) -> str:
    if given is None:
        return "nats" if name == "surprisal" else ""
    return given.get(name, "") if isinstance(given, Mapping) else given


def _checked(name: str, given: Any, shape: tuple[int, ...], kind: type) -> np.ndarray:
    array = as_array(given)
    if array.shape != shape:
        count = f"{len(array):,}" if array.ndim else "one"
        wanted = "" if array.ndim == len(shape) else f" of shape {array.shape}, not {shape}"
        raise ValueError(f"{shape[0]:,} pieces but {count} {name}{wanted}")
    if array.dtype.kind not in ("biu" if kind is int else "biufO"):
        raise ValueError(f"{name} holds {array.dtype}, not {'whole ' * (kind is int)}numbers")
    return array.astype(kind)


def _marks(trace: Any, given: dict, count: int) -> dict[str, bytes]:
    """Ids, spans, special and the text's bytes, as far as they are known."""
    shapes = {"ids": (count,), "spans": (count, 2), "special": (count,)}
    marks = {}
    for name, shape in shapes.items():
        value = given[name] if given[name] is not None else getattr(trace, name, None)
        if value is not None:
            marks[name] = _bytes(_checked(name, value, shape, int), "<i4")
    if given["spans"] is None and "spans" in marks and hasattr(trace, "text"):
        marks["text"] = clean(trace.text).encode()
    return marks


def _expected_next(trace: Any, count: int) -> tuple[list[str], dict[str, bytes]]:
    """What the model expects after each position: each piece once, and indices and shares."""
    pieces, shares = getattr(trace, "top_pieces", None), getattr(trace, "top_probs", None)
    if pieces is None or shares is None:
        return [], {}
    rows = [[clean(piece) for piece in row[:EXPECTED]] for row in pieces]
    table = {piece: at for at, piece in enumerate(dict.fromkeys(p for row in rows for p in row))}
    width = len(rows[0]) if rows else 0
    index = np.array([[table[piece] for piece in row] for row in rows], dtype=int)
    shares = _checked("top_probs", as_array(shares)[:, :width], (count, width), float)
    return list(table), {"top": _bytes(index, "<i4"), "shares": _bytes(shares, "<f4")}


def _bytes(array: np.ndarray, kind: str) -> bytes:
    return np.ascontiguousarray(array, dtype=kind).tobytes()


def _summary(pieces: list[str], named: dict[str, np.ndarray], units: list[str]) -> str:
    """The picture in one line, by its first values."""
    count = f"{len(pieces):,} piece{'s' * (len(pieces) != 1)}"
    for (name, values), unit in zip(named.items(), units, strict=True):
        finite = np.where(np.isfinite(values), values, np.nan)
        if np.isnan(finite).all():
            return f"{count}; no {name} known"
        top = int(np.nanargmax(finite))
        most = "most surprising" if name == "surprisal" else f"highest {name}"
        mean, high = number(float(np.nanmean(finite)), unit), number(float(finite[top]), unit)
        piece = short(visible(pieces[top]), 40)
        return f"{count}; mean {name} {mean}; {most}: {piece} at {top} ({high})"
    return count
