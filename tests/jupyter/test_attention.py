"""The attention view in a real JupyterLab: heads come when opened, and exact weights when asked."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

MAKE = """
import numpy as np
import widgets
from IPython.display import display
scores = np.exp(np.random.default_rng(0).normal(size=(4, 12, 260, 260)) * 2)
weights = np.tril(scores) / np.tril(scores).sum(-1, keepdims=True)
view = widgets.Attention(pieces=[f" w{i}" for i in range(260)], patterns=weights)
display(view)
"""
TELL = """print(f"head {view.layer} {view.head} token {view.token} pinned {view.pinned}",
      f"weight {weights[2, 3, 200, 199]:.3g}", sorted(view.opened))"""


@pytest.fixture
def live(lab_page, notebook):
    """A notebook with one view whose heads are too many to be sent at once."""
    lab_page.open(notebook("attention", MAKE, TELL))
    assert lab_page.run_all() == []
    lab_page.page.locator(".attention-matrix").wait_for(timeout=20_000)
    return lab_page


def press(lab_page, *names: str) -> None:
    for name in names:
        lab_page.page.keyboard.press(name)


def test_a_head_is_fetched_when_opened_and_weights_are_exact(live):
    page = live.page
    page.locator(".attention-overview").focus()
    press(live, "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "Enter")
    page.wait_for_function(
        "document.querySelector('.attention-summary').textContent.includes('entropy')"
    )
    assert page.locator(".attention-name strong").inner_text() == "L2H3"
    page.evaluate("document.querySelector('.attention-text').scrollIntoView()")
    page.locator(".attention-text").first.focus()
    press(live, *["["] * 59)
    page.locator(".attention-matrix").focus()
    press(live, "ArrowLeft")
    exact = page.locator(".kit-detail", has_text=re.compile(r"200 looks at.* 199: .*of 201(?! ·)"))
    exact.wait_for(timeout=10_000)
    shown = re.search(r"199: (\S+);", page.locator(".kit-detail").inner_text())[1]
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    live.do("notebook:run-cell")
    told = page.locator(".jp-OutputArea-output pre", has_text="pinned [[2, 3]]")
    told.wait_for(timeout=10_000)
    said = told.inner_text()
    assert "head 2 3 token 200" in said
    assert f"weight {shown}" in said and "'2.3'" in said
    assert (live.outgoing, live.errors, live.console) == ([], [], [])
