"""What every view has: its module, a session, a text summary, answers, and a page of its own."""

from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import anywidget
from ipywidgets import widget_serialization
from traitlets import Instance, Unicode, link

from widgets.glass import export
from widgets.glass.answers import Answers, said
from widgets.glass.assets import LOADER, Carrier, room
from widgets.glass.session import FromZero, Heads, Session
from widgets.glass.text import Text, short

PICKED = ("token", "layer", "head", "pinned")
LIMIT = 2_000_000
SAID = 1_000
"""Characters of a summary that are stored with a notebook."""


class View(anywidget.AnyWidget):
    """Base of the views. A subclass names its Python file (`files = Path(__file__)`).

    What the reader picks is in the session; `token`, `layer`, `head` and `pinned` mirror it here,
    so that `view.observe(f, "head")` works. `summary` says the picture in one line of text;
    `failure` is shown in the view, above the last good picture, until it is emptied.
    """

    files: ClassVar[Path]
    kept: ClassVar[tuple[str, ...]] = ()
    """The synced traits that `session.code()` carries: small values that JSON can say."""
    controlled: ClassVar[dict[str, str]] = {}
    """Which synced trait carries effects of a change, and which one their controls."""

    _esm = LOADER
    _room = Instance(Carrier).tag(sync=True, **widget_serialization)
    _entry = Unicode(help="the view's own module in its room").tag(sync=True)
    session = Instance(Session).tag(sync=True, **widget_serialization)
    title = Text("", help="the headline; empty for the view's own").tag(sync=True)
    summary = Text("", help="the picture in one line of text").tag(sync=True)
    failure = Text("", help="what went wrong, shown until it is emptied").tag(sync=True)

    token = FromZero(help="the session's picked position")
    layer = FromZero(help="the session's picked layer")
    head = FromZero(help="the session's picked head")
    pinned = Heads(help="the session's pinned heads, each [layer, head]")

    def __init__(self, *, session: Session | None = None, title: str = "", **state):
        self._alone = session is None
        session = Session() if session is None else session
        script = self._script()
        own = {"_room": room(script.parent), "_entry": script.name}
        super().__init__(session=session, title=title, **own, **state)
        self._links = [link((session, name), (self, name)) for name in PICKED]
        self._answers = Answers(self._reply, self.send)
        self.on_msg(self._heard)
        session.join(self)

    def answer(self, what: str, args: dict) -> tuple[dict, list[bytes]]:
        """Content and buffers for the browser's question `what`; a subclass adds its own."""
        raise ValueError(f"{type(self).__name__} has no answer to {what!r}")

    def to_html(self, path) -> Path:
        """Write the view as one page that stays interactive without kernel or network."""
        return export.write(Path(path), export.html([self], self.title))

    def close(self):
        """Close the view, and its session where that is the view's own."""
        ties, self._links = getattr(self, "_links", []), []
        for tie in ties:
            tie.unlink()
        if ties:
            self.session.leave(self)
            self.layout.close()
            if self._alone:
                self.session.close()
        super().close()

    def _send(self, msg, buffers=None):
        """Send, without claiming the browser's replies for a thread of the kernel.

        ipykernel hands what the browser sends next to the subshell that it takes this message to
        come from. For a thread of ours that is the one last heard of, which may be gone (after a
        reload) and take a click on Stop with it.
        """
        super()._send(msg, buffers)
        vars(self.comm or self).pop("_reply_subshell_id", None)

    @contextmanager
    def _trying(self):
        """Put what raises inside into the view, and keep the last good picture."""
        try:
            yield
        except Exception as error:
            self.failure = said(error)
        else:
            self.failure = ""

    @classmethod
    def _script(cls) -> Path:
        return Path(cls.files).with_suffix(".js")

    def _reply(self, what: str, args: dict):
        if what == "page":
            return {"html": export.html([self], self.title)}, []
        return self.answer(what, args)

    def _heard(self, _widget, content, _buffers) -> None:
        if isinstance(content, dict) and content.get("kind") == "ask":
            self._answers.ask(content)

    def _repr_mimebundle_(self, **kwargs):
        """The view, and its summary as plain text where no widget can be shown."""
        data, *metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        said = f"{type(self).__name__}: {short(self.summary, SAID)}"
        return ({**data, "text/plain": said}, *metadata)


def refuse_heavy(name: str, weight: int, instead: str) -> None:
    """Raise ValueError when `weight` bytes are more than a view may send before it is looked at."""
    if weight > LIMIT:
        size, most = f"{weight / 1e6:.1f} MB", f"{LIMIT / 1e6:.0f} MB"
        raise ValueError(f"{name}: {size} is more than the {most} a view sends; {instead}")
