"""The head of a safetensors file, checked before any library opens the file.

The format is eight bytes of length, so much JSON (name → dtype, shape, two offsets), then the
numbers. The usual reader spends a minute on a head of 500,000 tensors and names no file in its
errors; this one refuses both early.
"""

import json
import os
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from lab.storage.refusals import Refused

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
_LONGEST = 10 * 1024 * 1024
_MOST_TENSORS = 100_000


@dataclass(frozen=True)
class TensorInfo:
    """One tensor of a safetensors file: its type's name in the format, and its shape."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return prod(self.shape)


def header(path: str | os.PathLike[str]) -> dict[str, TensorInfo]:
    """The tensors a safetensors file holds, by name, after checking that it can hold them.

    Raises:
        Refused: cut off, overlapping, garbage, a head over 10 MiB or over 100,000 tensors.

    >>> header("model.safetensors")["wte.weight"].shape      # doctest: +SKIP
    (50257, 768)
    """
    path = Path(path)
    size = path.stat().st_size
    length = _length(path, size)
    entries = _entries(path, length)
    found, ranges = {}, []
    for name, entry in entries.items():
        info, begin, end = _tensor(path, name, entry)
        found[name] = info
        ranges.append((begin, end, name))
    _refuse_gaps(path, sorted(ranges), size - 8 - length)
    return found


def _length(path: Path, size: int) -> int:
    with path.open("rb") as file:
        start = file.read(8)
    if len(start) < 8:
        raise Refused(path, f"{size} bytes are too few for a safetensors file")
    length = struct.unpack("<Q", start)[0]
    if length > size - 8 and (start[:2] == b"PK" or start[:1] == b"\x80"):
        raise Refused(path, "a pickle under the name of a safetensors file; pickles run code")
    if length > size - 8:
        raise Refused(path, f"cut off or no safetensors: a head of {length:,} bytes in {size:,}")
    if length > _LONGEST:
        raise Refused(path, f"a head of {length:,} bytes, more than the {_LONGEST:,} that are read")
    return length


def _entries(path: Path, length: int) -> dict:
    with path.open("rb") as file:
        file.seek(8)
        text = file.read(length)
    # Counted before parsing: every entry opens a brace, and so do the whole and its metadata.
    if text.count(b"{") > _MOST_TENSORS + 2:
        raise Refused(path, f"over {_MOST_TENSORS:,} tensors in one file")
    try:
        entries = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(path, f"its head is not the JSON of safetensors ({error!s:.80})") from None
    if not isinstance(entries, dict):
        raise Refused(path, "its head is not the JSON of safetensors")
    entries.pop("__metadata__", None)
    return entries


def _once(pairs: list) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _tensor(path: Path, name: str, entry: Any) -> tuple[TensorInfo, int, int]:
    try:
        dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
        fits = whole and (prod(shape) * _BITS[dtype] + 7) // 8 == end - begin
    except (KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise Refused(path, f"tensor {name[:80]!r} has a malformed entry: {entry!s:.120}")
    return TensorInfo(dtype, tuple(shape)), begin, end


def _refuse_gaps(path: Path, ranges: list[tuple[int, int, str]], body: int) -> None:
    at = 0
    for begin, end, name in ranges:
        if begin != at:
            wrong = "overlaps another" if begin < at else "leaves a hole before it"
            raise Refused(path, f"tensor {name[:80]!r} {wrong} (bytes {begin:,} to {end:,})")
        at = end
    if at != body:
        raise Refused(path, f"cut off or too long: its tensors need {at:,} bytes, it has {body:,}")
