"""Running a file of ours in a child process that has only so much time."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class Overrun(RuntimeError):
    """The child did not end in the time it was given."""


def run_child(
    script: Path,
    arguments: Sequence[str],
    *,
    seconds: float,
    heard: Callable[[str], object] = str,
    given: str = "",
) -> tuple[int, str]:
    """The exit status of `python script arguments…` and what it wrote to standard error.

    `heard` gets each line of its standard output; `given` goes to its standard input. The child
    is killed when the time is over, and when this call is interrupted.

    Raises:
        Overrun: it was killed after `seconds`.
    """
    # -P keeps the script's own folder off the path, where our modules would hide others.
    command = [sys.executable, "-P", str(script), *arguments]
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(), encoding="utf-8"
    )
    written: list[str] = []
    threads = [
        threading.Thread(target=_pour, args=(child.stdout, heard), daemon=True),
        threading.Thread(target=_pour, args=(child.stderr, written.append), daemon=True),
        threading.Thread(target=_feed, args=(child.stdin, given), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        status = child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Overrun(f"not done after {seconds:g} seconds") from None
    finally:
        child.kill()
        child.wait()
        for thread in threads:
            thread.join(5)
    return status, "".join(written)


def _pour(stream: Any, heard: Callable[[str], object]) -> None:
    with stream:
        for line in stream:
            heard(line)


def _feed(stream: Any, given: str) -> None:
    try:
        with stream:
            stream.write(given)
    except OSError:
        pass  # It ended without reading: its status says why.


def _environment() -> dict[str, str]:
    # Nothing is fetched, and no accelerator is woken, for work of this kind.
    quiet = {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **quiet}
