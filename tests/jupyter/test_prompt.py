"""Typing in a live notebook: each text runs the model and moves the views; errors keep pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

CELL = """
import ipywidgets, lab, widgets

model = lab.build("gpt2", layers=2, heads=4, d_model=32, context=64)
session = widgets.Session(layer=1, head=2)
first = lab.trace(model, "ab")
tokens = widgets.Tokens(first, session=session)
attention = widgets.Attention(first, session=session)
prompt = widgets.Prompt(
    lambda text: lab.trace(model, text), views=[tokens, attention], text="ab"
)
ipywidgets.VBox([prompt, tokens, attention])
"""


def headlines(lab_page: LabPage) -> list[str]:
    return lab_page.page.locator(".kit-headline").all_inner_texts()


def test_typing_moves_every_view_and_a_refused_text_keeps_them(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    lab_page.open(notebook("prompt", CELL, "print(len(tokens.pieces), prompt.text)"))
    lab_page.run_cell(0)
    page = lab_page.page
    page.wait_for_selector(".attention canvas")
    box = page.locator(".prompt-text")
    box.click()
    box.press("End")
    page.keyboard.type("cdef")
    page.wait_for_function("document.body.innerText.includes('4 heads, 6 tokens')", timeout=20_000)
    assert "6 pieces" in headlines(lab_page)[1]

    page.keyboard.insert_text("x" * 80)  # at once, and over the context of 64
    page.wait_for_selector(".prompt-bad")
    assert "context is 64" in page.locator(".prompt-state").inner_text()
    assert "6 pieces" in headlines(lab_page)[1] and page.locator(".kit-stale").count() == 2

    for _ in range(80):
        page.keyboard.press("Backspace")
    page.wait_for_function(  # the whole way back, past every shorter text that fits
        "!document.querySelector('.kit-stale') && document.body.innerText.includes('6 tokens')"
        " && document.querySelector('.prompt-text').value === 'abcdef'",
        timeout=20_000,
    )
    page.wait_for_timeout(500)
    page.wait_for_function("document.body.innerText.includes('4 heads, 6 tokens')", timeout=20_000)
    assert page.locator(".prompt-state").inner_text() == ""
    lab_page.run_cell(1)
    assert "6 abcdef" in "".join(output.get("text", "") for output in lab_page.outputs())
    assert lab_page.errors == [] and lab_page.outgoing == []
