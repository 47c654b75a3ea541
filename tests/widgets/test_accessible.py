"""Every view as axe-core judges it: names, roles, contrast; light and dark, wide and narrow."""

from __future__ import annotations

import pytest

import lab
import widgets
from tests.widgets.every import every_view

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trace():
    model = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    return lab.trace(model, "The cat sat. The cat", keep=["pattern"])


@pytest.mark.parametrize(("dark", "width"), [(False, 1100), (True, 720)], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_view(trace, open_views, dark: bool, width: int) -> None:
    opened = open_views(*every_view(trace, "a name"), dark=dark, width=width)
    for button in opened.page.locator(".kit-foot button[aria-expanded]").all():
        button.click()  # tables and keys are judged too
    assert opened.axe() == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_would_find_what_is_wrong(open_views) -> None:
    opened = open_views(widgets.Tokens(pieces=["a", "b"]))
    opened.page.evaluate(
        "document.querySelector('.kit-frame').append(document.createElement('button'))"
    )
    assert any(found.startswith("button-name") for found in opened.axe())
