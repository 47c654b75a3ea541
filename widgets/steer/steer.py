"""A model pushed along a direction: how far, at which price, and what random directions do.

Everything travels at once, over layers and strengths: moving the slider asks nobody. Another
prompt, or another direction, takes a callable; its run can be stopped, and keeps what is done.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from traitlets import Bool, Bytes, Float, Int, List

from widgets.glass.session import Session
from widgets.glass.text import Text, Texts, clean
from widgets.glass.view import View
from widgets.steer.given import best, state


class Steer(View):
    """Strength by layer: what comes next, the text and its price, beside random directions.

    steered: what `lab.interventions.steered` gives; anything with `layers`, `strengths` (growing,
    with 0), `effects` [layer, strength], `controls` [layer, random, strength], `costs`,
    `cost_controls` (perplexities), `pieces` [layer][top], `before` [layer, top], `after` [layer,
    strength, top], `after_controls` [layer, random, strength, top] and, as it has them, `texts`,
    `text_controls`, `lengths`, `done`, `metric`, `unit`, `clean`, `clean_cost`, `name`, `prompt`.
    push: `(prompt, direction)` → another such (`partial(lab.interventions.steered, model)`): the
    prompt can then be changed, and other views can hand over directions (`take`). It is given
    `progress`, `cancelled`, `name` and `layers` where it takes them.
    direction: handed to `push` with another prompt.
    strength: shown at first; else the one that leaves the random directions furthest behind.
    title: the headline, instead of the view's own.

    The layer is the session's. What the reader picks comes back in `strength` and `layer`.

    Raises TypeError for effects without controls and for unknown keywords, ValueError for shapes
    that disagree.

    >>> found = lab.interventions.steered(model, "Tom was", direction)  # doctest: +SKIP
    >>> widgets.Steer(found)  # doctest: +SKIP
    """

    files = Path(__file__)
    kept = ("strength",)
    controlled: ClassVar[dict[str, str]] = {"_effects": "_controls", "_costs": "_cost_controls"}

    layers = List(Int(), help="behind which the push was made").tag(sync=True)
    strengths = List(Float(), help="in mean lengths of the stream").tag(sync=True)
    strength = Float(0.0, help="the slider; arrows left and right").tag(sync=True)
    start = Int(help="the layer shown while the session picks none").tag(sync=True)
    randoms = Int(help="how many random directions").tag(sync=True)
    done = List(Bool(), help="by layer and strength").tag(sync=True)
    pieces = Texts(help="layer by layer, those likely to come next").tag(sync=True)
    texts = Texts(help="by layer and strength, what the pushed model writes").tag(sync=True)
    text_controls = Texts(help="the same along the first random direction").tag(sync=True)
    prompt = Text("", help="the text that is pushed").tag(sync=True)
    name = Text("", help="what the direction is called").tag(sync=True)
    metric = Text("", help="what the effects are of").tag(sync=True)
    unit = Text("", help="of the effects").tag(sync=True)
    control = Text("", help="how random directions were drawn").tag(sync=True)
    model_name = Text("", help="the model, for the headline").tag(sync=True)
    clean = Float(None, allow_none=True, help="the metric without a push").tag(sync=True)
    clean_cost = Float(None, allow_none=True, help="perplexity without a push").tag(sync=True)
    neutral_pieces = Int(help="that perplexity was measured on").tag(sync=True)
    pushes = Bool(help="another prompt can be asked for").tag(sync=True)
    work = List(Int(), help="[layers done, all] of a run under way").tag(sync=True)
    stops = Int(help="how often Stop was pressed").tag(sync=True)
    _effects = Bytes(help="float32 [layer, strength]").tag(sync=True)
    _controls = Bytes(help="float32 [layer, random, strength]").tag(sync=True)
    _costs = Bytes(help="float32 [layer, strength]").tag(sync=True)
    _cost_controls = Bytes(help="float32 [layer, random, strength]").tag(sync=True)
    _lengths = Bytes(help="float32 [layer, strength]").tag(sync=True)
    _before = Bytes(help="float32 [layer, top]").tag(sync=True)
    _after = Bytes(help="float32 [layer, strength, top, after | low | high]").tag(sync=True)
    shown = Int(help="how many runs were shown before this one").tag(sync=True)

    def __init__(
        self,
        steered: Any,
        session: Session | None = None,
        *,
        push: Callable[..., Any] | None = None,
        direction: Any = None,
        strength: float | None = None,
        title: str = "",
    ):
        if push is not None and not callable(push):
            raise TypeError(f"push is a {type(push).__name__}; give a function (prompt, direction)")
        self._push, self._direction, self._turn = push, direction, 0
        known = state(steered)
        layer, first = best(steered)
        known |= {"start": layer, "strength": first if strength is None else float(strength)}
        super().__init__(session=session, title=title, pushes=push is not None, **known)

    def show(self, steered: Any) -> None:
        """Show another run in the same view; takes, and refuses, what the view itself does."""
        known = state(steered)
        layer, strength = best(steered)
        if self.strength not in known["strengths"]:
            known["strength"] = strength
        with self.hold_sync():
            for name, value in (known | {"start": layer}).items():
                setattr(self, name, value)
            self.shown += 1

    def take(self, direction: Any, layer: int | None = None, name: str = "") -> None:
        """Steer by another direction, as a view of probes hands it over; shows what comes of it.

        Args:
            direction: handed to `push` with the prompt that stands here.
            layer: behind which alone to push; every one that `push` pushes if left out.
            name: what the direction is called here.
        Raises:
            ValueError: the view was given no `push`. Whatever `push` raises.
        """
        self._direction = direction
        self._run(self.prompt, layer, name)
        if layer is not None:
            self.layer = layer

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Another prompt pushed."""
        if what == "push":
            self._run(clean(str(args["prompt"])), None, self.name)
            return {}, []
        return super().answer(what, args)

    def _heard(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict) and content.get("what") == "push":
            self._turn += 1  # the run under way is of no use any more
        super()._heard(_widget, content, _buffers)

    def _run(self, prompt: str, layer: int | None, name: str) -> None:
        if self._push is None:
            raise ValueError("this view was given no push=…, so nothing new can be pushed")
        turn, stops = self._turn, self.stops
        more = {
            "progress": self._progressed,
            "cancelled": lambda: self._turn != turn or self.stops != stops,
            "name": name,
        }
        more |= {} if layer is None else {"layers": [layer]}
        takes = inspect.signature(self._push).parameters
        known = {key: value for key, value in more.items() if key in takes}
        self.work = [0, 0]
        try:
            found = self._push(prompt, self._direction, **known)
            if self._turn == turn:
                self.show(found)
                self.failure = ""
        finally:
            self.work = []

    def _progressed(self, done: int, of: int) -> None:
        self.work = [done, of]
