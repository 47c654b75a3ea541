"""Voilà: a notebook as a page with a kernel behind it, offline, and its views alive."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.jupyter.conftest import ROOT
from tests.jupyter.lab_page import AWAY
from tests.jupyter.server import Server

pytestmark = pytest.mark.browser

CELLS = """
import ipywidgets
import widgets
pieces = ["The", " cat", " sat", "."]
session = widgets.Session()
said = ipywidgets.Label("nothing picked")
session.observe(lambda change: setattr(said, "value", f"picked {change['new']}"), "token")
tokens = widgets.Tokens(pieces=pieces, values=[0, 1, 2, 3], session=session)
prompt = widgets.Prompt(
    lambda text: tokens.show(pieces=text.split(" ")), text="a b", session=session
)
ipywidgets.VBox([said, tokens, prompt])
"""


class Voila(Server):
    """Voilà in the same private folders."""

    ready = "/"

    def url(self, notebook: str) -> str:
        return f"http://127.0.0.1:{self.port}/voila/render/{notebook}"

    def _command(self) -> list[str]:
        options = [f"--port={self.port}", "--no-browser", "--Voila.ip=127.0.0.1"]
        return [sys.executable, "-m", "voila", str(self.folder), *options]


def test_views_live_in_voila(notebook, folder: Path, lab_browser) -> None:
    name = notebook("voila", CELLS)
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    away: list[str] = []
    broken: list[str] = []
    with Voila(folder, env=env) as server:
        context = lab_browser.new_context(viewport={"width": 1100, "height": 900})
        context.route(AWAY, lambda route: route.abort())
        context.on("request", lambda r: away.append(r.url) if AWAY.match(r.url) else None)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(server.url(name), wait_until="domcontentloaded")
        pieces = page.locator(".tokens-piece")
        pieces.nth(3).wait_for(timeout=60_000)
        pieces.nth(2).click()
        page.get_by_text("picked 2").wait_for(timeout=20_000)  # there and back through Python
        page.locator(".prompt input, .prompt textarea").first.fill("one two three four five")
        pieces.nth(4).wait_for(timeout=20_000)
        assert pieces.all_inner_texts() == ["one", "two", "three", "four", "five"]
        context.close()
    # Voilà's own template asks for the style of its icons; the page stands without it.
    assert [url for url in away if "fontawesome" not in url] == []
    assert broken == []
