"""Nothing here needs, or tries, a network: watched in child processes, and without any network.

Two ways at once: an audit hook refuses and records every attempt of Python's, and where Linux
allows it the child lives in a network namespace that has nothing but the loopback.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket() as s:
    flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))
"""
EVERYTHING = """
import numpy as np
import lab, widgets
model = lab.load("smollm2-135m")
trace = lab.trace(model, "Nobody is asked.", keep=["pattern"])
lab.parity(model), lab.models()
views = [widgets.Tokens(trace), widgets.Attention(trace)]
views.append(widgets.ColoredTokens(trace.pieces, trace.surprisal))
views.append(widgets.AttentionHeads(trace["pattern", 0], trace.pieces))
for i, view in enumerate(views):
    view._repr_mimebundle_()
    view.to_html(f"{i}.html")
trace.save("trace.safetensors")
lab.Trace.open("trace.safetensors")
"""
PAPERMILL = """
import sys, papermill
papermill.execute_notebook(sys.argv[1], "out.ipynb", cwd=sys.argv[2], progress_bar=False)
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


@pytest.mark.smollm2
@pytest.mark.timeout(600)
def test_loading_tracing_showing_and_saving_ask_nobody(tmp_path: Path) -> None:
    assert offline(tmp_path, EVERYTHING) == []


@pytest.mark.smollm2
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_a_network(path: Path, tmp_path: Path) -> None:
    assert offline(tmp_path, PAPERMILL, str(path), str(path.parent)) == []


def test_an_attempt_would_be_seen(tmp_path: Path) -> None:
    code = """
import urllib.request
try:
    urllib.request.urlopen("http://example.org", timeout=2)
except OSError:
    pass
"""
    assert offline(tmp_path, code) == ["socket.getaddrinfo example.org"]
