"""Every head of a model at a glance, one of them large: who looks at whom.

The overview travels first: each head max-pooled to a small picture. Heads follow as bytes, all at
once when they are light, else each when it is opened; beyond 1,024 tokens a head is pooled too, and
what the reader zooms into is asked for at full resolution. Exact weights are asked for one token
at a time. Nothing holds more than one layer of the given patterns in a second form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Bytes, Dict, Enum, Int, List, Unicode

from widgets.attention import cutting, why
from widgets.attention.given import state_of
from widgets.attention.stats import described
from widgets.attention.windows import window
from widgets.glass import arrays
from widgets.glass.session import FromZero, Session
from widgets.glass.text import Text, Texts
from widgets.glass.view import View

KEPT = 8_000_000
"""Bytes of opened heads kept in the view's state, for a page exported or opened again."""


class Attention(View):
    """Attention patterns: all layers × heads as small pictures, one head large, both directions.

    trace: anything with `pieces`, `layers("pattern")` and `trace["pattern", layer]`; or averages
    over many texts, anything with `by_distance` [layer, head, distance] and, as it has them,
    `scores`, `scores_spread`, `chance`, `entropy`, `texts`, `layers`; or instead
    pieces: list of strings, and
    patterns: weights [layer, head, query, key], a list with an array [head, query, key] a layer,
    or a dict layer → array. Rows are shares of 1. Causal or not is seen from the numbers.
    layers: the layers' numbers when they are not 0, 1, 2 …
    special: bool for each piece; special tokens are framed.
    labels: text for some heads, {(5, 1): "induction"}.
    scores: numbers [layer, head], or several by name, drawn as marks and sortable. `first` (the
    share on the first token) and `entropy` (nats) are always there. One that is nowhere a number
    (the text gave no chance) is left out.
    breakdown: a function (layer, head, query, key) of what one score is made of: an object or
    mapping with `score`, `dims` (sum to it) and, as it has them, `parts`, `by_distance`,
    `query_sources`, `key_sources` (names → numbers), `weight`, `others`, `waves`, `note`.
    ablate: a function (heads=[(layer, head) …], mlps=[layer …], position) of what the model says
    without them: an object or mapping with `effect` and, always, `controls`, as
    `lab.interventions.switches(model, text)` gives it. Then heads and MLPs can be switched off.
    off: what is off at first: (layer, head) for a head, (layer, "mlp") for an MLP.
    title: the headline, instead of the view's own.
    scale: "linear" (0 to 1) or "log"; skip_first: leave the first token out of the picture.

    What the reader does comes back in `layer`, `head` (a click on a small picture), `token` (a
    click on a piece or in the matrix), `key` (the key of a clicked cell) and `pinned` (Enter, or
    the pin button); `score` names the one that marks and sorts; `off` is what is switched off.

    Raises ValueError for shapes that disagree, NaN, infinity and negative weights (raw scores:
    their place is named). Rows that do not sum to 1 are drawn, and the view says so: an ablated
    head has such rows. Raises TypeError for unknown keywords and for neither trace nor patterns.

    >>> weights = np.tril(np.ones((2, 3, 4, 4))) / np.arange(1, 5)[:, None]
    >>> view = Attention(pieces=["The", " cat", " sat", "."], patterns=weights)
    >>> view.summary
    'Attention of 2 layers × 3 heads over 4 tokens'
    """

    files = Path(__file__)
    kept = ("scale", "skip_first", "score", "key", "off")
    controlled = {"effects": "controls"}

    pieces = Texts(help="the tokens' text").tag(sync=True)
    special = List(Bool(), help="which tokens are special").tag(sync=True)
    layers = List(Int(), help="numbers of the layers at hand").tag(sync=True)
    heads = Int(help="heads in each layer").tag(sync=True)
    causal = Bool(help="no query looks ahead").tag(sync=True)
    notice = Text(help="what is odd about the numbers").tag(sync=True)
    labels = Dict(help='text by head, "5.1"').tag(sync=True)
    scores = Dict(help="by name, a number for each head, layer by layer").tag(sync=True)
    score = Text(help="the score that marks the heads; empty for none").tag(sync=True)
    scale = Enum(["linear", "log"], "linear", help="key l, or the switch").tag(sync=True)
    skip_first = Bool(help="key f, or the switch: the first token is not drawn").tag(sync=True)

    side = Int(help="cells along a head's picture").tag(sync=True)
    thumb_side = Int(help="cells along a small picture").tag(sync=True)
    thumbs = Bytes(help="small pictures, head by head; empty when the heads serve").tag(sync=True)
    all_heads = Bytes(help="every head's picture, when they are light").tag(sync=True)
    all_stats = Bytes(help="float32 [head, 7], see stats.Stats").tag(sync=True)
    opened = Dict(help='heads sent since: "5.1" → {picture, stats}').tag(sync=True)
    start = List(Int(), help="[layer, head] shown while the session picks none").tag(sync=True)
    key = FromZero(help="key of the picked cell; its query is the token").tag(sync=True)
    explains = Bool(help="single scores can be broken down").tag(sync=True)
    reasons = Dict(help='answered breakdowns: "5.1.12.3" → what they said').tag(sync=True)
    ablates = Bool(help="parts can be switched off").tag(sync=True)
    off = cutting.Parts(help="what is switched off: key x, Shift + click").tag(sync=True)
    effects = Dict(help="by parts and position, what switching them off did").tag(sync=True)
    controls = Dict(help="the same for other parts in their place").tag(sync=True)
    made = Dict(help="text, bos, tokens: what the trace was made from").tag(sync=True)
    distances = Int(help="of averages: how far back they reach; 0 for one text").tag(sync=True)
    profiles = Bytes(help="float32 [mean and half width, head, distance]").tag(sync=True)
    spreads = Dict(help="of averages: half widths of the scores' intervals").tag(sync=True)
    chance = Dict(help="by score, what an even head gets").tag(sync=True)
    texts = Int(help="of averages: how many texts").tag(sync=True)
    model_name = Unicode(help="the model, for the headline").tag(sync=True)
    shown = Int(help="how many texts were shown before this one").tag(sync=True)

    def __init__(
        self,
        trace: Any = None,
        session: Session | None = None,
        labels: Mapping[tuple[int, int], str] | None = None,
        *,
        pieces: Sequence[str] | None = None,
        patterns: Any = None,
        layers: Sequence[int] | None = None,
        special: Sequence[bool] | None = None,
        scores: Any = None,
        breakdown: Callable[[int, int, int, int], Any] | None = None,
        ablate: Callable[..., Any] | None = None,
        off: Sequence[tuple[int, Any]] = (),
        title: str = "",
        scale: str = "linear",
        skip_first: bool = False,
    ):
        given = {"pieces": pieces, "patterns": patterns, "layers": layers, "special": special}
        self._patterns, state = state_of(trace, labels=labels, scores=scores, **given)
        self._breakdown = _called("breakdown", breakdown)
        self._ablate = _called("ablate", ablate)
        state |= {"scale": scale, "skip_first": skip_first, "explains": breakdown is not None}
        state |= {"ablates": ablate is not None, "off": cutting.parts(off)}
        super().__init__(session=session, title=title, **state)
        self.observe(self._keep_shown, ["layer", "head", "pinned"])
        self._keep_shown()
        if self.off and ablate is not None:
            self._measure(self.off, len(self.pieces) - 1 if self.token is None else self.token)

    def show(
        self,
        trace: Any = None,
        labels: Mapping[tuple[int, int], str] | None = None,
        *,
        scores: Any = None,
        breakdown: Callable[[int, int, int, int], Any] | None = None,
        ablate: Callable[..., Any] | None = None,
        **given: Any,
    ) -> None:
        """Show another text in the same view; takes, and refuses, what the view itself does.

        What is picked stays, as far as the new text has it. A refused one changes nothing. A
        breakdown and an `ablate` belong to one text: give the new text's own, or there is none.
        """
        patterns, state = state_of(trace, labels=labels, scores=scores, **given)
        breakdown, ablate = _called("breakdown", breakdown), _called("ablate", ablate)
        if self.score in state["scores"] or (self.scores and not self.score):
            state["score"] = self.score
        with self.hold_sync():
            self._patterns, self._breakdown, self._ablate = patterns, breakdown, ablate
            self.explains, self.reasons = breakdown is not None, {}
            self.ablates, self.effects, self.controls = ablate is not None, {}, {}
            for name, value in state.items():
                setattr(self, name, value)
            self.opened = {}
            self.shown += 1
        self._keep_shown()

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Heads' pictures, a window, a token's exact row and column, a breakdown, a cut."""
        if what == "heads":
            return self._heads(args)
        if what == "window":
            return self._window(args)
        if what == "exact":
            return self._exact(args)
        if what == "breakdown":
            return self._explained(args), []
        if what == "cut":
            return self._measure(cutting.parts(args["off"]), int(args["position"])), []
        return super().answer(what, args)

    def exact(self, layer: int, head: int) -> np.ndarray:
        """One head's weights [query, key] as given. Raises ValueError if it is not here."""
        if self._patterns is None:
            raise ValueError("this view shows averages over texts: no single text's weights")
        if layer not in self._patterns.layers or not 0 <= head < self._patterns.heads:
            raise ValueError(
                f"L{layer}H{head} is not in this view; it has layers {self._patterns.layers} "
                f"with heads 0 to {self._patterns.heads - 1}"
            )
        return self._patterns.head(layer, head)

    def _heads(self, args: dict) -> tuple[dict, list[bytes]]:
        wanted = [(int(layer), int(head)) for layer, head in args["heads"][:8]]
        sent = [self._open(layer, head) for layer, head in wanted]
        return (
            {"heads": [list(pair) for pair in wanted], "stats": [one["stats"] for one in sent]},
            [one["picture"] for one in sent],
        )

    def _window(self, args: dict) -> tuple[dict, list[bytes]]:
        size, cells = window(self.exact(args["layer"], args["head"]), args["rows"], args["columns"])
        return {**args, **size}, cells

    def _exact(self, args: dict) -> tuple[dict, list[bytes]]:
        weights = self.exact(args["layer"], args["head"])
        token = args["token"]
        if not 0 <= token < len(weights):
            raise ValueError(f"token {token}: this text has tokens 0 to {len(weights) - 1}")
        return args, [
            weights[token].astype("<f4").tobytes(),
            weights[:, token].astype("<f4").tobytes(),
        ]

    def _explained(self, args: dict) -> dict:
        """One score taken apart; kept in the state, without a message, for later pages."""
        if self._breakdown is None:
            raise ValueError("no breakdown was given: Attention(trace, breakdown=…)")
        place = [int(args[name]) for name in ("layer", "head", "query", "key")]
        key = ".".join(map(str, place))
        if key not in self.reasons:
            found = why.said(self._breakdown(*place))
            kept = {**self.reasons, key: found}
            self._trait_values["reasons"] = dict(list(kept.items())[-why.KEPT :])
        return {"place": key, "found": self.reasons[key]}

    def _measure(self, off: list, position: int) -> dict:
        """What is left without these parts; kept in the state, without a message, as above."""
        key = cutting.key_of(off, position)
        if key not in self.effects:
            effect, control = cutting.measured(self._ablate, off, position)
            for name, found in (("effects", effect), ("controls", control)):
                kept = {**getattr(self, name), key: found}
                self._trait_values[name] = dict(list(kept.items())[-cutting.KEPT :])
        return {"key": key, "effect": self.effects[key], "control": self.controls[key]}

    def _open(self, layer: int, head: int) -> dict:
        """A head's picture and stats; kept in the state, without a message, for later pages."""
        key = f"{layer}.{head}"
        if key not in self.opened:
            weights = self.exact(layer, head)
            picture = arrays.picture(weights, self.side, self.causal).tobytes()
            entry = {"picture": picture, "stats": described(weights).numbers()}
            kept = {**self.opened, key: entry}
            while len(kept) > 1 and len(kept) * len(picture) > KEPT:
                del kept[next(iter(kept))]
            self._trait_values["opened"] = kept
            return entry
        return self.opened[key]

    def _keep_shown(self, _change=None) -> None:
        """Have the large head and the pinned ones in the state, so that a saved page shows them."""
        if self.all_heads or self._patterns is None:
            return
        for layer, head in [(self.layer, self.head), *map(tuple, self.pinned), tuple(self.start)]:
            if layer in self.layers and head is not None and head < self.heads:
                self._open(layer, head)


def _called(name: str, given: Any) -> Any:
    if given is not None and not callable(given):
        wanted = "(heads, mlps, position)" if name == "ablate" else "(layer, head, query, key)"
        raise TypeError(f"{name} is a {type(given).__name__}; give a function {wanted}")
    return given
