"""A text as its pieces: what it takes, what it refuses, and what a reader can do with it."""

from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

import widgets
from tests.widgets.traces import PIECES, a_trace
from tests.widgets.until import until


def test_the_summary_says_the_picture_in_one_line():
    trace = a_trace()
    trace.surprisal[:] = 1.0
    trace.surprisal[0], trace.surprisal[5] = np.nan, 9.8
    view = widgets.Tokens(trace)
    assert view.summary == (
        "11 pieces; mean surprisal 1.88 nats; most surprising: ·ball at 5 (9.80 nats)"
    )
    assert widgets.Tokens(pieces=["a"]).summary == "1 piece"
    assert widgets.Tokens(pieces=["a"], values=[np.nan]).summary == "1 piece; no value known"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pieces": ["a", "b", "c"], "values": [1, 2]}, "3 pieces but 2 value"),
        ({"pieces": ["a"], "values": {"loss": [1, 2]}}, "1 pieces but 2 loss"),
        ({"pieces": ["a", "b"], "ids": [1]}, "2 pieces but 1 ids"),
        ({"pieces": ["a", "b"], "spans": [1, 2]}, r"of shape \(2,\), not \(2, 2\)"),
        ({"pieces": "abc"}, "list of strings, not the one string 'abc'"),
        ({}, "give a trace"),
        ({"trace": ["a", "b"]}, "pieces come by name"),
        ({"pieces": ["x" * 100] * 30_000}, r"30,000 pieces: 3.0 MB is more than the 2 MB"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_shape(given, message):
    with pytest.raises(ValueError, match=message):
        widgets.Tokens(**given)


def test_an_unknown_keyword_is_refused():
    with pytest.raises(TypeError, match="sesion"):
        widgets.Tokens(a_trace(), sesion=widgets.Session())


def test_a_trace_with_pieces_alone_is_enough_and_given_values_come_first():
    class Bare:
        pieces = ("a", "b")

    assert widgets.Tokens(Bare()).names == []
    view = widgets.Tokens(a_trace(), values={"loss": np.arange(11), "gain": np.arange(11)})
    assert view.names == ["loss", "gain"]


def test_a_bad_second_text_leaves_the_first_one_whole():
    view = widgets.Tokens(a_trace())
    before = view.get_state()
    with pytest.raises(ValueError, match="2 pieces but 1 value"):
        view.show(pieces=["a", "b"], values=[1])
    assert view.get_state() == before
    view.show(pieces=["x", "y"], values=[1, 2])
    assert view.pieces == ["x", "y"]
    assert "surprisal" not in view.summary


def test_values_are_called_by_their_name_and_a_trace_s_own_are_surprisal_in_nats():
    plain = widgets.Tokens(pieces=["a"], values=[2.0])
    assert plain.summary == "1 piece; mean value 2.00; highest value: a at 0 (2.00)"
    assert widgets.Tokens(a_trace(), values=np.ones(11)).names == ["value"]
    assert (plain.names, plain._units) == (["value"], [""])
    own = widgets.Tokens(a_trace())
    assert (own.names, own._units) == (["surprisal"], ["nats"])
    named = widgets.Tokens(pieces=["a"], values=[2], value_name="gradient", unit="per token")
    assert (named.names, named._units) == (["gradient"], ["per token"])


@pytest.mark.browser
class TestInThePage:
    def test_the_wheel_over_a_text_scrolls_the_notebook(self, open_views):
        opened = open_views(*(widgets.Tokens(a_trace()) for _ in range(3)), height=200)
        opened.page.locator(".tokens-text").first.hover()
        opened.page.mouse.wheel(0, 120)
        until(opened.page, "scrollY > 50")

    def test_a_piece_picked_beforehand_is_in_sight(self, open_views):
        pieces = [f" w{i}" for i in range(900)]
        opened = open_views(widgets.Tokens(pieces=pieces, session=widgets.Session(token=700)))
        opened.drawn()
        text = opened.page.locator(".tokens-text").bounding_box()
        piece = opened.page.locator(".tokens-picked").bounding_box()
        assert text["y"] <= piece["y"] <= text["y"] + text["height"] - piece["height"]

    def test_colours_that_are_numbers_outlast_forced_colours(self, open_views):
        opened = open_views(widgets.Tokens(pieces=["a", "b"], values=[0.0, 1.0]))
        ground = "(box) => getComputedStyle(box).backgroundColor"
        before = [box.evaluate(ground) for box in opened.page.locator(".tokens-piece").all()]
        opened.page.emulate_media(forced_colors="active")
        after = [box.evaluate(ground) for box in opened.page.locator(".tokens-piece").all()]
        assert before == after and len(set(after)) == 2

    def test_pieces_stand_in_their_order_as_read(self, open_views):
        view = widgets.Tokens(a_trace())
        opened = open_views(view)
        shown = opened.page.locator(".tokens-piece").all_inner_texts()
        assert shown[:9] == ["<s>", "Tom", "·gave", "·Lily", "·a", "·ball", ".", "⏎", "⟨E2⟩"]
        assert opened.page.locator(".tokens-piece.kit-special").all_inner_texts() == ["<s>"]
        headline = opened.page.locator(".kit-headline").inner_text()
        assert headline == "Surprisal of each piece · tiny · 11 pieces"
        assert view.summary in opened.page.locator(".kit-frame").get_attribute("aria-label")
        opened.quiet()

    def test_right_to_left_pieces_keep_their_place(self, open_views):
        pieces = [" שלום", " עולם", " \u202eabc", " x", " مرحبا", "12", "؟"]
        opened = open_views(widgets.Tokens(pieces=pieces))
        boxes = [box.bounding_box() for box in opened.page.locator(".tokens-piece").all()]
        lefts = [box["x"] for box in boxes]
        assert lefts == sorted(lefts)
        assert len({box["y"] for box in boxes}) == 1

    def test_a_click_picks_and_a_second_lets_go(self, open_views):
        view = widgets.Tokens(a_trace())
        opened = open_views(view)
        piece = opened.page.locator(".tokens-piece").nth(5)
        piece.click()
        assert opened.state(view.session, "token") == 5
        assert piece.get_attribute("aria-selected") == "true"
        piece.click()
        assert opened.state(view.session, "token") is None

    def test_the_detail_line_stays_in_place_and_tells_what_is_known(self, open_views):
        trace = a_trace()
        opened = open_views(widgets.Tokens(trace))
        detail = opened.page.locator(".kit-detail")
        before = detail.bounding_box()
        opened.page.locator(".tokens-piece").nth(2).hover()
        told = detail.inner_text()
        assert detail.bounding_box() == before
        for part in ("·gave", f"id {trace.ids[2]}", "bytes 6–11: 20 67 61 76 65", "nats"):
            assert part in told
        assert "·and" in told
        assert "0.500" in told

    def test_the_keyboard_reaches_everything(self, open_views):
        view = widgets.Tokens(a_trace())
        opened = open_views(view)
        press = opened.page.keyboard.press
        press("Tab")
        assert _focused(opened) == "<s>"
        press("ArrowRight")
        press("ArrowRight")
        assert _focused(opened) == "·gave"
        # What had the focus is marked: JupyterLab looks there only, and leaves the key alone.
        marked = opened.page.locator(".tokens-piece[data-lm-suppress-shortcuts]")
        assert "·gave" not in marked.all_inner_texts() and marked.count() == 2
        assert opened.state(view.session, "token") is None
        press("Enter")
        assert opened.state(view.session, "token") == 2
        press("End")
        assert opened.state(view.session, "token") == len(PIECES) - 1
        press("ArrowRight")
        press("Home")
        press("ArrowLeft")
        assert opened.state(view.session, "token") == 0
        press("Escape")
        assert opened.state(view.session, "token") is None
        press("?")
        assert opened.page.locator(".kit-help").is_visible()
        press("Tab")
        assert _focused(opened) == "Table"

    def test_arrows_move_between_lines(self, open_views):
        opened = open_views(widgets.Tokens(pieces=["one", " two\n", "three", " four"]))
        opened.page.locator(".tokens-piece").nth(1).focus()
        opened.page.keyboard.press("ArrowDown")
        assert _focused(opened) == "·four"
        opened.page.keyboard.press("ArrowUp")
        assert _focused(opened) == "·two⏎"

    def test_the_table_says_the_same_as_the_picture(self, open_views):
        trace = a_trace()
        opened = open_views(widgets.Tokens(trace))
        opened.page.get_by_role("button", name="Table").click()
        rows = [
            row.locator("td").all_inner_texts()
            for row in opened.page.locator(".kit-twin tbody tr").all()
        ]
        assert [row[1] for row in rows] == opened.page.locator(".tokens-piece").all_inner_texts()
        assert [int(row[2]) for row in rows] == trace.ids.tolist()
        assert rows[0][-1] == "–"
        for row, value in zip(rows[1:], trace.surprisal[1:], strict=True):
            assert float(row[-1]) == pytest.approx(value, rel=0.005)

    def test_the_values_can_be_switched(self, open_views):
        values = {"change": [-1.0, 2.0], "loss": [np.inf, np.nan]}
        opened = open_views(widgets.Tokens(pieces=["a", "b"], values=values))
        assert "−2.00" in opened.page.locator(".kit-legend").inner_text()
        first = opened.page.locator(".tokens-piece").nth(0)
        blue = first.evaluate("(box) => box.style.backgroundColor")
        opened.page.get_by_label("colour by").select_option("loss")
        assert first.evaluate("(box) => box.style.backgroundColor") != blue
        assert opened.page.locator(".tokens-unknown").all_inner_texts() == ["b"]
        assert first.get_attribute("aria-label") == "0: a, ∞"
        opened.quiet()

    def test_a_new_text_is_drawn_in_the_same_view(self, open_views):
        view = widgets.Tokens(pieces=["a", "b"])
        opened = open_views(view)
        opened.put(view, "pieces", ["x", "y", "z"])
        expect(opened.page.locator(".tokens-piece")).to_have_text(["x", "y", "z"])
        opened.quiet()

    def test_a_failure_is_shown_above_the_last_good_picture(self, open_views):
        view = widgets.Tokens(a_trace())
        opened = open_views(view)
        opened.put(view, "failure", "ValueError: <b>no</b>")
        assert opened.page.locator(".kit-mark").inner_text() == "ValueError: <b>no</b>"
        assert opened.page.locator(".kit-stale .tokens-piece").count() == len(PIECES)
        opened.put(view, "failure", "")
        assert opened.page.locator(".kit-stale").count() == 0

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_text_reads_at_4_5_to_1(self, open_views, dark):
        count = 40
        view = widgets.Tokens(
            pieces=[f"p{i}" for i in range(count)],
            values={"change": np.linspace(-5, 5, count), "loss": np.linspace(0, 5, count)},
        )
        opened = open_views(view, dark=dark)
        opened.page.locator(".tokens-piece").nth(3).click()
        opened.page.get_by_role("button", name="Table").click()
        opened.page.get_by_role("button", name="Keys").click()
        for name in ("change", "loss"):
            opened.page.get_by_label("colour by").select_option(name)
            measured = opened.contrasts()
            assert len(measured) > 3 * count
            assert {text: c for text, c in measured.items() if c < 4.5} == {}

    def test_hostile_text_stays_text(self, open_views, payload):
        trace = a_trace(["a", payload, " b"], model_name=payload)
        trace.top_pieces = [[payload] * 3] * 3
        trace.top_probs = np.full((3, 3), 0.2)
        values = {payload: [1.0, 2.0, 3.0], "other": [1.0, 2.0, 3.0]}
        view = widgets.Tokens(trace, values=values, unit=payload, title=payload)
        opened = open_views(view, title=payload)
        opened.page.locator(".tokens-piece").nth(1).hover()
        opened.page.get_by_role("button", name="Table").click()
        opened.page.get_by_role("button", name="Keys").click()
        shown = (
            payload.replace("\ud800", "\ufffd").replace("\u2028", "⟨LS⟩").replace("\u2029", "⟨PS⟩")
        )
        shown = shown.replace("\0", "⟨NUL⟩")
        assert opened.page.locator(".tokens-piece").nth(1).inner_text() == shown
        opened.page.wait_for_timeout(50)
        opened.quiet()
        assert opened.page.locator("main img, main svg, main script").count() == 0

    def test_four_thousand_pieces_are_usable(self, open_views):
        count = 4096
        view = widgets.Tokens(a_trace([f" w{i % 97}" for i in range(count)]))
        opened = open_views(view)
        assert len(opened.html) < 1_000_000
        assert opened.page.locator(".tokens").bounding_box()["height"] < 520
        opened.put(view.session, "token", 3000)
        box = opened.page.locator(".tokens-picked").bounding_box()
        text = opened.page.locator(".tokens-text").bounding_box()
        assert text["y"] <= box["y"] <= text["y"] + text["height"]
        assert opened.page.evaluate("scrollY") == 0

    def test_nothing_is_cut_or_overlaps_at_700_pixels(self, open_views):
        view = widgets.Tokens(a_trace(["x" * 300, *PIECES * 6]), title="long title " * 20)
        opened = open_views(view, width=700)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 700
        boxes = [box.bounding_box() for box in opened.page.locator(".kit-frame > *").all()]
        spans = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
        assert all(upper[1] <= lower[0] + 1 for upper, lower in pairwise(spans))


def _focused(opened) -> str:
    return opened.page.evaluate("document.activeElement.textContent")
