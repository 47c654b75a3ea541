"""The growing prediction: what the view takes and refuses, and what a reader can do in the page."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect
from traitlets import TraitError

import widgets
from tests.widgets.kernel import connect
from tests.widgets.readings import a_reading
from tests.widgets.until import until
from widgets import Lens, Session
from widgets.lens import given


def test_the_summary_says_when_predictions_are_made_up():
    assert Lens(a_reading()).summary == (
        "logit lens of tiny: 4 rows × 6 tokens; half of the best guesses stand by L2"
    )


def test_what_travels_is_what_was_given():
    reading = a_reading()
    view = Lens(reading)
    top = np.frombuffer(view._data["0 top"], "<u2").reshape(4, 6, 10)
    assert [view.words[i] for i in top[2, 3]] == [reading.words[i] for i in reading.top_ids[2, 3]]
    share = (np.frombuffer(view._data["0 probs"], "<u2") / 65535) ** 2
    assert np.abs(share.reshape(4, 6, 10) - reading.top_probs).max() < 3e-5
    kl = np.frombuffer(view._data["0 kl"], "<f4").reshape(4, 6)
    assert np.allclose(kl, reading.kl) and view.targets == reading.targets
    words = view.top_at(2, 3)
    assert words[0] == (reading.words[reading.top_ids[2, 3, 0]], reading.top_probs[2, 3, 0])


def test_thirty_layers_of_64_tokens_are_light_and_a_long_text_carries_fewer_guesses():
    view = Lens(a_reading(rows=31, pos=64, vocab=3000))
    sent = sum(len(value) for value in [*view._data.values(), *view._chances.values()])
    assert view.top == 10 and sent < 150_000
    longer = Lens(a_reading(rows=31, pos=1024, vocab=3000))
    assert longer.top == 5
    content, _ = longer.answer("cell", {"row": 30, "token": 1000, "lens": "logit"})
    assert len(content["guesses"]) == 10
    with pytest.raises(ValueError, match="2 MB a view sends; show a part of the text"):
        Lens(a_reading(rows=31, pos=6000, top=1, vocab=300))


def test_several_readings_are_named_and_must_be_of_one_text():
    both = Lens([a_reading(), a_reading(kind="tuned")], lens="tuned")
    assert both.lenses == ["logit", "tuned"] and both.lens == "tuned"
    assert Lens({"a": a_reading(), "b": a_reading()}).lenses == ["a", "b"]
    with pytest.raises(ValueError, match="two called 'logit': give a dict"):
        Lens([a_reading(), a_reading()])
    with pytest.raises(ValueError, match="'tuned' is of another text or model"):
        Lens([a_reading(), a_reading(pos=5, kind="tuned")])
    with pytest.raises(ValueError, match="lens is 'x': there are logit, tuned"):
        Lens([a_reading(), a_reading(kind="tuned")], lens="x")
    with pytest.raises(TraitError, match="lens is 'x'"):
        both.lens = "x"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kl": np.zeros((4, 5))}, r"kl has shape \(4, 5\), not \(4, 6\)"),
        ({"entropy": np.full((4, 6), np.nan)}, "only finite numbers can be drawn"),
        ({"target_ranks": np.zeros((4, 5), int)}, r"target_ranks has shape \(4, 5\)"),
        ({"targets": ["a"]}, "6 pieces but targets has shape"),
        ({"special": [True]}, "6 pieces but 1 special"),
        ({"words": {}}, "words has no text for piece"),
        ({"top_probs": np.ones((4, 6, 3))}, "both must be rows × tokens × guesses"),
        ({"pieces": []}, "pieces is empty"),
    ],
)
def test_what_disagrees_is_refused_with_its_shape(changes, message):
    with pytest.raises(ValueError, match=message):
        Lens(a_reading(**changes))


def test_what_is_no_reading_and_unknown_keywords_are_refused():
    with pytest.raises(TypeError, match="holds a SimpleNamespace without layers"):
        Lens(SimpleNamespace())
    with pytest.raises(TypeError, match="follow is a str"):
        Lens(a_reading(), follow="x")
    with pytest.raises(TypeError):
        Lens(a_reading(), colour="x")  # type: ignore[call-arg]
    with pytest.raises(TraitError):
        Lens(a_reading(), measure="x")


def test_another_piece_is_followed_and_an_error_leaves_the_picture():
    def follow(piece):
        if piece == " bad":
            raise ValueError("target ' bad' is 2 pieces")
        return a_reading(targets=[piece] * 6, target_ranks=np.full((4, 6), 7))

    view = Lens(a_reading(), follow=follow)
    view.answer("follow", {"piece": " x"})
    assert (view.target, view.targets) == (" x", [" x"] * 6)
    assert set(np.frombuffer(view._chances["0 ranks"], "<i4")) == {7}
    with pytest.raises(ValueError, match="2 pieces"):
        view.answer("follow", {"piece": " bad"})
    assert view.target == " x"
    view.answer("follow", {"piece": ""})
    assert view.target == "" and view.targets == a_reading().targets
    with pytest.raises(ValueError, match="given no follow"):
        Lens(a_reading()).follow(" x")


def test_another_text_is_shown_in_the_same_view():
    view = Lens([a_reading(), a_reading(kind="tuned")], lens="tuned")
    view.show(a_reading(pos=3))
    assert (view.lenses, view.lens, len(view.pieces), view.shown) == (["logit"], "logit", 3, 1)
    with pytest.raises(ValueError):
        view.show(a_reading(kl=np.zeros((1, 1))))
    assert len(view.pieces) == 3


def test_a_code_keeps_what_is_looked_at():
    session = Session(token=2, layer=1)
    Lens([a_reading(), a_reading(kind="tuned")], session, measure="kl", lens="tuned", every=2)
    again = Session.of(session.code())
    view = Lens([a_reading(), a_reading(kind="tuned")], again)
    assert (view.measure, view.lens, view.every, view.token, view.layer) == ("kl", "tuned", 2, 2, 1)


def grid(opened):
    """The drawn cells, row by row."""
    return opened.page.eval_on_selector_all(
        ".lens-column",
        """columns => columns.sort((a, b) => a.token - b.token)
            .map((one) => one.cells.map((cell) => cell.textContent))""",
    )


@pytest.mark.browser
class TestInThePage:
    def test_cells_hold_best_guesses_and_a_click_picks_for_every_view(self, open_views):
        reading, session = a_reading(), Session()
        view, tokens = Lens(reading, session), widgets.Tokens(pieces=reading.pieces,
                                                              session=session)  # fmt: skip
        opened = open_views(view, tokens)
        page = opened.page
        shown = [[f"·{reading.words[i].strip()}" for i in column]
                 for column in reading.top_ids[:, :, 0].T]  # fmt: skip
        assert grid(opened) == shown
        page.locator(".lens-column").nth(2).locator(".lens-cell").nth(2).click()
        assert [opened.state(session, name) for name in ("token", "layer")] == [2, 1]
        assert page.locator(".lens-picked").count() == 1
        assert page.locator(".lens-top li:visible").count() == 10
        best = reading.words[reading.top_ids[2, 2, 0]].strip()
        expect(page.locator(".kit-detail").first).to_contain_text(f"L1 after ·and 2: ·{best}")
        # A layer picked elsewhere is this view's row, and the embedding has none elsewhere.
        page.mouse.move(0, 0)
        opened.put(session, "layer", 0)
        expect(page.locator(".lens-name").first).to_contain_text("L0 after")
        page.locator(".lens-column").nth(4).locator(".lens-cell").first.click()
        assert [opened.state(session, name) for name in ("token", "layer")] == [4, None]
        assert opened.state(view, "row") == 0
        page.mouse.move(0, 0)
        expect(page.locator(".lens-name").first).to_contain_text("embed after ·went")
        # What is hovered is told, and let go again.
        page.locator(".lens-column").nth(1).locator(".lens-cell").nth(2).hover()
        expect(page.locator(".kit-detail").first).to_contain_text("the best guess from L1 on")
        assert page.locator(".lens-column").nth(1).locator(".lens-final").count() == 2
        opened.quiet()

    def test_the_keyboard_does_what_the_mouse_does(self, open_views):
        session = Session(token=1, layer=1)
        view = Lens([a_reading(), a_reading(kind="tuned")], session)
        opened = open_views(view, dark=True, width=720)
        page = opened.page
        page.locator(".lens-grid").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert [opened.state(session, name) for name in ("token", "layer")] == [2, 2]
        page.keyboard.press("Home")
        page.keyboard.press("PageUp")
        assert (opened.state(session, "token"), opened.state(view, "row")) == (0, 0)
        page.keyboard.press("End")
        assert opened.state(session, "token") == 5
        page.keyboard.press("t")
        assert opened.state(view, "lens") == "tuned"
        page.keyboard.press("m")
        assert opened.state(view, "measure") == "rank"
        expect(page.locator(".lens-cell").first).to_have_text("31")
        assert grid(opened)[5][0] == "36"
        for name in ("probability", "kl", "entropy", "guess"):
            page.keyboard.press("m")
            assert opened.state(view, "measure") == name
            opened.drawn()
            assert all(text for column in grid(opened) for text in column)
        page.keyboard.press("Escape")
        assert (opened.state(session, "token"), opened.state(view, "row")) == (None, None)
        expect(page.locator(".lens-way")).to_have_attribute(
            "aria-label", re.compile("tuned: 36, 26")
        )
        page.get_by_role("button", name="Table").click()
        assert page.locator(".kit-twin tbody tr").count() == 24
        assert opened.axe() == []
        assert min(opened.contrasts().values()) >= 4.5
        opened.quiet()

    def test_a_saved_page_says_that_following_takes_a_kernel(self, open_views):
        opened = open_views(Lens(a_reading(), follow=lambda piece: a_reading()))
        assert opened.page.locator(".lens-typed").is_disabled()
        opened.page.locator(".lens-grid").focus()
        opened.page.keyboard.press("Enter")
        expect(opened.page.locator(".kit-mark")).to_contain_text("takes the notebook's kernel")
        plain = open_views(Lens(a_reading()))
        assert plain.page.locator(".lens-field").is_hidden()
        opened.quiet()

    def test_with_a_kernel_a_piece_is_followed_and_what_did_not_travel_is_asked_for(
        self, open_views, monkeypatch
    ):
        def follow(piece):
            if piece == "bad":
                raise ValueError("target 'bad' is 2 pieces")
            return a_reading(targets=[piece] * 6)

        monkeypatch.setattr(given, "LIGHT", 0)
        view = Lens(a_reading(), follow=follow)
        opened = open_views(view)
        page, asked = opened.page, connect(opened, view)
        page.evaluate(
            "id => formicarium.models[id].trigger('comm_live_update')", view.session.model_id
        )
        assert view.top == 1
        page.locator(".lens-column").nth(2).locator(".lens-cell").nth(1).click()
        expect(page.locator(".lens-top li:visible")).to_have_count(10)
        page.locator(".lens-typed").fill(" x")
        page.locator(".lens-typed").press("Enter")
        page.locator(".lens-guess").nth(3).click()
        until(page, lambda: [one["what"] for one in asked].count("follow") == 2)
        pieces = [one["args"]["piece"] for one in asked if one["what"] == "follow"]
        assert pieces == [" x", view.top_at(1, 2)[3][0]] and view.target == pieces[1]
        page.locator(".lens-typed").fill("bad")
        page.locator(".lens-typed").press("Enter")
        expect(page.locator(".kit-mark")).to_contain_text("target 'bad' is 2 pieces")
        assert page.locator(".kit-stale").count() == 1 and view.target == pieces[1]
        opened.quiet()

    def test_layers_are_thinned_and_a_long_text_keeps_few_columns_in_the_page(self, open_views):
        view = Lens(a_reading(rows=31, pos=300, vocab=500))
        opened = open_views(view, width=1100)
        page = opened.page
        assert page.locator(".lens-names > div").count() == 16 + 2
        assert page.locator(".lens-column").count() < 40
        thin = page.get_by_label("layers drawn")
        thin.select_option("all layers")
        expect(page.locator(".lens-names > div")).to_have_count(33)
        # The picked row and the rows' names stay to be seen; the page itself never scrolls aside.
        box = page.locator(".lens-grid").bounding_box()
        last = page.locator(".lens-picked").bounding_box()
        assert box["y"] <= last["y"] and last["y"] + last["height"] <= box["y"] + box["height"]
        page.locator(".lens-grid").evaluate("box => { box.scrollLeft = 0; }")
        expect(page.locator(".lens-head", has_text="When").first).to_be_visible()
        assert page.locator(".lens-column").count() < 100
        assert page.evaluate("document.documentElement.scrollWidth") <= 1100
        assert page.locator(".lens-name").first.inner_text().startswith("L29 after")
        opened.quiet()

    def test_another_text_and_an_error_are_shown(self, open_views):
        view = Lens(a_reading())
        view.show(
            a_reading(rows=3, pos=1, pieces=["א\u202eb"], special=[False], targets=["\ud800"])
        )
        again = open_views(view)
        assert again.page.locator(".lens-column").count() == 1
        assert "⟨RLO⟩" in again.page.locator(".lens-head").nth(1).inner_text()
        again.put(view, "failure", "the model is gone")
        again.page.wait_for_selector(".kit-stale")
        assert "the model is gone" in again.page.locator(".kit-mark").inner_text()
        again.quiet()
