"""Superposition: what is sent and said, what mouse and keys do, training that goes and stops."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from playwright.sync_api import expect

import widgets
from tests.widgets.superposed import phases, toys
from tests.widgets.wire import Wire


@pytest.fixture
def view():
    return widgets.Superposition(toys(), phases(), train=lambda seed: [toys(2, seed)], run=2)


def test_what_is_sent_is_what_was_given(view):
    weights = np.frombuffer(view._weights, "<f4").reshape(view._shape)
    assert np.allclose(weights, toys().weights)
    assert view.moment == 2 and view.run == 2
    assert view.summary == (
        "5 features in 2 dimensions at sparsity 0.970, step 40: 5 have a direction; "
        "loss 0.0333, without relu at best 0.200"
    )
    view.run = 0
    assert "2 have a direction" in view.summary


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights": np.zeros((2, 5))}, r"weights has shape \(2, 5\)"),
        ({"biases": np.zeros((3, 3, 4))}, r"biases has shape \(3, 3, 4\), where \(3, 3, 5\)"),
        ({"losses": np.full((3, 3), np.nan)}, "losses holds numbers that are not finite"),
    ],
)
def test_what_does_not_fit_is_said(changes, said):
    given = toys()
    vars(given).update(changes)
    with pytest.raises(ValueError, match=said):
        widgets.Superposition(given)


def test_what_is_no_such_thing_is_said():
    with pytest.raises(ValueError, match="toys is a dict without weights"):
        widgets.Superposition({})
    with pytest.raises(TypeError, match="train is a int; give a function of a seed"):
        widgets.Superposition(toys(), train=3)
    with pytest.raises(ValueError, match="run is 3: there are sparsities 0 to 2"):
        widgets.Superposition(toys(), run=3)
    other = phases()
    other.kinds = other.kinds[:1]
    with pytest.raises(ValueError, match="phases has kinds of shape"):
        widgets.Superposition(toys(), other)


def test_a_training_is_shown_as_it_goes_and_stopped_by_the_reader(view):
    shown, go = threading.Event(), threading.Event()

    def train(seed):
        yield toys(1, seed, of=80)
        shown.set()
        go.wait(5)
        yield toys(2, seed, of=80)
        yield toys(3, seed, of=80)

    view = widgets.Superposition(toys(), train=train)
    view._heard(view, {"kind": "ask", "what": "train", "id": 1, "args": {"seed": 7}}, [])
    assert shown.wait(5)
    assert (view._steps, view.seed, view._at_work) == ([0], 7, True)
    view._stop = True
    go.set()
    view._answers.settle()
    assert view._steps == [0, 10] and not view._at_work
    assert view._note == "stopped at step 10 of 80"
    assert len(view.toys.weights) == 2


def test_a_training_that_fails_says_so_and_leaves_what_was_shown():
    def train(seed):
        yield toys(2, seed)
        raise FloatingPointError("the loss is nan")

    view = widgets.Superposition(toys(), train=train)
    with pytest.raises(FloatingPointError):
        view.answer("train", {"seed": 1})
    assert view._steps == [0, 10] and not view._at_work


@pytest.mark.browser
@pytest.mark.parametrize(("dark", "width"), [(False, 1100), (True, 700)], ids=["light", "dark"])
def test_walked_with_mouse_and_keys(view, open_views, dark, width):
    opened = open_views(view, dark=dark, width=width)
    page = opened.page
    headline, detail = page.locator(".kit-headline"), page.locator(".kit-detail")
    expect(headline).to_have_text("5 features in 2 dimensions · sparsity 0.97 · loss 0.0333")
    expect(page.locator(".superposition-arrow")).to_have_count(5)
    expect(detail).to_contain_text("5 of 5 have a direction")
    expect(detail).to_contain_text("0.400 of a dimension")
    page.locator(".superposition-toys").focus()
    page.keyboard.press("ArrowLeft")
    assert opened.state(view, "run") == 1
    expect(detail).to_contain_text("4 of 5 have a direction")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    assert opened.state(view, "feature") == 4
    expect(detail).to_contain_text("Feature 4: importance 1.00, length 0,")
    page.keyboard.press("PageDown")
    assert opened.state(view, "moment") == 1
    page.locator(".superposition-slider input").first.fill("2")
    assert opened.state(view, "run") == 2
    opened.drawn()
    page.locator(".superposition-box").nth(1).hover()
    expect(detail).to_contain_text("Feature 0 alone at 1: feature 1 gets")
    page.locator(".superposition-column").first.click()
    assert opened.state(view, "run") == 0
    low = {text: c for text, c in opened.contrasts().items() if c < 4.5}
    assert not low
    assert opened.axe() == []
    page.locator(".kit-foot button", has_text="Table").click()
    assert page.locator(".kit-twin tbody tr").count() == 3 + 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.quiet()


@pytest.mark.browser
def test_phases_are_told_point_by_point_learned_and_by_hand(view, open_views):
    opened = open_views(view, width=1100)
    page, detail = opened.page, opened.page.locator(".kit-detail")
    expect(page.locator(".superposition-legend")).to_contain_text("16.7 %")
    expect(page.locator(".superposition-apart")).to_have_count(1)
    page.locator(".superposition-phases").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert opened.state(view, "cell") == 4
    expect(detail).to_contain_text("importance of the last feature 2.00: learned a dimension of")
    expect(detail).to_contain_text("by hand in superposition; W = [1.00, −0.500]")
    expect(detail).to_contain_text("Loss 0.400; by hand: left out 0.120, own dimension 0.130")
    before = page.locator(".superposition-picked").evaluate("el => el.style.background")
    page.keyboard.press("t")
    assert opened.state(view, "theory") is True
    shown = page.locator(".superposition-picked")
    expect(shown).not_to_have_css("background-color", before)
    # Upwards is more important: the first cell of the page is the last row of the grid.
    page.locator(".superposition-cells i").first.click()
    assert opened.state(view, "cell") == 3
    assert page.locator(".kit-frame").bounding_box()["height"] <= 500


@pytest.mark.browser
def test_trained_anew_from_the_page(view, open_views):
    saved = open_views(view, width=1100).page
    expect(saved.get_by_role("button", name="Train anew")).to_be_hidden()
    expect(saved.locator(".superposition-work")).to_contain_text("Training anew needs a kernel.")
    wire = Wire(open_views, view, width=1100)
    wire.page.get_by_role("button", name="Train anew").click()
    expect(wire.page.locator(".superposition-work")).to_contain_text("seed 1")
    expect(wire.page.locator(".kit-detail")).to_contain_text("step 10")
    assert [question["args"]["seed"] for question in wire.questions] == [1]
