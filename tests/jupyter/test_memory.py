"""A thousand interactions leave the kernel as small as before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter.lab_page import LabPage

pytestmark = pytest.mark.browser

VIEWS = """
import json
import numpy as np, psutil
import widgets

rng = np.random.default_rng(0)
pieces = [f" w{i}" for i in range(32)]
patterns = np.tril(rng.random((4, 4, 32, 32)).astype(np.float32))
patterns /= patterns.sum(-1, keepdims=True)
heard = []
session = widgets.Session()
session.observe(heard.append, "token")

def measure():
    rss = psutil.Process().memory_info().rss / 2**20
    print(json.dumps({"rss": rss, "heard": len(heard)}))
    heard.clear()

display(widgets.Tokens(pieces=pieces, session=session))
display(widgets.Attention(pieces=pieces, patterns=patterns, session=session))
"""
MOST_MIB = 20


@pytest.mark.timeout(240)
def test_a_thousand_interactions_take_no_memory(
    lab_page: LabPage, notebook: Callable[..., str]
) -> None:
    lab_page.open(notebook("memory", VIEWS, "measure()", "measure()"))
    lab_page.run_cell(0)
    chips = lab_page.page.locator(".tokens-piece")
    chips.first.wait_for()
    picks(lab_page, 100)
    lab_page.run_cell(1)
    picks(lab_page, 1000)
    lab_page.run_cell(2)
    before, after = lab_page.printed()
    assert after["heard"] >= 100, "the picks did not reach the kernel"  # fast ones are coalesced
    assert after["rss"] - before["rss"] < MOST_MIB


def picks(lab_page: LabPage, count: int) -> None:
    """Pick one piece after the other, as fast as a page can say it, each told to the kernel."""
    lab_page.page.evaluate(
        """async (count) => {
            const chips = [...document.querySelectorAll(".tokens-piece")];
            for (let i = 0; i < count; i++) {
                chips[i % chips.length].click();
                await new Promise((resolve) => setTimeout(resolve, 8));
            }
        }""",
        count,
    )
    lab_page.page.wait_for_timeout(1500)
