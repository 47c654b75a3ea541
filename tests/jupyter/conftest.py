"""Fixtures: a JupyterLab server, a browser, and pages in it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import FLAGS
from tests.jupyter.lab_page import LabPage
from tests.jupyter.server import Server

ROOT = Path(__file__).resolve().parents[2]
# Beside the refusal in the page: no name but the loopback's is even looked up.
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


@pytest.fixture(scope="session", autouse=True)
def orderly_end() -> Iterator[None]:
    """SIGTERM ends the run like Ctrl-C, so that every server and browser is closed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the server serves."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    """One JupyterLab for all tests; its kernels can import this project."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with Server(folder, env={"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}) as running:
        yield running


@pytest.fixture(scope="package")  # Playwright runs once at a time, and other tests have theirs
def lab_browser(chromium: str) -> Iterator[Browser]:
    """One browser for all these tests; each page has a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, NOBODY])
        yield browser
        browser.close()


@pytest.fixture
def lab_page(server: Server, lab_browser: Browser) -> Iterator[LabPage]:
    """A JupyterLab page without a notebook yet; its kernels are shut down afterwards."""
    context = lab_browser.new_context(viewport={"width": 1400, "height": 1000})
    page = LabPage(context, server)
    yield page
    page.shut_down()
    context.close()


@pytest.fixture
def notebook(folder: Path) -> Callable[..., str]:
    """`notebook("name", cell, cell, …)` writes a notebook of code cells and gives its file name."""

    def write(stem: str, *cells: str) -> str:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        book.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(book, folder / f"{stem}.ipynb")
        return f"{stem}.ipynb"

    return write


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go: $FORMICARIUM_SHOTS, or nowhere."""
    folder = os.environ.get("FORMICARIUM_SHOTS")
    return Path(folder) if folder else None
