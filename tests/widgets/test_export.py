"""A saved page is one file that nothing breaks out of, that asks nobody, and that stays alive."""

import json
import os
import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter

import widgets
from tests.widgets.traces import PIECES, a_trace
from widgets.glass import export

STATE = re.compile(r'<script type="application/json">(.*?)</script>', re.S)


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner)))
def test_state_comes_back_as_it_was_and_holds_no_markup(value):
    text = export.safe_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_a_payload_is_nowhere_in_the_file_as_it_stands(payload):
    view = widgets.Tokens(a_trace(["a", payload], model_name=payload), title=payload)
    html = export.page([view], title=payload)
    opened = html.lower().count("<script")
    assert opened == 2
    assert "<img" not in html
    assert "<svg" not in html
    saved = json.loads(STATE.search(html)[1])
    pieces = [model["state"].get("pieces") for model in saved["models"].values()]
    assert ["a", payload.replace("\ud800", "\ufffd")] in pieces


def test_a_payload_stays_text_in_a_converted_notebook(payload):
    view = widgets.Tokens(a_trace(["a", payload], model_name=payload), title=payload)
    data, metadata = view._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    plain = nbformat.v4.new_output("display_data", {"text/plain": data["text/plain"]})
    cell = nbformat.v4.new_code_cell("view", outputs=[output, plain])
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert payload not in html or "<" not in payload
    assert "most surprising" in html


def test_the_policy_refuses_everything_but_the_page_itself():
    html = export.page([widgets.Tokens(a_trace())])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "http" not in policy


def test_views_share_their_modules_and_sessions_in_the_file():
    session = widgets.Session()
    views = [widgets.Tokens(a_trace(), session=session) for _ in range(2)]
    html = export.page(views)
    saved = json.loads(STATE.search(html)[1])
    assert re.findall('data-view="(.*?)"', html) == [view.model_id for view in views]
    sent = [m["state"]["digest"] for m in saved["models"].values() if "digest" in m["state"]]
    assert len(sent) > 1 and len(sent) == len(set(sent))
    assert session.model_id in saved["models"]
    assert "_esm" not in saved["models"][views[0].model_id]["state"]


def test_what_is_picked_is_saved():
    view = widgets.Tokens(a_trace(), session=widgets.Session(token=3))
    saved = json.loads(STATE.search(export.page([view]))[1])
    assert saved["models"][view.session.model_id]["state"]["token"] == 3


def test_a_page_replaces_the_old_one_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("old")
    view = widgets.Tokens(a_trace())

    def full(_handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            view.to_html(path)
    assert path.read_text() == "old"
    assert view.to_html(path) == path
    assert path.read_text().startswith("<!doctype html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


def test_a_missing_folder_and_no_view_are_refused(tmp_path):
    view = widgets.Tokens(a_trace())
    with pytest.raises(FileNotFoundError, match=r"no folder .*missing; make it first"):
        view.to_html(tmp_path / "missing" / "page.html")
    with pytest.raises(ValueError, match="no view given"):
        widgets.page([])


@pytest.mark.browser
def test_a_saved_page_shows_all_views_and_stays_alive(open_views):
    session = widgets.Session(token=2)
    one = widgets.Tokens(a_trace(), session=session, title="one")
    opened = open_views(one, widgets.Tokens(pieces=PIECES, session=session), title="two </title>")
    assert opened.page.title() == "two </title>"
    frames = opened.page.locator(".tokens")
    assert frames.count() == 2
    assert frames.nth(1).locator(".tokens-picked").inner_text() == "·gave"
    frames.nth(1).locator(".tokens-piece").nth(4).click()
    assert frames.nth(0).locator(".tokens-picked").inner_text() == "·a"
    assert opened.page.get_by_text("Save page").count() == 2
    assert not opened.page.get_by_text("Save page").first.is_visible()
    opened.quiet()


@pytest.mark.browser
def test_a_page_that_tries_to_ask_is_refused_by_its_own_policy(open_views):
    opened = open_views(widgets.Tokens(a_trace()))
    refused = opened.page.evaluate(
        "fetch('https://example.org/').then(() => 'answered', () => 'refused')"
    )
    assert refused == "refused"
    assert any("Content Security Policy" in error for error in opened.errors)
