"""Every notebook of the course in a real JupyterLab: to the end, all views drawn, nobody asked.

They run with small parameters; with FORMICARIUM_FULL=1 as a reader finds them (ten minutes more).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from tests.course import SMALL
from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MINUTES = 10
EVERY_VIEW = """
import numpy as np
import widgets

pieces = ["<s>", "The", " cat", "\\n", " a<b"]
rng = np.random.default_rng(0)
patterns = np.tril(rng.random((2, 3, 5, 5)))
patterns /= patterns.sum(-1, keepdims=True)
session = widgets.Session()
values = rng.normal(size=5)
logs = np.log(rng.dirichlet(np.ones(5), size=5))
acts = rng.normal(size=(5, 2, 4))
display(
    widgets.Tokens(pieces=pieces, values=values, session=session),
    widgets.Attention(pieces=pieces, patterns=patterns, session=session),
    widgets.ColoredTokens(pieces, values),
    widgets.ColoredTokensMulti(pieces, rng.normal(size=(5, 3)), ["x", "y", "z"]),
    widgets.TokenLogProbs(np.arange(5), logs, pieces.__getitem__, 3),
    widgets.TopkTokens([pieces], [acts.transpose(1, 0, 2)], 2),
    widgets.TextNeuronActivations(pieces, acts),
    widgets.AttentionHeads(patterns[0], pieces),
)
"""


@pytest.fixture(scope="session")
def course(folder: Path) -> Path:
    """The course's folder as a reader has it, below the server's."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", dirs_exist_ok=True)
    if not os.environ.get("FORMICARIUM_FULL"):
        for name, small in SMALL.items():
            path = folder / "notebooks" / f"{name}.ipynb"
            book = parameterize_notebook(load_notebook_node(str(path)), small)
            nbformat.write(book, path)
    if (ROOT / "data").is_dir() and not (folder / "data").exists():
        (folder / "data").symlink_to(ROOT / "data")
    return folder / "notebooks"


@pytest.mark.timeout(60 * MINUTES + 120)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end_and_asks_nobody(
    path: Path, course: Path, lab_page: LabPage, shots: Path | None
) -> None:
    lab_page.open(f"notebooks/{path.name}")
    assert lab_page.run_all(timeout=60_000 * MINUTES) == []
    draws_everything(lab_page)
    if shots:
        lab_page.shoot(shots, path.stem)
    assert_quiet(lab_page)


def test_every_view_is_drawn_in_jupyterlab(
    lab_page: LabPage, notebook: Callable[..., str], shots: Path | None
) -> None:
    lab_page.open(notebook("every-view", EVERY_VIEW))
    assert lab_page.run_all() == []
    draws_everything(lab_page)
    lab_page.page.locator(".circuitsvis-paper").nth(5).wait_for()
    lab_page.page.locator(".circuitsvis-paper canvas").first.wait_for()
    if shots:
        lab_page.shoot(shots, "every-view")
    assert_quiet(lab_page)


def draws_everything(lab_page: LabPage) -> None:
    """Wait until no widget is blank any more; fail with the list of those that stay so."""
    for _ in range(60):
        if not lab_page.blank_widgets():
            return
        lab_page.page.wait_for_timeout(250)
    assert lab_page.blank_widgets() == []


def assert_quiet(lab_page: LabPage) -> None:
    """Nothing asked of a network, nothing thrown in the page."""
    assert lab_page.outgoing == []
    assert lab_page.errors == []
