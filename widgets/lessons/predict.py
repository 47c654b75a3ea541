"""A guess that is committed before the truth is seen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any as Anything

from traitlets import Any, Bool, Dict

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, clean
from widgets.glass.view import View
from widgets.lessons.asking import asked

UNKNOWN: Anything = object()


class Predict(View):
    """A question whose answer the reader commits to; later it stands beside the truth.

    question: one or two sentences. How to answer, one of: choices: two or more strings or other
    values. number: (lowest, highest), or range(1, 13) for whole numbers; unit: of it; log: a slider
    in factors rather than steps. pick: "token", "head" or "layer", the one picked
    in the session; pieces: the text's pieces, to name a token by.
    truth: the right answer, or a function without arguments that works it out; it is asked for
    when the reader has committed, or wants to see it without. explain: shown with the truth.
    `value` is what the reader committed to, None before; after a change of mind `first` still is
    the first guess. A head is (layer, head).
    Raises ValueError for two ways to answer or none, or a pick without a session.

    >>> guess = Predict("Which comes next?", choices=[" Mary", " to", " store"])
    >>> guess.commit(" to")
    >>> guess.reveal(" Mary")
    >>> guess.summary
    'Which comes next? Guess: ·to. Truth: ·Mary.'
    """

    files = Path(__file__)

    question = Text("", help="what is asked").tag(sync=True)
    value = Any(None, help="what the reader committed to, None before")
    first = Any(None, help="the first guess, whatever the reader thought later")
    _asked = Dict(help="how the question is answered").tag(sync=True)
    _given = Any(None, help="the guess, as the browser speaks of it").tag(sync=True)
    _first = Any(None, help="the first guess, likewise").tag(sync=True)
    _ready = Bool(False, help="there is a truth to show").tag(sync=True)
    _truth = Dict(help="the truth, once it may be seen: raw, label, explain").tag(sync=True)

    def __init__(
        self,
        question: str,
        *,
        choices: Sequence[Anything] | None = None,
        number: tuple[float, float] | range | None = None,
        pick: str | None = None,
        unit: str = "",
        log: bool = False,
        truth: Anything | Callable[[], Anything] = UNKNOWN,
        explain: str = "",
        pieces: Sequence[str] | None = None,
        session: Session | None = None,
    ):
        ways = {"choices": choices, "number": number, "pick": pick, "pieces": pieces}
        self._way = asked(**ways, unit=unit, log=log, session=session)
        if self._way.kind == "cell":
            raise ValueError(
                "Predict: a way to answer is missing: choices=[…], number=(0, 1) or pick='head'"
            )
        self._known = UNKNOWN if truth is UNKNOWN else (truth, clean(explain))
        if truth is not UNKNOWN and not callable(truth):
            self._way.raw(truth)  # a truth that is none of the choices is refused at once
        state = {"_asked": self._way.state, "_ready": self._known is not UNKNOWN}
        super().__init__(session=session, question=question, **state)
        self.observe(lambda _: self._told(), ["_given", "_truth"])
        self._told()

    def commit(self, value: Anything) -> None:
        """Commit to a guess from Python, as the reader does in the view.

        Raises ValueError for a value that is no answer, RuntimeError when the truth is out.
        """
        if self._truth:
            raise RuntimeError("commit: the truth is out; run the cell again for another guess")
        self._given = self._way.raw(value)
        if self._ready:
            self._show()

    def reveal(self, truth: Anything | Callable[[], Anything], explain: str = "") -> None:
        """Show the truth beside the guess: at once, or as soon as the reader has committed.

        Raises ValueError for a truth that is no answer to the question.
        """
        if not callable(truth):
            self._way.raw(truth)
        self._known, self._truth = (truth, clean(explain)), {}
        self._ready = True
        if self._given is not None:
            self._show()

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """The browser asks for the truth: the reader has committed, or goes without."""
        if what != "truth":
            return super().answer(what, args)
        if self._known is not UNKNOWN and not self._truth:
            self._show()
        return {}, []

    def _show(self) -> None:
        truth, explain = self._known
        try:
            truth = truth() if callable(truth) else truth
            raw, label = self._way.raw(truth), self._way.label(truth)
        except Exception as error:
            self.failure = said(error)
            raise
        with self.hold_sync():
            self._truth, self.failure = {"raw": raw, "label": label, "explain": explain}, ""

    def _told(self) -> None:
        """Follow what the browser said."""
        try:
            value = None if self._given is None else self._way.value(self._given)
        except ValueError as error:
            self._given, self.failure = None, said(error)
            return
        if value is not None and self.first is None:
            self.first, self._first = value, self._given
        self.value = value
        guess = "" if value is None else f" Guess: {self._way.label(value)}."
        truth = f" Truth: {self._truth['label']}." if self._truth else ""
        self.summary = f"{self.question}{guess}{truth}"
