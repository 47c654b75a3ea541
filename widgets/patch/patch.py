"""Activations of one run put into another: how far each place brings the answer along.

Every effect stands beside its control, the same patch from somewhere else; neither can be given
without the other. What was swept and what was written travel with the view: a saved page lacks
only new sweeps and new texts, which take the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from traitlets import Bool, Dict, Enum, Int, List, TraitError, validate

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts
from widgets.glass.text import clean as cleaned
from widgets.glass.view import View
from widgets.patch.asking import SITES, Question, offered, places, question
from widgets.patch.given import joined, runs, state, summarised, sweeps
from widgets.patch.picking import Picked, cell, lines
from widgets.patch.running import Job, Runner
from widgets.patch.sweeping import swept

INTERVAL = 0.25
"""Seconds between two messages of a sweep that is under way, at least."""
WRITTEN = 40
"""Texts of cells that are kept."""


class Patch(View):
    """Layers down, the two prompts across, aligned: what each place carries, beside its control.

    sweep: what `lab.interventions.sweep` gives, several of one pair of prompts, or several by
    name; anything with these attributes: axes, layers, effects [layer, position], [layer, head]
    or [layer, head, position], controls [n, …the same], clean and corrupted (the metric unpatched),
    clean_pieces, corrupted_pieces; and if known columns (pairs of positions, -1 for none), done,
    site, metric, unit, control, position, model_name, note, clean_text, corrupted_text.
    run: `(clean, corrupted, metric, site, by)` → ever fuller sweeps, or one
    (`partial(lab.interventions.sweeping, model)`): the prompts can then be changed, and the other
    sites swept; it runs in a thread of its own and can be stopped.
    write: `(sweep, layer=, position=, head=)` → texts with names: what each run goes on to write.
    metrics: name → function of the piece or two that the metric is about
    (`{"probability": lab.interventions.probability}`). answer: the pieces it begins with.
    sites: pairs of hook and "position", "head", "layer" or "head position" that can be swept.

    What is picked is the session's layer, token (of the corrupted prompt) and head. When `run` or
    `write` raises, its message is shown, and what was done stays; cells not done are hatched.

    Raises ValueError for an effect without controls and for shapes that disagree, TypeError for
    what is no sweep, cannot be called, and for unknown keywords.

    >>> found = lab.interventions.sweep(model, clean, corrupted, metric)  # doctest: +SKIP
    >>> Patch(found).picked  # doctest: +SKIP
    """

    files = Path(__file__)
    kept = ("picture", "colour", "only")
    controlled: ClassVar[dict[str, str]] = {"_effects": "_controls"}

    pictures = List(Dict(), help="what is said of each sweep").tag(sync=True)
    clean_pieces = Texts(help="the prompt that is copied from").tag(sync=True)
    corrupted_pieces = Texts(help="the prompt whose run is changed").tag(sync=True)
    clean = Text("", help="the same as one text").tag(sync=True)
    corrupted = Text("", help="the same as one text").tag(sync=True)
    pairs = List(help="their columns: [clean, corrupted] positions").tag(sync=True)
    position = Int(help="where the metric is read, in the corrupted prompt").tag(sync=True)
    model_name = Text("", help="the model, for the headline").tag(sync=True)
    picture = Text("", help="the sweep shown, by name; key p").tag(sync=True)
    colour = Enum(["share", "effect"], "share", help="share of the way, or the metric; key u")
    colour = colour.tag(sync=True)
    only = Bool(False, help="only what leaves the controls' range; key o").tag(sync=True)
    _effects = Dict(help="float32 [row, column] by name").tag(sync=True)
    _controls = Dict(help="float32 [control, row, column] by name").tag(sync=True)
    _written = Dict(help="texts by cell: 'name|layer|head|position'").tag(sync=True)
    _offers = Dict(help="what can be asked of Python").tag(sync=True)
    _work = Dict(help="the sweep under way; empty for none").tag(sync=True)

    def __init__(
        self,
        sweep: Any,
        session: Session | None = None,
        *,
        run: Callable[..., Any] | None = None,
        write: Callable[..., Any] | None = None,
        metrics: Mapping[str, Callable[..., Any]] | None = None,
        answer: Iterable[str] = (),
        sites: Iterable[tuple[str, str]] = SITES,
        title: str = "",
    ):
        for name, call in (("run", run), ("write", write)):
            if call is not None and not callable(call):
                raise TypeError(f"{name} is a {type(call).__name__}; give a function")
        self._sweeps, self._metrics = sweeps(sweep), dict(metrics or {})
        self._run, self._write, self._runner = run, write, Runner(self._ended)
        if run is not None and not self._metrics:
            raise ValueError(
                "run needs metrics to sweep for: "
                "metrics={'probability': lab.interventions.probability}"
            )
        offers = {
            "run": run is not None, "write": write is not None,
            "metrics": offered(self._metrics), "pieces": [cleaned(str(one)) for one in answer],
            "sites": places(sites) if run is not None else [],
        }  # fmt: skip
        self._when = 0.0
        first = next(iter(self._sweeps))
        known = state(self._sweeps, first)
        super().__init__(session=session, title=title, picture=first, _offers=offers, **known)
        self.observe(self._retold, "picture")

    def show(self, sweep: Any) -> None:
        """Show other sweeps in the same view; takes, and refuses, what the view itself does."""
        self._show(sweeps(sweep))

    def run(
        self,
        clean: str | None = None,
        corrupted: str | None = None,
        *,
        metric: str | None = None,
        answer: Iterable[str] = (),
        site: str = "resid_pre",
        by: str = "position",
    ) -> Patch:
        """Sweep anew in a thread of its own, with what is shown where nothing else is said.

        metric: one of the names in `metrics`; answer: the pieces it is about.
        Returns at once; `wait()` waits and raises what went wrong.
        """
        self._begin(question({
            "clean": self.clean if clean is None else clean,
            "corrupted": self.corrupted if corrupted is None else corrupted,
            "metric": next(iter(self._metrics), "") if metric is None else metric,
            "pieces": tuple(answer) or self._offers["pieces"], "site": site, "by": by,
        }))  # fmt: skip
        return self

    def stop(self) -> None:
        """Stop the sweep under way; what is done of it stays."""
        self._runner.stop()
        self._runner.wait()

    def wait(self, timeout: float | None = None) -> Patch:
        """Wait until no sweep is under way; raises what went wrong in it."""
        job = self._runner.wait(timeout)
        if job is not None and job.error is not None:
            error, job.error = job.error, None
            raise error
        return self

    def close(self) -> None:
        """Stop what is under way, and close the view."""
        if "_runner" in vars(self):  # a view that refused its arguments has none
            self._runner.stop()
        super().close()

    @property
    def sweep(self) -> Any:
        """The sweep that is shown."""
        return self._sweeps[self.picture]

    @property
    def picked(self) -> Picked | None:
        """The picked cell of the sweep shown, with its effect and its controls; None for none."""
        return cell(self.sweep, self.layer, self.token, self.head)

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """A new sweep, Stop, and the text that a patched model writes."""
        if what == "run":
            self._begin(question(args))
            return {}, []
        if what == "stop":
            self._runner.stop()
            if self._runner.job is not None:
                self._say(self._runner.job)
            return {}, []
        if what == "write":
            return {"texts": self.write(**args)}, []
        return super().answer(what, args)

    def write(
        self, name: str, layer: int, position: int | None = None, head: int | None = None
    ) -> list[list[str]]:
        """[whose, text] that each run goes on to write, the cell of the sweep `name` patched.

        Raises whatever `write` raises, and ValueError for a sweep that is not shown.
        """
        if self._write is None:
            raise ValueError("this view was given no write=…, so no text can be written")
        if name not in self._sweeps:
            raise ValueError(f"{name!r} is not shown: there are {', '.join(self._sweeps)}")
        where = {"layer": layer, "position": position, "head": head}
        given = {part: place for part, place in where.items() if place is not None}
        texts = lines(self._write(self._sweeps[name], **given))
        key = "|".join([name, *("" if place is None else str(place) for place in where.values())])
        kept = list(self._written.items())[-WRITTEN + 1 :]
        self._written = {**dict(kept), key: texts}
        return texts

    @validate("picture")
    def _known(self, proposal):
        if proposal["value"] not in self._sweeps:
            raise TraitError(
                f"picture is {proposal['value']!r}: there are {', '.join(self._sweeps)}"
            )
        return proposal["value"]

    def _retold(self, _change: Any) -> None:
        self.summary = summarised(self._sweeps, self.picture)

    def _show(self, found: dict[str, Any], picture: str = "") -> None:
        name = picture if picture in found else next(iter(found))
        changes = state(found, name)
        other = runs(next(iter(found.values()))) != runs(next(iter(self._sweeps.values())))
        with self.hold_sync():
            self._sweeps = found
            for trait, value in changes.items():
                setattr(self, trait, value)
            self.picture = name
            if other:
                self._written = {}

    def _begin(self, wish: Question) -> None:
        if self._run is None:
            raise ValueError("this view was given no run=…, so nothing can be swept")
        if wish.metric not in self._metrics:
            raise ValueError(f"metric is {wish.metric!r}: there are {', '.join(self._metrics)}")
        takes = dict(self._offers["metrics"])[wish.metric]
        if not all(wish.pieces[:takes]) or len(wish.pieces) < takes:
            raise ValueError(f"{wish.metric} is about {takes} pieces; given are {wish.pieces}")
        metric = self._metrics[wish.metric](*wish.pieces[:takes])
        run = self._run
        self._say(self._runner.start(lambda job: self._sweeping(job, run, wish, metric)))

    def _sweeping(self, job: Job, run: Callable[..., Any], wish: Question, metric: Any) -> None:
        last, when = None, 0.0
        try:
            for last in swept(job, run, wish, metric, lambda: self._progressed(job)):
                if time.monotonic() - when > INTERVAL:
                    self._take(last)
                    last, when = None, time.monotonic()
        finally:
            if last is not None:
                self._take(last)

    def _take(self, one: Any) -> None:
        """One more sweep; it stands beside the others where the prompts are theirs."""
        alone = sweeps(one)
        if runs(one) == runs(self.sweep):
            self._show(*joined(self._sweeps, one))
        else:
            self._show(alone)
        self.failure = ""

    def _progressed(self, job: Job) -> None:
        if time.monotonic() - self._when > INTERVAL:
            self._say(job)

    def _say(self, job: Job) -> None:
        """How far the sweep under way is; nothing when none is."""
        if job is not self._runner.job:
            return
        self._when = time.monotonic()
        at_work = {"done": job.done, "of": job.of, "stopped": job.stopped}
        self._work = {} if job.over else at_work

    def _ended(self, job: Job) -> None:
        if job.error is not None and job is self._runner.job:
            self.failure = said(job.error)
        self._say(job)
