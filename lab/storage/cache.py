"""The user's cache folder, where converted models are kept, and a lock across processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

from lab.storage.refusals import Refused


def cache_folder() -> Path:
    """The folder for what can be made again: the environment's FORMICARIUM_CACHE, or the user's.

    >>> cache_folder().name                                  # doctest: +SKIP
    'formicarium'
    """
    told = os.environ.get("FORMICARIUM_CACHE")
    folder = Path(told).expanduser() if told else Path(platformdirs.user_cache_dir("formicarium"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def only_one(path: str | os.PathLike[str], seconds: float = -1) -> Iterator[None]:
    """Waits until no other process is inside for the same `path`; the lock dies with its holder.

    Raises:
        filelock.Timeout: still held by another after `seconds` (never, when negative).
    """
    path = Path(path)
    with filelock.FileLock(path.with_name(f"{path.name}.lock"), timeout=seconds):
        yield


@contextmanager
def lease(path: str | os.PathLike[str]) -> Iterator[None]:
    """Keeps `path` to one writer: a second one is refused at once, told who holds it.

    The lease is a file beside `path` with the holder's process and host. One whose process is
    gone from this host is taken over.

    Raises:
        Refused: another process is writing `path` now.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = filelock.SoftFileLock(path.with_name(f".{path.name}.lease"), timeout=0)
    try:
        mark.acquire()
    except filelock.Timeout:
        holder = f"process {mark.pid}" if mark.pid else "another process"
        raise Refused(
            path, f"{holder} is writing it now", instead=f"Wait, or remove {mark.lock_file}."
        ) from None
    try:
        yield
    finally:
        mark.release()
