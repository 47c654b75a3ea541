"""No effect without its control: every view that shows what a change did shows what chance does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import lab
import widgets
from tests.widgets.every import every_view
from widgets.glass.view import View

SPOKEN = re.compile(r"\b(ablat|patch(ed|ing)|steer|effect|knock|intervention)", re.IGNORECASE)
"""What a view says that shows the effect of a change."""

FIGURES = """(() => {
  const seen = (name, frame) => [...frame.querySelectorAll(`[${name}]`)]
    .filter((part) => part.checkVisibility());
  const drawn = (part) => part.textContent.trim() || part.querySelector("canvas, polyline");
  const smallest = (part, others) => {
    while (!others.some((other) => part.contains(other))) {
      part = part.parentElement;
      if (!part || part.matches(".kit-frame")) return null;
    }
    return part;
  };
  const parts = (frame) => {
    const effects = seen("data-effect", frame);
    const controls = seen("data-control", frame).filter(drawn);
    return { effects, controls, figures: controls.map((one) => smallest(one, effects)) };
  };
  const alone = (frame) => {
    const { effects, controls, figures } = parts(frame);
    const paired = (figure) => figure && figures.includes(figure);
    return effects.filter((one) => !paired(smallest(one, controls)));
  };
  const name = (one) => `${one.tagName}.${one.getAttribute("class")}: ${one.textContent.trim()}`;
  const frames = () => [...document.querySelectorAll(".kit-frame")];
  const without = (frame, figure) => {
    const { controls, figures } = parts(frame);
    const taken = controls.filter((_, i) => figures[i] === figure);
    const marks = taken.map((one) => one.getAttribute("data-control"));
    taken.forEach((one) => one.removeAttribute("data-control"));
    const found = alone(frame).length;
    taken.forEach((one, i) => one.setAttribute("data-control", marks[i]));
    return found;
  };
  return {
    walk: () => frames().map((frame) => ({
      effects: parts(frame).effects.length, alone: alone(frame).map(name), said: frame.innerText,
    })),
    robbed: () => frames().flatMap((frame) => {
      const figures = [...new Set(parts(frame).figures)].filter(Boolean);
      return figures.map((one) => [name(one), without(frame, one) > alone(frame).length]);
    }),
  };
})()"""
"""A figure is the smallest part of the page that holds an effect and a control: an effect and a
control are a pair where the smallest part around either that holds one of the other is the same.
"""


@pytest.fixture(scope="module")
def trace():
    model = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    return lab.trace(model, "The cat sat. The cat", keep=["pattern"])


@pytest.fixture(scope="module")
def views(trace):
    return every_view(trace, "a name")


def faults(view: View) -> list[str]:
    """What is wrong with how a view pairs its effects with their controls."""
    found = []
    for effect, control in view.controlled.items():
        unknown = [name for name in (effect, control) if name not in view.keys]
        found += [f"{name} is no synced trait" for name in unknown]
        if filled(view, effect) and not filled(view, control):
            found.append(f"{effect} without {control}")
    return [f"{type(view).__name__}: {fault}" for fault in found]


def filled(view: View, name: str) -> bool:
    value = getattr(view, name, None)
    return value is not None and bool(len(value) if hasattr(value, "__len__") else True)


def test_effects_are_never_given_without_their_controls(views):
    assert [fault for view in views for fault in faults(view)] == []


def test_the_views_of_changes_are_among_them(views):
    """Each is met with effects in it: else the walk would pass by."""
    met = {type(view).__name__ for view in views if any(filled(view, e) for e in view.controlled)}
    assert {"Probes", "Patch", "Steer", "Circuit", "Attention"} <= met


@pytest.mark.browser
def test_wherever_an_effect_is_seen_its_control_is_too(views, open_views):
    opened = open_views(*views, width=1100)
    frames = walk(opened)
    assert len(frames) >= len([view for view in views if view.controlled])
    assert [frame["alone"] for frame in frames if frame["alone"]] == []
    unmarked = [frame["said"][:200] for frame in frames if spoken(frame) and not frame["effects"]]
    assert unmarked == [], "these speak of a change, and mark no effect and no control"
    # No figure can lose its control unnoticed, whatever else is in its view, in any panel of it.
    opened.page.locator(".probes-plot").focus()
    for panel in ("Rows: the true class", "Of random directions", "control"):
        for key in "vm":  # another panel, another lower curve
            opened.page.keyboard.press(key)
        expect(opened.page.locator(".probes-panel:visible")).to_contain_text(panel)
        assert [frame["alone"] for frame in walk(opened) if frame["alone"]] == []
        found = opened.page.evaluate(f"{FIGURES}.robbed()")
        assert len(found) > 40
        assert [figure for figure, noticed in found if not noticed] == []
    opened.quiet()


def walk(opened) -> list[dict]:
    """Of each view: its effects, those without a control of their own, and what it says."""
    return opened.page.evaluate(f"{FIGURES}.walk()")


def spoken(frame: dict) -> bool:
    return bool(SPOKEN.search(frame["said"]))


def test_a_view_without_its_control_is_found_out():
    class Bold(widgets.Tokens):
        controlled = {"pieces": "title", "title": "controls"}

    bold = Bold(pieces=["a", "b"])
    assert faults(bold) == ["Bold: pieces without title", "Bold: controls is no synced trait"]
    bold.title = "a title"
    assert "Bold: title without controls" in faults(bold)
