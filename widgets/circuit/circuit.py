"""A circuit as a picture that is pruned under the hand, and tested beside random circuits."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from traitlets import Bytes, Dict, Int, List, Unicode, validate

from widgets.circuit import given, tested
from widgets.circuit.trying import Ask, Trying
from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts
from widgets.glass.view import View

INTERVAL = 0.1
"""Seconds between two messages of progress, at least."""


class Circuit(View):
    """Parts of a model as nodes, what they read of one another as edges, layers bottom to top.

    graph: what `lab.circuits.edge_attribution` gives, or anything with these attributes: nodes
    (names, in the order of the model: its input first, its output last), layers and heads [node]
    (-1 where none), sources and targets [edge] (node numbers), scores [edge] (what the edge does
    for the metric, estimated; above 0: it holds the metric up), chance [edge] (their control: how
    far the score strays for random pushes); and if known ports [edge] ("q", "k", "v"), rank (the
    circuit of at most n edges is rank < n), clean and corrupted (the metric on both runs), metric,
    unit, method, model_name.
    trial: what its circuits did beside random ones of the same size: sizes [k], faithful and
    without [k] (the circuit alone; all but the circuit), random and random_without [k, n]. It
    cannot be left out.
    test: takes the numbers of a circuit's edges (and, if it likes, `progress=` and `cancelled=`)
    and gives a trial of that one. needs: the same → names, lost [part] (what it loses without each
    part), random [n] (without random ones). Both run in a thread, when the reader asks.
    size: how many edges are shown at first, at most: those whose rank is below it.

    The slider, or `size`, prunes; `cut` are edges taken out by hand; `circuit` gives the edges that
    are left. A node that is picked is `picked`, and where it is a head, the session's `layer` and
    `head`. `run_test()` and `run_needs()` do what the buttons do.

    Raises ValueError for shapes that disagree, TypeError for what is no graph, for a trial without
    random circuits and for unknown keywords.

    >>> view = Circuit(graph, trial, test=test)  # doctest: +SKIP
    >>> view.size = 40  # doctest: +SKIP
    >>> view.run_test().faithful  # doctest: +SKIP
    array([0.91])
    """

    files = Path(__file__)
    kept = ("size", "cut", "picked")
    controlled: ClassVar[dict[str, str]] = {
        "scores": "chance",
        "shares": "randoms",
        "trial": "trial_randoms",
        "lost": "lost_randoms",
    }

    names = Texts(help="the parts, in the model's order").tag(sync=True)
    layers = List(Int(), help="the layer of each, -1 for none").tag(sync=True)
    heads = List(Int(), help="the head of each, -1 for none").tag(sync=True)
    ports = Texts(help="names of the inputs that edges enter").tag(sync=True)
    edges = Bytes(help="int32 [5, edge]: source, target, input, number, rank").tag(sync=True)
    scores = Bytes(help="float32 [edge], in the order of entering").tag(sync=True)
    chance = Bytes(help="float32 [edge], the scores' control").tag(sync=True)
    effects = Bytes(help="float32 [node], all edges out summed").tag(sync=True)
    total = Int(help="edges of the whole graph").tag(sync=True)
    ends = List(help="the metric on the clean and on the corrupted run").tag(sync=True)
    metric = Text("", help="what is measured").tag(sync=True)
    unit = Text("", help="its unit").tag(sync=True)
    method = Text("", help="how the edges were scored").tag(sync=True)
    model_name = Text("", help="the model, for the headline").tag(sync=True)
    sizes = List(Int(), help="tested numbers of edges").tag(sync=True)
    shares = Bytes(help="float32 [way, size], kept alone and cut out").tag(sync=True)
    randoms = Bytes(help="float32 [way, size, n], random circuits").tag(sync=True)
    trial = Dict(help="the circuit tested last: its edges and shares").tag(sync=True)
    trial_randoms = Dict(help="the random circuits of its size").tag(sync=True)
    lost = Dict(help="what a circuit loses without each part").tag(sync=True)
    lost_randoms = Dict(help="the same without random parts").tag(sync=True)
    progress = List(Int(), help="of a running test: done, of; empty: none").tag(sync=True)
    can = List(Unicode(), help="what can be asked: test, needs").tag(sync=True)
    size = Int(1, min=1, help="edges shown, at most; the slider, keys + and −").tag(sync=True)
    cut = List(Int(), help="numbers of edges taken out by hand; key x").tag(sync=True)
    picked = Text("", help="the part that was clicked or walked to").tag(sync=True)

    def __init__(
        self,
        graph: Any,
        trial: Any,
        session: Session | None = None,
        *,
        test: Ask | None = None,
        needs: Ask | None = None,
        size: int | None = None,
        title: str = "",
    ):
        known = _state(graph, trial)
        self._asks = {"test": test, "needs": needs}
        self._tester = Trying(self._told, self._tried)
        self._last: tuple[Any, BaseException | None] = (None, None)
        self._when = 0.0
        super().__init__(
            session=session, title=title, can=_callable(self._asks),
            size=_first(known) if size is None else size, **known,
        )  # fmt: skip
        self._sum_up()
        self.observe(lambda _: self._sum_up(), ["size", "cut", "trial"])

    def show(self, graph: Any, trial: Any, size: int | None = None) -> None:
        """Show another graph in the same view; takes, and refuses, what the view itself does."""
        known = _state(graph, trial)
        with self.hold_sync():
            self.cut, self.picked = [], ""
            self.trial = self.trial_randoms = self.lost = self.lost_randoms = {}
            for name, value in known.items():
                setattr(self, name, value)
            self.size = _first(known) if size is None else size
        self._sum_up()

    @property
    def circuit(self) -> list[int]:
        """The numbers of the edges that are left, in the order in which they entered."""
        out, (*_, number, rank) = set(self.cut), np.frombuffer(self.edges, "<i4").reshape(5, -1)
        return [edge for edge in number[rank < self.size].tolist() if edge not in out]

    def run_test(self) -> Any:
        """Test the circuit that is shown, wait for it, and return what `test` gave.

        Raises what the test raised; the picture then stays as it was.
        """
        return self._run("test")

    def run_needs(self) -> Any:
        """Ask what the circuit loses without each part, wait, and return what `needs` gave."""
        return self._run("needs")

    def stop(self) -> None:
        """Stop what is being tested."""
        self._tester.stop()

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Test the circuit that the browser shows, in one way or the other, or stop."""
        if what in self._asks:
            self._start(what, [int(edge) for edge in args["edges"]])
            return {}, []
        if what == "stop":
            self.stop()
            return {}, []
        return super().answer(what, args)

    def close(self):
        """Close the view, and stop what it tests."""
        if hasattr(self, "_tester"):
            self.stop()
        super().close()

    def _run(self, what: str) -> Any:
        self._start(what, self.circuit)
        try:
            self._tester.wait()
        except KeyboardInterrupt:
            self.stop()
            raise
        result, error = self._last
        if error is not None:
            raise error
        return result

    def _start(self, what: str, edges: list[int]) -> None:
        ask = self._asks[what]
        if ask is None:
            raise ValueError(f"this view was given no {what}=…, so it can't ask")
        if not edges:
            raise ValueError("the circuit has no edges left: there is nothing to test")
        self.progress = [0, 0]
        self._tester.start(what, ask, edges)

    def _told(self, done: int, of: int) -> None:
        if done >= of or time.monotonic() - self._when >= INTERVAL:
            self._when = time.monotonic()
            self.progress = [int(done), int(of)]

    def _tried(self, what: str, edges: list[int], result: Any, error: Any) -> None:
        changes: dict[str, Any] = {}
        try:
            if result is not None:
                changes = (tested.one if what == "test" else tested.needs)(result, edges)
        except (TypeError, ValueError) as wrong:
            error = wrong
        with self.hold_sync():
            self.progress, self.failure = [], "" if error is None else said(error)
            for name, value in changes.items():
                setattr(self, name, value)
        self._last = (result, error)

    def _sum_up(self) -> None:
        known = {name: getattr(self, name) for name in _SUMMED}
        circuit = self.circuit
        if self.trial.get("edges") == circuit:
            shares, randoms = self.trial["shares"], self.trial_randoms["shares"]
            keeps = np.nan if shares[0] is None else shares[0]
            how = tested.beside("they", keeps, randoms[0])
        else:
            how = tested.said(known, self.size)
        self.summary = given.summary(known, len(circuit), how)

    @validate("size")
    def _within(self, proposal):
        """No more edges than have travelled."""
        return min(proposal["value"], len(self.scores) // 4 or proposal["value"])


_SUMMED = ("names", "metric", "model_name", "total", "sizes", "shares", "randoms")


def _state(graph: Any, trial: Any) -> dict[str, Any]:
    known = given.state(graph)
    return known | tested.curve(trial, known["total"])


def _callable(asks: dict[str, Any]) -> list[str]:
    for name, ask in asks.items():
        if ask is not None and not callable(ask):
            raise TypeError(f"{name} is a {type(ask).__name__}; give a function of edge numbers")
    return [name for name, ask in asks.items() if ask is not None]


def _first(known: dict[str, Any]) -> int:
    """The smallest tested size that keeps four fifths of the metric; else few enough to see."""
    shares = np.frombuffer(known["shares"], "<f4").reshape(2, -1)[0]
    enough = [size for size, share in zip(known["sizes"], shares, strict=True) if share >= 0.8]
    return max(1, min([given.FIRST, *enough[:1]]))
