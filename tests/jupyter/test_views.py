"""Views in a real JupyterLab: picks reach Python, and no view dies in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

MAKE = """
import json
import widgets
from IPython.display import display
pieces = ["The", " cat", " sat", ".", "\\n", "It", " slept", "."]
session = widgets.Session()
for scale in (1, 2):
    display(widgets.Tokens(pieces=pieces, values=[scale * i for i in range(8)], session=session))
"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
PRINT = "print(json.dumps({'token': session.token}))"


def pieces(lab_page, view: int):
    return lab_page.page.locator(".tokens").nth(view).locator(".tokens-piece")


def picked(lab_page, view: int) -> str:
    return lab_page.page.locator(".tokens").nth(view).locator(".tokens-picked").inner_text()


def run_cell(lab_page, index: int) -> None:
    lab_page.page.evaluate(
        "(i) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", index
    )
    lab_page.do("notebook:run-cell")


@pytest.fixture
def views(lab_page, notebook):
    """A notebook with two views of one session, drawn."""
    lab_page.open(notebook("views", MAKE, PRINT))
    assert lab_page.run_all() == []
    pieces(lab_page, 1).first.wait_for(timeout=20_000)
    return lab_page


def test_picks_reach_the_other_view_and_python(views):
    pieces(views, 0).nth(1).click()
    assert picked(views, 1) == "·cat"
    views.page.keyboard.press("ArrowRight")
    assert picked(views, 1) == "·sat"
    assert views.page.evaluate("document.activeElement.textContent") == "·sat"
    views.page.keyboard.press("ArrowDown")  # ours, although what has the focus is a child
    views.page.wait_for_timeout(300)  # for the cell to be left, if it were
    assert views.page.evaluate(ACTIVE) == 0
    assert picked(views, 1) != "·sat"
    views.page.keyboard.press("Home")
    assert picked(views, 1) == "The"
    # The pick travels beside the cells, in a thread of its own: ask again until it is there.
    for _ in range(20):
        run_cell(views, 1)
        views.page.wait_for_timeout(500)
        said = views.page.locator(".jp-OutputArea-output").all_text_contents()
        if any('"token": 0' in text for text in said):
            break
    assert any('"token": 0' in text for text in said), said
    styles = views.page.evaluate(
        "[...document.querySelectorAll('style')].map((s) => s.textContent)"
    )
    assert sum(".kit-frame {" in style for style in styles) == 1, "modules come once a page"
    assert (views.outgoing, views.errors, views.console) == ([], [], [])


def test_a_page_is_saved_from_the_view(views):
    with views.page.expect_download(timeout=15_000) as download:
        views.page.get_by_role("button", name="Save page").first.click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "tokens.html"
    assert saved.startswith("<!doctype html>")
