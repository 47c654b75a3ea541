"""OpenAI's later encodings through `tiktoken`, where their ranks lie on this machine.

`tiktoken` brings no ranks: it fetches them from the network at first use and keeps them in a
folder. Here they are taken from that folder, and fetched only when that is asked for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any

SOURCE = "https://openaipublic.blob.core.windows.net/encodings/"
NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")


def encoding(name: str, *, download: bool = False) -> Any:
    """A `tiktoken.Encoding` by its name, with the ranks at hand.

    Raises:
        FileNotFoundError: `tiktoken` is missing, or the ranks and nobody asked to fetch them.

    >>> encoding("cl100k_base").encode("strawberry")                    # doctest: +SKIP
    [496, 675, 15717]
    """
    if importlib.util.find_spec("tiktoken") is None:
        raise FileNotFoundError(
            f"{name}: the package that reads it is missing; pip install tiktoken"
        )
    file = kept(name)
    if not download and (file is None or not file.is_file()):
        where = f"{file} is missing" if file else "TIKTOKEN_CACHE_DIR is empty, so none are kept"
        raise FileNotFoundError(
            f"{name}: its ranks are not on this machine ({where}); named({name!r}, download=True) "
            "fetches them"
        )
    import tiktoken

    return tiktoken.get_encoding(name)


def kept(name: str) -> Path | None:
    """Where `tiktoken` keeps the ranks of an encoding, or None when it is told to keep nothing."""
    temporary = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    asked = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", temporary))
    url = f"{SOURCE}{name}.tiktoken"
    return Path(asked) / hashlib.sha1(url.encode()).hexdigest() if asked else None
