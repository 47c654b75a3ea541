"""The JavaScript and the style of a room of views, sent to the notebook once.

anywidget sends `_esm` with every instance. Here each room (a folder of modules, the views' own
among them) travels in one carrier, a widget model without a view, and what a view sends as `_esm`
is the same small loader for all of them (`loader.js`): it finds the room's carrier, links the
modules once per page and draws with the view's own.

The source travels without its comments, and compressed: a fifth of its size. It stays readable
where it is written.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import ipywidgets
from traitlets import Bytes, Dict, Unicode

HERE = Path(__file__).parent
LOADER = (HERE / "loader.js").read_text(encoding="utf-8")
APART = {"host.js", "loader.js"}
"""What brings the modules into a page, and so is none of them."""

_COMMENT = re.compile(r"^[ \t]*(//.*|/\*[\s\S]*?\*/[ \t]*)\n", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_FROM_ROOM = re.compile(r"""\bfrom\s*["']\.\./([\w-]+)/[\w-]+\.js["']""")
_carriers: dict[str, "Carrier"] = {}


class Carrier(ipywidgets.Widget):
    """One text on its way to the browser: a room's modules, its style, and the rooms it stands on.

    packed: the text, gzip. imports: for each room named in an import, its carrier.
    """

    packed = Bytes().tag(sync=True)
    css = Unicode().tag(sync=True)
    digest = Unicode().tag(sync=True)
    imports = Dict().tag(sync=True, **ipywidgets.widget_serialization)

    @property
    def source(self) -> str:
        """The text."""
        return gzip.decompress(self.packed).decode()


def carry(
    key: str, source: Callable[[], str], css: str = "", imports: dict | None = None
) -> Carrier:
    """The kernel's one carrier for `key`; `source` is called only when there is none yet.

    A carrier that was closed (`Widget.close_all()`) is replaced, so that new views draw again.
    """
    carrier = _carriers.get(key)
    if carrier is None or carrier.comm is None:
        carrier = _carriers[key] = _made(source(), css, imports or {})
    return carrier


def room(folder: Path) -> Carrier:
    """The carrier of all ES modules and styles in `folder`, and of the rooms that they import from.

    A relative import (`from "./data.js"`, `from "../glass/kit.js"`) is linked in the browser.
    """
    folder = Path(folder).resolve()
    sources = {path.name: _read(path) for path in sorted(folder.glob("*.js"))}
    modules = {name: text for name, text in sources.items() if name not in APART}
    below = sorted({name for text in modules.values() for name in _FROM_ROOM.findall(text)})
    return carry(
        str(folder),
        lambda: json.dumps({name: bare(text) for name, text in modules.items()}),
        css="".join(_read(path) for path in sorted(folder.glob("*.css")) if path.stem != "host"),
        imports={name: room(folder.parent / name) for name in below},
    )


def bare(source: str) -> str:
    """A module without the lines that are comments, and without indentation.

    No more than that: what understands less of JavaScript than a browser must not rewrite it. No
    template may reach over a line, then (a test holds our modules to it).

    >>> bare("// why\\nif (a) {\\n  b();  // so\\n}\\n")
    'if (a) {\\nb();  // so\\n}\\n'
    """
    return _INDENT.sub("", _COMMENT.sub("", source))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _made(source: str, css: str, imports: dict[str, Carrier]) -> Carrier:
    """A carrier named by its content, imports included: an edited module is never mistaken."""
    content = "\0".join([source, css, *(f"{k}={v.digest}" for k, v in sorted(imports.items()))])
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    packed = gzip.compress(source.encode(), mtime=0)  # the same bytes for the same text
    return Carrier(packed=packed, css=css, imports=imports, digest=digest)
