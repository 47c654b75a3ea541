"""Hard use of every view that asks: fast hands, and callables that raise.

Each case is a view with a callable, one that can be broken, and a move of the reader that asks.
A kernel that goes, and two views on one model, are tried in JupyterLab: test_linked_views.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

import lab
import widgets
from tests.widgets.every import every_view
from tests.widgets.heads import breakdown
from tests.widgets.readings import a_reading
from tests.widgets.surveys import survey
from tests.widgets.test_tokenization import both
from tests.widgets.wire import Wire
from widgets.glass.view import View

pytestmark = pytest.mark.browser

TYPED = """(i) => {
  const box = document.querySelector("%s");
  box.value = "%s".slice(0, 1 + (i %% 26));
  box.dispatchEvent(new Event("%s", { bubbles: true }));
}"""
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SET = """(i) => {
  const model = formicarium.models["%s"];
  model.set("%s", %s);
}"""


class Fragile:
    """A callable that raises while it is broken."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call, self.broken = call, False

    def __call__(self, *args: Any) -> Any:
        if self.broken:
            raise RuntimeError(f"the callable broke at {args!r:.20}")
        return self.call(*args)


NOBODY = Fragile(print)


@dataclass
class Case:
    """Views, the callable in them, the move number i, what must stay when it raises; where the
    message stands then, the mark of the old picture, and how many ms a new one takes to come."""

    views: list[Any]
    callable: Fragile
    move: str
    kept: str
    said: str = ".kit-foot .kit-mark"
    stale: str = ".kit-stale"
    eased: int = 0


def prompt() -> Case:
    ask = Fragile(lambda text: SimpleNamespace(pieces=list(text), surprisal=np.ones(len(text))))
    tokens = widgets.Tokens(pieces=["a"], values=[1.0])
    view = widgets.Prompt(ask, views=[tokens])
    return Case([view, tokens], ask, TYPED % (".prompt-text", ALPHABET, "input"), ".tokens-piece")


def cut() -> Case:
    cuts = Fragile(both)
    view = widgets.Tokenization(cuts, "start", examples={"one": "two"})
    return Case(
        [view], cuts, TYPED % (".tokenization-text", ALPHABET, "input"), ".tokenization-body"
    )


def follow() -> Case:
    ask = Fragile(lambda piece: a_reading(targets=[piece] * 6))
    view = widgets.Lens(a_reading(), follow=ask)
    return Case([view], ask, TYPED % (".lens input", ALPHABET, "change"), ".lens-grid")


def neuron() -> Case:
    ends = SimpleNamespace(highest=[("a", 1.0)], lowest=[("b", -1.0)])
    ask = Fragile(lambda layer, one: ends)
    view = widgets.Neurons(survey("a", 400), writes=ask)
    return Case([view], ask, SET % (view.model_id, "neuron", "i"), ".neurons-context")


def sentence() -> Case:
    ask = Fragile(
        lambda text, layer, one: SimpleNamespace(pieces=[*text], values=[1.0] * len(text))
    )
    view = widgets.Neurons(survey("a"), live=ask)
    return Case([view], ask, TYPED % (".neurons-text", ALPHABET, "input"), ".neurons-told")


def point() -> Case:
    ask = Fragile(lambda one: (np.array([(one + 1) % 301, (one + 2) % 301]), np.array([0.9, 0.1])))
    places = np.random.default_rng(0).normal(size=(301, 2))
    names = [f"w{i}" for i in range(301)]
    view = widgets.EmbeddingMap(places, names, neighbours=ask)
    return Case([view], ask, SET % (view.model_id, "picked", "i"), ".kit-headline")


def why() -> Case:
    ask = Fragile(breakdown)
    patterns = np.tril(np.ones((1, 1, 301, 301), np.float32)) / np.arange(1, 302)[:, None]
    session = widgets.Session(token=300, layer=0, head=0)
    pieces = [f"w{i}" for i in range(301)]
    view = widgets.Attention(pieces=pieces, patterns=patterns, session=session, breakdown=ask)
    return Case(
        [view],
        ask,
        SET % (view.model_id, "key", "i"),
        ".attention-why li",
        ".attention-why",
        ".attention-old",
    )


def after() -> Case:
    logits = np.random.default_rng(0).normal(size=(9, 5)).astype(np.float32)
    trace = SimpleNamespace(pieces=[f"p{i}" for i in range(9)], ids=[0] * 9, logits=logits)
    ask, session = Fragile(lambda ids: [f"w{i}" for i in ids]), widgets.Session()
    view = widgets.Sampler(trace, names=ask, session=session)
    move = SET % (session.model_id, "token", "i % 8")
    return Case([view], ask, move, ".kit-headline", eased=400)


def life() -> Case:
    steps = list(range(301))
    view = widgets.Life(steps=steps, pieces=["a", "b"], samples={"says": [f"s{i}" for i in steps]})
    return Case([view], NOBODY, SET % (view.model_id, "moment", "i"), "")


def temperature() -> Case:
    logits = np.random.default_rng(0).normal(size=500).astype(np.float32)
    view = widgets.Sampler(logits, names=[f"w{i}" for i in range(500)])
    return Case([view], NOBODY, SET % (view.model_id, "temperature", "i / 150"), "", eased=400)


def merge() -> Case:
    pairs = [("a" * i, "a") for i in range(1, 302)]
    view = widgets.Merges(pairs, "a" * 12, words="whole")
    return Case([view], NOBODY, SET % (view.model_id, "merge", "i"), "")


ASKING = {
    case.__name__: case for case in (prompt, cut, follow, neuron, sentence, point, why, after)
}


# Worked out in the browser alone: nobody is asked.
ALONE = {case.__name__: case for case in (life, temperature, merge)}

FAST = """async () => {
  const move = %s, start = performance.now();
  for (let i = 1; i <= 300; i++) {
    move(i);
    const late = start + i * 3 - performance.now();
    if (late > 0) await new Promise((resolve) => setTimeout(resolve, late));
  }
}"""


def opened(case: Case, open_views: Any) -> Wire:
    wire = Wire(open_views, *case.views)
    if case.said == ".attention-why":
        wire.page.locator(".attention-matrix").focus()
        wire.page.keyboard.press("w")
    wire.settle()
    return wire


def shown(wire: Wire) -> list[str]:
    return wire.page.locator(".kit-frame").all_inner_texts()


def test_no_view_is_left_out_where_all_are_tried():
    public = {getattr(widgets, name) for name in widgets.__all__}
    views = {one for one in public if isinstance(one, type) and issubclass(one, View)}
    small = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    listed = every_view(lab.trace(small, "The cat sat", keep=["pattern"]), "a name")
    assert [one for one in views if not any(isinstance(view, one) for view in listed)] == []


@pytest.mark.parametrize("name", [*ASKING, *ALONE])
def test_of_three_hundred_moves_the_last_is_shown(open_views, name):
    make = (ASKING | ALONE)[name]
    case = make()
    wire = opened(case, open_views)
    before = len(wire.questions)
    wire.hold(True)
    wire.page.evaluate("most = sent = 0")
    wire.page.evaluate(FAST % case.move)
    asked = wire.page.evaluate("[most, sent, flying.length]")
    assert asked[1] == asked[2] <= 3 * (name in ASKING), "one flies, one waits"
    assert asked[0] == (name in ASKING)
    wire.hold(False)
    wire.settle()
    assert len(wire.questions) - before <= 2 * asked[1] + 2, "what was overtaken is not asked"
    once_case = make()
    once = opened(once_case, open_views)
    once.page.evaluate(once_case.move, 300)
    once.settle()
    once.page.wait_for_timeout(case.eased)
    assert shown(wire) == shown(once)
    wire.opened.quiet()


@pytest.mark.parametrize("name", ASKING)
def test_what_a_callable_raises_stands_over_the_last_good_picture(open_views, name):
    case = ASKING[name]()
    wire = opened(case, open_views)
    page = wire.page

    def moved(i: int, *, broken: bool) -> None:
        case.callable.broken = broken
        page.evaluate(case.move, i)
        wire.settle()
        page.wait_for_timeout(case.eased)

    moved(1, broken=False)
    good = page.locator(case.kept).all_inner_texts()
    assert good and page.get_by_text("the callable broke").count() == 0
    moved(2, broken=True)
    expect(page.locator(case.said, has_text="the callable broke").first).to_be_visible()
    expect(page.locator(case.stale)).not_to_have_count(0)
    assert page.locator(case.kept).all_inner_texts() == good
    moved(3, broken=False)
    expect(page.get_by_text("the callable broke")).to_have_count(0)
    expect(page.locator(case.stale)).to_have_count(0)
    wire.opened.quiet()
