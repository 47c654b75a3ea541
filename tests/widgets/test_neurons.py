"""Neurons: what is picked is shown, live and saved; what a callable raises is said."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect
from traitlets import TraitError

import lab
from lab import neurons
from tests.widgets.kernel import connect
from tests.widgets.wire import Wire
from widgets import Neurons, Session
from widgets.glass.text import number

CORPUS = ["Tom ran home.", "Ann sat down.", "the cat", "a ball", "Tom ran home. Then he slept."]


@pytest.fixture(scope="module")
def model():
    return lab.build("llama", layers=2, heads=2, d_model=24, context=64, seed=5)


@pytest.fixture(scope="module")
def survey(model):
    return neurons.survey(model, CORPUS)


@pytest.fixture
def view(model, survey):
    return Neurons(
        survey,
        writes=partial(neurons.writes, model),
        reads=partial(neurons.reads, model),
        live=partial(neurons.activations, model),
        text="Tom sat",
        keep=[(1, 7)],
    )


def largest(survey, layer, name="strongest"):
    return int(survey.properties[name][survey.index(layer)].argmax())


def test_the_strongest_neuron_is_shown_first(view, survey):
    assert (view.shown, view.neuron) == (0, largest(survey, 0))
    peak = survey.contexts(0, view.neuron, 1)[0]
    assert f"L0N{view.neuron}, strongest at" in view.summary
    assert Neurons(survey, sort="active", layer=1).neuron == largest(survey, 1, "active")
    assert view._card(0, view.neuron)["ends"][0][0]["value"] == pytest.approx(peak.value, rel=1e-5)


def test_what_is_sent_is_what_was_measured(view, model, survey):
    card = view._card(1, 7)
    weights = neurons.writes(model, 1, 7)
    sent = card["writes"]["ends"][1]
    assert [piece for piece, _ in sent] == [piece for piece, _ in weights.lowest]
    np.testing.assert_allclose([v for _, v in sent], [v for _, v in weights.lowest], rtol=1e-5)
    assert sum(card["counts"]) == survey.pieces
    own, _ = view.answer("live", {"text": "Tom sat", "layer": 1, "neuron": 7})
    wanted = neurons.activations(model, "Tom sat", 1, 7)
    np.testing.assert_allclose(own["values"], wanted.values, rtol=1e-5)
    assert own["pieces"] == wanted.pieces


def test_the_sessions_layer_is_the_views_where_it_was_surveyed(survey):
    session = Session(layer=1)
    view = Neurons(survey, session=session)
    assert view.shown == 1
    session.layer = 0
    assert view.shown == 0
    session.layer = 17
    assert view.shown == 0 and view.layer == 17 and session.head is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"layer": 5}, r"layer is 5: \[0, 1\] were surveyed"),
        ({"neuron": 999}, "neuron is 999: a layer has 0 to 63"),
        ({"sort": "size"}, "sort is 'size': strongest, mean size"),
        ({"writes": 3}, "writes is a int; give a function"),
    ],
)
def test_what_cannot_be_is_said(survey, given, said):
    with pytest.raises((ValueError, TypeError, TraitError), match=said):
        Neurons(survey, **given)
    with pytest.raises(ValueError, match="survey is a list without layers"):
        Neurons([1, 2])


def test_no_more_neurons_are_kept_than_a_page_can_hold(view):
    for neuron in range(60):
        view.answer("card", {"layer": 0, "neuron": neuron % view.size})
        view.answer("live", {"text": "Tom", "layer": 0, "neuron": neuron % view.size})
    assert len(view._cards) == len(view._readings) == 48


def title(opened):
    return opened.page.locator(".kit-headline").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize(("dark", "width"), [(False, 1100), (True, 720)], ids=["light", "dark"])
def test_walked_with_the_keyboard(view, survey, open_views, dark, width):
    opened = open_views(view, dark=dark, width=width)
    connect(opened, view)
    page = opened.page
    order = np.argsort(-survey.properties["strongest"][0], kind="stable")
    page.locator(".neurons-list").focus()
    page.keyboard.press("ArrowDown")
    headline = page.locator(".kit-headline")
    expect(headline).to_contain_text(f"L0N{order[1]} ")
    assert opened.state(view, "neuron") == order[1]
    shown = page.locator(".neurons-context").count()
    best = survey.contexts(0, int(order[1]), 10)
    other = survey.contexts(0, int(order[1]), 10, lowest=True)
    assert shown == len(max(best, other, key=lambda end: abs(end[0].value)))
    # Another layer, for every view of the session; its first neuron is the largest.
    page.keyboard.press("ArrowRight")
    expect(headline).to_contain_text(f"L1N{largest(survey, 1)} ")
    assert opened.state(view.session, "layer") == 1
    # A search by number; Enter takes the first found.
    page.keyboard.press("/")
    page.keyboard.type("7")
    numbers = page.locator(".neurons-row .neurons-name").all_inner_texts()
    assert numbers and all(name.startswith("N7") for name in numbers)
    page.keyboard.press("Enter")
    assert opened.state(view, "neuron") in {int(name[1:]) for name in numbers}
    assert page.locator(".neurons-list").evaluate("el => el === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator(".neurons-row").count() > len(numbers)
    low = {text: c for text, c in opened.contrasts().items() if c < 4.5}
    assert not low
    assert opened.axe() == []
    page.locator(".kit-foot button", has_text="Table").click()
    assert page.locator(".kit-twin tbody tr").count() > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.quiet()


@pytest.mark.browser
def test_the_readers_own_sentence_is_coloured_as_it_is_typed(view, model, open_views):
    opened = open_views(view)
    questions = connect(opened, view, held=True)
    page, place = opened.page, (view.shown, view.neuron)
    assert page.locator(".neurons-told .kit-chip").all_inner_texts() == list("Tom·sat")
    page.locator(".neurons-text").fill("")
    page.locator(".neurons-text").press_sequentially("a cat")
    while page.evaluate("asked.length"):
        page.evaluate("answerNext()")
    # One flew and one waited: the texts between were never asked for.
    assert [q["args"]["text"] for q in questions] == ["a", "a cat"]
    values = neurons.activations(model, "a cat", *place).values
    chips = page.locator(".neurons-told .kit-chip")
    expect(chips).to_have_count(len(values))
    chips.nth(2).hover()
    expect(page.locator(".kit-detail")).to_contain_text(f"activation {number(values[2])};")
    # A context's number puts its text there.
    page.locator(".neurons-take").first.click()
    page.evaluate("answerNext()")
    context = page.locator(".neurons-context").first.locator(".kit-chip").all_inner_texts()
    expect(chips).to_have_count(len(context))


@pytest.mark.browser
def test_a_failing_callable_leaves_the_last_good_picture_marked(survey, open_views):
    broken = []

    def writes(layer, neuron):
        if broken:
            raise ValueError("no such weights")
        return neurons.Weights(np.zeros(2), [("a", 1.0)], [("b", -1.0)], True)

    view = Neurons(survey, writes=writes)
    opened = open_views(view)
    connect(opened, view)
    page, before = opened.page, title(opened)
    broken.append(True)
    page.locator(".neurons-list").focus()
    page.keyboard.press("ArrowDown")
    mark = page.locator(".kit-mark")
    mark.get_by_text("no such weights").wait_for()
    assert title(opened) == before, "the picture is the last good one, and says of which neuron"
    assert page.locator(".kit-stale").count() == 1
    broken.clear()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".kit-stale")).to_have_count(0)
    assert title(opened) != before


@pytest.mark.browser
def test_a_saved_page_knows_what_was_looked_at(view, open_views):
    view.answer("card", {"layer": 0, "neuron": 3})
    opened = open_views(view)
    page = opened.page
    page.locator(".neurons-search").fill("3")
    page.locator(".neurons-row", has=page.get_by_text("N3", exact=True)).click()
    assert "L0N3 " in title(opened)
    page.locator(".neurons-search").fill("5")
    page.locator(".neurons-row", has=page.get_by_text("N5", exact=True)).click()
    assert "L0N5 was not looked at" in page.locator(".kit-detail").inner_text()
    assert "L0N3 " in title(opened)
    opened.quiet()


def checked(effect, *controls):
    """What a check gives: effects and controls at four places, in shares of 1."""
    found = SimpleNamespace(
        pieces=[" a", " b"],
        before=np.full(4, 0.5),
        effects=np.full(4, effect),
        others=np.full((3, 4), controls[0]),
        directions=np.full((2, 4), controls[1]),
    )
    means = {
        name: float(getattr(found, name).mean()) for name in ("effects", "others", "directions")
    }
    found.interval = lambda name: (means[name] - 0.01, means[name] + 0.01)
    return found


def test_a_cut_without_controls_is_refused(survey):
    lonely = checked(-0.2, 0.01, 0.0)
    lonely.others = None
    view = Neurons(survey, cut=lambda layer, neuron: lonely)
    with pytest.raises(ValueError, match="cut gave effects without others"):
        view.answer("cut", {"layer": 0, "neuron": 1})
    lonely.others = np.zeros((3, 9))
    with pytest.raises(ValueError, match=r"4 effects but others of shape \(3, 9\)"):
        view.answer("cut", {"layer": 0, "neuron": 1})
    assert view._effects == view._controls == {}


@pytest.mark.browser
def test_a_cut_stands_beside_its_controls(survey, open_views):
    view = Neurons(survey, cut=lambda layer, neuron: checked(-0.2, 0.012, 0.0), neuron=2)
    wire = Wire(open_views, view, width=1000)
    page = wire.page
    rows = page.locator(".neurons-change")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("−20.0")
    expect(rows.nth(1)).to_contain_text("3 others as large1.20")
    expect(rows.nth(2)).to_contain_text("2 random directions0")
    assert page.locator("[data-effect]").count() == 1
    assert page.locator("[data-control]").count() == 2
    assert page.locator(".neurons-pieces .kit-chip").all_inner_texts() == ["·a", "·b"]
    rows.nth(1).hover()
    expect(page.locator(".kit-detail")).to_contain_text("cut at 4 places: 1.20 points")
    saved = open_views(view, width=1000)
    expect(saved.page.locator(".neurons-change")).to_have_count(3)
    assert saved.axe() == []


def test_features_are_called_features(survey):
    vars(given := SimpleNamespace()).update(vars(survey), unit="feature")
    for name in ("properties", "peaks", "contexts", "histogram"):
        setattr(given, name, getattr(survey, name))
    view = Neurons(given, neuron=3)
    assert view.unit == "feature" and view.summary.startswith("L0F3, strongest at")
