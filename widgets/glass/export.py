"""Views as one page that needs neither kernel nor network.

The page holds each module once, the state as JSON that no text can break out of, and `host.js`,
which stands in for the notebook. Its content security policy refuses every request.
"""

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ipywidgets.widgets.widget import _instances, _remove_buffers

from widgets.glass.assets import HERE, LOADER
from widgets.glass.text import clean

SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src {digests} blob:; style-src 'unsafe-inline'; img-src data: blob:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>{body}</main>
<noscript>This page draws its pictures with JavaScript, which is switched off here.</noscript>
<script type="application/json">{state}</script>
<script type="module">{host}</script>
{scripts}
</body>
</html>
"""
LEFT_OUT = {"layout", "tabbable", "tooltip", "_dom_classes", "_esm", "_anywidget_id"}
REF = "IPY_MODEL_"


def page(views, path=None, *, title: str = "") -> str | Path:
    """One self-contained page with `views`, which keep following their sessions.

    views: the views from top to bottom. path: where to write it, in a folder that exists; None
    gives the HTML itself. Returns the path, or the HTML.
    Raises FileNotFoundError for a missing folder, ValueError for no view.

    >>> widgets.page([tokens, attention], "both.html", title="Two views")   # doctest: +SKIP
    """
    text = html(list(views), title)
    return text if path is None else write(Path(path), text)


def html(views: list, title: str = "") -> str:
    """The page's text. Raises ValueError for no view."""
    if not views:
        raise ValueError("page: no view given; try page([widgets.Tokens(trace)])")
    places = "\n".join(f'<div data-view="{escape(view.model_id)}"></div>' for view in views)
    return filled(places, _models(views), title)


def filled(body: str, models: dict[str, dict], title: str, scripts: Sequence[str] = ()) -> str:
    """A page: markup with a place for each view (`data-view`), the models, and scripts that run."""
    host = _read("host.js")
    return SHELL.format(
        digests=" ".join(map(_digest, [host, *scripts])),
        title=escape(clean(title) or "Formicarium"),
        style=_read("host.css"),
        body=body,
        state=safe_json({"loader": LOADER, "models": models}),
        host=host,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def _digest(script: str) -> str:
    """How a content security policy names a script that may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def write(path: Path, text: str) -> Path:
    """Write `text` so that the old file or the new one is there, never half of one."""
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{path}: there is no folder {path.parent.resolve()}; make it first"
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _models(views) -> dict[str, dict]:
    """The state of every view and of all models they refer to, by model id."""
    models, ahead = {}, [view.model_id for view in views]
    while ahead:
        name = ahead.pop()
        if name in models:
            continue
        state = {k: v for k, v in _instances[name].get_state().items() if travels(k)}
        state, paths, buffers = _remove_buffers(state)
        coded = [base64.b64encode(buffer).decode() for buffer in buffers]
        models[name] = {"state": state, "paths": paths, "buffers": coded}
        ahead.extend(_references(state))
    return models


def travels(key: str) -> bool:
    """Does this trait go into a page? What only a notebook needs stays behind."""
    return key not in LEFT_OUT and not key.startswith(("_model_", "_view_"))


def _references(value) -> list[str]:
    """The ids of the models named anywhere inside `value`."""
    if isinstance(value, str):
        name = value.removeprefix(REF)
        return [name] if name != value and name in _instances else []
    if isinstance(value, dict):
        value = list(value.values())
    return [ref for part in value for ref in _references(part)] if isinstance(value, list) else []


def safe_json(value) -> str:
    """JSON that can stand inside a script element: no text in it ends or opens anything."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
