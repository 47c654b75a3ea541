"""What is picked – token, layer, head – as one state that several views share."""

from typing import Any

import ipywidgets
from traitlets import Int, List, TraitError

from widgets.glass import sharing


class FromZero(Int):
    """A position, layer or head counted from 0, or None for nothing picked."""

    def __init__(self, **metadata):
        super().__init__(None, allow_none=True, **metadata)

    def validate(self, obj, value):
        value = super().validate(obj, value)
        if value is not None and value < 0:
            raise TraitError(
                f"{self.name}: counts from 0, so {value} is no {self.name}; None picks nothing"
            )
        return value


class Heads(List):
    """Heads, each [layer, head]."""

    def validate(self, obj, value):
        pairs = [list(pair) for pair in super().validate(obj, value) or []]
        for pair in pairs:
            if len(pair) != 2 or not all(isinstance(part, int) and part >= 0 for part in pair):
                raise TraitError(f"{self.name}: a head is [layer, head], both from 0, not {pair}")
        return pairs


class Session(ipywidgets.Widget):
    """What is picked, shared by every view that is given this session.

    The views follow each other inside the browser, without the kernel; what the reader picks
    arrives here, and setting a trait moves every view. What the mouse merely hovers over stays in
    the browser.

    token, layer, head: positions from 0, or None for nothing picked.
    pinned: list of [layer, head] kept side by side.
    Raises TraitError for a negative number or a pin that is no pair.

    >>> session = Session(layer=5, head=1)
    >>> session.label
    'L5H1'
    """

    token = FromZero(help="position of the picked piece").tag(sync=True)
    layer = FromZero(help="layer of the picked head").tag(sync=True)
    head = FromZero(help="the picked head within its layer").tag(sync=True)
    pinned = Heads(help="heads kept side by side, each [layer, head]").tag(sync=True)

    def __init__(
        self,
        token: int | None = None,
        layer: int | None = None,
        head: int | None = None,
        pinned: list[Any] | None = None,
    ):
        super().__init__(token=token, layer=layer, head=head, pinned=pinned or [])
        self._views: list[Any] = []
        self._ahead: dict[str, str] = {}

    @classmethod
    def of(cls, code: str) -> "Session":
        """A session as a code says; views that are given it take what the code says of them.

        >>> Session.of("token=3&layer=5&head=1").code()
        'token=3&layer=5&head=1'
        """
        session = cls()
        session.show(code)
        return session

    def code(self) -> str:
        """What is picked and how the views stand, as a short text; `show` and `of` read it.

        It holds none of the text or the numbers: who gets it needs the same notebook.
        """
        return sharing.written(self, self._views)

    def show(self, code: str) -> None:
        """Pick, and set the views, as a code says; a part for a view that is not there yet waits.

        Raises ValueError for a text that is no code or does not suit; then nothing has changed.
        """
        before = self.code()
        picked, settings = sharing.read(code)
        try:
            self._take(picked, settings)
        except (TraitError, ValueError):
            self._take(*sharing.read(before))
            raise

    def join(self, view: Any) -> None:
        """Count a view among those of this session; a code that waited for it is carried out."""
        self._views.append(view)
        name = list(sharing.named(self._views))[-1]
        sharing.settle(name, view, self._ahead)

    def leave(self, view: Any) -> None:
        """Count a closed view no longer."""
        self._views = [each for each in self._views if each is not view]

    def _take(self, picked: dict[str, Any], settings: dict[str, str]) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in picked.items():
                setattr(self, name, value)
        for name, view in sharing.named(self._views).items():
            sharing.settle(name, view, settings)
        self._ahead = settings

    @property
    def label(self) -> str:
        """The picked head as it is written everywhere, `L5H1`; empty when none is picked."""
        layer = "" if self.layer is None else f"L{self.layer}"
        return layer if self.head is None else f"{layer}H{self.head}"

    def __repr__(self) -> str:
        picked = f"token={self.token}, layer={self.layer}, head={self.head}"
        return f"Session({picked}, pinned={self.pinned})"
