"""The harness itself: it sees what is wrong, refuses what leaves, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jupyter.lab_page import AWAY, LabPage

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
HOLD_A_SERVER = """
import pathlib, sys, tempfile, time, signal
from tests.jupyter.server import Server
signal.signal(signal.SIGTERM, signal.default_int_handler)
with Server(pathlib.Path(tempfile.mkdtemp())) as server:
    print(server.port, server.process.pid, flush=True)
    time.sleep(120)
"""
SLIDER = """
import ipywidgets as W
slider, label = W.IntSlider(3, 0, 10), W.Label("value=3")
label.add_class("answer")
slider.observe(lambda change: setattr(label, "value", f"value={change.new}"), "value")
W.VBox([slider, label])
"""


def test_a_slider_reaches_python_and_back(lab_page: LabPage, notebook: Callable[..., str]) -> None:
    lab_page.open(notebook("slider", SLIDER, "print('done')"))
    assert lab_page.run_all() == []
    lab_page.page.locator(".noUi-handle").first.press("ArrowRight")
    lab_page.page.wait_for_selector(".answer:has-text('value=4')")
    assert lab_page.blank_widgets() == []
    assert lab_page.outgoing == []


def test_an_error_and_the_cells_after_it_are_reported(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    lab_page.open(notebook("broken", "1 / 0", "print('never')"))
    problems = lab_page.run_all()
    assert problems == ["cell 0: ZeroDivisionError: division by zero", "cell 1: never ran"]


def test_a_blank_widget_is_reported(lab_page: LabPage, notebook: Callable[..., str]) -> None:
    blank = "import ipywidgets as W\nW.Box(layout=W.Layout(width='0', height='0'))"
    broken = "import anywidget\nclass B(anywidget.AnyWidget):\n    _esm = 'syntax error('\nB()"
    lab_page.open(notebook("blank", blank, broken, "W.Label('seen')"))
    assert lab_page.run_all() == []
    lab_page.page.wait_for_selector(".jupyter-widgets:has-text('seen')")
    for _ in range(20):  # what is drawn is drawn a little later
        if "cell 2, output 0" not in (blank := lab_page.blank_widgets()):
            break
        lab_page.page.wait_for_timeout(250)
    assert "cell 0, output 0" in blank and "cell 2, output 0" not in blank


def test_a_request_that_leaves_is_refused_and_recorded(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    cell = "from IPython.display import HTML\nHTML('<img src=\"https://example.org/a.png\">')"
    lab_page.open(notebook("leaving", cell))
    lab_page.run_all()
    lab_page.page.wait_for_timeout(500)
    assert set(lab_page.outgoing) == {"https://example.org/a.png"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8888/x", "ws://localhost:1/", "blob:http://x"])
def test_the_loopback_counts_as_home(url: str) -> None:
    assert not AWAY.match(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1.evil.org/", "https://unpkg.com", "wss://a.b/"])
def test_everything_else_counts_as_away(url: str) -> None:
    assert AWAY.match(url)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent-death signal")
def test_no_server_outlives_its_test_run(how: signal.Signals) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOLD_A_SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as holder:
        assert holder.stdout is not None
        port, _ = map(int, holder.stdout.readline().split())
        holder.send_signal(how)
        holder.wait(30)
    assert wait_until_closed(port)


def wait_until_closed(port: int, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.2)
    return False
