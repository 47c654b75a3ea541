"""What is picked, as a text and back: the same state, or nothing changed and a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import widgets
from tests.widgets.traces import a_trace

PLACE = st.none() | st.integers(0, 10**6)
PINS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=5)


def life(session=None, moments: int = 4) -> widgets.Life:
    return widgets.Life(
        steps=list(range(moments)),
        curves={"loss": (range(moments), [1.0] * moments)},
        session=session,
    )


@given(PLACE, PLACE, PLACE, PINS)
def test_a_code_gives_the_same_picks_again(token, layer, head, pinned):
    session = widgets.Session(token, layer, head, pinned)
    again = widgets.Session.of(session.code())
    assert repr(again) == repr(session)
    assert again.code() == session.code()
    assert session.code().isascii() and " " not in session.code()


def test_the_views_stand_again_as_they_stood():
    session = widgets.Session(token=1)
    first, second = life(session), life(session)
    first.moment, second.moment = 2, 3
    code = session.code()
    assert code == "token=1&Life.moment=2&Life2.moment=3"
    first.moment, session.token = 0, 5
    session.show(code)
    assert (session.token, first.moment, second.moment) == (1, 2, 3)


def test_a_view_made_after_the_code_takes_its_part():
    session = widgets.Session.of("layer=2&Life2.moment=1")
    assert (life(session).moment, life(session).moment) == (3, 1)


def test_a_closed_view_is_counted_no_longer():
    session = widgets.Session()
    first, second = life(session), life(session)
    second.moment = 1
    first.close()
    assert session.code() == "Life.moment=1"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("token=x", "token='x' is no whole number"),
        ("token=-1", "token='-1' is no whole number"),
        ("pinned=5", "both from 0"),
        ("nonsense", "session.code"),
        ("place=3", "'place' is none of token, layer, head, pinned"),
        ("token=4&Life.step=1", "Life keeps no 'step'; it keeps moment"),
        ("token=4&Life.moment=first", "Life.moment='first' does not suit"),
    ],
)
def test_a_code_that_does_not_suit_changes_nothing(code: str, said: str):
    session = widgets.Session(token=1, pinned=[(2, 3)])
    view = life(session)
    view.moment = 2
    before = session.code()
    with pytest.raises(Exception, match=said):
        session.show(code)
    assert session.code() == before


@pytest.mark.browser
def test_a_saved_page_opens_as_its_address_says(open_views):
    view = widgets.Tokens(a_trace(), session=widgets.Session(token=0))
    opened = open_views(view)
    opened.page.goto(opened.page.url + "#token=2&layer=<img>")
    opened.page.reload()
    opened.page.wait_for_selector("html[data-ready]")
    assert opened.state(view.session, "token") == 2
    assert opened.state(view.session, "layer") is None
    opened.quiet()
