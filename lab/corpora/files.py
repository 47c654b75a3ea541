"""Texts of your own: a file, or a folder of .txt files, read line by line, whatever their size."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.corpora.chance import share_of
from lab.corpora.documents import Document, Walked

SEPARATOR = "<|endoftext|>"
LOOK = 1 << 16
"""How many bytes are looked at to see that a file is text."""
LONGEST = 1 << 20
"""A document without an end is cut after so many characters."""
_LONE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Part:
    """Which documents are meant: those kept back, or the others; by their number alone."""

    share: float = 0.0
    kept_back: bool = False

    def has(self, number: int) -> bool:
        """Whether the document of this number belongs to the part."""
        return (share_of("document", number) < self.share) == self.kept_back

    @property
    def other(self) -> Part:
        """The part with all the other documents."""
        return Part(self.share, not self.kept_back)


class Texts(Walked):
    """See `text`."""

    endless = False

    def __init__(self, files: list[Path], name: str, separator: str | None, part: Part):
        self.files, self.name, self.separator, self.part = files, name, separator, part

    def _walk(self) -> Iterator[Document]:
        number = 0
        for file in self.files:
            separator = found_separator(file) if self.separator is None else self.separator
            for found in documents(file, separator):
                if self.part.has(number):
                    yield Document(found, kind="text")
                number += 1

    def __repr__(self) -> str:
        return f"<{self.name}, {len(self.files)} file{'s' * (len(self.files) > 1)}>"

    @property
    def rest(self) -> Texts:
        """The documents this one leaves out: the kept-back share, or all but it."""
        return Texts(self.files, f"{self.name}, the rest", self.separator, self.part.other)


def text(
    path: str | Path, *, separator: str | None = None, held_out: float = 0.0, valid: bool = False
) -> Texts:
    """The documents of a file, or of all .txt files in a folder and the folders in it.

    Lines are read one by one, so a file may be larger than the memory. A byte order mark is
    dropped; bytes that are no UTF-8 become U+FFFD, with a warning.

    Args:
        path: the file or folder.
        separator: the line between two documents. Default: `<|endoftext|>` where the first part of
            the file has such a line, else an empty line.
        held_out: the share of documents kept back for validation; which ones depends on their
            number alone.
        valid: give those kept back instead of the others (`.rest` gives the other half, too).
    Raises:
        FileNotFoundError: nothing there, or a folder without .txt files.
        ValueError: an empty file, one that is no text, a share that is not from 0 to below 1.

    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "two.txt"
    >>> _ = file.write_text("One day.\\n<|endoftext|>\\nOne night.\\n")
    >>> [document.text for document in text(file)]
    ['One day.', 'One night.']
    """
    if not 0 <= held_out < 1:
        raise ValueError(f"held_out is {held_out}: give a share from 0 to below 1")
    path = Path(path)
    files = found_files(path)
    for file in files:
        refuse_binary(file)
    if not any(file.stat().st_size for file in files):
        raise ValueError(f"{path} is empty: there is no text to read")
    return Texts(files, path.name, separator, Part(held_out, valid))


def found_files(path: Path) -> list[Path]:
    """The file itself, or the .txt files of a folder in the order of their paths."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: there is no such file or folder")
    files = sorted(file for file in path.rglob("*.txt") if file.is_file())
    if not files:
        raise FileNotFoundError(f"{path}: there is no .txt file in this folder")
    return files


def refuse_binary(file: Path) -> None:
    """Raises ValueError for a file that is no UTF-8 text, by a look at its start."""
    with file.open("rb") as opened:
        start = opened.read(LOOK)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{file} is written in UTF-16: save it as UTF-8")
    odd = start.decode("utf-8", "replace").count("\ufffd")
    if b"\0" in start or odd * 10 > len(start):
        raise ValueError(f"{file} is no text in UTF-8: give a file that is")


def found_separator(file: Path) -> str:
    """The end-of-text mark where the start of the file has it on a line of its own, else ''."""
    with file.open(encoding="utf-8-sig", errors="replace") as opened:
        lines = opened.read(LONGEST).splitlines()
    return SEPARATOR if any(line.strip() == SEPARATOR for line in lines) else ""


def documents(file: Path, separator: str) -> Iterator[str]:
    """The texts between separator lines; one that grows beyond `LONGEST` is cut at a line."""
    lines: list[str] = []
    size = 0
    for line in _lines(file):
        ends = line.strip() == separator
        if ends or size + len(line) > LONGEST:
            if joined := "".join(lines).strip("\n"):
                yield joined
            lines, size = [], 0
        if not ends:
            lines.append(line)
            size += len(line)
    if joined := "".join(lines).strip("\n"):
        yield joined


def _lines(file: Path) -> Iterator[str]:
    """Line by line, one longer than `LONGEST` in parts; U+FFFD for bytes that are no UTF-8."""
    lone = 0
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as opened:
        for line in iter(lambda: opened.readline(LONGEST), ""):
            if not line.isascii():
                line, count = _LONE.subn("\ufffd", line)
                lone += count
            yield line
    if lone:
        warnings.warn(f"{file}: {lone} bytes are no UTF-8, each now U+FFFD", stacklevel=2)
