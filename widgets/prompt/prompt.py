"""A line to type in: each change goes through a callable, and its answer into the views."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, clean
from widgets.glass.view import View

MOST = 100_000


class Prompt(View):
    """A place to type a text; the given views show what `ask` makes of it, as it is typed.

    ask: takes the text and returns what the views show (`lambda text: lab.trace(model, text)`).
    It runs in a thread of its own, one question at a time, the newest text winning.
    views: anything with `show(answer)`. text: what stands there first; nothing is asked for it.
    When `ask` raises, its message stands under the text and in the views, which keep their last
    picture, marked so.
    Raises TypeError when `ask` cannot be called or a view cannot show.

    >>> Prompt(lambda text: text.split()).run("two words")
    ['two', 'words']
    """

    files = Path(__file__)

    text = Text("", help="what is typed; setting it does not ask").tag(sync=True)

    def __init__(
        self,
        ask: Callable[[str], Any],
        *,
        views: Sequence[Any] = (),
        text: str = "",
        title: str = "Your text",
        session: Session | None = None,
    ):
        if not callable(ask):
            raise TypeError(f"ask is a {type(ask).__name__}; give a function of the text")
        for view in views:
            if not callable(getattr(view, "show", None)):
                raise TypeError(f"views holds a {type(view).__name__}, which has no show(answer)")
        super().__init__(session=session, title=title)
        self._ask, self._views = ask, tuple(views)
        self.text = text

    def run(self, text: str) -> Any:
        """Ask for a text from Python; shows the answer in the views and returns it.

        Raises whatever `ask` raises; the views keep their last picture and say why.
        """
        if len(text) > MOST:
            raise ValueError(f"text has {len(text)} characters; at most {MOST} are taken")
        try:
            answer = self._ask(clean(text))
            for view in self._views:
                view.show(answer)
        except Exception as error:
            self._tell(said(error))
            raise
        self._tell("")
        self.text = text
        return answer

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Runs what the browser typed."""
        if what != "run":
            return super().answer(what, args)
        answer = self.run(str(args.get("text", "")))
        return {"note": str(getattr(answer, "note", "") or "")}, []

    def _tell(self, failure: str) -> None:
        for view in self._views:
            view.failure = failure
