"""Heads and MLPs switched off in the attention view: what is left, never without its control."""

from functools import partial

import numpy as np
import pytest
from traitlets import TraitError

from widgets import Session
from widgets.attention import Attention, cutting

from .heads import without
from .kernel import connect
from .patterns import attention, words
from .test_attention_page import press, settle, thumb


def view_of(**more):
    patterns = attention(2, 4, 6)
    return Attention(pieces=words(6), patterns=patterns, **{"ablate": without} | more)


def test_what_is_off_at_first_is_measured_beside_its_controls():
    view = view_of(off=[(1, "mlp"), (0, 2)], session=Session(token=3))
    assert view.off == [[0, 2], [1, "mlp"]]
    assert list(view.effects) == list(view.controls) == ["3:0.2,1.mlp"]
    effect, control = (store["3:0.2,1.mlp"] for store in (view.effects, view.controls))
    assert effect["change"] == -1.75 and control["changes"] == [-0.1, 0.0, 0.2, -2.0]
    beside = np.array(without([(0, 2)], [1], 3)["probs_controls"])
    assert control["low"] == pytest.approx(beside.min(0), rel=1e-4)
    assert view.controlled == {"effects": "controls"}
    view.show(pieces=words(5), patterns=attention(2, 4, 5))
    assert not view.effects and not view.ablates
    assert Attention(pieces=words(6), patterns=attention(2, 4, 6)).ablates is False


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"controls": None}, TypeError, "without controls: an effect is shown beside"),
        ({"controls": [0.1]}, TypeError, "at least two others"),
        ({"effect": np.nan}, ValueError, "effect holds NaN or infinity"),
        ({"probs_controls": np.ones((3, 2))}, ValueError, r"shape \(3, 2\), not \(4, 2\)"),
        ({"names": ["a"]}, ValueError, "4 controls but 1 names"),
    ],
)
def test_an_effect_alone_or_of_no_number_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        cutting.said(without([], [1], 0) | change)


def test_what_is_no_part_and_no_function_is_refused():
    with pytest.raises(TypeError, match=r"ablate is a dict; give a function \(heads, mlps"):
        view_of(ablate={})
    with pytest.raises(TraitError, match="an MLP \\(layer, 'mlp'\\), not \\(3, 'attn'\\)"):
        view_of(off=[(3, "attn")])
    view = view_of()
    with pytest.raises(TraitError, match="not \\[0\\]"):
        view.off = [[0]]
    with pytest.raises(ValueError, match=r"Attention\(trace, ablate=…\)"):
        cutting.measured(None, [[0, 1]], 2)


@pytest.mark.browser
def test_mouse_and_keys_switch_parts_off_and_the_prediction_follows(open_views):
    view = view_of(session=Session(layer=1, head=0))
    opened = open_views(view)
    questions = connect(opened, view)
    panel = opened.page.locator(".attention-cut")
    assert not panel.is_visible()
    opened.page.get_by_role("button", name="Cut", exact=True).click()
    settle(opened)
    settle(opened)
    assert opened.state(view, "off") == [[1, 0]]
    assert questions[-1]["args"] == {"off": [[1, 0]], "position": 5}
    text = panel.inner_text()
    assert "−1.50 nats, larger than 3 of 4 controls" in text
    assert "the 4 other heads of L0: −2.00 to +0.200 (n = 4)" in text
    assert "60.0 → 40.0" in text and panel.locator("[data-control]").count() >= 3
    # Shift and a click on a small picture, the MLP by its key and by its button.
    at = thumb(opened, 0, 3, 2, 4)
    opened.page.keyboard.down("Shift")
    opened.page.mouse.click(*at)
    opened.page.keyboard.up("Shift")
    opened.page.locator(".attention-matrix").focus()
    press(opened, "X")
    panel.get_by_role("button", name="L1 MLP", exact=True).click()
    settle(opened)
    assert opened.state(view, "off") == [[0, 3], [0, "mlp"], [1, 0], [1, "mlp"]]
    settle(opened)
    assert "−3.00 nats" in panel.inner_text()
    # Another token: the prediction after it. Then everything on again.
    opened.put(view.session, "token", 2)
    settle(opened)
    settle(opened)
    assert questions[-1]["args"]["position"] == 2 and "w2 2" in panel.inner_text()
    opened.page.get_by_role("button", name="Table").click()
    assert "control, L1H0 off instead" in opened.page.locator(".kit-twin").inner_text()
    panel.get_by_role("button", name="L0H3 on again").click()
    opened.page.locator(".attention-matrix").focus()
    press(opened, "r")
    assert opened.state(view, "off") == [] and not panel.is_visible()
    opened.quiet()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_a_saved_page_shows_what_was_measured_and_says_what_was_not(open_views, dark):
    view = view_of(off=[(0, 1)], session=Session(layer=0, head=1))
    opened = open_views(view, dark=dark, width=720)
    panel = opened.page.locator(".attention-cut")
    assert "−1.50 nats" in panel.inner_text()
    dot = panel.locator(".beside-control").nth(2)
    dot.hover()
    detail = opened.page.locator(".kit-detail").inner_text()
    assert "control, L2H0 off instead: log p('a') +0.200 nats" in detail
    assert opened.axe() == [] and min(opened.contrasts().values()) >= 4.5
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.page.locator(".attention-overview").focus()
    press(opened, "ArrowRight", "x")
    settle(opened)
    assert opened.state(view, "off") == [[0, 1], [0, 2]]
    assert "was not measured before the page was saved" in panel.inner_text()
    assert opened.page.locator(".attention-cut.attention-old").count() == 1
    opened.quiet()


@pytest.mark.browser
def test_a_model_that_fails_says_so_and_the_last_picture_stays_marked(open_views):
    def failing(heads, mlps, position):
        if len(heads) > 1:
            raise RuntimeError("the model has gone home")
        return partial(without, text="a")(heads, mlps, position)

    view = view_of(ablate=failing, off=[(0, 1)])
    opened = open_views(view)
    connect(opened, view)
    opened.put(view, "off", [[0, 1], [0, 2]])
    settle(opened)
    settle(opened)
    panel = opened.page.locator(".attention-cut")
    assert "the model has gone home" in panel.inner_text()
    assert opened.page.locator(".attention-cut.attention-old .beside-effect").count() == 2
    opened.quiet()
