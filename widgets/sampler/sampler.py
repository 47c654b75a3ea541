"""The next piece's chances under sampling rules, worked out in the browser as a slider moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from traitlets import Bool, Bytes, Dict, Enum, Float, Int, TraitError, validate

from widgets.glass.session import FromZero, Session
from widgets.glass.text import Text, Texts
from widgets.glass.view import View
from widgets.sampler.given import Given, Names

RULES = ("temperature", "top_k", "top_p", "min_p", "typical", "repetition_penalty")
PANELS = ("chances", "pairs", "counts")
_BOUNDS = {
    "temperature": (lambda x: 0 <= x < float("inf"), "a number from 0 up"),
    "top_k": (lambda x: x >= 1, "a whole number from 1 up, or None"),
    "top_p": (lambda x: 0 <= x <= 1, "a probability from 0 to 1, or None"),
    "min_p": (lambda x: 0 <= x <= 1, "a share from 0 to 1, or None"),
    "typical": (lambda x: 0 < x <= 1, "a probability over 0, up to 1, or None"),
    "repetition_penalty": (lambda x: 0 < x < float("inf"), "a number over 0"),
}


def _off() -> Any:
    return Float(None, allow_none=True).tag(sync=True)


class Sampler(View):
    """What may come next, and what temperature, top-k, top-p, min-p and typical make of it.

    source: a trace with its logits (the session's token, or the last, is looked behind), one row
    of logits [vocab], or one of probabilities, which is known by its sum. names: what pieces are
    called: a callable from a list of ids to strings, or all of them; a trace names those it
    mentions. ids: the text so far, for the repetition penalty (a trace has them). The rules are
    those of `lab.sampling.Rules`, in its order; None leaves one out.

    The logits travel once; every move of a slider is worked out in the browser, so the view works
    in a saved page too. `temperature`, `top_k`, … follow the sliders, `other` are the settings B
    that draws are compared with, `found` is what the picture says: pieces left, entropy in nats,
    the chance that was cut.
    Raises ValueError when the source is none of these, TraitError for a number that cannot be.

    >>> view = Sampler([2.0, 1.0, 0.0], names=["a", "b", "c"], top_k=2)
    >>> view.summary
    '3 pieces, entropy 0.832 nats; likeliest: a 0.665, b 0.245, c 0.0900'
    """

    files = Path(__file__)
    kept = (*RULES, "seed", "other", "panel", "log")

    logits = Bytes(help="float32 [vocab]; show() changes it").tag(sync=True)
    position = FromZero(help="the trace's position after which these chances stand").tag(sync=True)
    temperature = Float(1.0, help="0 takes the likeliest").tag(sync=True)
    top_k = Int(None, allow_none=True, help="so many of the likeliest").tag(sync=True)
    top_p = _off()
    min_p = _off()
    typical = _off()
    repetition_penalty = Float(1.0, help="over 1, pieces of the text become rarer").tag(sync=True)
    seed = Int(0, min=0, max=2**32 - 1, help="of the draws").tag(sync=True)
    other = Dict(help="settings B: rules by name; {} is the model's own").tag(sync=True)
    panel = Enum(PANELS, "chances", help="what the right half shows").tag(sync=True)
    log = Bool(False, help="a logarithmic axis").tag(sync=True)
    found = Dict(help="what the browser worked out: left, entropy, cut").tag(sync=True)
    model_name = Text("", help="the model asked").tag(sync=True)
    _said = Bytes(help="int32: ids in the text, each once").tag(sync=True)
    _first = Bytes(help="int32: ids of the pieces that are named").tag(sync=True)
    _names = Texts(help="their names").tag(sync=True)
    _text = Texts(help="the last pieces of the text").tag(sync=True)
    _code = Texts(help="the call, around rules and seed").tag(sync=True)

    def __init__(
        self,
        source: Any,
        *,
        names: Names | Sequence[str] | None = None,
        ids: Sequence[int] | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        typical: float | None = None,
        repetition_penalty: float = 1.0,
        seed: int = 0,
        other: dict[str, Any] | None = None,
        panel: str = "chances",
        log: bool = False,
        title: str = "",
        session: Session | None = None,
    ):
        self._named = names
        self._given = Given(source, names, ids)
        token = None if session is None else session.token
        state = self._given.state(self._inside(token))
        state |= {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
        state |= {"typical": typical, "repetition_penalty": repetition_penalty, "seed": seed}
        state |= {"other": other or {}, "panel": panel, "log": log}
        super().__init__(session=session, title=title, **state)

    def show(
        self,
        source: Any,
        *,
        names: Names | Sequence[str] | None = None,
        ids: Sequence[int] | None = None,
    ) -> None:
        """Show another text, or other logits, under the same rules; takes what `Sampler` takes.

        Names given before go on naming.
        """
        self._named = self._named if names is None else names
        self._given = Given(source, self._named, ids)
        self._place(None)
        self.failure = ""

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """The browser's questions: names of pieces, and the chances after another position."""
        if what == "names":
            ids = [int(i) for i in args["ids"][:1000] if 0 <= int(i) < self._given.vocab]
            return {"ids": ids, "names": self._given.named(ids)}, []
        if what == "at":
            token = self._inside(args["token"])
            if token is not None and token != self.position:
                self._place(token)
            return {}, []
        return super().answer(what, args)

    def _place(self, position: int | None) -> None:
        state = self._given.state(position)
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)

    def _inside(self, token: Any) -> int | None:
        if self._given.trace is None or token is None or token >= len(self._given.rows):
            return None
        return token

    @validate(*RULES)
    def _rule(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        fits, wanted = _BOUNDS[name]
        if value is not None and not fits(value):
            raise TraitError(f"{name}={value!r}: {wanted} is needed")
        return value

    @validate("other")
    def _settings(self, proposal: dict[str, Any]) -> dict[str, Any]:
        for name, value in proposal["value"].items():
            if name not in RULES:
                raise TraitError(f"other has {name!r}: its rules are {', '.join(RULES)}")
            if value is not None and not _BOUNDS[name][0](value):
                raise TraitError(f"other: {name}={value!r}: {_BOUNDS[name][1]} is needed")
        return proposal["value"]
