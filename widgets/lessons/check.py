"""A question that is graded, with hints; never a gate."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any as Anything

from traitlets import Any, Dict, Enum, Int

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean
from widgets.glass.view import View
from widgets.lessons.asking import Asked, asked
from widgets.lessons.progress import Progress
from widgets.lessons.sealing import exact, is_sealed, opens, sealed
from widgets.lessons.trials import Test, fault, same

RUNGS = 3
NUDGE_AT = 2
"""The try after which hints are offered, once."""


@dataclass(frozen=True)
class Grade:
    """How an answer was graded: true when right, and what was said of it."""

    right: bool
    said: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.said


class Check(View):
    """A question on the model's state that is graded, with up to three hints; skipping is allowed.

    question: one or two sentences. answer: the right one: what `sealed(…)` gave, so that the
    notebook does not tell it; or a value; or a function without arguments that works it out from
    the model when somebody answers. How to answer, one of: choices: two or more values. number:
    True, (lowest, highest) or a range; unit: of the number. text: True. pick: "token", "head" or
    "layer", the one picked in the session; pieces: to name a token by. Or none of these: in a
    cell, with `check.grade(value)`.
    test, instead of answer: what a function must do that the reader writes and hands to
    `check.grade(function)`: a callable that takes it and asserts, or examples ((argument, …),
    wanted). It has two seconds.
    tolerance: how far a number may be off; without one, 1 %, and nothing for whole numbers. (Of a
    sealed number the seal knows.)  explain: shown when it is right, or skipped.
    progress: the reader's own file, beside the notebook; None keeps nothing. name: the question's
    name in it, by default its text.
    Raises ValueError for an answer that is none of the choices, two ways to answer, no answer.

    >>> check = Check("2 + 2?", answer=4, number=True, progress=None)
    >>> check.grade(5), bool(check.grade(4)), check.status
    (Not yet., True, 'right')
    """

    files = Path(__file__)

    question = Text("", help="what is asked").tag(sync=True)
    status = Enum(["open", "wrong", "right", "skipped"], "open").tag(sync=True)
    tries = Int(0, help="answers so far").tag(sync=True)
    hinted = Int(0, help="hints taken").tag(sync=True)
    _asked = Dict(help="how the question is answered").tag(sync=True)
    _given = Any(None, help="the last answer, as the browser speaks of it").tag(sync=True)
    _hints = Texts().tag(sync=True)
    _said = Text("", help="what was said of the last answer").tag(sync=True)
    _explain = Text("", help="once it may be seen").tag(sync=True)
    _seal = Text("", help="so that a saved page can grade").tag(sync=True)
    _note = Text("", help="why progress is not kept").tag(sync=True)

    def __init__(
        self,
        question: str,
        *,
        answer: Anything = None,
        choices: Sequence[Anything] | None = None,
        number: tuple[float, float] | range | bool | None = None,
        text: bool = False,
        pick: str | None = None,
        test: Test | None = None,
        unit: str = "",
        tolerance: float | None = None,
        hints: Sequence[str] = (),
        explain: str = "",
        name: str | None = None,
        progress: str | Path | None = "progress.json",
        pieces: Sequence[str] | None = None,
        session: Session | None = None,
    ):
        ways = {"choices": choices, "number": number, "text": text, "pick": pick}
        self._way = asked(**ways, pieces=pieces, unit=unit, session=session)
        self._test, self._tolerance, self._why = test, tolerance, clean(explain)
        self._answer = _right(self._way, answer, test, tolerance)
        self._name, self._progress = clean(name or question)[:200], Progress(progress)
        super().__init__(
            session=session,
            question=question,
            _asked=self._way.state | {"test": test is not None, "exact": _exact(self._way)},
            _hints=_rungs(hints),
            _seal=self._answer if is_sealed(self._answer) else "",
        )
        self._restore()
        self.observe(lambda _: self._keep(), "hinted")
        self.observe(lambda _: self._sum_up(), ["status", "question"])
        self._sum_up()

    def grade(self, value: Anything) -> Grade:
        """Grade an answer given in a cell: a value, or for `test` the function.

        Raises what a function given as `answer` raises.
        """
        right, words = self._judged(value)
        self.tries += 1
        self._show(value)
        words = "Right." if right else f"Not yet{words}.{self._nudge()}"
        self._tell("right" if right else "wrong", words, self._why if right else "")
        return Grade(right, words)

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """The browser's answer is graded, or the question skipped."""
        if what == "grade":
            self.grade(self._way.value(args.get("given")))
        elif what == "skip":
            self.skip()
        else:
            return super().answer(what, args)
        return {name: getattr(self, name) for name in ("status", "tries", "_said", "_explain")}, []

    def skip(self) -> None:
        """Go on without an answer; one can be given at any time."""
        told = f" The answer: {self._way.label(self._answer())}." if callable(self._answer) else ""
        self._tell("skipped", f"Skipped.{told}", self._why)

    def _tell(self, status: str, words: str, explain: str) -> None:
        with self.hold_sync():
            self.status, self._said, self._explain, self.failure = status, words, explain, ""
        self._keep()

    def _judged(self, value: Anything) -> tuple[bool, str]:
        if self._test is not None:
            found = fault(value, self._test)
            return not found, found and f": {found}"
        typed = self._way.kind == "text"
        right = self._answer() if callable(self._answer) else self._answer
        if is_sealed(right):
            return opens(str(right), value, loose=typed), ""
        if typed and isinstance(right, str):
            return opens(sealed(right), value, loose=True), ""
        return same(value, right, self._tolerance), ""

    def _show(self, value: Anything) -> None:
        """An answer given in a cell stands in the view, too, where it could be given there."""
        with suppress(Exception):
            self._given = self._way.raw(value)

    def _nudge(self) -> str:
        if self.tries == NUDGE_AT and self._hints and not self.hinted:
            return " A hint may help."
        return ""

    def _restore(self) -> None:
        """Stand as the reader left it."""
        try:
            entry = self._progress.read().get(self._name, {})
            if entry:
                self.tries, self.hinted = int(entry["tries"]), int(entry["hints"])
                self.status = entry["status"]
        except Exception as error:  # the reader's file may hold anything
            self._note = f"Progress is not kept: {error}"
            return
        if self.status in ("right", "skipped"):
            right = "Right, when you were here before."
            self._said, self._explain = right if self.status == "right" else "Skipped.", self._why

    def _keep(self) -> None:
        entry = {"status": self.status, "tries": self.tries, "hints": self.hinted}
        try:
            self._progress.keep(self._name, entry)
            self._note = ""
        except Exception as error:  # grading goes on without a file
            self._note = f"Progress is not kept: {said(error)}"

    def _sum_up(self) -> None:
        stands = {"open": "not answered", "wrong": "not yet right"}.get(self.status, self.status)
        self.summary = f"{self.question} ({stands})"


def _right(way: Asked, answer: Anything, test: Test | None, tolerance: float | None) -> Anything:
    """The answer as it is kept: a seal, a function, or None where there is a test."""
    if (answer is None) == (test is None):
        raise ValueError("Check: give answer=, or test= for a function the reader writes")
    if test is not None:
        if way.kind != "cell":
            raise ValueError(f"Check: test= is for check.grade(function), without {way.kind}")
        return None
    if callable(answer):
        return answer
    if not is_sealed(answer):
        if way.kind != "cell":
            way.raw(answer)  # none of the choices: refused at once
        return sealed(answer, tolerance=tolerance)
    if tolerance is not None:
        raise ValueError("tolerance belongs into the seal: sealed(0.42, tolerance=0.02)")
    opens(answer, "")  # a seal that was cut is refused at once
    return answer


def _exact(way: Asked) -> list[str | None]:
    """The choices as a seal takes them, for a saved page; None for one that cannot be sealed."""
    kinds = (str, int, tuple)
    return [exact(choice) if isinstance(choice, kinds) else None for choice in way.choices]


def _rungs(hints: Sequence[str]) -> list[str]:
    if isinstance(hints, str) or len(hints) > RUNGS:
        raise ValueError(f"hints: a list of up to {RUNGS}, each telling more, not {hints!r:.60}")
    return list(hints)
