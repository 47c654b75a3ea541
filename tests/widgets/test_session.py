"""What is picked is one state: in Python, in the browser, and between views."""

import gc
import weakref

import pytest
from ipywidgets.widgets.widget import _instances
from traitlets import TraitError

import widgets
from tests.widgets.traces import a_trace


def test_views_mirror_their_session_both_ways():
    session = widgets.Session(layer=5, head=1)
    one, two = (widgets.Tokens(a_trace(), session=session) for _ in range(2))
    assert (one.layer, one.head, one.token) == (5, 1, None)
    one.token = 3
    assert (session.token, two.token) == (3, 3)
    session.pinned = [[0, 1], (2, 3)]
    assert two.pinned == [[0, 1], [2, 3]]


def test_a_view_without_a_session_has_one_of_its_own():
    one, two = widgets.Tokens(a_trace()), widgets.Tokens(a_trace())
    one.token = 2
    assert two.token is None


def test_what_the_browser_picks_is_observed_on_the_view():
    view, seen = widgets.Tokens(a_trace()), []
    view.observe(lambda change: seen.append(change["new"]), "token")
    view.session.set_state({"token": 4})
    assert seen == [4]
    assert view.token == 4


@pytest.mark.parametrize("bad", [{"token": -1}, {"head": 1.5}, {"pinned": [[1]]}, {"layer": "x"}])
def test_a_bad_pick_names_itself(bad):
    (name,) = bad
    with pytest.raises(TraitError, match=name):
        widgets.Session(**bad)


def test_a_negative_pick_leaves_view_and_session_alike():
    view = widgets.Tokens(a_trace())
    with pytest.raises(TraitError, match="token: counts from 0, so -1 is no token"):
        view.token = -1
    assert view.token is view.session.token is None


def test_an_unknown_keyword_is_refused():
    with pytest.raises(TypeError, match="tokn"):
        widgets.Session(tokn=3)


def test_labels_are_written_as_everywhere():
    assert widgets.Session(layer=5, head=1).label == "L5H1"
    assert widgets.Session(layer=5).label == "L5"
    assert widgets.Session().label == ""


def test_a_closed_view_is_let_go_by_its_session():
    session = widgets.Session()
    view = widgets.Tokens(a_trace(), session=session)
    gone = weakref.ref(view)
    view.close()
    session.token = 1
    assert view.token is None
    del view
    gc.collect()
    assert gone() is None


def test_closing_views_leaves_nothing_behind_but_a_given_session():
    session = widgets.Session()
    widgets.Tokens(a_trace()).close()
    before = set(_instances)
    for _ in range(3):
        widgets.Tokens(a_trace()).close()
        widgets.Tokens(a_trace(), session=session).close()
    assert set(_instances) == before
    assert session.comm is not None


@pytest.mark.browser
def test_views_follow_in_the_browser_without_a_kernel(open_views):
    session = widgets.Session()
    one, two = (widgets.Tokens(a_trace(seed=i), session=session) for i in range(2))
    alone = widgets.Tokens(a_trace())
    opened = open_views(one, two, alone)
    frames = opened.page.locator(".tokens")
    frames.nth(0).locator(".tokens-piece").nth(3).click()
    assert frames.nth(1).locator(".tokens-picked").inner_text() == "·Lily"
    assert frames.nth(2).locator(".tokens-picked").count() == 0
    assert opened.state(session, "token") == 3
    frames.nth(1).locator(".tokens-piece").nth(5).hover()
    assert frames.nth(0).locator(".tokens-over").inner_text() == "·ball"
    assert opened.state(session, "token") == 3
    opened.quiet()


@pytest.mark.browser
def test_a_pick_that_a_shorter_text_does_not_have_picks_nothing_there(open_views):
    session = widgets.Session(token=8)
    short = widgets.Tokens(pieces=["a", "b"], session=session)
    opened = open_views(widgets.Tokens(a_trace(), session=session), short)
    assert opened.page.locator(".tokens-picked").count() == 1
    assert opened.state(session, "token") == 8
    opened.quiet()
