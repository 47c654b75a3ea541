"""The training board: a training watched while it runs, stopped and resumed from the picture."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Dict, Enum

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.view import View
from widgets.training.history import entry
from widgets.training.ledger import Ledger
from widgets.training.running import AT_WORK, Pace, Running
from widgets.training.stored import stored
from widgets.training.telling import at, summary

INTERVAL = 0.25
"""Seconds between two messages to the browser, at least."""
SUMMED = 8
"""The summary is told anew with every so many of them."""


class Training(View):
    """Loss, validation, metrics, gradients and samples of a training, live.

    `watch(steps)` runs an iterable of steps in a thread of its own and returns at once, so the
    next cells run beside it. A step is anything with `step` and `loss`, and where it has them
    `of`, `tokens`, `seconds`, `valid`, `lr`, `grad_norm`, `layer_grads`, `tokens_per_second`,
    `metrics` (numbers by name) and `samples` (texts by name): what `lab.train` yields. Stop and
    Resume stand in the picture too.

    `step` is the last step, `history` all of them as arrays, `samples` the texts; `running` and
    `done` say where it stands. A training that is over, or that `show` brings from a file, stays
    to be looked at; the next one draws over it, and the one before remains as a faint line.
    title: the headline, instead of the view's own.

    >>> board = Training()
    >>> _ = board.watch({"step": i, "loss": 8 / i} for i in range(1, 101))
    >>> board.wait(10), board.step["step"]
    (True, 100)
    >>> board.history["loss"].shape
    (100,)
    """

    files = Path(__file__)
    kept = ("x", "log_x", "log_y")

    x = Enum(["step", "tokens", "seconds"], "step", help="what the curves run along").tag(sync=True)
    log_x = Bool(help="a logarithmic axis of steps").tag(sync=True)
    log_y = Bool(help="a logarithmic axis of loss").tag(sync=True)
    _board = Dict(help="all that is drawn, as `get_state` finds it").tag(sync=True)

    def __init__(self, *, title: str = "", session: Session | None = None):
        self._ledger = Ledger()
        self._runner: Running | None = None
        self._pace: Pace | None = None
        self._phase_shown = "empty"
        self._telling = threading.RLock()
        self._last: Any = None
        self._untold = 0
        super().__init__(session=session, title=title, summary="no training watched yet")

    @classmethod
    def of(cls, history: Any, **more: Any) -> Training:
        """A board of a training that is over; takes what `show` takes, and the board's keywords.

        >>> Training.of({"step": [1, 2], "loss": [8.0, 6.5]}).summary
        'step 2, stored: loss 6.50 (from 8.00)'
        """
        board = cls(**more)
        board.show(history)
        return board

    def watch(self, steps: Iterable[Any], total: int | None = None) -> Training:
        """Run `steps` in a thread of its own and draw each; returns the board at once.

        total: how many steps there will be, where the steps do not say so (`of`).
        A run that was stopped is closed for good, a run before it stays as a faint line.
        Raises RuntimeError while another run is at work and on a closed board, TypeError for what
        cannot be run.
        """
        self._refuse_running("watch")
        runner = Running(steps, self._take, self._changed)
        self._begin()
        self._ledger.history.of = total
        self._runner, self._pace = runner, Pace(self._tell, INTERVAL)
        self._changed()
        runner.start()
        return self

    def show(self, history: Any) -> None:
        """Show a training that is over: arrays or lists by field, or a list of steps.

        history: what `board.history` gives, or columns as a training's own file has them.
        Raises ValueError for columns of different lengths, RuntimeError while a run is at work.
        """
        self._refuse_running("show")
        found = stored(history)
        self._begin(found)
        self._phase_shown = "stored"
        self._tell(summed=True)

    def stop(self) -> None:
        """Pause when the step in hand is done, and wait for that; `resume()` goes on from there."""
        if self._runner is not None:
            self._runner.stop()
            if not self._runner.inside:
                self._runner.wait()
                self._tell(summed=True)

    def resume(self) -> None:
        """Go on with the run that was stopped. Raises RuntimeError when there is none."""
        self._present().resume()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over or stopped; says whether it is over.

        An interrupt stops the run. Raises what the run itself raised.
        """
        runner = self._present()
        try:
            runner.wait(timeout)
        except KeyboardInterrupt:
            runner.stop()
            raise
        self._tell(summed=True)
        if runner.error is not None:
            raise runner.error
        return self.done

    def close(self) -> None:
        """End the run after the step in hand, so that it releases its files, and close the view."""
        self._end()
        super().close()

    @property
    def running(self) -> bool:
        """Is a run at work?"""
        return self._phase in AT_WORK

    @property
    def done(self) -> bool:
        """Did the run come to its end?"""
        return self._phase == "done"

    @property
    def step(self) -> Any:
        """The last step, as it came; None before the first."""
        return self._last

    @property
    def history(self) -> dict[str, np.ndarray]:
        """Every step by field, [steps, …], NaN where nothing was measured; metrics by name."""
        return self._ledger.take().arrays()

    @property
    def samples(self) -> list[tuple[int, dict[str, str]]]:
        """The texts that were sampled: (step, {name: text}), in order."""
        return list(self._ledger.take().samples)

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Stop and resume; all of the board; the exact numbers of one step."""
        if what == "stop":
            self._present().stop()
            return {}, []
        if what == "resume":
            self._present().resume()
            return {}, []
        if what == "whole":
            return self._ledger.whole(self._phase, args.get("revision"))
        if what == "at":
            return at(self._ledger.take(), float(args["step"])), []
        return super().answer(what, args)

    def get_state(self, key=None, drop_defaults=False):
        """The state with all that has come: for a page that is loaded again, or saved."""
        if key is None or "_board" in key:
            content, buffers = self._ledger.whole(self._phase)
            self._trait_values["_board"] = {"content": content, "buffers": buffers}
        return super().get_state(key, drop_defaults)

    @property
    def _phase(self) -> str:
        return self._phase_shown if self._runner is None else self._runner.phase

    def _present(self) -> Running:
        if self._runner is None:
            raise RuntimeError("no training is watched; try board.watch(lab.train(model, corpus))")
        return self._runner

    def _refuse_running(self, what: str) -> None:
        if self.comm is None:
            raise RuntimeError(f"{what}: this board is closed; make another")
        if self.running:
            raise RuntimeError(f"{what}: a training is at work on this board; stop() it first")

    def _begin(self, history: Any = None) -> None:
        self._end()
        self._ledger.begin(history)
        self._last, self.failure = None, ""

    def _end(self) -> None:
        runner, pace = self._runner, self._pace
        if runner is not None:
            runner.close()
            self._phase_shown, self._runner = runner.phase, None
        if pace is not None:
            pace.end()
            self._pace = None

    def _take(self, step: Any, seconds: float) -> None:
        """A step from the run, in its thread."""
        self._ledger.add(entry(step, seconds))
        self._last = step
        if self._pace is not None:
            self._pace.ask()

    def _changed(self) -> None:
        """Another phase: told at once."""
        if self._runner is not None and self._runner.error is not None:
            self.failure = said(self._runner.error)
        self._tell(summed=True)

    def _tell(self, summed: bool = False) -> None:
        """One message to the browser, and now and then the summary."""
        with self._telling:
            news = self._ledger.news(self._phase)
            if news is not None:
                self.send(*news)
                self._untold = (self._untold + 1) % SUMMED
            if summed or self._untold == 0:
                self.summary = summary(self._ledger.history, self._phase)
