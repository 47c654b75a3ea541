"""CircuitsVis' own JavaScript, taken from the installed package without importing it.

Importing `circuitsvis` would load torch, and showing one of its pictures asks google.com whether
it is there. Neither happens here: only the bundle is read, and only when a picture needs it. What
each component does with a text was studied in this very file, so another one is refused.
"""

import hashlib
import importlib.util
import re
from pathlib import Path

from widgets.glass.assets import Carrier, carry

VERSION = "1.43.3"
SHA256 = "1ea7bcd5dcd28ffdb23f4dea9c60db3606dac627fddce1a3b5141b7dfb490763"


def carrier() -> Carrier:
    """The bundle on its way to the browser: 1.3 MB, once per notebook.

    Raises ImportError when CircuitsVis is missing or is another version.
    """
    return carry("circuitsvis", source)


def source() -> str:
    """The bundle as an ES module whose default export is `CircuitsVis`."""
    script = found().read_text(encoding="utf-8")
    # A source map would make the browser's developer tools ask for a file that isn't there.
    return re.sub(r"//# sourceMappingURL=\S*", "", script) + "\nexport default CircuitsVis;\n"


def found() -> Path:
    """The installed bundle, checked to be the one this package knows."""
    spec = importlib.util.find_spec("circuitsvis")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"CircuitsVis is not installed; pip install circuitsvis=={VERSION}")
    path = Path(spec.submodule_search_locations[0]) / "dist" / "cdn" / "iife.js"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ImportError(
            f"{path} is not CircuitsVis {VERSION}, the version whose treatment of text is known "
            f"to be safe here; pip install circuitsvis=={VERSION}"
        )
    return path
