"""The board in a live notebook: stopped and resumed by hand, beside cells, after a reload."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

BOARD = """
import json
from IPython.display import display
from tests.training_runs import steps
from widgets.training import Training

board = Training().watch(steps(100_000, pause=0.01))
display(board)
"""
WHERE = "print(json.dumps({'step': board.step.step, 'running': board.running}))"
AGAIN = "display(board)"


def button(lab_page: LabPage, label: str):
    return lab_page.page.locator(".training-stop", has_text=label)


def drawn(lab_page: LabPage, view: int = 0) -> int:
    """The step that a view of the board shows."""
    figures = lab_page.page.locator(".training").nth(view).locator(".training-figures strong")
    return int(figures.first.inner_text().replace(",", ""))


@pytest.mark.timeout(240)
def test_a_training_is_stopped_and_resumed_by_hand_and_survives_a_reload(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    page = lab_page.page
    lab_page.open(notebook("training", BOARD, WHERE, AGAIN, WHERE, WHERE))
    lab_page.run_cell(0)
    button(lab_page, "Stop").wait_for(timeout=30_000)
    page.wait_for_function(SHOWN.format(20), timeout=30_000)

    button(lab_page, "Stop").click()
    button(lab_page, "Resume").wait_for(timeout=30_000)
    at = drawn(lab_page)
    lab_page.run_cell(1)
    assert lab_page.printed() == [{"step": at, "running": False}], "drawn is what was done"

    lab_page.run_cell(2)  # a second view of the same board
    page.locator(".training").nth(1).wait_for(timeout=30_000)
    second = page.locator(".training").nth(1).locator(".training-figures strong").first
    expect(second).to_have_text(f"{at:,}")

    button(lab_page, "Resume").first.click()
    page.wait_for_function(SHOWN.format(at + 20), timeout=30_000)
    lab_page.run_cell(3)  # beside the training
    assert lab_page.printed()[-1]["running"] is True

    lab_page.do("docmanager:save")
    page.reload(wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.locator(".training canvas").first.wait_for(timeout=60_000)
    page.wait_for_function(SHOWN.format(at + 40), timeout=60_000)
    button(lab_page, "Stop").first.click()
    button(lab_page, "Resume").first.wait_for(timeout=30_000)
    lab_page.run_cell(4)
    assert lab_page.printed()[-1] == {"step": drawn(lab_page), "running": False}
    assert (lab_page.errors, lab_page.outgoing) == ([], [])


SHOWN = (
    "Number(document.querySelector('.training-figures strong')"
    "?.textContent.replaceAll(',', '')) >= {}"
)
