"""CircuitsVis in a real JupyterLab: its JavaScript once, alive after a reload, nobody asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter.lab_page import KERNEL_IDLE, LabPage

pytestmark = pytest.mark.browser

VIEWS = """
import json, sys
import widgets
display(widgets.ColoredTokens(["<s>", " a<b"], [1, -1]))
display(widgets.ColoredTokensMulti(["<s>", " a<b"], [[1, 2], [3, 4]]))
"""
CARRIERS = """
from ipywidgets.widgets.widget import _instances
heavy = [one for one in _instances.values() if len(getattr(one, "source", "")) > 1_000_000]
loaded = {"torch", "circuitsvis"} & set(sys.modules)
print(json.dumps({"heavy": len(heavy), "loaded": sorted(loaded)}))
"""


def test_the_bundle_travels_once_and_comes_back_after_a_reload(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    lab_page.open(notebook("circuitsvis", VIEWS, CARRIERS))
    assert lab_page.run_all() == []
    tokens = lab_page.page.locator(".colored-tokens")
    tokens.nth(1).wait_for()
    assert lab_page.printed() == [{"heavy": 1, "loaded": []}]
    lab_page.do("docmanager:save")
    lab_page.page.reload(wait_until="domcontentloaded")
    lab_page.page.wait_for_function(KERNEL_IDLE, timeout=60_000)
    tokens.nth(1).wait_for(timeout=60_000)
    assert tokens.first.inner_text() == "<s>·a<b"
    assert (lab_page.outgoing, lab_page.errors) == ([], [])
