"""A whole notebook as one page: run once, then alive without kernel or network."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import widgets
from tests.widgets.conftest import PAYLOADS

PROSE = f"""# What comes next?

Some *prose* with `code`, and {PAYLOADS["script end, img"]} [a link](javascript:globalThis.hit=1).
Markup that markdown itself would let through: <img src="x" onerror="globalThis.hit=1">.

| a | b |
|---|---|
| 1 | 2 |
"""
VIEWS = """
import ipywidgets, widgets
session = widgets.Session(token=1)
views = [widgets.Tokens(pieces=["a", text, "c"], values=[0, 1, 2], session=session) for i in (1, 2)]
ipywidgets.VBox([ipywidgets.HBox([ipywidgets.Label(text)]), *views])
"""
INKS = """() => {
  const of = (part, name) => getComputedStyle(document.querySelector(part))[name];
  const texts = [".gtitle", ".xtitle", ".ytick text", ".bartext"].map((part) => of(part, "fill"));
  return [of("body", "color"), of(".main-svg", "backgroundColor"), ...texts];
}"""
CHART = "print(text)\nwidgets.bars([' a', ' b'], [1, 2], unit='nats', title='two bars')"


@pytest.fixture
def written(tmp_path):
    """`written(cell, …)`: the path of a notebook with prose and these code cells."""

    def write(*cells: str):
        book = new_notebook(cells=[new_markdown_cell(PROSE), *map(new_code_cell, cells)])
        nbformat.write(book, tmp_path / "book.ipynb")
        return tmp_path / "book.ipynb"

    return write


@pytest.mark.browser
def test_prose_code_views_and_charts_live_in_one_file(written, tmp_path, browser):
    hostile = f"text = {PAYLOADS['script end, script']!r}"
    book = written(hostile, VIEWS, CHART)
    before = book.read_bytes()
    path = widgets.notebook_page(book, tmp_path / "book.html")
    assert book.read_bytes() == before
    html = path.read_text(encoding="utf-8")
    assert "unsafe-inline" not in re.search(r"script-src [^;]*", html)[0]

    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 900})
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator(".plotly .main-svg").first.wait_for()
    assert page.locator("h1").inner_text() == "What comes next?"
    assert page.locator(".booklet-prose td").all_inner_texts() == ["1", "2"]
    assert page.locator(".booklet-code").count() == 3
    assert page.get_by_text(PAYLOADS["script end, script"], exact=True).count() >= 2
    page.locator(".tokens").first.locator(".tokens-piece").nth(2).click()
    picked = page.locator(".tokens").nth(1).locator(".tokens-picked")
    assert picked.inner_text() == "c"
    assert page.evaluate("globalThis.hit ?? null") is None
    assert page.locator('a[href^="javascript"], img').count() == 0
    page.emulate_media(color_scheme="dark")
    page_ink, *chart = page.evaluate(INKS)
    assert chart == ["rgba(0, 0, 0, 0)", *4 * [page_ink]]
    assert said == []
    context.close()


def test_a_cell_that_fails_leaves_no_page(written, tmp_path):
    with pytest.raises(CellExecutionError, match="no such luck"):
        widgets.notebook_page(written("raise ValueError('no such luck')"), tmp_path / "book.html")
    assert not (tmp_path / "book.html").exists()


def test_a_missing_notebook_or_folder_is_named_before_anything_runs(written, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lost\.ipynb"):
        widgets.notebook_page("lost.ipynb", tmp_path / "book.html")
    with pytest.raises(FileNotFoundError, match="make it first"):
        widgets.notebook_page(written("raise ValueError"), tmp_path / "nowhere" / "book.html")
