"""JSON from strangers: bounded in size and depth, with errors of one line that name the file."""

import json
import os
from pathlib import Path
from typing import Any

from lab.storage.refusals import Refused

LIMIT = 32 * 1024 * 1024


def read_json(path: str | os.PathLike[str], *, limit: int = LIMIT) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        Refused: over `limit` bytes, not UTF-8, not JSON, nested too deeply, or no object.
        FileNotFoundError: there is no such file.

    >>> read_json("gpt2/config.json")["n_layer"]            # doctest: +SKIP
    12
    """
    path = Path(path)
    size = path.stat().st_size
    if size > limit:
        raise Refused(path, f"{size:,} bytes of JSON, more than the {limit:,} that are read")
    try:
        found = json.loads(path.read_bytes())
    except RecursionError:
        raise Refused(path, "JSON nested too deeply to be read") from None
    except ValueError as error:
        raise Refused(path, f"not JSON ({str(error)[:120]})") from None
    if not isinstance(found, dict):
        raise Refused(path, f"a JSON {type(found).__name__} where an object was expected")
    return found
