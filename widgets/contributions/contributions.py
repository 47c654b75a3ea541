"""What each part of a model adds to one logit, or to the difference of two: a waterfall.

Every part is a step from what the parts before it summed to; the last step ends at the model's
own logit. Nothing is asked of Python: a saved page does all that the notebook's view does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Bool, Bytes, Enum, Float, Int, List

from widgets.contributions.given import state
from widgets.glass.session import Session
from widgets.glass.text import Text, Texts
from widgets.glass.view import View

FEW = 8  # layers: with more, the largest parts come first


class Contributions(View):
    """The parts of a logit as steps that sum to it, by layer or by size; heads open up by layer.

    found: what `lab.contributions` gives, or anything with these attributes: names, layers and
    heads [part] (-1 where a part is none), values [part] which sum to logit; and if known piece,
    against, position, pieces, special, sources [layer, head, pos] (what each head read from
    where), scale, model_name.
    sort: "layer" (the order of the model) or "size" (largest first); by default the first for
    models of up to 8 layers. most: how many parts are drawn by size; the rest are one step.

    A head picked here is the session's `layer` and `head`, and is picked in every other view.

    Raises ValueError for lengths that differ and for parts that do not sum to the logit, TypeError
    for what is no such thing and for unknown keywords.

    >>> view = Contributions(lab.contributions(model, text, " Mary", " John"))  # doctest: +SKIP
    >>> view.summary  # doctest: +SKIP
    '·Mary − ·John of smollm2-135m: 6.12 logits, the sum of 301 parts; L23H3 moves it most, by 2.86'
    """

    files = Path(__file__)
    kept = ("sort", "most", "opened")

    names = Texts(help="the parts' names").tag(sync=True)
    layers = List(Int(), help="the layer of each, -1 for none").tag(sync=True)
    heads = List(Int(), help="the head of each, -1 for none").tag(sync=True)
    values = Bytes(help="float64 [part], what each adds").tag(sync=True)
    logit = Float(help="what they sum to").tag(sync=True)
    piece = Text("", help="the piece whose logit it is").tag(sync=True)
    against = Text("", help="the piece whose logit is taken off").tag(sync=True)
    position = Int(help="after which piece of the text").tag(sync=True)
    pieces = Texts(help="the text").tag(sync=True)
    special = List(Bool(), help="which pieces are special").tag(sync=True)
    sources = Bytes(help="float32 [head, pos], heads in the parts' order").tag(sync=True)
    scale = Float(help="what the last norm divided by; 0 unknown").tag(sync=True)
    model_name = Text("", help="the model, for the headline").tag(sync=True)
    sort = Enum(["layer", "size"], "layer", help="key s, or the switch").tag(sync=True)
    most = Int(15, min=1, help="parts drawn by size; key + and −").tag(sync=True)
    opened = List(Int(), help="layers whose heads are drawn; keys → ←").tag(sync=True)

    def __init__(
        self,
        found: Any,
        session: Session | None = None,
        *,
        sort: str | None = None,
        most: int = 15,
        title: str = "",
    ):
        known = state(found)
        sort = ("layer" if max(known["layers"]) < FEW else "size") if sort is None else sort
        super().__init__(session=session, title=title, sort=sort, most=most, **known)

    def show(self, found: Any) -> None:
        """Show other contributions in the same view; takes, and refuses, what the view does."""
        known = state(found)
        with self.hold_sync():
            for name, value in known.items():
                setattr(self, name, value)
