"""The growing prediction: what every layer would say, at every position of a text.

All that is drawn travels once, ten guesses a cell where the text is short; a saved page does all
that the notebook's view does but follow another piece, which takes the model.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Enum, Int, List, TraitError, validate

from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean
from widgets.glass.view import View
from widgets.lens.given import followed, readings, state

MEASURES = ("guess", "rank", "probability", "kl", "entropy")


class Lens(View):
    """Layers down, tokens across: the best guess in each cell, and its probability as colour.

    reading: what `lab.lens` gives, several of them (logit and tuned lens of one text), or several
    by name; anything with these attributes: layers and pieces (texts), top_ids and top_probs
    [row, pos, guess] with words {id: text}, kl and entropy [row, pos] in nats, and of the followed
    piece targets [pos], target_probs and target_ranks [row, pos] (NaN and 0 where there is none).
    follow: takes a piece and returns the same readings with that piece followed
    (`lambda piece: lab.lens(model, view.text, target=piece)`); without it what comes next is.
    measure: what colours a cell: "guess", "rank" or "probability" of the followed piece, "kl"
    (to the last row) or "entropy". lens: the one shown first, by name.
    every: draw every so-many-th layer; 0: as many as fit.

    What is picked comes back in `token` and `layer` (the session's) and in `row`, which also counts
    the embedding: row 0. `top_at(row, token)` gives the guesses of a cell.

    Raises ValueError for shapes that disagree and for more than 2 MB, TypeError for what is no
    reading and for unknown keywords.

    >>> view = Lens(reading, session=session)  # doctest: +SKIP
    >>> view.summary  # doctest: +SKIP
    'logit lens of smollm2-135m: 31 rows × 16 tokens; half of the best guesses stand by L28'
    """

    files = Path(__file__)
    kept = ("lens", "measure", "every")

    lenses = Texts(help="the readings' names").tag(sync=True)
    pieces = Texts(help="the tokens' text").tag(sync=True)
    special = List(Bool(), help="which tokens are special").tag(sync=True)
    layers = Texts(help="the rows' names").tag(sync=True)
    words = Texts(help="every guess, once").tag(sync=True)
    top = Int(help="guesses that travel for each cell").tag(sync=True)
    targets = Texts(help="the piece that is followed at each position").tag(sync=True)
    target = Text("", help="the piece the reader follows; empty: what comes next").tag(sync=True)
    lens = Text("", help="the reading shown; key t, or the switch").tag(sync=True)
    measure = Enum(MEASURES, "guess", help="what colours a cell; key m, or the choice").tag(
        sync=True
    )
    every = Int(0, min=0, help="draw every so-many-th layer, 0: as many as fit; key e").tag(
        sync=True
    )
    row = Int(None, allow_none=True, min=0, help="the picked row").tag(sync=True)
    follows = Bool(help="whether another piece can be followed").tag(sync=True)
    model_name = Text("", help="the model, for the headline").tag(sync=True)
    shown = Int(help="how many texts were shown before this one").tag(sync=True)
    _data = Dict(help="the numbers by name, see given.state").tag(sync=True)
    _chances = Dict(help="the followed piece's numbers").tag(sync=True)

    def __init__(
        self,
        reading: Any,
        session: Session | None = None,
        *,
        follow: Callable[[str], Any] | None = None,
        measure: str = "guess",
        lens: str | None = None,
        every: int = 0,
        title: str = "",
    ):
        if follow is not None and not callable(follow):
            raise TypeError(f"follow is a {type(follow).__name__}; give a function of a piece")
        self._readings, self._follow = readings(reading), follow
        first = next(iter(self._readings)) if lens is None else lens
        if first not in self._readings:
            raise ValueError(f"lens is {first!r}: there are {', '.join(self._readings)}")
        super().__init__(
            session=session, title=title, measure=measure, lens=first, every=every,
            follows=follow is not None, **state(self._readings),
        )  # fmt: skip

    def show(self, reading: Any) -> None:
        """Show another text in the same view; takes, and refuses, what the view itself does."""
        found = readings(reading)
        changes = state(found)
        with self.hold_sync():
            self._readings = found
            for name, value in changes.items():
                setattr(self, name, value)
            self.target, self.row = "", None
            if self.lens not in found:
                self.lens = next(iter(found))
            self.shown += 1

    @property
    def text(self) -> str:
        """The text that is shown."""
        first = next(iter(self._readings.values()))
        return str(getattr(first, "text", "") or "".join(self.pieces))

    def top_at(self, row: int, token: int, lens: str | None = None) -> list[tuple[str, float]]:
        """The likeliest pieces of a cell with their probabilities, of the lens shown."""
        one = self._readings[self.lens if lens is None else lens]
        pairs = zip(one.top_ids[row][token], one.top_probs[row][token], strict=True)
        return [(clean(str(one.words[int(piece)])), float(prob)) for piece, prob in pairs]

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """The guesses of a cell, where fewer travelled; and another piece to follow."""
        if what == "cell":
            guesses = self.top_at(int(args["row"]), int(args["token"]), str(args["lens"]))
            return {**args, "guesses": [list(pair) for pair in guesses]}, []
        if what == "follow":
            self.follow(str(args.get("piece", "")))
            return {}, []
        return super().answer(what, args)

    def follow(self, piece: str) -> None:
        """Follow a piece in every cell; an empty one: what comes next in the text.

        Raises whatever the callable raises; the picture stays as it was.
        """
        if piece and self._follow is None:
            raise ValueError("this view was given no follow=…, so it can't follow another piece")
        found = readings(self._follow(piece)) if piece and self._follow else self._readings
        if list(found) != list(self._readings):
            raise ValueError(f"follow gave {', '.join(found)}; {', '.join(self._readings)} shown")
        changes = followed(found)
        if len(changes["targets"]) != len(self.pieces):
            raise ValueError("follow gave readings of another text")
        with self.hold_sync():
            for name, value in changes.items():
                setattr(self, name, value)
            self.target = piece

    @validate("lens")
    def _known_lens(self, proposal):
        if self.lenses and proposal["value"] not in self.lenses:
            raise TraitError(f"lens is {proposal['value']!r}: there are {', '.join(self.lenses)}")
        return proposal["value"]
