"""One text cut by several tokenizers, piece under piece, as it is typed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Enum, Int, List, TraitError, validate

from widgets.glass.answers import said
from widgets.glass.session import Session
from widgets.glass.text import Text, clean
from widgets.glass.view import View, refuse_heavy
from widgets.tokenization.packing import packed, summary, weight

MOST = 20_000
"""Characters of a text."""

EXAMPLES = {
    "one word": "strawberry",
    "space before": " strawberry strawberry",
    "capitals": "hello Hello HELLO hELLO",
    "digits": "7 42 365 1984 12345 299792458",
    "accents": "naive naïve cafe café",
    "scripts": "Hello Привет Γεια नमस्ते 你好 สวัสดี",
    "emoji": "🙂 👩🏽‍🚀 🇫🇷",
    "code": "for i in range(10):\n    print(i)",
}
"""Texts that show what a space, capitals, digits and scripts do."""


class Tokenization(View):
    """One text cut by several tokenizers: the pieces stand one under the other, letter over letter.

    cuts: a callable that takes the text and gives a list of cuts
    (`lab.tokenizers.Cutter("gpt2", "bytes")`), asked anew as one types, the newest text winning; or
    such a list, whose text then stays. A cut has `text`, `pieces`, `ids`, `spans` (in bytes) and
    may have `name`, `special`, `vocabulary`.
    text: what stands there first. examples: texts by name, each a button; they work in a saved
    page too. leading: which tokenizer's positions `session.token` counts, by its place.
    A click on a piece, or marking a part of the text, picks that part: `picked` is [start, stop] in
    characters, `covering` the pieces of each tokenizer in it.
    Raises ValueError when cuts do not fit their text, TypeError when `cuts` is neither.

    >>> class cut: text, pieces, ids, spans, name = "ab", ["a", "b"], [0, 1], [[0, 1], [1, 2]], "x"
    >>> Tokenization([cut]).summary
    '2 characters; x 2 pieces (1.00 characters each)'
    """

    files = Path(__file__)
    kept = ("text", "under", "picked")

    text = Text("", help="the text; setting it has it cut again").tag(sync=True)
    under = Enum(["ids", "bytes", "nothing"], "ids", help="what stands under a piece").tag(
        sync=True
    )
    picked = List(
        default_value=None, allow_none=True, help="[start, stop] in characters, or None"
    ).tag(sync=True)
    leading = Int(0, help="the tokenizer that session.token counts in").tag(sync=True)
    _shown = Dict(help="the text that is cut, its pieces and numbers").tag(sync=True)
    _examples = List(help="name and what is shown, or the bare text").tag(sync=True)
    _asks = Bool(False, help="whether there is a function of the text").tag(sync=True)

    def __init__(
        self,
        cuts: Callable[[str], Any] | Any,
        text: str = "strawberry",
        *,
        examples: Mapping[str, Any] | None = None,
        leading: int = 0,
        title: str = "",
        session: Session | None = None,
    ):
        self._cut = cuts if callable(cuts) and not hasattr(cuts, "pieces") else None
        if self._cut is None and not hasattr(cuts, "pieces") and not isinstance(cuts, list | tuple):
            raise TypeError(f"cuts is a {type(cuts).__name__}: a list of cuts, or what gives them")
        shown = packed(cuts) if self._cut is None else self._ask(text)
        if leading not in range(len(shown["cuts"])):
            raise ValueError(f"leading={leading}: counts from 0 to {len(shown['cuts']) - 1}")
        state = {"_shown": shown, "text": shown["text"], "summary": summary(shown)}
        given = EXAMPLES if examples is None and self._cut else dict(examples or {})
        state["_examples"] = [self._example(name, one) for name, one in given.items()]
        super().__init__(
            session=session, title=title, leading=leading, _asks=self._cut is not None, **state
        )
        self.observe(self._typed, "text")

    def show(self, cuts: Any) -> None:
        """Show other cuts, of this text or of another."""
        self._take(packed(cuts))

    @property
    def covering(self) -> dict[str, list[str]]:
        """The pieces of each tokenizer that hold some of what is picked; empty when nothing is."""
        if not self.picked:
            return {}
        text, numbers = self._shown["text"], memoryview(self._shown["numbers"]).cast("i")
        start, stop = (len(text[:at].encode()) for at in self.picked)
        found, at = {}, 0
        for row in self._shown["cuts"]:
            count = len(row["pieces"])
            spans = zip(
                numbers[at + count :], numbers[at + 2 * count :], row["pieces"], strict=False
            )
            found[row["name"]] = [p for first, last, p in spans if first < stop and last > start]
            at += 4 * count
        return found

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Cuts what the browser typed."""
        if what != "cut":
            return super().answer(what, args)
        self._take(self._ask(str(args.get("text", ""))))
        return {}, []

    @validate("picked")
    def _inside(self, proposal: Any) -> list[int] | None:
        value, most = proposal["value"], len(self._shown.get("text", ""))
        if value is None:
            return None
        pair = list(value)
        if len(pair) != 2 or not all(isinstance(at, int) and 0 <= at <= most for at in pair):
            raise TraitError(f"picked: [start, stop] in characters from 0 to {most}, not {pair}")
        return sorted(pair)

    def _ask(self, text: str) -> dict[str, Any]:
        if self._cut is None:
            raise ValueError("text: these cuts are all there is; give a function of the text")
        if len(text) > MOST:
            raise ValueError(f"text has {len(text):,} characters; at most {MOST:,} are cut")
        shown = packed(self._cut(clean(text)))
        refuse_heavy(f"{len(text):,} characters", weight(shown), "give a shorter text")
        return shown

    def _take(self, shown: dict[str, Any]) -> None:
        refuse_heavy(f"{len(shown['text']):,} characters", weight(shown), "give a shorter text")
        with self.hold_sync():
            self.set_trait("_shown", shown)
            self.text, self.summary, self.failure = shown["text"], summary(shown), ""
            if self.picked and self.picked[1] > len(shown["text"]):
                self.picked = None

    def _typed(self, change: Any) -> None:
        if change["new"] != self._shown["text"]:
            with self._trying():
                self._take(self._ask(change["new"]))

    def _example(self, name: str, given: Any) -> dict[str, Any]:
        """An example with its cuts, so that a saved page has them; the bare text if that fails."""
        if not isinstance(given, str):
            return {"name": clean(name), "shown": packed(given)}
        try:
            return {"name": clean(name), "shown": self._ask(given)}
        except Exception as error:
            return {"name": clean(name), "text": clean(given), "error": said(error)}
