"""The map of a vocabulary: its points, who is truly near whom, and what the picture makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Bytes, Dict, Float, Int, List, TraitError, observe, validate

from widgets.embedding_map import given, packing
from widgets.embedding_map.given import Near
from widgets.glass.arrays import as_array
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean
from widgets.glass.view import View, refuse_heavy

REMEMBERED = 200
"""Points whose neighbours, once asked for, stay with the view and go into its saved page."""


class EmbeddingMap(View):
    """Points on a plane, as many as a vocabulary has, with what the plane hides.

    places: [point, 2], or several maps of the same points by name: {"PCA": …, "layer 6": …}; the
    slider moves the points from one to the next, and two can stand side by side.
    names: a text for each point. notes: a few words for each map ("26 % of the variance").
    properties: {name: a category or a number for each point}, to colour by; NaN is not known.
    neighbours: the true ones. A callable that takes a point and gives (points, similarities),
    nearest first, or both given beforehand as arrays [point, near].
    analogy: a callable that takes three points, a, b and c, and gives (points, similarities) for "a
    is to b as c is to …", nearest first, nothing left out.
    honesty: for each point the share of its true neighbours that the picture keeps, for one map
    or {map: shares}; NaN where nobody looked.
    importance: which points get their name first: a number each, or the points in order.
    tokens: the point of each position of a text; the session's token is then picked here too.
    unit: of the similarities. session: what is picked, shared with other views.

    What the reader picks comes back in `picked` (a point, or None), what is lassoed in `lassoed`
    (points, rising), the last analogy asked in `compared` ([a, b, c]); all can be set. `at` is the
    map shown: 0 the first, 1.5 halfway from the second to the third. `colour` is the property
    shown, `beside` the map on the right ("" for none).

    Raises ValueError for shapes that disagree and for more than 2 MB; TraitError for a point that
    is not there.

    >>> view = EmbeddingMap([[0, 0], [1, 1]], names=[" cat", " dog"])
    >>> view.summary, view.lassoed
    ('Map of 2 points', [])
    """

    files = Path(__file__)
    kept = ("at", "colour", "beside", "picked", "compared")

    count = Int(help="how many points").tag(sync=True)
    maps = Texts(help="names of the maps").tag(sync=True)
    notes = Texts(help="a few words for each map").tag(sync=True)
    frames = List(help="of each map left, bottom and the longer side").tag(sync=True)
    properties = List(help="what each property is").tag(sync=True)
    unit = Text(help="unit of the similarities").tag(sync=True)
    tokens = List(Int(), help="the point of each position of a text").tag(sync=True)
    at = Float(help="the map shown, between two while the points move").tag(sync=True)
    colour = Text(help="the property that colours, or empty").tag(sync=True)
    beside = Text(help="the map on the right, or empty").tag(sync=True)
    picked = Int(None, allow_none=True, help="the point picked, or None").tag(sync=True)
    compared = List(Int(), help="a, b and c of the analogy shown, or none").tag(sync=True)
    asks = Bool(help="whether there are true neighbours to ask for").tag(sync=True)
    analogies = Bool(help="whether analogies can be asked").tag(sync=True)
    lassoed = List(Int(), help="the points selected, rising")
    _chosen = Bytes(help="the same, four bytes each").tag(sync=True)
    _data = Dict(help="places, names and numbers as bytes").tag(sync=True)
    # Filled in place, without a message: what has been asked for once is in the saved page too.
    _near = Dict(help="neighbours asked for: point → [points, similarities]").tag(sync=True)

    def __init__(
        self,
        places: Any,
        names: Sequence[str] | None = None,
        *,
        notes: Mapping[str, str] | None = None,
        properties: Mapping[str, Any] | None = None,
        neighbours: Near | tuple[Any, Any] | None = None,
        analogy: Callable[[int, int, int], tuple[Any, Any]] | None = None,
        honesty: Any = None,
        importance: Any = None,
        tokens: Sequence[int] | None = None,
        unit: str = "cosine",
        colour: str | None = None,
        session: Session | None = None,
        title: str = "",
    ):
        maps = packing.maps_of(places)
        count = len(as_array(next(iter(maps.values()))))
        data, frames = given.places_of(maps, count)
        if names is not None:
            data["names"] = packing.packed_names(given.named(names, count))
        told = [given.property_of(name, values, count, data, at)
                for at, (name, values) in enumerate((properties or {}).items())]  # fmt: skip
        given.honest(honesty, list(maps), count, data)
        data["first"] = given.first_of(importance, count).tobytes()
        self._neighbours, self._analogy = given.asked(neighbours, count, data), analogy
        refuse_heavy(f"{count:,} points", sum(map(len, data.values())),
                     "give fewer maps or properties at a time")  # fmt: skip
        start = colour if colour is not None else (told[0]["name"] if told else "")
        given.known("colour", start, ["", *(one["name"] for one in told), given.HONEST])
        told_of = {clean(str(name)): clean(note) for name, note in (notes or {}).items()}
        said = [told_of.get(name, "") for name in maps]
        super().__init__(
            session=session, title=title, count=count, maps=list(maps), notes=said, frames=frames,
            properties=told, unit=unit, tokens=given.tokens_of(tokens, count), colour=start,
            asks=self._neighbours is not None, analogies=analogy is not None,
            _data=data, summary=given.summary_of(count, maps, said),
        )  # fmt: skip

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """The true neighbours of a point, or what an analogy gives."""
        asked = {"neighbours": (self._neighbours, 1), "analogy": (self._analogy, 3)}
        if what not in asked:
            return super().answer(what, args)
        call, wanted = asked[what]
        points = [int(point) for point in args["points"]]
        if len(points) != wanted or not all(0 <= point < self.count for point in points):
            raise ValueError(f"{what} of {points}: points go from 0 to {self.count - 1}")
        name = " ".join(map(str, points))
        if name not in self._near:
            ids, similarities = ([], []) if call is None else call(*points)
            while len(self._near) >= REMEMBERED:
                self._near.pop(next(iter(self._near)))
            self._near[name] = given.answered(what, ids, similarities, self.count)
        return {"points": points, "near": self._near[name]}, []

    def get_state(self, key: Any = None, **how: Any) -> dict[str, Any]:
        """The state, with the neighbours of what is picked: a saved page has nobody to ask."""
        shown = {"neighbours": [self.picked], "analogy": self.compared} if key is None else {}
        for what, points in shown.items():
            if points and points[0] is not None:
                with suppress(Exception):  # the page then says that it has none
                    self.answer(what, {"points": points})
        return super().get_state(key, **how)

    @validate("picked")
    def _is_point(self, proposal: Any) -> int | None:
        point = proposal["value"]
        if point is not None and not 0 <= point < self.count:
            raise TraitError(f"picked is {point}: points go from 0 to {self.count - 1}")
        return point

    @validate("lassoed")
    def _are_points(self, proposal: Any) -> list[int]:
        points = sorted(set(proposal["value"]))
        if points and not 0 <= points[0] <= points[-1] < self.count:
            raise TraitError(f"lassoed names {points[0]} … {points[-1]}: there are {self.count}")
        return points

    @validate("compared")
    def _are_three(self, proposal: Any) -> list[int]:
        points = proposal["value"]
        if points and (len(points) != 3 or not 0 <= min(points) <= max(points) < self.count):
            raise TraitError(f"compared is {points}: three points below {self.count}, or none")
        return points

    @validate("at")
    def _is_between(self, proposal: Any) -> float:
        return min(max(proposal["value"], 0.0), len(self.maps) - 1.0)

    @validate("colour", "beside")
    def _is_named(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        there = self.maps if name == "beside" else [one["name"] for one in self.properties]
        if value not in ("", given.HONEST, *there):
            raise TraitError(f"{name} is {value!r}; there are {', '.join(map(repr, there))}")
        return value

    @observe("_chosen")
    def _came(self, _change: Any) -> None:
        self.lassoed = np.frombuffer(self._chosen, dtype="<i4").tolist()

    @observe("lassoed")
    def _goes(self, _change: Any) -> None:
        raw = np.array(self.lassoed, dtype="<i4").tobytes()
        if raw != self._chosen:
            self._chosen = raw
