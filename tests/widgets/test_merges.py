"""Merges: the page steps to what the tokenizer gives, without a kernel; counts are those learnt."""

from __future__ import annotations

import pytest
from traitlets import TraitError

from lab import tokenizers
from lab.tokenizers.pieces import readable
from lab.tokenizers.replaying import joined
from tests.widgets.until import until
from widgets.glass.text import visible
from widgets.merges.merges import Merges

STORY = [
    "Tom gave Lily a ball because she was sad. Lily was happy, and Tom was happy too.",
    "Once upon a time there was a little girl. Her name was Lily. She had 2 red balls.",
] * 3
HUGS = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
SENNRICH = {"low_": 5, "lower_": 2, "newest_": 6, "widest_": 3}


@pytest.fixture(scope="module")
def trained():
    return tokenizers.train_bpe(STORY, pieces=320)


def pieces(opened, at=0):
    words = opened.page.locator(".merges-pieces").nth(at).locator(".merges-piece")
    return words.all_inner_texts()


def to(opened, view, merge):
    opened.put(view, "merge", merge)


@pytest.mark.browser
def test_the_page_spells_as_the_tokenizer_and_published_examples_come_out(open_views, trained):
    text = "Lily's happy girl  was née in 2022 – 日本\n"
    view = Merges(tokenizers.merges(trained), text, merge=len(tokenizers.merges(trained)))
    hugs = [word for word, times in HUGS.items() for _ in range(times)]
    course = tokenizers.train_bpe(hugs, pieces=260)
    second = Merges(
        tokenizers.merges(course), "thug bug", rivals=tokenizers.rivals(course, hugs), merge=3
    )
    paper = Merges(tokenizers.learnt(SENNRICH, 10), "lowest_ widest_", words="spaces", merge=10)
    opened = open_views(view, second, paper)
    cut = tokenizers.cut(text, trained)
    assert pieces(opened) == [visible(piece) for piece in cut.pieces]
    assert pieces(opened, 1) == ["t", "hug", "·", "b", "ug"]
    assert pieces(opened, 2) == ["low", "est_", "wi", "d", "est_"]
    contest = opened.page.locator(".merges-contest").nth(1)
    assert contest.locator(".merges-won").inner_text().split("\n")[-2:] == ["15", "joined"]
    to(opened, second, 0)
    assert "before merge 1" in contest.inner_text()
    assert contest.locator(".merges-won").inner_text().split("\n")[-2:] == ["20", "next"]
    assert pieces(opened, 1) == [*"thug", "·", *"bug"]
    for done in (0, 7, 30):
        to(opened, view, done)
        assert pieces(opened) == [visible(readable(raw)) for raw in spelled(trained, text, done)]
    opened.quiet()


def spelled(trained, text, done):
    """The text after so many merges, one merge after the other."""
    made = []
    for word, _ in trained.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text):
        ids = trained.convert_tokens_to_ids(list(word))
        symbols = [bytes([token]) for token in ids]
        for merge in tokenizers.merges(trained)[:done]:
            symbols = joined(symbols, (merge.left, merge.right))
        made += symbols
    return made


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_steps_by_keyboard_by_list_and_by_itself(open_views, trained, dark):
    merges = tokenizers.merges(trained)
    view = Merges(merges, "Lily was happy", rivals=tokenizers.rivals(trained, STORY))
    opened = open_views(view, dark=dark)
    page = opened.page
    assert "".join(pieces(opened)) == "Lily·was·happy" and len(pieces(opened)) == 14
    page.locator(".merges-slider").focus()
    page.keyboard.press("PageDown")
    first = opened.state(view, "merge")
    assert len(pieces(opened)) == 14 - page.locator(".merges-new").count() < 14
    made = merges[first - 1]
    assert page.locator(".merges-new").first.inner_text() == (
        made.left + made.right
    ).decode().replace(" ", "·")
    assert f"the pair stood {made.count} times" in page.locator(".kit-detail").inner_text()
    page.keyboard.press("ArrowRight")
    assert opened.state(view, "merge") == first + 1
    page.keyboard.press("PageUp")
    assert opened.state(view, "merge") == first
    page.keyboard.press("PageUp")
    assert opened.state(view, "merge") == 0
    page.keyboard.press("End")
    cut = tokenizers.cut("Lily was happy", trained)
    assert pieces(opened) == [visible(piece) for piece in cut.pieces]
    page.get_by_role("button", name="the last merge").click()
    assert opened.state(view, "merge") < len(merges)
    page.locator(".merges-row").first.click()
    at = opened.state(view, "merge")
    assert page.locator(".merges-row[aria-pressed=true]").count() == 1
    page.locator(".merges-play").click()
    until(page, "([id, at]) => formicarium.models[id].get('merge') > at", [view.model_id, at])
    page.locator(".merges-play").click()
    page.locator(".merges-text").fill("Tom was née <b>")
    assert "".join(pieces(opened)).endswith("·<b>")
    page.get_by_text("Table").click()
    assert page.locator(".kit-twin tbody tr").count() == len(merges)
    assert opened.axe() == []
    assert all(contrast >= 4.5 for contrast in opened.contrasts().values())
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.quiet()


@pytest.mark.browser
def test_a_pattern_that_is_none_is_told_and_an_empty_sentence_is_empty(open_views):
    opened = open_views(Merges([("a", "b")], "ab", words="("), Merges([("a", "b")], ""))
    assert "words:" in opened.page.locator(".kit-mark").first.inner_text()
    assert pieces(opened, 1) == []
    opened.quiet()


@pytest.mark.parametrize(
    ("merges", "given", "says"),
    [
        ([], {}, "merges is empty"),
        ([("a", "bc")], {}, r"merges\[0\] joins b'bc', neither"),
        ([3], {}, r"merges\[0\] is 3: a pair"),
        ([("a", "b")], {"rivals": []}, "1 merges but rivals for 0"),
        ([("a", "b")], {"rivals": [[(b"xy", b"b", 3)]]}, "b'xy'.*no merge makes"),
    ],
)
def test_what_cannot_be_stepped_is_named(merges, given, says):
    with pytest.raises(ValueError, match=says):
        Merges(merges, "a", **given)


def test_bounds_and_typos_are_told(trained):
    view = Merges(tokenizers.merges(trained), "ab\ud800c")
    assert view.text == "ab\ufffdc" and view.summary.startswith("63 merges, from ")
    with pytest.raises(TraitError, match="merge: from 0 to 63, not 64"):
        view.merge = 64
    with pytest.raises(TypeError, match="texts"):
        Merges([("a", "b")], texts="a")
    with pytest.raises(ValueError, match="a view sends"):
        Merges([("a", "b")] * 120_000)
