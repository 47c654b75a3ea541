"""What is pressed stays until it is let go: on a slow page the click would be lost else."""

from __future__ import annotations

import pytest

import lab
import widgets
from tests.widgets.every import every_view
from tests.widgets.readings import some_contributions

pytestmark = pytest.mark.browser

LATE = 40
SPOTS = """([frame, most]) => {
  const says = (part) => part.closest('.kit-foot, .kit-detail');
  const parts = [...frame.querySelectorAll('*')].filter((part) =>
    !part.children.length && part.checkVisibility() && !says(part));
  const some = parts.filter((_, i) => i % Math.ceil(parts.length / most) === 0);
  return some.map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  });
}"""
PRESSED = "addEventListener('pointerdown', ({ target }) => { globalThis.held = target; }, true)"


@pytest.fixture(scope="module")
def views() -> list:
    model = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    return every_view(lab.trace(model, "The cat sat. The cat", keep=["pattern"]), "a name")


def replaced(page, frame, most: int) -> list[tuple[float, float]]:
    """Where in a view the part under the mouse went while it was pressed."""
    lost = []
    frame.scroll_into_view_if_needed()
    for x, y in frame.evaluate(f"frame => ({SPOTS})([frame, {most}])"):
        page.mouse.move(x, y)
        page.mouse.down()
        page.wait_for_timeout(3 * LATE)  # time for what the move asked to be drawn
        if not page.evaluate("globalThis.held?.isConnected ?? true"):
            lost.append((x, y))
        page.mouse.up()
    return lost


@pytest.mark.parametrize("which", range(4))
def test_no_view_replaces_what_is_pressed(views, open_views, which: int) -> None:
    opened = open_views(*views[which::4], height=4000, late=LATE)
    opened.page.evaluate(PRESSED)
    frames = opened.page.locator(".kit-frame").all()
    assert len(frames) >= len(views[which::4])
    assert [replaced(opened.page, frame, most=8) for frame in frames] == [[]] * len(frames)


def test_a_chip_drawn_anew_by_the_mouse_upon_it_is_clicked_all_the_same(open_views) -> None:
    session = widgets.Session(layer=1, head=1)
    view = widgets.Contributions(some_contributions(), session=session)
    opened = open_views(view, late=200)
    opened.drawn()
    opened.page.locator(".contributions-text .kit-chip").nth(1).click(delay=600)
    assert opened.state(session, "token") == 1
