"""Hard use of every view that asks: fast hands, and callables that raise.

Each case is a view with a callable, one that can be broken, and a move of the reader that asks.
A kernel that goes, and two views on one model, are tried in JupyterLab: test_linked_views.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

import lab
import widgets
from tests.widgets.circuits import a_graph, a_trial
from tests.widgets.every import every_view
from tests.widgets.heads import breakdown
from tests.widgets.probed import probed, sentence
from tests.widgets.readings import a_reading
from tests.widgets.steered import a_steered_run
from tests.widgets.surveys import survey
from tests.widgets.sweeps import a_sweep
from tests.widgets.test_tokenization import both
from tests.widgets.wire import Wire
from widgets.glass.view import View

pytestmark = pytest.mark.browser

TYPED = """
  const box = document.querySelector("%s");
  box.value = "%s".slice(0, 1 + (i %% 26));
  box.dispatchEvent(new Event("%s", { bubbles: true }));
"""
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SET = """
  formicarium.models["%s"].set("%s", %s);
"""
PICK = """
  formicarium.models["%s"].set({ %s });
"""
PRESS = """
  document.querySelector("%s").dispatchEvent(
    new KeyboardEvent("keydown", { key: "%s", bubbles: true }));
"""


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
    """Views, the callable in them, the JavaScript of move i, what must stay when it raises; where
    the message stands then, the mark of the old picture, and the ms a new one takes to come."""

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


def one_text() -> Case:
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


def write() -> Case:
    pieces = [f"w{i}" for i in range(31)]
    ask = Fragile(lambda sweep, layer, position: {"patched": f"L{layer}", "control": f"{position}"})
    sweep = a_sweep(layers=10, clean_pieces=pieces, corrupted_pieces=pieces)
    view = widgets.Patch(sweep, write=lambda sweep, **cell: ask(sweep, *cell.values()))
    cell = PICK % (view.session.model_id, "layer: Math.trunc(i / 31), token: i % 31")
    return Case([view], ask, cell + PRESS % (".patch-map", "Enter"), ".kit-headline")


def swept_anew() -> Case:
    def run(_clean, corrupted, *_how):
        pieces = ["w", *corrupted]
        return a_sweep(clean_pieces=pieces, corrupted_pieces=pieces, corrupted_text=corrupted)

    ask = Fragile(run)
    view = widgets.Patch(
        a_sweep(),
        run=lambda *asked: ask(*asked),
        metrics={"chance": lambda piece: None},
        answer=["x"],
    )
    typed = TYPED % ("[aria-label^=corrupted]", ALPHABET, "input")
    return Case([view], ask, typed + PRESS % ("[aria-label^=corrupted]", "Enter"), ".patch-heads")


def push() -> Case:
    ask = Fragile(lambda prompt, _: a_steered_run(text=prompt, prompt=prompt))
    view = widgets.Steer(a_steered_run(), push=lambda prompt, direction: ask(prompt, direction))
    typed = TYPED % (".steer-typed", ALPHABET, "input")
    return Case([view], ask, typed + PRESS % (".steer-typed", "Enter"), ".steer-text")


def read() -> Case:
    ask = Fragile(sentence)
    view = widgets.Probes(probed(), predict=ask, text="The cat")
    move = TYPED % (".probes-typed", ALPHABET, "input")
    return Case([view], ask, move, ".probes-sentence")


def hand_on() -> Case:
    ask = Fragile(lambda _, layer: f"pushed behind {layer}")
    view = widgets.Probes(probed(rows=31), steer=lambda way, layer, name: ask(way, layer))
    layer = PICK % (view.session.model_id, "layer: i % 29")
    return Case([view], ask, layer + PRESS % (".probes", "s"), ".kit-headline")


def tried() -> Case:
    ask = Fragile(lambda edges: a_trial((len(edges),), faithful=[0.5], without=[0.4]))
    view = widgets.Circuit(a_graph(layers=4, heads=5), a_trial(), test=lambda edges: ask(edges))
    size = SET % (view.model_id, "size", "i")
    return Case([view], ask, size + PRESS % (".circuit-graph", "t"), ".circuit-node")


def life() -> Case:
    steps = list(range(301))
    view = widgets.Life(steps=steps, pieces=["a", "b"], samples={"says": [f"s{i}" for i in steps]})
    return Case([view], NOBODY, SET % (view.model_id, "moment", "i"), "")


def temperature() -> Case:
    logits = np.random.default_rng(0).normal(size=500).astype(np.float32)
    view = widgets.Sampler(logits, names=[f"w{i}" for i in range(500)])
    return Case([view], NOBODY, SET % (view.model_id, "temperature", "i / 150"), "", eased=400)


def cell() -> Case:
    pieces = [f"w{i}" for i in range(31)]
    view = widgets.Patch(a_sweep(layers=10, clean_pieces=pieces, corrupted_pieces=pieces))
    where = "layer: Math.trunc(i / 31), token: i % 31"
    return Case([view], NOBODY, PICK % (view.session.model_id, where), "")


def strength() -> Case:
    strengths = np.arange(-150, 151) / 100
    view = widgets.Steer(a_steered_run(strengths=strengths))
    return Case([view], NOBODY, SET % (view.model_id, "strength", "i / 100 - 1.5"), "")


def row() -> Case:
    view = widgets.Probes(probed(rows=31))
    return Case([view], NOBODY, PICK % (view.session.model_id, "layer: i % 29"), "")


def prune() -> Case:
    view = widgets.Circuit(a_graph(layers=4, heads=5), a_trial())
    return Case([view], NOBODY, SET % (view.model_id, "size", "i"), "")


def merge() -> Case:
    pairs = [("a" * i, "a") for i in range(1, 302)]
    view = widgets.Merges(pairs, "a" * 12, words="whole")
    return Case([view], NOBODY, SET % (view.model_id, "merge", "i"), "")


CASES = (prompt, cut, follow, neuron, one_text, point, why, after)
CASES += (write, swept_anew, push, read, hand_on, tried)
ASKING = {case.__name__: case for case in CASES}

# Worked out in the browser alone: nobody is asked.
ALONE = [(life,), (temperature,), (merge,), (cell, strength, row, prune)]

FAST = """async () => {
  const move = (i) => { %s }, start = performance.now();
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
    wire.finish()
    return wire


def shown(wire: Wire) -> list[str]:
    return wire.page.locator(".kit-frame").all_inner_texts()


def same(wire: Wire, once: Wire) -> None:
    """Both come to show the same; what eases over takes its time."""
    end = time.monotonic() + 10
    while shown(wire) != shown(once) and time.monotonic() < end:
        wire.page.wait_for_timeout(100)
    assert shown(wire) == shown(once)


def test_no_view_is_left_out_where_all_are_tried():
    public = {getattr(widgets, name) for name in widgets.__all__}
    views = {one for one in public if isinstance(one, type) and issubclass(one, View)}
    small = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    listed = every_view(lab.trace(small, "The cat sat", keep=["pattern"]), "a name")
    assert [one for one in views if not any(isinstance(view, one) for view in listed)] == []


def after_three_hundred(wire: Wire, *cases: Case) -> tuple[int, int]:
    """Move 300 times within a second, nothing answered meanwhile; questions at a time, and sent."""
    wire.hold(True)
    wire.page.evaluate("most = sent = 0")
    wire.page.evaluate(FAST % "".join(f"{{ {case.move} }}" for case in cases))
    most, sent, flying = wire.page.evaluate("[most, sent, flying.length]")
    assert sent == flying, "one flies, one waits"
    wire.hold(False)
    wire.finish()
    return most, sent


def after_one(wire: Wire, *cases: Case) -> Wire:
    """The same views where only the last of the moves was made."""
    for case in cases:
        wire.page.evaluate(f"(i) => {{ {case.move} }}", 300)
    wire.finish()
    return wire


@pytest.mark.parametrize("name", ASKING)
def test_of_three_hundred_moves_the_last_is_shown(open_views, name):
    case, again = ASKING[name](), ASKING[name]()
    wire = opened(case, open_views)
    before = len(wire.questions)
    most, sent = after_three_hundred(wire, case)
    assert most == 1 <= sent <= 3
    assert len(wire.questions) - before <= 2 * sent + 2, "what was overtaken is not asked"
    same(wire, after_one(opened(again, open_views), again))
    wire.opened.quiet()


@pytest.mark.parametrize("makes", ALONE, ids=lambda makes: "_".join(m.__name__ for m in makes))
def test_moves_that_ask_nobody_come_to_the_same_end(open_views, makes):
    cases, again = ([make() for make in makes] for _ in range(2))
    wire, once = (Wire(open_views, *(c.views[0] for c in some)) for some in (cases, again))
    assert after_three_hundred(wire, *cases) == (0, 0)
    same(wire, after_one(once, *again))
    wire.opened.quiet()


@pytest.mark.parametrize("name", ASKING)
def test_what_a_callable_raises_stands_over_the_last_good_picture(open_views, name):
    case = ASKING[name]()
    wire = opened(case, open_views)
    page = wire.page

    def moved(i: int, *, broken: bool) -> None:
        case.callable.broken = broken
        page.evaluate(f"(i) => {{ {case.move} }}", i)
        wire.finish()
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
