"""Generation in a browser: every interaction, with a kernel stand-in and on a saved page."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

import widgets
from tests.widgets.kernel import connect
from tests.widgets.test_generation import LETTERS, begun, letters
from widgets.generation.beams import FATES

pytestmark = pytest.mark.browser


class Wire:
    """A view in Python whose messages are carried to its page by the test."""

    def __init__(self, open_views, view, **how):
        self.view, self.news = view, []
        view.send = lambda content, buffers=None: self.news.append(content)
        self.opened = open_views(view, **how)
        self.page = self.opened.page
        self.page.set_default_timeout(20_000)
        self.asked = connect(self.opened, view)
        self.page.evaluate(
            "(id) => formicarium.models[id].trigger('comm_live_update')", view.session.model_id
        )
        self.opened.drawn()

    def bring(self):
        """The news so far, while more may come."""
        while self.news:
            self.opened.tell(self.view, self.news.pop(0))
        self.opened.drawn()

    def until(self, holds):
        """Bring news until something holds, at most ten seconds."""
        end = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < end, "it never held"
            self.bring()

    def settle(self):
        """Wait for what is at work, carry its news, and let the page draw."""
        for _ in range(2):  # twice: on a busy machine a question may come late
            self.opened.drawn()
            self.view.wait()
            while self.news:
                self.opened.tell(self.view, self.news.pop(0))
            self.opened.catch_up(self.view, "_beams", "_timing", "failure", "summary")
        self.opened.drawn()

    def press(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.opened.drawn()  # the alternatives are those of the piece last picked once drawn
        self.settle()

    def click(self, selector, at=0):
        self.page.locator(selector).nth(at).click()
        self.settle()

    def chosen(self) -> str:
        return "".join(self.page.locator(".generation-piece").all_text_contents())

    def detail(self) -> str:
        return self.page.locator(".kit-detail").inner_text()

    def rows(self) -> list[str]:
        return self.page.locator(".generation-row .generation-said").all_text_contents()


def candidate(number, parent, piece, logp, fate, ids):
    return SimpleNamespace(
        number=number, parent=parent, id=ids[-1], piece=piece, probability=0.5, ids=ids,
        logp=logp, score=logp / len(ids), fate=fate,
    )  # fmt: skip


def rounds(wide):
    """A search of two steps; a wide one keeps what a narrow one prunes, and it wins."""
    first = [(0, None, "x", -1.0, "kept", (1,)), (1, None, "y", -2.0, FATES[not wide], (2,))]
    last = [(2, 0, "p", -4.0, "finished", (1, 3)), (3, 0, "q", -5.0, "pruned", (1, 4))]
    if wide:
        last = [(4, 1, "z", -2.5, "finished", (2, 5)), *last]
    for row in (first, last):
        found = [candidate(*one) for one in row]
        yield SimpleNamespace(
            candidates=found, finished=[one for one in found if one.fate == "finished"]
        )


def test_a_text_is_written_branched_and_chosen_by_mouse_and_keyboard(open_views):
    session = widgets.Session()
    wire = Wire(open_views, begun(write=3, session=session))
    wire.click(".generation-go >> text=Step")
    assert wire.chosen() == "abc" and wire.view.text == "abc"
    wire.page.locator(".generation-piece").first.focus()
    wire.press("s")
    wire.press("r")
    assert wire.chosen() == "abcdefg"
    # A click on a piece shows what else could have stood there, a click on that goes on from it.
    wire.click(".generation-piece", 3)
    assert wire.opened.state(session, "token") == 3
    others = wire.page.locator(".generation-others [role=option]")
    assert others.all_text_contents() == ["●d0.500", "e0.250"]
    assert "place 3 d" in wire.detail() and "probability 0.500 · 0.693 nats" in wire.detail()
    wire.click(".generation-others [role=option]", 1)
    assert wire.chosen() == "abcefgh" == wire.view.text
    assert wire.rows() == ["cdefg", "efgh"]
    assert wire.page.locator(".generation-row[aria-selected=true]").inner_text().startswith("efgh")
    # By keyboard: to the piece, down to its alternatives, to the way that is in the tree.
    wire.page.locator(".generation-piece").nth(4).focus()
    wire.press("ArrowLeft", "ArrowDown", "ArrowUp", "ArrowDown", "Home")
    assert wire.detail().startswith("instead: d") and "in the tree" in wire.detail()
    wire.press("Enter")
    assert wire.chosen() == "abcdefg" == wire.view.text
    wire.press("Escape")  # back to the text
    assert wire.page.evaluate("document.activeElement.className").startswith("kit-chip")
    # Through the tree: down to the branch, choose it, fold the trunk, unfold it.
    wire.page.locator(".generation-row").first.focus()
    wire.press("ArrowDown")
    assert "leaves at place 3 with e (probability 0.250)" in wire.detail()
    wire.press("Enter")
    assert wire.view.text == "abcefgh" == wire.chosen()
    wire.press("ArrowLeft", "ArrowLeft")
    assert wire.rows() == ["cdefg"]
    assert wire.page.locator(".generation-row").get_attribute("aria-expanded") == "false"
    wire.press("ArrowRight", "ArrowRight")
    assert wire.page.evaluate("document.activeElement.ariaLevel") == "2"
    wire.click(".generation-fold", 0)
    assert len(wire.rows()) == 1
    assert wire.opened.axe() == []
    wire.opened.quiet()


def test_stop_stops_and_a_newer_choice_is_not_taken_back(open_views):
    wire = Wire(open_views, begun(lambda ids: letters(ids, pause=0.1), write=500))
    wire.view.step(3)
    wire.settle()
    wire.click(".generation-piece", 3)
    wire.page.locator(".generation-go >> text=Run").click()
    wire.until(lambda: " of 500" in wire.page.locator(".generation-far").inner_text())
    assert wire.page.locator(".generation-go").nth(1).inner_text() == "Stop"
    # The reader chooses another piece meanwhile: older news does not take it back.
    wire.page.locator(".generation-others [role=option]").nth(1).click()
    wire.until(lambda: wire.view.text.startswith("abce"))
    late = {**wire.view._page(0), "move": 0, "tip": 2}
    wire.opened.tell(wire.view, late)
    wire.bring()
    assert wire.chosen().startswith("abce")
    stop = wire.page.get_by_role("button", name="Stop", exact=True)  # no more "Stopping…"
    wire.until(stop.is_visible)
    stop.click()
    wire.until(lambda: not wire.view._worker.busy)
    wire.settle()
    assert not wire.view._worker.busy and wire.chosen() == wire.view.text
    assert wire.page.locator(".generation-go").nth(1).inner_text() == "Run 500"
    written = wire.view.text
    wire.page.wait_for_timeout(100)
    assert wire.view.text == written and written.startswith("abce")


def test_a_page_that_missed_news_asks_for_all_of_it(open_views):
    wire = Wire(open_views, begun())
    wire.view.step(4)
    wire.news.clear()
    wire.view.step()
    wire.settle()
    assert wire.chosen() == "abcdefg" and [one["what"] for one in wire.asked] == ["whole"]


def test_what_grow_raises_stands_in_the_view_over_the_last_good_text(open_views):
    def breaks(ids):
        yield next(letters(ids))
        raise ValueError("no more <b>memory</b>")

    wire = Wire(open_views, begun(breaks))
    wire.page.locator(".generation-go >> text=Run").click()
    wire.until(lambda: wire.view._error is not None)
    wire.view._worker.wait()
    wire.view._error = None
    wire.settle()
    assert "ValueError: no more <b>memory</b>" in wire.page.locator(".kit-mark").inner_text()
    assert wire.page.locator(".kit-stale").count() == 1 and wire.chosen() == "abc"
    assert wire.page.locator(".generation-go >> text=Run").is_visible()


def test_a_beam_search_is_shown_as_it_prunes_and_stepped_through(open_views):
    view = begun(beams=lambda ids, width: rounds(width > 2))
    wire = Wire(open_views, view)
    wire.page.locator(".generation").first.focus()
    wire.click("[data-name=beams]")
    assert wire.opened.state(view, "panel") == "beams"
    wire.click(".generation-go >> text=Search")  # width 4
    wire.page.locator(".generation-choice").select_option("2")
    wire.click(".generation-go >> text=Search")
    assert [one["args"]["count"] for one in wire.asked if one["args"].get("do") == "search"] == [
        4,
        2,
    ]
    assert "Best of width 2 after “…ab”, −4.00 nats: xp" in wire.detail()
    assert (
        "Width 4 found a better text (−2.50 nats): here it was pruned at step 1." in wire.detail()
    )
    boxes = wire.page.locator(".generation-one:visible")
    assert boxes.all_text_contents() == ["x−1.00", "y−2.00", "p−4.00", "q−5.00"]
    assert wire.page.locator(".generation-rival").all_text_contents() == ["y−2.00"]
    assert wire.page.locator("button.generation-best").all_text_contents() == ["x−1.00", "p−4.00"]
    wire.page.get_by_label("step of the search").focus()
    wire.press("ArrowLeft")
    assert boxes.all_text_contents() == ["x−1.00", "y−2.00"]
    assert "step 1 of 2: 1 held, 1 pruned" in wire.page.locator(".generation-beams").inner_text()
    wire.press("ArrowRight")
    boxes.first.focus()
    wire.press("ArrowRight")
    assert "step 2 · p probability 0.500 · log-probability −4.00" in wire.detail()
    wire.press("ArrowDown")
    assert "pruned" in wire.detail() and "xq" in wire.detail()
    wire.press("ArrowLeft", "PageUp")
    assert len(boxes.all()) == 2
    assert wire.opened.axe() == []
    wire.opened.quiet()


def test_time_with_and_without_the_cache_is_measured_and_pointed_at(open_views):
    cost = SimpleNamespace(
        length=[2, 3], kept=[0.001, 0.001], anew=[0.001, 0.003], positions_kept=[2, 1],
        positions_anew=[2, 3], flops_kept=[4e7, 2e7], flops_anew=[4e7, 6e7],
    )  # fmt: skip
    wire = Wire(open_views, begun(timing=lambda ids: cost))
    wire.click("[data-name=time]")
    assert "Measure writes one text twice" in wire.page.locator(".generation-time").inner_text()
    wire.click(".generation-go >> text=Measure")
    assert "takes 2.00 times as long: 0.00400 against 0.00200 s" in wire.detail()
    assert "5 against 3 positions run through the model" in wire.detail()
    assert "2 steps: × 2.00 without the cache" in wire.page.locator(".generation-time").inner_text()
    box = wire.page.locator(".curves canvas").last.bounding_box()
    wire.page.mouse.move(box["x"] + box["width"] - 15, box["y"] + 80)
    wire.settle()
    assert "3 tokens in the text: 1.00 ms with the cache, 3.00 ms without" in wire.detail()
    assert wire.opened.axe() == []


@pytest.mark.parametrize(("dark", "width"), [(False, 700), (True, 1600)])
def test_a_saved_page_shows_tree_and_beams_and_goes_the_ways_there_are(open_views, dark, width):
    view = begun(beams=lambda ids, width: rounds(width > 2))
    view.step(3).take(2, 3, pieces=2).wait()
    view.search(4)
    opened = open_views(view, dark=dark, width=width)
    page = opened.page
    assert (
        page.locator(".generation-go >> text=Step").is_hidden()
        and page.locator(".generation-go >> text=Search").is_hidden()
    )

    def said() -> str:
        opened.drawn()
        return "".join(page.locator(".generation-piece").all_text_contents())

    assert said() == "abdef"
    page.locator(".generation-row").first.click()
    assert said() == "abcde"
    page.locator(".generation-piece").nth(2).click()
    page.locator(".generation-others [role=option]").nth(1).click()  # ○: in the tree
    assert said() == "abdef"
    page.locator(".generation-piece").nth(3).click()
    page.locator(".generation-others [role=option]").nth(1).click(force=True)
    assert (
        "needs a running kernel" in page.locator(".kit-detail").inner_text() and said() == "abdef"
    )
    page.locator(".kit-tools >> text=colour by").click()
    opened.drawn()
    assert "probability" in page.locator(".kit-legend").inner_text()
    page.locator("[data-name=beams]").click()
    opened.drawn()
    assert page.locator(".generation-one").count() == 5
    page.locator(".kit-foot >> text=Table").click()
    rows = page.locator(".kit-twin tbody tr")
    assert rows.count() == 8 and rows.nth(2).inner_text().split()[:4] == ["2", "1", "c", "2"]
    assert min(opened.contrasts().values()) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".generation").bounding_box()["height"] < 780  # with the table open
    assert opened.axe() == []
    opened.quiet()


def test_two_views_of_one_tree_go_together_and_a_session_is_shared(open_views):
    session = widgets.Session()
    view = begun(session=session)
    view.step(2).take(2, 3, pieces=1).wait()
    opened = open_views(view, view, widgets.Tokens(pieces=list(LETTERS), session=session))
    first, second = opened.page.locator(".generation").all()
    first.locator(".generation-row").first.click()
    opened.drawn()
    assert first.locator(".generation-text").inner_text() == "abcd"
    opened.page.mouse.move(5, 5)
    opened.drawn()
    assert first.inner_text() == second.inner_text()
    opened.page.locator(".tokens-piece").nth(2).click()
    assert "place 2 c" in first.inner_text().replace("\n", " ")


@pytest.mark.parametrize(
    "text", ["", "a\u202eb", "‏שלום", "\ud800", "<script>globalThis.hit=1</script>"]
)
def test_odd_pieces_stay_what_they_are(open_views, text):
    step = {"id": 3, "piece": text, "probability": 0.5, "alternatives": [(3, text, 0.5)]}
    view = widgets.Generation(lambda ids: [step], ids=[1], pieces=[text])
    opened = open_views(view.step())
    assert opened.page.locator(".generation-piece").count() == 2
    opened.quiet()
