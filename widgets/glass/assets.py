"""The JavaScript and the style beside a Python file, sent to the notebook once.

anywidget sends `_esm` with every instance. Here each module travels in one carrier, a widget model
without a view, and what a view sends as `_esm` is the same small loader for all of them
(`loader.js`): it finds the carrier, imports its source once per page and draws with it.

The source travels compressed: a third to a quarter of its size, and it stays readable where it is
written.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import ipywidgets
from traitlets import Bytes, Dict, Unicode

HERE = Path(__file__).parent
LOADER = (HERE / "loader.js").read_text(encoding="utf-8")

_IMPORT = re.compile(r"""\bfrom\s*["'](\.{1,2}/[\w./-]+\.js)["']""")
_carriers: dict[str, "Carrier"] = {}


class Carrier(ipywidgets.Widget):
    """One module on its way to the browser: source, style and the carriers of what it imports."""

    packed = Bytes().tag(sync=True)
    css = Unicode().tag(sync=True)
    digest = Unicode().tag(sync=True)
    imports = Dict().tag(sync=True, **ipywidgets.widget_serialization)

    @property
    def source(self) -> str:
        """The module's text."""
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


def module(path: Path) -> Carrier:
    """The carrier of the ES module at `path`, with the style of the same stem beside it.

    A relative import (`from "../glass/kit.js"`) is carried too; the loader links it in the browser.
    """
    path = Path(path).resolve()
    source = path.read_text(encoding="utf-8")
    imports = {name: module(path.parent / name) for name in _IMPORT.findall(source)}
    css = path.with_suffix(".css")
    style = css.read_text(encoding="utf-8") if css.exists() else ""
    return carry(str(path), lambda: source, style, imports)


def _made(source: str, css: str, imports: dict[str, Carrier]) -> Carrier:
    """A carrier named by its content, imports included: an edited module is never mistaken."""
    content = "\0".join([source, css, *(f"{k}={v.digest}" for k, v in sorted(imports.items()))])
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    packed = gzip.compress(source.encode(), mtime=0)  # the same bytes for the same text
    return Carrier(packed=packed, css=css, imports=imports, digest=digest)
