"""On a page slower than its reader no click is lost and no key."""

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
KEYS = ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "Enter")
TYPED = """(part, keys) => {
  part.focus();
  for (const key of keys)
    part.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def views() -> list:
    model = lab.build(layers=2, heads=2, d_model=16, context=64, seed=1)
    return every_view(lab.trace(model, "The cat sat. The cat", keep=["pattern"]), "a name")


def replaced(page, frame, most: int) -> list[tuple[float, float]]:
    """Where in a view the part under the mouse went while it was pressed."""
    lost = []
    frame.scroll_into_view_if_needed()
    for x, y in frame.evaluate(f"frame => ({SPOTS})([frame, {most}])"):
        page.evaluate("globalThis.held = null")  # a press outside the page would leave the last one
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


def test_what_acts_once_it_is_pressed_is_drawn_at_once(open_views) -> None:
    steps = list(range(16))
    view = widgets.Life(steps=steps, curves={"loss": (steps, steps)})
    opened = open_views(view)
    track = opened.page.get_by_role("slider")
    box = track.bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.mouse.down()
    opened.drawn()
    assert 5 < int(track.get_attribute("aria-valuenow")) < 10


def test_a_chip_drawn_anew_by_the_mouse_upon_it_is_clicked_all_the_same(open_views) -> None:
    session = widgets.Session(layer=1, head=1)
    view = widgets.Contributions(some_contributions(), session=session)
    opened = open_views(view, late=200)
    opened.drawn()
    opened.page.locator(".contributions-text .kit-chip").nth(1).click(delay=600)
    assert opened.state(session, "token") == 1


def after_keys(opened, view, at_once: bool) -> list:
    """What a view's parts and traits say after the same keys, all in one frame or one a frame."""
    frame = opened.page.locator(".kit-frame").first
    said = []
    parts = frame.locator("[tabindex='0']:visible").all()
    for part in parts[:: max(1, -(-len(parts) // 4))]:
        for keys in [KEYS] if at_once else [[key] for key in KEYS]:
            part.evaluate(TYPED, keys)
            opened.drawn()
        traits = {
            name: opened.state(each, name)
            for each in (view, getattr(view, "session", view))
            for name in each.trait_names(sync=True)
            if isinstance(getattr(each, name), int | str | list | None)
        }
        said.append([part.get_attribute("class"), traits, frame.inner_text()])
    return said


@pytest.mark.parametrize("which", range(4))
def test_keys_faster_than_frames_do_what_slow_ones_do(views, open_views, which: int) -> None:
    for view in views[which::4]:
        slow = after_keys(open_views(view, height=2000), view, at_once=False)
        fast = after_keys(open_views(view, height=2000), view, at_once=True)
        for one, other in zip(slow, fast, strict=True):
            assert one == other
