"""What comes late in a saved page is waited for, though nothing may be evaluated in it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

import widgets
from tests.widgets.until import until

LATE = """() => {
  globalThis.done = 0;
  setTimeout(() => {
    globalThis.done = 7;
    document.querySelector(".tokens-piece").textContent = "late";
  }, 300);
}"""


@pytest.mark.browser
def test_what_comes_late_is_met_where_playwrights_own_way_is_refused(open_views):
    page = open_views(widgets.Tokens(pieces=["a"])).page
    page.evaluate(LATE)
    with pytest.raises(Error, match="Content Security Policy"):
        page.wait_for_function("globalThis.done")
    assert until(page, "globalThis.done") == 7
    page.evaluate(LATE)
    assert until(page, "(least) => globalThis.done > least", 6) is True
    page.evaluate(LATE)
    expect(page.locator(".tokens-piece")).to_have_text("late")
    with pytest.raises(AssertionError, match=r"not within 0 s: globalThis\.never .*None"):
        until(page, "globalThis.never", seconds=0)


def test_no_test_of_a_saved_page_waits_the_other_way():
    here = Path(__file__)
    sources = {path.name: path.read_text("utf-8") for path in here.parent.glob("*.py")}
    waiting = [n for n, text in sources.items() if re.search(r"\.wait_for_function\(", text)]
    assert waiting == [here.name]
