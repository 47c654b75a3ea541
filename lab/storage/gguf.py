"""The head of a GGUF file, read without trusting a number in it.

A GGUF file begins with counts, and every string and array with its own length. A file of 49
bytes that claims 2^60 entries hangs the usual parser. Here each count is checked against the
bytes that are left before it is believed, and the number of entries walked is bounded. Nothing
is kept but the architecture and the tensors' sizes: the full parse happens in a child process.
"""

import mmap
import os
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path

from lab.storage.refusals import Refused

_STRING, _ARRAY = 8, 9
# Bytes of the scalar types, by their number in the format: u8 i8 u16 i16 u32 i32 f32 bool … f64.
_WIDTH = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_MOST_ENTRIES = 2_000_000  # the largest vocabularies with their merges have under a million
_MOST_TENSORS = 100_000
_MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class GgufHead:
    """What the head of a GGUF file says: its architecture, its tensors, their values in all."""

    path: Path
    architecture: str
    tensors: int
    elements: int


def gguf_head(path: str | os.PathLike[str]) -> GgufHead:
    """The architecture and the tensor counts of a GGUF file, in bounded time.

    Raises:
        Refused: not GGUF, cut off, or with counts its size cannot hold.

    >>> gguf_head("SmolLM2-135M-Instruct.Q4_1.gguf").architecture    # doctest: +SKIP
    'llama'
    """
    path = Path(path)
    if path.stat().st_size < 24:
        raise Refused(path, f"{path.stat().st_size} bytes are too few for a GGUF file")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _Reader(path, data).head()


class _Reader:
    """A position in the file that never passes its end."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self.path, self.data, self.at, self.walked = path, data, 0, 0

    def head(self) -> GgufHead:
        magic, version = self.data[:4], self.number("<4xI")
        if magic != b"GGUF":
            raise Refused(self.path, f"not a GGUF file (it begins with {magic!r})")
        if version not in (2, 3):
            raise Refused(self.path, f"GGUF version {version}, of which 2 and 3 can be read")
        tensors, pairs = self.number("<Q"), self.number("<Q")
        self.believe(pairs, 13, "metadata entries")
        self.believe(tensors, 24, "tensors", most=_MOST_TENSORS)
        found = [self.pair() for _ in range(pairs)]
        architecture = next((value for key, value in found if key == "general.architecture"), "")
        if not architecture:
            raise Refused(self.path, "its metadata name no architecture (general.architecture)")
        return GgufHead(
            self.path, architecture, tensors, sum(self.tensor() for _ in range(tensors))
        )

    def pair(self) -> tuple[str, str]:
        key, kind = self.string(), self.number("<I")
        if kind == _STRING:
            return key, self.string()
        self.skip(kind)
        return key, ""

    def skip(self, kind: int, depth: int = 0) -> None:
        if kind in _WIDTH:
            self.forward(_WIDTH[kind])
        elif kind == _STRING:
            self.forward(self.number("<Q"))
        elif kind == _ARRAY and depth < 4:
            self.skip_array(self.number("<I"), self.number("<Q"), depth)
        else:
            raise Refused(self.path, f"a metadata value of unknown type {kind}")

    def skip_array(self, kind: int, count: int, depth: int) -> None:
        self.believe(count, _WIDTH.get(kind, 8), "array entries")
        if kind in _WIDTH:
            return self.forward(_WIDTH[kind] * count)
        self.walk(count)
        for _ in range(count):
            self.skip(kind, depth + 1)
        return None

    def tensor(self) -> int:
        self.forward(self.number("<Q"))
        dimensions = self.number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise Refused(self.path, f"a tensor of {dimensions} dimensions")
        shape = [self.number("<Q") for _ in range(dimensions)]
        kind, offset = self.number("<I"), self.number("<Q")
        # The tightest packing in use holds eight values in about a byte.
        if offset > len(self.data) or prod(shape) > 16 * len(self.data):
            raise Refused(self.path, f"a tensor of shape {shape} (type {kind}) beyond its end")
        return prod(shape)

    def string(self) -> str:
        length = self.number("<Q")
        start = self.at
        self.forward(length)
        return self.data[start : start + min(length, 1000)].decode("utf-8", "replace")

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        self.forward(size)
        return struct.unpack_from(form, self.data, self.at - size)[0]

    def forward(self, count: int) -> None:
        if count > len(self.data) - self.at:
            raise Refused(
                self.path, f"cut off or malformed: {count:,} bytes claimed at byte {self.at:,}"
            )
        self.at += count

    def believe(self, count: int, smallest: int, what: str, most: int = 2**62) -> None:
        if count > most or count * smallest > len(self.data) - self.at:
            raise Refused(
                self.path, f"malformed: it claims {count:,} {what} in {len(self.data):,} bytes"
            )

    def walk(self, count: int) -> None:
        self.walked += count
        if self.walked > _MOST_ENTRIES:
            raise Refused(self.path, f"over {_MOST_ENTRIES:,} metadata entries")
