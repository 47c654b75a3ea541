"""A text growing piece by piece, and all the ways it did not take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from traitlets import Dict, Enum, List

from widgets.generation.beams import Search, better
from widgets.generation.given import given
from widgets.generation.steps import taken
from widgets.generation.telling import summary
from widgets.generation.timing import costs
from widgets.generation.tree import Branch, Tree
from widgets.generation.working import Job, Worker
from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text
from widgets.glass.view import View

INTERVAL = 0.1
"""Seconds between two messages to the browser, at least."""

Grow = Callable[[list[int]], Iterable[Any]]


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
        if isinstance(write, bool) or not isinstance(write, int) or write < 1:
            raise ValueError(f"write={write!r}: a whole number from 1 up is needed")
        self._grow, self._decode, self._write = grow, decode, write
        self._search = beams if callable(beams) else None
        self._measure = timing if callable(timing) else None
        self._lock = threading.RLock()
        self._life, self._move, self._told, self._when = 0, 0, 0, 0.0
        self._going: tuple[int, Iterator[Any]] | None = None
        self._winners: dict[tuple[int, ...], dict[str, Any]] = {}
        self._worker = Worker(self._ended)
        self._tree_of, self._tip = given(trace, ids, pieces), 0
        self._tip = len(self._tree_of.nodes) - 1
        super().__init__(session=session, title=title)
        with self.hold_sync():
            self._offers = {
                "grow": grow is not None,
                "beams": self._search is not None,
                "timing": self._measure is not None,
                "write": write,
            }
            if beams is not None and self._search is None:
                self.show_beams(beams)
            if timing is not None and self._measure is None:
                self._timing = costs(timing)
            self._chosen()

    def step(self, pieces: int = 1) -> Generation:
        """Write so many pieces, wait for them, and return the view. Raises what `grow` raised."""
        self.run(pieces)
        return self.wait()

    def run(self, pieces: int | None = None) -> Generation:
        """Write on in a thread of its own, `write` pieces by default; returns at once."""
        self._begin_writing(self._tip, self._write if pieces is None else pieces)
        return self

    def stop(self) -> None:
        """Stop after the piece in hand, and wait for that."""
        self._worker.stop()
        self._worker.wait()

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until nothing is at work; raises what went wrong in it."""
        self._worker.wait(timeout)
        error, self._error = getattr(self, "_error", None), None
        if error is not None:
            raise error
        return self

    def take(self, at: int, token: int, pieces: int | None = None) -> Generation:
        """Put another piece at place `at` of the chosen text, and write on from there in a thread.

        token: the id of one of the alternatives there. pieces: `write` by default.
        Raises ValueError for a place outside the text, a piece that is no alternative there.
        """
        with self._lock:
            path = self._tree_of.path(self._tip)
            if not 1 <= at <= len(path):
                raise ValueError(f"at={at}: the text has {len(path)} pieces, so 1 to that many")
            number = self._branched(path[at - 1], token)
        self._begin_writing(number, self._write if pieces is None else pieces)
        return self

    def choose(self, number: int) -> None:
        """Choose the branch through this node of the tree (numbers as in `tree`)."""
        with self._lock:
            if not 0 <= number < len(self._tree_of.nodes):
                raise ValueError(f"number={number}: the tree has {len(self._tree_of.nodes)} nodes")
            self._tree_of.visit(number)
            self._tip = self._tree_of.end(number)
            self._move += 1
        self._tell(now=True)

    def search(self, width: int = 4, *, wait: bool = True) -> Generation:
        """Beam search from the picked place on, else from the given text; needs `beams`."""
        self._begin_search(width)
        return self.wait() if wait else self

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
        self._worker.close()
        super().close()

    @property
    def branches(self) -> list[Branch]:
        """All texts of the tree, the chosen one first."""
        with self._lock:
            ends = sorted(self._tree_of.leaves(), key=lambda number: number != self._tip)
            return [self._tree_of.branch(number, self._decode) for number in ends]

    @property
    def tree(self) -> list[dict[str, Any]]:
        """Every node: number, parent (-1 for none), id, piece, probability, rank, seconds, …"""
        with self._lock:
            nodes = enumerate(self._tree_of.nodes)
            return [{"number": number, **node._asdict()} for number, node in nodes]

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """What the reader does in the picture, and the whole tree for a page that lost a part."""
        if what == "whole":
            return self._whole(), []
        if what == "act":
            with self._lock:
                self._move = max(self._move, int(args.get("move", 0)))
            self._act(**{key: value for key, value in args.items() if key != "move"})
            self._tell(now=True)
            return {}, []
        return super().answer(what, args)

    def get_state(self, key=None, drop_defaults=False):
        """The state with all that was written: for a page that is loaded again, or saved."""
        if key is None or "_tree" in key:
            self._trait_values["_tree"] = self._whole()
        return super().get_state(key, drop_defaults)

    def _act(self, do: str, node: int = 0, id: int = 0, count: int = 1) -> None:
        if do == "stop":
            self._worker.stop()
        elif do == "write":
            self._begin_writing(node, count)
        elif do == "take":
            self._begin_writing(self._branched(node, id), count)
        elif do == "choose":
            self._worker.stop()
            self.choose(node)
        elif do == "search":
            self._begin_search(count, node)
        elif do == "measure":
            self._begin_measuring()
        else:
            raise ValueError(f"{do!r} is nothing that can be done here")

    def _branched(self, parent: int, token: int) -> int:
        """The node of an alternative behind a parent, made where there is none yet."""
        with self._lock:
            tree = self._tree_of
            found = tree.child(parent, token)
            place = tree.places.get(parent)
            if found is None:
                ranked = enumerate(place.alternatives if place else [])
                known = {one[0]: (rank, one) for rank, one in ranked}
                if token not in known:
                    raise ValueError(f"token={token} is none of the alternatives at this place")
                rank, one = known[token]
                step = {"id": one[0], "piece": one[1], "probability": one[2], "rank": rank}
                found = tree.add(taken(step, parent)[0])
            tree.visit(found)
            self._tip = tree.end(found)
            self._move += 1
            return self._tip

    def _begin_writing(self, at: int, count: int) -> None:
        if self._grow is None:
            raise RuntimeError("this view was given no grow: it shows a tree, and writes nothing")
        with self._lock:
            if self._tip != at:
                self._tree_of.visit(at)
                self._tip = at
                self._move += 1
        self._worker.do(Job("writing", self._writing, count, at))

    def _writing(self, job: Job) -> None:
        at = job.at
        while job.done < job.of and not job.stopped and not self._tree_of.nodes[at].ended:
            step = next(self._steps_from(at), None)
            if step is None or job.stopped:
                self._let_go()
                return
            with self._lock:
                node = self._tree_of.add(*taken(step, at))
                if self._tip == at:
                    self._tip = node
                job.done += 1
            self._going = (node, self._going[1]) if self._going else None
            at = node
            self.failure = ""
            self._tell()

    def _steps_from(self, at: int) -> Iterator[Any]:
        """The steps behind this node: those in hand where they stand there, else new ones."""
        if self._going is None or self._going[0] != at:
            self._let_go()
            ids = [self._tree_of.nodes[node].id for node in self._tree_of.path(at)]
            self._going = (at, iter(self._grow(ids)))
        return self._going[1]

    def _let_go(self) -> None:
        going, self._going = self._going, None
        if going is not None:
            getattr(going[1], "close", lambda: None)()

    def _begin_search(self, width: int, at: int | None = None) -> None:
        if self._search is None:
            raise RuntimeError("this view was given no beams to search with")
        with self._lock:
            path = self._tree_of.path(self._tip)
            picked = self.token if self.token is not None and self.token < len(path) else None
            first = sum(self._tree_of.nodes[node].given for node in path)
            nodes = path[: (first if picked is None else picked + 1)]
            chosen = [self._tree_of.nodes[node] for node in nodes]
            search = Search([n.id for n in chosen], [n.piece for n in chosen], width)
        self._worker.do(Job("searching", lambda job: self._searching(job, search, width)))

    def _searching(self, job: Job, search: Search, width: int) -> None:
        rounds, when = self._search(list(search.ids), width), 0.0
        try:
            for _ in search.taking(rounds):
                if job.stopped:
                    return
                if time.monotonic() - when > INTERVAL:
                    self._beams, when = search.told(), time.monotonic()
        finally:
            getattr(rounds, "close", lambda: None)()
        winner = self._winners.get(tuple(search.ids))
        search.rival = winner if better(winner, search.best) else None
        if better(search.best, winner) or winner is None:
            self._winners[tuple(search.ids)] = search.best
        self._beams, self.failure = search.told(), ""

    def _begin_measuring(self) -> None:
        if self._measure is None:
            raise RuntimeError("this view was given no timing to measure with")
        ids = [node.id for node in self._tree_of.nodes if node.given]
        self._worker.do(Job("measuring", lambda job: self._measured(costs(self._measure(ids)))))

    def _measured(self, found: dict[str, Any]) -> None:
        self._timing, self.failure = found, ""

    def _ended(self, job: Job, error: BaseException | None) -> None:
        self._error = error
        if error is not None:
            self._going = None
            self.failure = said(error)
        self._tell(now=True)

    def _tell(self, now: bool = False) -> None:
        """What is new in the tree, to the browser; at most ten times a second but for the last."""
        with self._lock:
            if not now and time.monotonic() - self._when < INTERVAL:
                return
            self._when = time.monotonic()
            news, self._told = self._page(self._told), len(self._tree_of.nodes)
            self._chosen()
            self.send({"kind": "news", **news})

    def _page(self, since: int) -> dict[str, Any]:
        job = self._worker.job
        if job is not None and not job.over:
            at_work = {"kind": job.kind, "done": job.done, "of": job.of, "stopped": job.stopped}
        else:
            at_work = None
        more = {"tip": self._tip, "move": self._move, "work": at_work}
        return {**self._tree_of.told(since), **more}

    def _whole(self) -> dict[str, Any]:
        with self._lock:
            return self._page(0)

    def _chosen(self) -> None:
        found = self._tree_of.branch(self._tip, self._decode)
        self.ids, self.text = found.ids, found.text
        self.summary = summary(found, len(self._tree_of.leaves()))
