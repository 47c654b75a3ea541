"""Results on disk: arrays as tensors, texts and names as JSON beside them, in one safetensors file.

One way for everything that is measured once and looked at often (traces, readings, lives, sweeps,
…): written whole or not at all, read with suspicion and with numpy alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from lab.storage.atomic import replacing
from lab.storage.headers import header
from lab.storage.refusals import Refused
from lab.storage.shipped import shipped_file

T = TypeVar("T")


class Kind(NamedTuple):
    """A kind of record.

    one: what one is called, in errors: "tuned lens". room: its folder in `data`. form: what its
    files call themselves, with a number that changes with their layout. texts: the entry of the
    file's metadata that holds the texts. most: bytes that no such file exceeds.
    """

    one: str
    room: str
    form: str
    texts: str = "texts"
    most: int = 2**28


def write_record(
    path: str | Path, kind: Kind, arrays: Mapping[str, np.ndarray], texts: Mapping[str, Any]
) -> Path:
    """Write arrays, and texts that JSON can say, to `path`, whole or not at all.

    >>> kind = Kind("sum", "sums", "formicarium sum 1")
    >>> write_record("sum.safetensors", kind, {"a": np.ones(2)}, {"name": "x"})  # doctest: +SKIP
    """
    from safetensors.numpy import save_file

    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with replacing(path) as temporary:
        save_file(whole, temporary, metadata={"format": kind.form, kind.texts: json.dumps(texts)})
    return Path(path)


def read_record(
    path: str | Path,
    kind: Kind,
    made: Callable[[dict[str, np.ndarray], dict[str, Any]], T],
) -> T:
    """What `made` makes of the arrays and texts in a file, or in a shipped one ("formicarium/x").

    Whatever `made` raises over a file that lacks something, or whose parts do not fit one another,
    is told as a fault of the file.

    Raises:
        FileNotFoundError: there is no such file; the message names those that ship.
        Refused: (a ValueError) the file is of another kind, or not a whole one.
    """
    found = shipped_file(path, kind.room, kind.one)
    header(found)  # refuses what is cut off, overlapping or absurd before any library opens it
    if (size := found.stat().st_size) > kind.most:
        raise Refused(found, f"{size:,} bytes, more than a {kind.one} has")
    try:
        return made(*_parts(found, kind))
    except Refused:
        raise
    except Exception as error:  # whatever a broken file makes its reader raise
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise Refused(found, f"not a whole {kind.one}: {what[:300]}") from None


def _parts(path: Path, kind: Kind) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        if metadata.get("format") != kind.form:
            raise Refused(path, f"safetensors, but not a {kind.one}")
        texts = json.loads(metadata[kind.texts])
        if not isinstance(texts, dict):
            raise ValueError("its texts are no table")
        return {name: file.get_tensor(name) for name in file.keys()}, texts  # noqa: SIM118
