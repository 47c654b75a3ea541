"""Nothing here needs, or tries, a network: watched in child processes, and without any network.

Two ways at once: an audit hook refuses and records every attempt of Python's, and where Linux
allows it the child lives in a network namespace that has nothing but the loopback. The notebooks
run the same way in `test_notebooks.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.offline.child import offline

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


@pytest.mark.smollm2
@pytest.mark.timeout(600)
def test_loading_tracing_showing_and_saving_ask_nobody(tmp_path: Path) -> None:
    assert offline(tmp_path, EVERYTHING) == []


def test_an_attempt_would_be_seen(tmp_path: Path) -> None:
    code = """
import urllib.request
try:
    urllib.request.urlopen("http://example.org", timeout=2)
except OSError:
    pass
"""
    assert offline(tmp_path, code) == ["socket.getaddrinfo example.org"]
