"""A text growing piece by piece, and all the ways it did not take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from traitlets import Dict, Enum, List

from widgets.generation.beams import Search, Winners
from widgets.generation.given import given
from widgets.generation.growth import Grow, Growth
from widgets.generation.telling import summary
from widgets.generation.timing import costs
from widgets.generation.tree import Branch
from widgets.generation.working import Job, Worker
from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text
from widgets.glass.view import View

INTERVAL = 0.1
"""Seconds between two messages to the browser, at least."""


class Generation(View):
    """A text that a callable writes, step by step, with the tree of everything it could have been.

    `grow(ids)` yields what is written after these ids: steps with `id`, `piece`, `probability` and,
    where they have them, `rank`, `entropy`, `alternatives` (each id, piece, probability),
    `seconds`, `ended`: what `lab.grower(model)` or `lab.stream` yields. It runs in a thread of
    its own, newest wish first; Step, Run and Stop stand in the picture. A click on a piece shows
    what else could have stood there, a click on one of those goes on from it, and both ways stay in
    the tree. When `grow` raises, its message is shown and what was written stays.

    `text` and `ids` are those of the chosen branch, and can be observed; `branches` are all of
    them. The session's `token` is a place in the chosen text.

    grow: see above. trace: what the text begins with: anything with `ids` and `pieces` (and, where
    it has them, `surprisal`, `top_ids`, `top_probs`, `top_pieces`); or `ids` and `pieces`.
    write: pieces that Run writes. beams: `(ids, width) → rounds` as `lab.beams` yields them, or
    such rounds. timing: `(ids) → columns` as `lab.timed` gives them, or such columns. decode:
    ids → text, where the pieces alone don't make it.
    Raises TypeError for what cannot be called, ValueError for an empty text.

    >>> def grow(ids):
    ...     while True:
    ...         yield {"id": 7, "piece": " so", "probability": 0.5}
    >>> view = Generation(grow, ids=[1, 2], pieces=["And", " so"])
    >>> view.step().text
    'And so so'
    """

    files = Path(__file__)
    kept = ("colour", "panel")

    colour = Enum(["surprisal", "probability"], "surprisal", help="what colours a piece")
    colour = colour.tag(sync=True)
    panel = Enum(["tree", "beams", "time"], "tree", help="what stands beside the alternatives")
    panel = panel.tag(sync=True)
    text = Text("", help="the chosen text, prompt included")
    ids = List(help="its ids")
    _tree = Dict(help="the tree, as `get_state` finds it").tag(sync=True)
    _beams = Dict(help="the beam search").tag(sync=True)
    _timing = Dict(help="seconds and positions by step").tag(sync=True)
    _offers = Dict(help="what can be asked of Python").tag(sync=True)

    def __init__(
        self,
        grow: Grow | None = None,
        trace: Any = None,
        *,
        ids: Sequence[int] | None = None,
        pieces: Sequence[str] | None = None,
        write: int = 40,
        beams: Any = None,
        timing: Any = None,
        decode: Callable[[list[int]], str] | None = None,
        title: str = "",
        session: Session | None = None,
    ):
        for name, call in (("grow", grow), ("decode", decode)):
            if call is not None and not callable(call):
                raise TypeError(f"{name} is a {type(call).__name__}; give a function of ids")
        _refuse_count("write", write)
        self._growth = Growth(given(trace, ids, pieces), grow)
        self._decode, self._write, self._winners = decode, write, Winners()
        self._worker = Worker(self._ended)
        self._told, self._when = self._growth.tip + 1, 0.0
        self._telling = threading.RLock()
        self._error: BaseException | None = None
        self._search: Any = beams if callable(beams) else None
        self._measure: Any = timing if callable(timing) else None
        super().__init__(session=session, title=title)
        can = {"grow": grow, "beams": self._search, "timing": self._measure}
        self._offers = {"write": write} | {name: call is not None for name, call in can.items()}
        if beams is not None and not callable(beams):
            self.show_beams(beams)
        if timing is not None and not callable(timing):
            self._timing = costs(timing)
        self._chosen()

    def step(self, pieces: int = 1) -> Generation:
        """Write so many pieces, wait for them, and return the view. Raises what `grow` raised."""
        return self.run(pieces).wait()

    def run(self, pieces: int | None = None) -> Generation:
        """Write on in a thread of its own, `write` pieces by default; returns at once."""
        self._begin_writing(self._growth.tip, self._write if pieces is None else pieces)
        return self

    def stop(self) -> None:
        """Stop after the piece in hand, and wait for that."""
        self._worker.stop()
        self._worker.wait()

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until nothing is at work; raises what went wrong in it. An interrupt stops it."""
        try:
            self._worker.wait(timeout)
        except KeyboardInterrupt:
            self._worker.stop()
            raise
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self

    def take(self, at: int, token: int, pieces: int | None = None) -> Generation:
        """Put another piece at place `at` of the chosen text, and write on from there in a thread.

        token: the id of one of the alternatives there. pieces: `write` by default.
        Raises ValueError for a place outside the text, a piece that is no alternative there.
        """
        number = self._growth.other(self._before(at), token)
        self._begin_writing(number, self._write if pieces is None else pieces)
        return self

    def alternatives(self, at: int) -> list[tuple[int, str, float | None]]:
        """What could stand at place `at` of the chosen text: (id, piece, probability), best first.

        Empty where nobody has told.
        """
        place = self._growth.tree.places.get(self._before(at))
        return [tuple(one) for one in place.alternatives] if place else []

    def choose(self, number: int) -> None:
        """Choose the branch through this node (numbers as in `tree`)."""
        self._growth.go(number)
        self._tell(now=True)

    def search(self, width: int = 4) -> Generation:
        """Beam search from the picked place on, else from the given text; waits, needs `beams`."""
        self._begin_search(width)
        return self.wait()

    def show_beams(self, rounds: Iterable[Any], rival: Sequence[int] | None = None) -> None:
        """Show a beam search that is over. rival: ids of a text to follow until it is pruned."""
        search = Search([], [], None)
        for _ in search.taking(rounds):
            pass
        if rival is not None:
            search.rival = {"ids": [int(token) for token in rival]}
        self._beams = search.told()

    def close(self) -> None:
        """Stop what is at work, and close the view."""
        if "_worker" in vars(self):  # a view that refused its arguments has none
            self._worker.close()
        super().close()

    @property
    def branches(self) -> list[Branch]:
        """All texts of the tree, the chosen one first."""
        with self._growth.lock:
            ends = sorted(self._growth.tree.leaves(), key=lambda end: end != self._growth.tip)
            return [self._growth.tree.branch(end, self._decode) for end in ends]

    @property
    def tree(self) -> list[dict[str, Any]]:
        """Every node: number, parent (-1 for none), id, piece, probability, rank, seconds, …"""
        nodes = enumerate(list(self._growth.tree.nodes))
        return [{"number": number, **node._asdict()} for number, node in nodes]

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """What the reader does in the picture, and the whole tree for a page that lost a part."""
        if what == "whole":
            return self._page(0), []
        if what == "act":
            self._growth.move = max(self._growth.move, int(args.pop("move", 0)))
            self._act(**args)
            self._tell(now=True)
            return {}, []
        return super().answer(what, args)

    def get_state(self, key=None, drop_defaults=False):
        """The state with all that was written: for a page that is loaded again, or saved."""
        if key is None or "_tree" in key:
            self._trait_values["_tree"] = self._page(0)
        return super().get_state(key, drop_defaults)

    def _before(self, at: int) -> int:
        """The node before a place of the chosen text."""
        path = self._growth.tree.path(self._growth.tip)
        if not 1 <= at <= len(path):
            raise ValueError(f"at={at}: the text has {len(path)} pieces, so 1 to that many")
        return path[at - 1]

    def _act(self, do: str, node: int = 0, id: int = 0, count: int = 1) -> None:
        if do == "stop":
            self._worker.stop()
        elif do == "write":
            self._begin_writing(node, count)
        elif do == "take":
            self._begin_writing(self._growth.other(node, id), count)
        elif do == "choose":
            self._worker.stop()
            self._growth.go(node)
        elif do == "search":
            self._begin_search(count)
        elif do == "measure":
            self._begin_measuring()
        else:
            raise ValueError(f"{do!r} is nothing that can be done here")

    def _begin_writing(self, at: int, count: int) -> None:
        if self._growth.grow is None:
            raise RuntimeError("this view was given no grow: it shows a tree and writes nothing")
        _refuse_count("pieces", count)
        if self._growth.tip != at:
            self._growth.go(at, end=False)
        self._worker.do(Job("writing", lambda job: self._writing(job, at), count))

    def _writing(self, job: Job, at: int) -> None:
        for _ in self._growth.written(at, job.of):
            job.done += 1
            self.failure = ""
            self._tell()
            if job.stopped:
                return

    def _begin_search(self, width: int) -> None:
        if self._search is None:
            raise RuntimeError("this view was given no beams to search with")
        _refuse_count("width", width)
        path, picked = self._growth.path(), self.token
        if picked is None or picked >= len(path):
            picked = sum(node.given for node in path) - 1
        base = path[: picked + 1]
        search = Search([node.id for node in base], [node.piece for node in base], width)
        self._worker.do(Job("searching", lambda job: self._searching(job, search)))

    def _searching(self, job: Job, search: Search) -> None:
        rounds, when = self._search(list(search.ids), search.width), time.monotonic()
        try:
            for _ in search.taking(rounds):
                if job.stopped:
                    return
                if time.monotonic() - when > INTERVAL:
                    self._beams, when = search.told(), time.monotonic()
        finally:
            getattr(rounds, "close", lambda: None)()
        self._winners.judge(search)
        self._beams, self.failure = search.told(), ""

    def _begin_measuring(self) -> None:
        if self._measure is None:
            raise RuntimeError("this view was given no timing to measure with")
        self._worker.do(Job("measuring", self._measuring))

    def _measuring(self, job: Job) -> None:
        found = costs(self._measure(self._growth.given()))
        if not job.stopped:
            self._timing, self.failure = found, ""

    def _ended(self, job: Job, error: BaseException | None) -> None:
        self._error = error
        if error is not None:
            self._growth.let_go()
            self.failure = said(error)
        self._tell(now=True)

    def _tell(self, now: bool = False) -> None:
        """What is new in the tree, to the browser; at most ten times a second but for the last."""
        with self._telling:
            if not now and time.monotonic() - self._when < INTERVAL:
                return
            self._when = time.monotonic()
            page = self._page(self._told)
            self._told = page["from"] + len(page["nodes"])
            self._chosen(summed=now)
            self.send({"kind": "news", **page})

    def _page(self, since: int) -> dict[str, Any]:
        job = self._worker.job
        at_work = None
        if job is not None and not job.over:
            at_work = {"kind": job.kind, "done": job.done, "of": job.of, "stopped": job.stopped}
        return {**self._growth.page(since), "work": at_work}

    def _chosen(self, summed: bool = True) -> None:
        with self._growth.lock:
            found = self._growth.tree.branch(self._growth.tip, self._decode)
            ways = len(self._growth.tree.leaves())
        self.ids, self.text = found.ids, found.text
        if summed:
            self.summary = summary(found, ways)


def _refuse_count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}={value!r}: a whole number from 1 up is needed")
