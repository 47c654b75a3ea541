"""No effect without its control: every view that shows what a change did shows what chance does."""

from __future__ import annotations

import re

import pytest

import lab
import widgets
from tests.widgets.every import every_view
from widgets.glass.view import View

SPOKEN = re.compile(r"\b(ablat|patch(ed|ing)|steer|effect|knock|intervention)", re.IGNORECASE)
"""What a view says that shows the effect of a change."""

UNPAIRED = """() => [...document.querySelectorAll('.kit-frame')].map((frame) => {
  const seen = (name) => [...frame.querySelectorAll(`[${name}]`)]
    .filter((part) => part.checkVisibility());
  const control = seen('data-control').map((part) => part.textContent.trim()).join(' ');
  return { effects: seen('data-effect').length, control, said: frame.innerText };
})"""


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
    seen = opened.page.evaluate(UNPAIRED)
    shown = [type(view).__name__ for view in views]
    assert len(seen) >= len([view for view in views if view.controlled])
    lonely = [frame["said"][:200] for frame in seen if frame["effects"] and not frame["control"]]
    assert lonely == [], shown
    unmarked = [frame["said"][:200] for frame in seen if spoken(frame) and not frame["effects"]]
    assert unmarked == [], "these speak of a change, and mark no effect and no control"


def spoken(frame: dict) -> bool:
    return bool(SPOKEN.search(frame["said"]))


def test_a_view_without_its_control_is_found_out():
    class Bold(widgets.Tokens):
        controlled = {"pieces": "title", "title": "controls"}

    bold = Bold(pieces=["a", "b"])
    assert faults(bold) == ["Bold: pieces without title", "Bold: controls is no synced trait"]
    bold.title = "a title"
    assert "Bold: title without controls" in faults(bold)
