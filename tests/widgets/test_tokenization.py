"""Tokenization: typed text is cut anew, a picked part of the text is picked in every row."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect
from traitlets import TraitError

import widgets
from tests.widgets.kernel import connect
from tests.widgets.until import until
from widgets.tokenization.packing import packed
from widgets.tokenization.tokenization import EXAMPLES, MOST, Tokenization


@dataclass
class Cut:
    """The least a view takes."""

    name: str
    text: str
    pieces: list
    ids: list = field(default_factory=list)
    spans: object = None
    special: object = None
    vocabulary: int | None = None

    def __post_init__(self):
        sizes = np.cumsum([0, *(len(piece.encode()) for piece in self.pieces)])
        self.ids = self.ids or list(range(len(self.pieces)))
        if self.spans is None:
            self.spans = np.stack([sizes[:-1], sizes[1:]], axis=1)


def by_twos(text):
    return Cut("twos", text, [text[at : at + 2] for at in range(0, len(text), 2)])


def by_letters(text):
    return Cut("letters", text, list(text), ids=[ord(sign) for sign in text])


def both(text):
    return [by_twos(text), by_letters(text)]


@pytest.fixture
def view():
    return Tokenization(both, "naïve cat", examples={"short": "ab", "emoji": "🙂🙂!"})


def test_a_text_is_cut_by_all_and_told(view):
    assert view.summary == (
        "9 characters; twos 5 pieces (1.80 characters each), letters 9 pieces "
        "(1.00 characters each)"
    )
    view.text = "abc"
    assert view.summary.startswith("3 characters; twos 2 pieces")
    assert view.picked is None and view.covering == {}


def test_what_is_picked_is_covered_by_pieces_of_each(view):
    view.picked = [1, 3]
    assert view.covering == {"twos": ["na", "ïv"], "letters": ["a", "ï"]}
    view.picked = (3, 2)
    assert view.picked == [2, 3] and view.covering["twos"] == ["ïv"]
    view.text = "a"
    assert view.picked is None


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), st.data())
def test_pieces_that_cover_a_part_hold_it(text, data):
    view = Tokenization(both(text))
    stop = data.draw(st.integers(1, len(text)))
    view.picked = [data.draw(st.integers(0, stop - 1)), stop]
    start, stop = view.picked
    assert "".join(view.covering["letters"]) == text[start:stop]
    assert text[start:stop] in "".join(view.covering["twos"])


def test_a_callable_that_raises_is_told_and_the_last_cut_stays(view):
    def fails(text):
        if "x" in text:
            raise RuntimeError("no x here")
        return both(text)

    view = Tokenization(fails, "abc", examples={"good": "ab", "bad": "x"})
    view.text = "axb"
    assert view.failure == "RuntimeError: no x here" and view.summary.startswith("3 characters")
    view.text = "ab"
    assert view.failure == "" and view.summary.startswith("2 characters")
    assert [one.get("error") for one in view._examples] == [None, "RuntimeError: no x here"]


def test_cuts_alone_are_a_text_that_stays():
    view = Tokenization(both("abc"))
    assert not view._asks and view._examples == []
    view.text = "other"
    assert "these cuts are all there is" in view.failure
    view.show(both("xy"))
    assert view.text == "xy" and view.failure == ""
    assert (
        Tokenization(by_letters("abc")).summary
        == "3 characters; letters 3 pieces (1.00 characters each)"
    )


def test_own_examples_and_those_that_come_with_it():
    assert [one["name"] for one in Tokenization(both)._examples] == list(EXAMPLES)
    assert Tokenization(both, examples={})._examples == []


@pytest.mark.parametrize(
    ("cuts", "error", "says"),
    [
        ([], ValueError, "cuts is empty"),
        (3, TypeError, "cuts is a int"),
        ([3], ValueError, r"cuts\[0\] is a int without text, pieces, ids, spans"),
        ([by_twos("ab"), by_twos("abc")], ValueError, "cuts another text than twos"),
        ([replace(by_twos("abcd"), ids=[1])], ValueError, "twos: 2 pieces but 1 ids"),
        ([replace(by_twos("ab"), spans=[[0, 9]])], ValueError, "reach beyond the 2 bytes"),
        ([replace(by_twos("ab"), spans=[[0, 1], [1, 2]])], ValueError, "1 pieces but 2 spans"),
    ],
)
def test_what_cannot_be_shown_is_named(cuts, error, says):
    with pytest.raises(error, match=says):
        Tokenization(cuts)


def test_bounds_are_told(view):
    with pytest.raises(ValueError, match=f"{MOST + 1:,} characters"):
        Tokenization(both, "a" * (MOST + 1))
    with pytest.raises(ValueError, match="leading=2: counts from 0 to 1"):
        Tokenization(both, leading=2)
    with pytest.raises(TraitError, match="from 0 to 9, not"):
        view.picked = [0, 10]
    with pytest.raises(TypeError, match="example"):
        Tokenization(both, example={})


# In the browser -----------------------------------------------------------------------------------

ROW = ".tokenization-line >> nth=0 >> .tokenization-row >> nth={}"


def row(opened, at):
    return opened.page.locator(ROW.format(at)).locator(".tokenization-box").all_inner_texts()


def picked(opened):
    boxes = opened.page.locator(".tokenization-picked .kit-chip")
    return boxes.all_inner_texts()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_pieces_stand_under_each_other_and_are_picked_together(open_views, dark):
    session = widgets.Session()
    text = " straw café 🙂\n"
    view = Tokenization(both, text, examples={"short": "ab"}, session=session)
    tokens = widgets.Tokens(pieces=by_twos(text).pieces, session=session)
    opened = open_views(view, tokens, dark=dark, width=1100)
    page = opened.page
    assert row(opened, 0)[:3] == ["·s\n0", "tr\n1", "aw\n2"] and row(opened, 1)[1] == "s\n115"
    # Letter over letter: a piece is as wide as the letters under it.
    edges = [page.locator(".tokenization-box").nth(at).bounding_box() for at in (1, 9, 10)]
    right = [box["x"] + box["width"] for box in edges]
    assert abs(edges[0]["x"] - edges[1]["x"]) < 1.5 and abs(right[0] - right[2]) < 1.5

    page.locator(".tokenization-box").nth(1).click()
    assert picked(opened) == ["tr", "t", "r"]
    assert opened.state(view, "picked") == [2, 4] and opened.state(session, "token") == 1
    assert page.locator(".tokens-picked").inner_text() == "tr"
    said = page.locator(".tokenization .kit-detail").inner_text()
    assert "characters 2–3 · 2 bytes 74 72" in said and "letters t r" in said
    page.locator(".tokens-piece").nth(4).click()  # … and the other way round
    assert opened.state(view, "picked") == [8, 10] and picked(opened) == ["af", "a", "f"]

    assert opened.axe() == []
    assert all(contrast >= 4.5 for contrast in opened.contrasts().values())
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.quiet()


@pytest.mark.browser
def test_every_way_by_keyboard(open_views, view):
    opened = open_views(view)
    page = opened.page
    page.locator(".tokenization-box").first.focus()
    for key in ("ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert picked(opened) == ["ïv", "ï", "v"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert opened.state(view, "picked") == [2, 3]
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert opened.state(view, "picked") == [2, 5] and picked(opened) == ["ïv", "e·", "ï", "v", "e"]
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert picked(opened) == ["t", "t"]
    page.keyboard.press("Escape")
    assert opened.state(view, "picked") is None and picked(opened) == []
    page.get_by_text("Table").click()
    assert page.locator(".kit-twin tbody tr").count() == 14
    page.get_by_label("under each piece").select_option("bytes")
    assert row(opened, 0)[1] == "ïv\nC3 AF 76" and opened.state(view, "under") == "bytes"
    page.evaluate(
        "() => { const box = document.querySelector('textarea'); box.focus();"
        " box.setSelectionRange(6, 9); box.dispatchEvent(new Event('select')); }"
    )
    assert opened.state(view, "picked") == [6, 9]
    opened.quiet()


@pytest.mark.browser
def test_a_saved_page_has_its_examples_and_says_so(open_views, view):
    opened = open_views(view)
    page = opened.page
    assert "A saved page" in page.locator(".tokenization-examples").inner_text()
    assert page.locator("textarea").get_attribute("readonly") is not None
    page.get_by_text("emoji").click()
    assert row(opened, 0) == ["🙂🙂\n0", "!\n1"] and row(opened, 1)[0] == "🙂\n128578"
    assert page.locator("textarea").input_value() == "🙂🙂!"
    opened.quiet()


@pytest.mark.browser
def test_typing_asks_and_the_newest_text_wins(open_views):
    def cut(text):
        if "!" in text:
            raise ValueError("no ! please")
        return both(text)

    view = Tokenization(cut, "ab", examples={})
    opened = open_views(view)
    questions = connect(opened, view, held=True)
    page = opened.page
    text = page.locator("textarea")
    text.evaluate("box => { box.readOnly = false; box.focus(); }")
    for letter in "cde!":
        page.keyboard.press("End")
        page.keyboard.type(letter)
    page.evaluate("answerNext()")
    until(page, "asked.length === 1")
    assert [one["args"]["text"] for one in questions] == ["abc"]
    told(opened, view)
    assert row(opened, 0) == ["ab\n0", "c\n1"] and text.input_value() == "abcde!"
    page.evaluate("answerNext()")
    page.wait_for_selector(".kit-stale")
    assert "no ! please" in page.locator(".kit-mark").inner_text()
    assert [one["args"]["text"] for one in questions] == ["abc", "abcde!"]
    page.keyboard.press("Backspace")
    page.evaluate("answerNext()")
    expect(page.locator(".kit-stale")).to_have_count(0)
    told(opened, view)
    assert row(opened, 0) == ["ab\n0", "cd\n1", "e\n2"]
    assert view.text == "abcde"
    opened.quiet()


def told(opened, view):
    """The view's cuts reach the page, as from the kernel."""
    shown = view._shown | {"numbers": base64.b64encode(view._shown["numbers"]).decode()}
    opened.page.evaluate(
        """([id, shown]) => {
          const raw = Uint8Array.from(atob(shown.numbers), (c) => c.charCodeAt(0)).buffer;
          formicarium.models[id].set("_shown", { ...shown, numbers: new DataView(raw) });
        }""",
        [view.model_id, shown],
    )


@pytest.mark.browser
def test_empty_right_to_left_lost_and_long_texts(open_views):
    lost = Cut("lossy", "aéb", ["a", "b"], spans=[[0, 1], [3, 4]])
    whole = by_letters("aéb")
    special = Cut("special", "<end>שלום\u202e", ["<end>", "שלום", "\u202e"], special=[1, 0, 0])
    long = Tokenization(both, "abcdefgh " * 1500, examples={})
    views = [
        Tokenization(both, "", examples={}),
        Tokenization([lost, whole]),
        Tokenization([special]),
    ]
    opened = open_views(*views, long, width=900)
    page = opened.page
    assert page.locator(".tokenization-gap").count() == 1
    assert page.locator(".kit-special").inner_text() == "<end>"
    assert "⟨RLO⟩" in page.locator(".kit-frame").nth(2).inner_text()
    assert "0 characters, 0 bytes" in page.locator(".kit-headline").first.inner_text()
    assert "bytes are drawn" in page.locator(".tokenization-body").last.inner_text()
    assert page.locator(".tokenization-box").count() < 12_000
    opened.quiet()


def test_packed_numbers_are_ids_starts_stops_and_marks():
    numbers = np.frombuffer(packed(by_twos("abc"))["numbers"], "<i4").reshape(4, 2)
    assert numbers.tolist() == [[0, 1], [0, 2], [2, 3], [0, 0]]
