"""Text on its way to the browser: always sendable, and seen the same on both sides."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import HasTraits, TraitError

from widgets.glass.text import Text, Texts, clean, number, visible

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_cleaned_text_can_be_sent_and_stays_as_it_was_where_it_could(text):
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert cleaned == text


def test_a_lone_surrogate_becomes_the_replacement_character():
    assert clean("a\ud800b\udc00") == "a\ufffdb\ufffd"


def test_text_traits_are_always_sendable():
    class Holder(HasTraits):
        one, many = Text(), Texts()

    holder = Holder(one="a\ud800", many=("b\udfff", "c"))
    assert (holder.one, holder.many) == ("a\ufffd", ["b\ufffd", "c"])
    with pytest.raises(TraitError, match="one"):
        holder.one = 3


@given(ANY.map(clean))
def test_nothing_in_a_visible_piece_hides(text):
    shown = visible(text)
    assert shown
    assert not set(shown) & set("\n\t\r\0\u00a0\u200b\u202e\u2028\ufeff")
    assert not shown.startswith(" ")
    assert not shown.endswith(" ")


def test_numbers_have_three_significant_digits():
    assert [number(x) for x in (3.14159, 9.996, 12345, 99999, 1.2e-5, 0, -0.5)] == [
        "3.14",
        "10.0",
        "12300",
        "1.00·10⁵",
        "1.20·10⁻⁵",
        "0",
        "−0.500",
    ]
    assert number(float("nan"), "nats") == "–"
    assert number(float("-inf"), "nats") == "−∞ nats"


@pytest.mark.browser
def test_python_and_the_browser_write_pieces_and_numbers_alike(browser, tmp_path):
    pieces = [" cat", "  ", "\n\n", "a \n b", "\t", "\r", "\u00a0", "\u200b", "\u202e", "\0"]
    pieces += ["", "\u0301a", "\u2028", "\ue000", "\u3000", "שלום", "🙂", "\U000e0041", "x ", "a b"]
    numbers = [0.0, 1.0, -1.5, 3.14159, 9.996, 1e-4, 1.2e-5, 12345.0, 99999.0, 1e9, 1e-300]
    page = browser.new_page()
    (tmp_path / "empty.html").write_text("<!doctype html>")
    page.goto((tmp_path / "empty.html").as_uri())
    sources = "\n".join(_source(name) for name in ("pieces.js", "scales.js"))
    found = page.evaluate(
        """async ([source, pieces, numbers]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { visible, number } = await import(url);
            return [pieces.map(visible), numbers.map((x) => number(x, "nats"))];
        }""",
        [sources, pieces, numbers],
    )
    page.close()
    assert found[0] == [visible(piece) for piece in pieces], json.dumps(found[0])
    assert found[1] == [number(x, "nats") for x in numbers]


def _source(name: str) -> str:
    from widgets.glass.assets import HERE

    return (HERE / name).read_text(encoding="utf-8")
