"""A growing text in a live notebook: stepped, run, stopped, branched, beside a cell, reloaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

VIEW = """
import json, time
from tests.widgets.test_generation import begun, letters
view = begun(lambda ids: letters(ids, pause=0.05), write=400)
view
"""
BESIDE = "time.sleep(3); print(json.dumps({'written': len(view.ids)}))"
WHERE = "print(json.dumps({'text': view.text, 'busy': view._worker.busy, 'failure': view.failure}))"


def text(lab_page: LabPage) -> str:
    return "".join(lab_page.page.locator(".generation-piece").all_text_contents())


def until(lab_page: LabPage, holds: Callable[[str], bool]) -> str:
    for _ in range(150):
        if holds(found := text(lab_page)):
            return found
        lab_page.page.wait_for_timeout(100)
    raise AssertionError(f"never: the text is {found!r}")


@pytest.mark.timeout(240)
def test_a_text_is_written_stopped_and_branched_by_hand(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    page = lab_page.page
    lab_page.open(notebook("generation", VIEW, BESIDE, WHERE))
    lab_page.run_cell(0)
    step, run = (page.locator(".generation-go", has_text=name) for name in ("Step", "Run"))
    step.wait_for(timeout=30_000)
    step.click()
    until(lab_page, lambda found: found == "abc")

    run.click()
    until(lab_page, lambda found: len(found) > 10)
    lab_page.run_cell(1)  # the text grows beside a cell that is at work
    assert lab_page.printed()[0]["written"] > 30
    page.locator(".generation-go", has_text="Stop").click()
    run.wait_for(timeout=30_000)
    page.locator(".generation-piece").nth(3).click()
    page.locator(".generation-others [role=option]").nth(1).click()
    until(lab_page, lambda found: found.startswith("abce") and len(found) > 8)
    page.locator(".generation-go", has_text="Stop").click()
    run.wait_for(timeout=30_000)
    shown = text(lab_page)
    lab_page.run_cell(2)
    assert lab_page.printed()[-1] == {"text": shown, "busy": False, "failure": ""}
    assert page.locator(".generation-row").count() == 2
    assert (lab_page.errors, lab_page.outgoing) == ([], [])
