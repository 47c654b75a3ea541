"""A lesson in a live notebook: the keyboard stays in the card, guesses reach Python, what was
answered stands when the cell is run again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

ASK = """
import widgets
from IPython.display import display

guess = widgets.Predict("Which?", choices=["a", "b", "c"], truth=lambda: "c")
check = widgets.Check("How many?", answer=widgets.sealed(7), number=True, hints=["seven"])
display(guess, check)
"""
TELL = """
from pathlib import Path
print(guess.value, check.status, Path("progress.json").exists())
"""


def test_a_lesson_is_answered_by_keyboard_and_remembered(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    lab_page.open(notebook("lesson", ASK, TELL))
    lab_page.run_cell(0)
    page = lab_page.page
    page.wait_for_selector(".check")
    page.locator(".predict input").first.focus()
    for key in ("ArrowDown", "b", "Enter"):  # b: in the notebook, a new cell below
        page.keyboard.press(key)
    page.wait_for_function("document.querySelector('.predict .card-said').innerText.includes('c')")
    assert page.locator(".predict .card-said").inner_text() == "You said b. It is c."
    assert page.locator(".jp-Cell").count() == 2, "a shortcut of the notebook got through"
    page.locator(".check input").fill("7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".check.card-right")
    lab_page.run_cell(1)
    page.wait_for_function("document.body.innerText.includes('b right True')", timeout=20_000)
    lab_page.run_cell(0)
    page.wait_for_function("document.body.innerText.includes('Right, when you were here before.')")
