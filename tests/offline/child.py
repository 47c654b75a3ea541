"""Code run in a child that has no network, with every attempt to reach one on record."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket() as s:
    flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))
"""


@functools.cache
def can_leave_the_network() -> bool:
    """Whether a child may have a network namespace of its own here."""
    try:
        asked = ["unshare", "-rn", sys.executable, "-c", LOOPBACK_UP]
        return subprocess.run(asked, capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def offline(folder: Path, code: str, *args: str) -> list[str]:
    """Run `code` in `folder` without a network; the attempts it made to reach one.

    Raises AssertionError with the child's words when it fails.
    """
    attempts = folder / "attempts.txt"
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
        "FORMICARIUM_ATTEMPTS": str(attempts),
    }
    env.pop("HF_HUB_OFFLINE", None)  # it must hold without the switch that the tests set
    command = [sys.executable, "-c", code, *args]
    if can_leave_the_network():
        command = ["unshare", "-rn", sys.executable, "-c", LOOPBACK_UP + code, *args]
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=800)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return attempts.read_text().splitlines() if attempts.exists() else []
