"""Steering: what the view takes and refuses, and what mouse, keys and other views do with it."""

import re
import threading

import numpy as np
import pytest

from tests.widgets.kernel import connect
from tests.widgets.steered import a_steered_run
from widgets import Session, Steer


def settle(opened):
    opened.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))"
    )


def cells(opened):
    return opened.page.locator(".steer-layer")


def detail(opened) -> str:
    return opened.page.locator(".kit-detail").inner_text()


def test_what_travels_is_what_was_given_and_the_first_cell_is_the_strongest_sane_one():
    run = a_steered_run(costs=4.0 + np.array([[2.0], [2.0], [90.0]]) * [1, 0, 0.5, 1])
    view = Steer(run)
    assert np.allclose(np.frombuffer(view._controls, "<f4"), run.controls.ravel())
    assert (view.start, view.strength) == (1, 1.0)
    assert re.fullmatch(
        r"up: log p\(' she'\) \+6 at L1 × 1; 4 random directions \S+ to \S+", view.summary
    )
    assert Steer(run, strength=0.5).strength == 0.5
    assert view.controlled == {"_effects": "_controls", "_costs": "_cost_controls"}


def test_a_stopped_run_is_shown_as_far_as_it_went():
    run = a_steered_run()
    run.done[2], run.effects[2], run.controls[2] = False, np.nan, np.nan
    view = Steer(run)
    assert view.done == [True] * 8 + [False] * 4 and view.start == 1
    assert view.summary.endswith("; 4 of 12 cells not done")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"controls": None}, TypeError, "without controls: an effect is shown beside"),
        ({"cost_controls": None}, TypeError, "without cost_controls"),
        ({"controls": np.zeros((3, 1, 4))}, ValueError, "at least 2 show a spread"),
        ({"effects": np.zeros((2, 4))}, ValueError, r"effects has shape \(2, 4\), not \(3, 4\)"),
        ({"strengths": np.array([0.1, 0.5, 1, 2])}, ValueError, "growing ones with 0"),
        ({"texts": [["a"]]}, ValueError, "texts are not one for each"),
    ],
)
def test_an_effect_without_controls_or_of_another_shape_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        Steer(a_steered_run(**change))


def test_another_direction_is_taken_over_with_its_layer_and_name():
    seen = []

    def push(prompt, direction, *, name="", layers=None):
        seen.append((prompt, direction, name, layers))
        return a_steered_run(name=name, layers=layers[0] + 1 if layers else 3)

    view = Steer(a_steered_run(), push=push, direction="first")
    view.take("probe", 1, "truth, L1")
    assert seen == [("Tom was", "probe", "truth, L1", [1])]
    assert (view.name, view.layer, view.shown, view.work) == ("truth, L1", 1, 1, [])
    view.answer("push", {"prompt": "Ann was"})
    assert seen[-1] == ("Ann was", "probe", "truth, L1", None)
    with pytest.raises(ValueError, match="given no push"):
        Steer(a_steered_run()).take("probe")
    with pytest.raises(TypeError, match=r"push is a int; give a function \(prompt, direction\)"):
        Steer(a_steered_run(), push=3)


def test_a_run_can_be_stopped_or_overtaken_and_tells_how_far_it_is():
    begun, told = threading.Event(), []

    def push(prompt, direction, progress, cancelled):
        progress(1, 3)
        told.append(list(view.work))
        begun.set()
        while prompt == "slow" and not cancelled():
            pass
        return a_steered_run(prompt=prompt)

    view = Steer(a_steered_run(), push=push)
    ask = {"kind": "ask", "what": "push", "client": "a", "args": {"prompt": "slow"}}
    view._handle_custom_msg({**ask, "id": 1}, [])
    assert begun.wait(5) and told == [[1, 3]]
    view.stops += 1
    view._answers.settle()
    assert view.prompt == "slow" and view.work == []
    begun.clear()
    view._handle_custom_msg({**ask, "id": 2}, [])
    assert begun.wait(5)
    view._handle_custom_msg({**ask, "id": 3, "args": {"prompt": "new"}}, [])
    view._answers.settle()
    assert view.prompt == "new" and view.shown == 2


@pytest.mark.browser
def test_slider_curves_layers_and_keys_all_move_the_same_two_things(open_views):
    view = Steer(a_steered_run(), session=Session())
    opened = open_views(view)
    here = cells(opened).nth(1).get_attribute("class")
    assert cells(opened).count() == 3 and here.endswith("steer-here")
    slider = opened.page.locator(".steer-slider")
    slider.focus()
    opened.page.keyboard.press("ArrowLeft")
    settle(opened)
    assert opened.state(view, "strength") == 0.5
    assert "L1, +0.500 × the stream: +3.00 nats, larger than all 4 random" in detail(opened)
    opened.page.keyboard.press("ArrowUp")
    settle(opened)
    assert opened.state(view.session, "layer") == 2
    assert "w2" in opened.page.locator(".beside-chances").inner_text()
    assert "went 22" in opened.page.locator(".steer-text").nth(1).inner_text()
    assert "stayed 22" in opened.page.locator(".steer-text").nth(2).inner_text()
    cells(opened).nth(0).click()
    curves = opened.page.locator(".curves")
    box = curves.bounding_box()
    opened.page.mouse.click(box["x"] + 50, box["y"] + 60)
    settle(opened)
    assert opened.state(view.session, "layer") == 0 and opened.state(view, "strength") == -1
    curves.focus()
    for key in ("End", "ArrowUp"):
        opened.page.keyboard.press(key)
    assert opened.state(view, "strength") == 1 and opened.state(view.session, "layer") == 1
    opened.page.keyboard.press("0")
    settle(opened)
    assert opened.state(view, "strength") == 0
    opened.page.mouse.move(5, 5)
    settle(opened)
    assert "No push" in detail(opened)
    opened.page.keyboard.press("Escape")
    assert opened.state(view.session, "layer") is None
    opened.page.get_by_role("button", name="Table").click()
    assert opened.page.locator(".kit-twin tbody tr").count() == 12
    opened.quiet()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_it_reads_well_in_both_themes_and_every_effect_has_its_control(open_views, dark):
    run = a_steered_run(text="<b>\u202eשלום</b>")
    run.done[0, 0] = False
    opened = open_views(Steer(run, push=lambda prompt, direction: run), dark=dark, width=700)
    assert opened.axe() == [] and min(opened.contrasts().values()) >= 4.5
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    control = opened.page.locator("[data-control]:visible").all_inner_texts()
    assert opened.page.locator("[data-effect]:visible").count() and all(control)
    assert opened.page.locator(".steer-typed").is_disabled()
    cells(opened).nth(0).click()
    opened.page.locator(".curves").focus()
    opened.page.keyboard.press("Home")
    settle(opened)
    opened.page.mouse.move(5, 5)
    settle(opened)
    assert "not done; the run was stopped" in detail(opened)
    assert cells(opened).nth(0).get_attribute("class").count("steer-lost") == 1
    opened.quiet()


@pytest.mark.browser
def test_another_text_is_pushed_and_what_raises_leaves_the_last_picture(open_views):
    def push(prompt, direction):
        if prompt == "bad":
            raise RuntimeError("no such word")
        return a_steered_run(prompt=prompt, name="new")

    view = Steer(a_steered_run(), push=push)
    opened = open_views(view)
    connect(opened, view)
    opened.page.evaluate("(id) => formicarium.models[id].trigger('change:work')", view.model_id)
    typed = opened.page.locator(".steer-typed")
    typed.fill("bad")
    typed.press("Enter")
    opened.page.wait_for_selector(".kit-stale")
    assert "no such word" in opened.page.locator(".kit-mark").inner_text()
    assert cells(opened).count() == 3 and view.shown == 0
    typed.fill("Ann was")
    opened.page.get_by_role("button", name="Push").click()
    opened.page.wait_for_selector(".steer:not(.kit-stale)")
    assert view.prompt == "Ann was"
    names = ("prompt", "name", "shown", "summary")
    opened.catch_up(view, *names)
    settle(opened)
    assert "Steering tiny by new" in opened.page.locator(".kit-headline").inner_text()
    # What the reader is typing by then is not written over.
    typed.fill("Ann will")
    opened.put(view, "shown", view.shown + 1)
    settle(opened)
    assert typed.input_value() == "Ann will"
    opened.quiet()
