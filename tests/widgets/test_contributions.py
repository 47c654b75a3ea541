"""The waterfall: it ends where it says, and what a reader can do with it in the page."""

from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.widgets.readings import some_contributions
from widgets import Contributions, Session, Tokens
from widgets.glass.text import number


def test_the_summary_says_the_sum_and_what_moves_it_most():
    found = some_contributions()
    assert Contributions(found).summary == (
        f"·Mary − ·John of tiny: {found.logit:.2f} logits, the sum of 13 parts; "
        "L1 MLP moves it most, by 4.00"
    )
    plain = SimpleNamespace(names=["a", "b"], layers=[-1, -1], heads=[-1, -1],
                            values=[1.0, 2.0], logit=3.0)  # fmt: skip
    assert Contributions(plain).summary.startswith("the logit of a model: 3.00 logits")


def test_a_waterfall_that_would_not_end_at_the_logit_is_refused():
    with pytest.raises(ValueError, match=r"values sum to .*a waterfall must end where it says"):
        Contributions(some_contributions(logit=99.0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": [0]}, "13 names but 1 heads"),
        ({"values": np.full(13, np.nan)}, "only finite numbers"),
        ({"sources": np.zeros((1, 2, 6))}, r"layers × heads × pieces are \(3, 2, 6\)"),
        ({"position": 6}, "position is 6: the text has pieces 0 to 5"),
        ({"special": [True]}, "special has 1 entries for 6 pieces"),
        ({"names": []}, "names is empty"),
    ],
)
def test_what_disagrees_is_refused_with_its_shape(changes, message):
    with pytest.raises(ValueError, match=message):
        Contributions(some_contributions(**changes))


def test_what_is_no_such_thing_is_refused():
    with pytest.raises(TypeError, match="SimpleNamespace without names, layers"):
        Contributions(SimpleNamespace())
    with pytest.raises(TypeError):
        Contributions(some_contributions(), colour="x")  # type: ignore[call-arg]


def test_small_models_go_by_layer_and_others_are_shown_in_the_same_view():
    view = Contributions(some_contributions())
    assert view.sort == "layer"
    assert Contributions(some_contributions(layers=30)).sort == "size"
    view.show(some_contributions(layers=2, piece=" x"))
    assert (len(view.names), view.piece) == (9, " x")
    assert np.frombuffer(view.sources, "<f4").size == 2 * 2 * 6
    session = Session(layer=1, head=1)
    Contributions(some_contributions(), session, sort="size", most=5)
    again = Contributions(some_contributions(), Session.of(session.code()))
    assert (again.sort, again.most, again.layer, again.head) == ("size", 5, 1, 1)


def rows(page):
    """The waterfall as it reads: name, value, running total."""
    texts = page.locator(".contributions-body .contributions-row").evaluate_all(
        "all => all.map((one) => ['name', 'value', 'total']"
        ".map((part) => one.querySelector(`.contributions-${part}`).textContent))"
    )
    return [tuple(text) for text in texts]


@pytest.mark.browser
class TestInThePage:
    def test_steps_sum_to_the_logit_and_a_head_is_picked_for_every_view(self, open_views):
        found, session = some_contributions(), Session()
        view = Contributions(found, session)
        opened = open_views(view, Tokens(pieces=found.pieces, session=session))
        page = opened.page
        assert f"{found.logit:.2f} logits, the sum of 13 parts" in page.locator(
            ".kit-headline").first.inner_text()  # fmt: skip
        assert [name for name, _, _ in rows(page)] == [
            "embed", "L0 heads", "L0 MLP", "L1 heads", "L1 MLP", "L2 heads", "L2 MLP",
        ]  # fmt: skip
        assert rows(page)[-1][2] == f"{found.logit:.2f}"
        sums = np.cumsum(found.values)
        assert rows(page)[4][1:] == ("+4.00", f"{sums[8]:.2f}")
        # A layer opens up into its heads and its bias, and nothing below moves.
        page.locator(".contributions-turn").nth(3).click()
        expect(page.locator(".contributions-inside")).to_have_count(3)
        assert opened.state(view, "opened") == [1]
        assert rows(page)[-1][2] == f"{found.logit:.2f}"
        page.get_by_text("L1H1", exact=True).first.click()
        assert [opened.state(session, name) for name in ("layer", "head")] == [1, 1]
        page.mouse.move(0, 0)
        expect(page.locator(".kit-detail").first).to_contain_text("L1H1")
        expect(page.locator(".kit-detail").first).to_contain_text("It read it from")
        strongest = int(np.abs(found.sources[1, 1]).argmax())
        shade = page.locator(".contributions-text .kit-chip").nth(strongest)
        assert shade.evaluate("one => getComputedStyle(one).backgroundColor") in (
            "rgb(156, 74, 0)", "rgb(26, 75, 143)")  # fmt: skip
        shade.click()
        assert opened.state(session, "token") == strongest
        # A head picked elsewhere is shown in the step it is hidden in.
        opened.put(session, "layer", 2)
        opened.put(session, "head", 0)
        page.mouse.move(0, 0)
        expect(page.locator(".contributions-here .contributions-name")).to_have_text("L2 heads")
        expect(page.locator(".contributions-head")).to_have_text("L2H0 read it from")
        opened.quiet()

    def test_the_keyboard_does_what_the_mouse_does(self, open_views):
        session, found = Session(), some_contributions(layers=12)
        view = Contributions(found, session, sort="layer")
        opened = open_views(view, dark=True, width=720)
        page = opened.page
        page.locator(".contributions-fall").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert [opened.state(session, name) for name in ("layer", "head")] == [0, None]
        page.keyboard.press("ArrowRight")
        expect(page.locator(".contributions-inside")).to_have_count(3)
        page.keyboard.press("ArrowDown")
        assert [opened.state(session, name) for name in ("layer", "head")] == [0, 0]
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".contributions-inside")).to_have_count(0)
        expect(page.locator(".contributions-here .contributions-name")).to_have_text("L0 heads")
        page.keyboard.press("End")
        expect(page.locator(".contributions-here .contributions-name")).to_have_text("L11 MLP")
        box = page.locator(".contributions-sum").bounding_box()
        last = page.locator(".contributions-here").bounding_box()
        assert last["y"] + last["height"] <= box["y"] + 1
        page.keyboard.press("s")
        assert opened.state(view, "sort") == "size"
        expect(page.locator(".contributions-body .contributions-row")).to_have_count(16)
        values = sorted(np.abs(found.values))[::-1]
        assert [abs(float(value.replace("−", "-"))) for _, value, _ in rows(page)[:15]] == (
            pytest.approx(values[:15], rel=5e-3)
        )
        assert rows(page)[-1][0] == "34 others" and rows(page)[-1][2] == number(found.logit)
        page.keyboard.press("+")
        expect(page.locator(".contributions-body .contributions-row")).to_have_count(31)
        page.keyboard.press("Escape")
        assert opened.state(session, "layer") is None
        page.get_by_role("button", name="Table").click()
        assert page.locator(".kit-twin tbody tr").count() == 50
        assert opened.axe() == []
        assert min(opened.contrasts().values()) >= 4.5
        assert page.evaluate("document.documentElement.scrollWidth") <= 720
        opened.quiet()

    def test_one_part_and_no_text_and_an_error(self, open_views):
        bare = SimpleNamespace(names=["א\u202eb"], layers=[-1], heads=[-1], values=[-2.0],
                               logit=-2.0)  # fmt: skip
        opened = open_views(Contributions(bare))
        assert rows(opened.page) == [("א\u202eb", "−2.00", "−2.00")]
        view = Contributions(some_contributions())
        view.failure = "the model is gone"
        other = open_views(view)
        assert "the model is gone" in other.page.locator(".kit-mark").inner_text()
        opened.quiet()
        other.quiet()
