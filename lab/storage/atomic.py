"""Files and folders that are old or new, never neither.

What is written goes to a temporary name beside its destination, is flushed to the disk, and
takes the destination's name in one step. Whoever kills the process at any moment finds the old
content or the new one. Left-over temporaries of killed writers are removed by a later writer
once they are an hour old.
"""

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.storage.swapping import swap

MARK = ".formicarium-partial"
STALE_SECONDS = 3600.0


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Gives a temporary path; what is written there becomes the file `path` when the block ends.

    The folder of `path` is made if missing. The new file gets the mode the umask gives to new
    files. If the block raises, `path` is untouched and the temporary file is removed.

    >>> with replacing("notes.txt") as temporary:           # doctest: +SKIP
    ...     temporary.write_text("all of it, or nothing")
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    temporary = _beside(path)
    try:
        yield temporary
        settle_file(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Gives an empty temporary folder that becomes the folder `path` when the block ends.

    A folder that is already at `path` stays until the new one is complete; then the two are
    exchanged in one step and the old one is removed. Where the system cannot exchange folders the
    old one is renamed away first, and `recover` puts it back if a kill fell in between.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    recover(path)
    sweep(path.parent)
    temporary = _beside(path)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.rglob("*"):
            settle_file(file) if file.is_file() else _sync(file)
        _sync(temporary)
        _exchange(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def recover(path: str | os.PathLike[str]) -> None:
    """Puts the old folder back if a writer was killed between its two renames."""
    path = Path(path)
    if not path.name:
        return  # the root, or "."
    old = _old(path)
    if old.is_dir() and not path.exists():
        with suppress(OSError):
            old.rename(path)


def sweep(folder: str | os.PathLike[str], older_than: float = STALE_SECONDS) -> list[Path]:
    """Removes temporaries in `folder` that no writer touched for `older_than` seconds."""
    removed = []
    for left in Path(folder).glob(f".*{MARK}-*"):
        with suppress(OSError):
            if time.time() - _touched(left) > older_than:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
                removed.append(left)
    return removed


def settle_file(path: Path) -> None:
    """Flushes a file to the disk and gives it the mode the umask gives to new files.

    safetensors writes files only their owner can read, and classmates share folders.
    """
    path.chmod(0o666 & ~_umask())
    _sync(path)


def _exchange(new: Path, path: Path) -> None:
    old = _old(path)
    shutil.rmtree(old, ignore_errors=True)
    if not (path.exists() and swap(new, path)):
        if path.exists():
            path.rename(old)
        new.rename(path)
    _sync(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{MARK}-{os.getpid()}-{uuid.uuid4().hex[:8]}")


def _old(path: Path) -> Path:
    # No time stamp nor number in the name: `recover` must find it.
    return path.with_name(f".{path.name}.formicarium-old")


def _touched(path: Path) -> float:
    times = [file.stat().st_mtime for file in (path, *path.rglob("*"))]
    return max(times)


def _umask() -> int:
    # The mask can be read only by setting it; the file system tells it without that race.
    with suppress(OSError, StopIteration, ValueError):
        status = Path("/proc/self/status").read_text()
        return int(next(x for x in status.splitlines() if x.startswith("Umask")).split()[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
