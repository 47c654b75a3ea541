"""Two folders exchanged in one step, where the system can."""

import ctypes
import os
import sys
from pathlib import Path

_HERE = -100  # AT_FDCWD: names are meant from the current folder
_EXCHANGE = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS


def swap(one: Path, other: Path) -> bool:
    """Exchanges the names of two folders at once; False, and nothing done, if it cannot."""
    call = {"linux": _linux, "darwin": _mac}.get(sys.platform)
    try:
        return call is not None and call(os.fsencode(one), os.fsencode(other)) == 0
    except (AttributeError, OSError):
        return False  # An old C library.


def _linux(one: bytes, other: bytes) -> int:
    return ctypes.CDLL(None).renameat2(_HERE, one, _HERE, other, _EXCHANGE)


def _mac(one: bytes, other: bytes) -> int:
    return ctypes.CDLL(None).renamex_np(one, other, _EXCHANGE)
