"""What a reader looks at as a short text, and back: for a mail, a lesson plan, the next room.

The text is written like a link's query, `token=13&layer=24&head=4&Attention.scale=log`: what is
picked, and then what each view keeps (its `kept`), by the view's class; a second view of a class
is `Attention2`. It holds no text of the model and no numbers of the picture.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from traitlets import TraitError

PICKS = ("token", "layer", "head")


def named(views: Iterable[Any]) -> dict[str, Any]:
    """The views by class, `Attention`, `Attention2`, … in the order they were made."""
    seen: Counter[str] = Counter()
    names = {}
    for view in views:
        kind = type(view).__name__
        seen[kind] += 1
        names[kind if seen[kind] == 1 else f"{kind}{seen[kind]}"] = view
    return names


def written(session: Any, views: Iterable[Any]) -> str:
    """The text for a session and its views."""
    pairs = [(name, getattr(session, name)) for name in PICKS]
    said = [(name, str(value)) for name, value in pairs if value is not None]
    if session.pinned:
        said.append(("pinned", ",".join(f"{layer}.{head}" for layer, head in session.pinned)))
    for name, view in named(views).items():
        said += [(f"{name}.{trait}", _text(getattr(view, trait))) for trait in view.kept]
    return urlencode(said, quote_via=quote, safe=",.")


def read(code: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What is picked, and the views' settings as text, from a code.

    Raises:
        ValueError: it is no such text; the message names the part.
    """
    picked: dict[str, Any] = dict.fromkeys(PICKS) | {"pinned": []}
    settings = {}
    try:
        pairs = parse_qsl(code.strip().lstrip("#?"), strict_parsing=True) if code.strip() else []
    except ValueError as error:
        raise ValueError(f"code {code[:60]!r}: {error}; session.code() gives one") from error
    for name, text in pairs:
        if name in PICKS:
            picked[name] = _whole(name, text)
        elif name == "pinned":
            picked[name] = [[_whole(name, n) for n in pair.split(".")] for pair in text.split(",")]
        elif "." in name:
            settings[name] = text
        else:
            raise ValueError(f"code: {name!r} is none of {', '.join(PICKS)}, pinned, View.setting")
    return picked, settings


def settle(name: str, view: Any, settings: dict[str, str]) -> None:
    """Give a view its settings, and take them out of `settings`.

    Raises:
        ValueError: the view keeps no such setting, or the value is not one it takes.
    """
    for key in [key for key in settings if key.rpartition(".")[0] == name]:
        trait, text = key.rpartition(".")[2], settings.pop(key)
        if trait not in view.kept:
            kept = ", ".join(view.kept) or "nothing"
            raise ValueError(f"code: {name} keeps no {trait!r}; it keeps {kept}")
        try:
            setattr(view, trait, _value(text, getattr(view, trait)))
        except (TraitError, ValueError) as error:
            raise ValueError(f"code: {key}={text!r} does not suit: {error}") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _value(text: str, now: Any) -> Any:
    return text if isinstance(now, str) else json.loads(text)


def _whole(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"code: {name}={text!r} is no whole number from 0 up")
    return int(text)
