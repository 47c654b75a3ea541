"""A layer's neurons: where each is strongest in a corpus, what it writes, what yours does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bytes, Dict, Int, List, TraitError, Unicode, validate

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean, number, short, visible
from widgets.glass.view import View
from widgets.neurons.cards import card, reading
from widgets.neurons.changes import change
from widgets.neurons.given import overview

KEPT = 48
"""Neurons looked at that a saved page still knows; the oldest go first."""
LONGEST = 4_000


class Neurons(View):
    """A layer's neurons: where in a corpus each is strongest, what it writes, what yours does.

    survey: what `lab.neurons.survey` gives (or `lab.saes.survey`, for features); anything with
    `layers`, `properties`, `peaks(layer)`, `contexts(layer, neuron, count, lowest=)` and
    `histogram(layer, neuron)`.
    writes, reads: `f(layer, neuron)` gives what has `highest` and `lowest`, lists of (piece,
    value): the ends of the vocabulary that the neuron writes, and reads. live: `f(text, layer,
    neuron)` gives what has `pieces` and `values`: the neuron over the reader's own text. cut:
    `f(layer, neuron)` gives what `lab.saes.check` does: the effects of a cut, with those of others
    and of random directions, without which it is refused. Each runs in a thread of the view's own;
    when one raises, its message stands in the view.
    layer, neuron: shown at first; the layer is the session's as far as it was surveyed. text: the
    reader's sentence. keep: [(layer, neuron), …] that a saved page is to know, beside all that were
    looked at.
    `view.neuron` and `view.shown` (its layer) are what the reader picked.
    Raises ValueError for an empty survey, TypeError for what cannot be called.

    >>> view = widgets.Neurons(survey, writes=partial(writes, model))       # doctest: +SKIP
    """

    files = Path(__file__)
    kept = ("neuron", "shown", "sort", "text")
    controlled = {"_effects": "_controls"}

    neuron = Int(0, help="the neuron that is shown").tag(sync=True)
    shown = Int(0, help="its layer: the session's, where that was surveyed").tag(sync=True)
    sort = Text("", help="the property by which neurons are sorted").tag(sync=True)
    text = Text("", help="the reader's own sentence").tag(sync=True)
    unit = Text("neuron", help="what is surveyed: neurons or features").tag(sync=True)
    layers = List(Int(), help="the layers surveyed").tag(sync=True)
    names = Texts(help="the properties").tag(sync=True)
    size = Int(help="neurons in a layer").tag(sync=True)
    _table = Bytes(help="float32 [property layer neuron]").tag(sync=True)
    _peaks = Bytes(help="int32 [layer neuron]: which of _said").tag(sync=True)
    _said = Texts(help="pieces at which any neuron is strongest").tag(sync=True)
    _cards = Dict(help="neurons looked at, by 'layer:neuron'").tag(sync=True)
    _readings = Dict(help="the text under them, by 'layer:neuron text'").tag(sync=True)
    _effects = Dict(help="what cutting them does, by 'layer:neuron'").tag(sync=True)
    _controls = Dict(help="what cutting others as large does, by the same").tag(sync=True)
    _model = Text("", help="the model's name").tag(sync=True)
    _source = Text("", help="what was read").tag(sync=True)
    _pieces = Int(0, help="how many pieces were read").tag(sync=True)
    _can = List(Unicode(), help="which callables there are").tag(sync=True)

    def __init__(
        self,
        survey: Any,
        *,
        writes: Callable[[int, int], Any] | None = None,
        reads: Callable[[int, int], Any] | None = None,
        live: Callable[[str, int, int], Any] | None = None,
        cut: Callable[[int, int], Any] | None = None,
        layer: int | None = None,
        neuron: int | None = None,
        text: str = "",
        sort: str = "",
        keep: Sequence[tuple[int, int]] = (),
        title: str = "",
        session: Session | None = None,
    ):
        given = {"writes": writes, "reads": reads, "live": live, "cut": cut}
        for name, f in given.items():
            if f is not None and not callable(f):
                raise TypeError(f"{name} is a {type(f).__name__}; give a function")
        state, layers = overview(survey), [int(layer) for layer in survey.layers]
        names, sizes = state["names"], state.pop("_sizes")
        if sort and sort not in names:
            raise ValueError(f"sort is {sort!r}: {', '.join(names)} are known")
        if layer is not None and layer not in layers:
            raise ValueError(f"layer is {layer}: {layers} were surveyed")
        if session is not None and layer is not None:
            session.layer = layer
        first = layer if session is None else session.layer
        shown = first if first in layers else layers[0]
        if neuron is None:
            neuron = int(np.argmax(sizes[names.index(sort or names[0])][layers.index(shown)]))
        self._survey, self._calls = survey, given
        # All that is shown at first travels with the view: it must draw without asking.
        made = self._first([*keep, (shown, neuron)], text[:LONGEST])
        super().__init__(
            session=session,
            title=title,
            shown=shown,
            neuron=neuron,
            sort=sort or names[0],
            text=text[:LONGEST],
            _can=[name for name, f in given.items() if f is not None],
            **state,
            **made,
        )
        if session is None:
            self.session.layer = layer
        self._summarise()
        self.observe(self._follow, "layer")
        self.observe(lambda _: self._summarise(), ["neuron", "shown"])

    @validate("neuron")
    def _real(self, proposal: Any) -> int:
        if not 0 <= proposal.value < self.size:
            raise TraitError(f"neuron is {proposal.value}: a layer has 0 to {self.size - 1}")
        return proposal.value

    @validate("shown")
    def _surveyed(self, proposal: Any) -> int:
        if proposal.value not in self.layers:
            raise TraitError(f"shown is {proposal.value}: {self.layers} were surveyed")
        return proposal.value

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """A neuron's card, or the reader's text under it."""
        place = int(args.get("layer", -1)), int(args.get("neuron", -1))
        if what == "card":
            return {"place": list(place), "card": self._card(*place)}, []
        if what == "live":
            text = clean(str(args.get("text", "")))
            return {"place": list(place), "text": text, **self._read(text, *place)}, []
        if what == "cut" and self._calls["cut"] is not None:
            self._cut(*place)
            return {"place": list(place)}, []
        return super().answer(what, args)

    def _cut(self, layer: int, neuron: int) -> None:
        """Both in one message: no effect is ever in the page without its controls."""
        key = _key(layer, neuron)
        if key not in self._effects:
            effect, controls = change(self._calls["cut"](layer, neuron))
            with self.hold_sync():
                self._controls = _kept(self._controls, key, controls)
                self._effects = _kept(self._effects, key, effect)
        self.failure = ""

    def _first(self, places: Sequence[tuple[int, int]], text: str) -> dict:
        """The cards of these neurons and the text under the last, or why there are none."""
        cards, readings = {}, {}
        try:
            for place in places:
                cards[_key(*place)] = self._made(*place)
            if text and self._calls["live"]:
                readings[f"{_key(*places[-1])} {clean(text)}"] = self._told(text, *places[-1])
        except Exception as error:
            return {"_cards": cards, "_readings": readings, "failure": said(error)}
        return {"_cards": cards, "_readings": readings}

    def _made(self, layer: int, neuron: int) -> dict:
        return card(self._survey, layer, neuron, self._calls["writes"], self._calls["reads"])

    def _told(self, text: str, layer: int, neuron: int) -> dict:
        if len(text) > LONGEST:
            raise ValueError(f"text has {len(text)} characters; at most {LONGEST} are taken")
        return reading(self._calls["live"](text, layer, neuron))

    def _card(self, layer: int, neuron: int) -> dict:
        """Kept in place: no message is sent, and a saved page or a reloaded one finds it."""
        key = _key(layer, neuron)
        if key not in self._cards:
            _put(self._cards, key, self._made(layer, neuron))
        self.failure = ""
        return self._cards[key]

    def _read(self, text: str, layer: int, neuron: int) -> dict:
        if self._calls["live"] is None or not text:
            return {"pieces": [], "values": []}
        key = f"{_key(layer, neuron)} {text}"
        if key not in self._readings:
            _put(self._readings, key, self._told(text, layer, neuron))
        self.failure = ""
        return self._readings[key]

    def _follow(self, change: Any) -> None:
        if change.new in self.layers:
            self.shown = change.new

    def _summarise(self) -> None:
        found = self._survey.properties
        at = self.layers.index(self.shown)
        values = [f"{name} {number(float(v[at][self.neuron]))}" for name, v in found.items()]
        letter = self.unit[0].upper()
        peak = short(visible(clean(self._survey.peaks(self.shown)[self.neuron])), 40)
        self.summary = (
            f"L{self.shown}{letter}{self.neuron}, strongest at {peak}; {', '.join(values)}"
        )


def _key(layer: int, neuron: int) -> str:
    return f"{layer}:{neuron}"


def _put(kept: dict, key: str, value: dict) -> None:
    kept[key] = value
    while len(kept) > KEPT:
        kept.pop(next(iter(kept)))


def _kept(kept: dict, key: str, value: Any) -> dict:
    """A copy with one more: a dict changed in place would not be sent."""
    now = dict(kept)
    _put(now, key, value)
    return now
