"""The attention view in a browser: what is drawn, and what mouse and keyboard do."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from widgets import Session
from widgets.attention import Attention
from widgets.glass import arrays
from widgets.glass.text import number

from .kernel import connect
from .patterns import attention, words
from .until import until

pytestmark = pytest.mark.browser

CELL = re.compile(r" (\d+) looks at \S+ (\d+): (\S+); rank (\d+) of (\d+)")


def view_of(patterns, **more):
    return Attention(pieces=words(patterns[0].shape[-1]), patterns=patterns, **more)


def settle(opened):
    """Wait until what was asked for has been drawn."""
    opened.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
        "() => setTimeout(done, 30))))"
    )


def press(opened, *names):
    for name in names:
        opened.page.keyboard.press(name)
    settle(opened)


def detail(opened) -> str:
    return opened.page.locator(".kit-detail").inner_text()


def point(opened, across, down):
    """Move the mouse over the matrix, at these fractions of its square."""
    box = opened.page.locator(".attention-matrix canvas").first.bounding_box()
    gutter = 40
    size = box["width"] - gutter
    opened.page.mouse.move(box["x"] + gutter + across * size, box["y"] + gutter + down * size)
    settle(opened)


def thumb(opened, layer, head, layers, heads):
    """The middle of a head's small picture, layers down."""
    box = opened.page.locator(".attention-overview canvas").first.bounding_box()
    step = (box["width"] - 24) / heads
    return box["x"] + 24 + (head + 0.4) * step, box["y"] + 16 + (layer + 0.4) * step


def picked(opened, view):
    return [opened.state(view.session, name) for name in ("layer", "head", "token")]


def grounds(opened, side):
    """How dark each piece's ground is, by position, in one of the two paragraphs."""
    script = """side => {
      const dark = (chip) => {
        const ground = chip.style.backgroundColor;
        const parts = ground.match(/\\d+/g) ?? [];
        return ground ? 765 - parts.reduce((sum, part) => sum + Number(part), 0) : -1;
      };
      const chips = document.querySelectorAll(`.attention-${side} + .attention-text [data-token]`);
      return Object.fromEntries([...chips].map((chip) => [chip.dataset.token, dark(chip)]));
    }"""
    found = opened.page.evaluate(script, side)
    return np.array([found[str(i)] for i in range(len(found))])


def test_a_click_on_a_small_picture_picks_the_head(open_views):
    view = view_of(attention(4, 4, 12))
    opened = open_views(view)
    opened.page.mouse.click(*thumb(opened, 2, 3, 4, 4))
    settle(opened)
    assert picked(opened, view)[:2] == [2, 3]
    assert opened.page.locator(".attention-name strong").inner_text() == "L2H3"
    opened.quiet()


def test_pointing_at_a_small_picture_names_it(open_views):
    view = view_of(attention(4, 4, 12), labels={(1, 2): "induction 0.92"})
    opened = open_views(view)
    opened.page.mouse.move(*thumb(opened, 1, 2, 4, 4))
    settle(opened)
    assert detail(opened).startswith("L1H2 · induction 0.92")
    assert picked(opened, view) == [None, None, None]


def test_arrows_move_the_head_and_enter_pins_it(open_views):
    view = view_of(attention(4, 4, 12))
    opened = open_views(view)
    opened.page.locator(".attention-overview").focus()
    press(opened, "ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft")
    assert picked(opened, view)[:2] == [0, 1]
    press(opened, "Enter")
    assert opened.state(view.session, "pinned") == [[0, 1]]
    press(opened, "Enter")
    assert opened.state(view.session, "pinned") == []
    opened.quiet()


def test_many_layers_run_across_and_arrows_follow_the_picture(open_views):
    view = view_of(attention(9, 2, 6))
    opened = open_views(view)
    opened.page.locator(".attention-overview").focus()
    press(opened, "ArrowRight", "ArrowRight", "ArrowDown")
    assert picked(opened, view)[:2] == [2, 1]


@pytest.mark.parametrize("kernel", [True, False])
def test_pointing_at_a_cell_gives_its_weight_and_rank(open_views, kernel):
    weights = attention(2, 2, 12)
    view = view_of(weights, session=Session(layer=1, head=1))
    opened = open_views(view)
    if kernel:
        connect(opened, view)
    point(opened, 0.45, 0.83)
    query, key, shown, rank, of = CELL.search(detail(opened)).groups()
    query, key = int(query), int(key)
    row = weights[1, 1, query]
    if kernel:
        assert shown == number(float(row[key])) and "rounded" not in detail(opened)
    else:
        assert abs(float(shown) - row[key]) <= arrays.LARGEST_ERROR
        assert "rounded to a byte, ±0.004" in detail(opened)
    assert int(of) == query + 1
    assert not kernel or int(rank) == 1 + (row > row[key]).sum()
    opened.quiet()


def test_a_cell_above_the_diagonal_says_why_it_is_empty(open_views):
    opened = open_views(view_of(attention(2, 2, 12)))
    point(opened, 0.9, 0.2)
    assert "cannot see" in detail(opened)


def test_both_directions_are_the_arrays_row_and_column(open_views):
    weights = attention(2, 3, 14, spread=3.0)
    view = view_of(weights, session=Session(layer=1, head=2, token=6))
    opened = open_views(view)
    row, column = grounds(opened, "row"), grounds(opened, "column")
    assert row.argmax() == weights[1, 2, 6].argmax()
    assert column.argmax() == weights[1, 2, :, 6].argmax()
    assert (row[7:] == -1).all() and (column[:6] == -1).all()  # unseen pieces carry no colour
    assert (row[:7] >= 0).all() and (column[6:] >= 0).all()


def test_bidirectional_heads_look_both_ways(open_views):
    weights = attention(1, 2, 10, causal=False, spread=3.0)
    opened = open_views(view_of(weights, session=Session(token=2)))
    assert grounds(opened, "row").argmax() == weights[0, 0, 2].argmax()
    assert (grounds(opened, "row") >= 0).all() and (grounds(opened, "column") >= 0).all()
    point(opened, 0.9, 0.2)
    assert CELL.search(detail(opened))[5] == "10"


def test_a_click_on_a_piece_and_on_a_cell_picks_the_token(open_views):
    view = view_of(attention(2, 2, 12))
    opened = open_views(view)
    opened.page.locator(".attention-text [data-token='4']").first.click()
    assert picked(opened, view)[2] == 4
    point(opened, 0.1, 0.6)
    query = int(re.search(r" (\d+) looks", detail(opened))[1])
    opened.page.mouse.down()
    opened.page.mouse.up()
    assert picked(opened, view)[2] == query


def test_brackets_and_arrows_move_the_token(open_views):
    view = view_of(attention(2, 2, 12), session=Session(token=5))
    opened = open_views(view)
    opened.page.locator(".attention-text").first.focus()
    press(opened, "ArrowRight", "]", "]", "[", "ArrowLeft", "ArrowLeft")
    assert picked(opened, view)[2] == 5
    press(opened, *["["] * 9)
    assert picked(opened, view)[2] == 0


def test_arrows_in_the_matrix_walk_its_cells(open_views):
    view = view_of(attention(2, 2, 12), session=Session(token=5))
    opened = open_views(view)
    opened.page.locator(".attention-matrix").focus()
    press(opened, "ArrowDown", "ArrowLeft", "ArrowLeft")
    query, key = CELL.search(detail(opened)).groups()[:2]
    assert (query, key) == ("6", "3") and picked(opened, view)[2] == 6
    press(opened, "Escape")
    assert not CELL.search(detail(opened)) and picked(opened, view)[2] == 6
    press(opened, "Escape")
    assert picked(opened, view)[2] is None


def test_the_picture_follows_the_session_and_other_views(open_views):
    session = Session()
    one, two = (view_of(attention(2, 2, 8, seed=seed), session=session) for seed in (1, 2))
    opened = open_views(one, two)
    opened.put(session, "layer", 1)
    opened.put(session, "head", 1)
    settle(opened)
    assert opened.page.locator(".attention-name strong").all_inner_texts() == ["L1H1", "L1H1"]
    opened.page.locator(".attention-text [data-token='3']").first.hover()
    settle(opened)
    assert opened.page.locator(".attention-here").count() == 4
    assert {
        chip.get_attribute("data-token") for chip in opened.page.locator(".attention-here").all()
    } == {"3"}


def test_a_session_from_a_longer_text_or_other_layers_is_no_harm(open_views):
    view = view_of(attention(2, 2, 8), session=Session(token=99, layer=40, head=7, pinned=[[9, 9]]))
    opened = open_views(view)
    assert opened.page.locator(".attention-name strong").inner_text() == "L0H0"
    assert opened.page.locator(".attention-pin").count() == 0
    opened.quiet()


def test_heads_are_pinned_side_by_side_and_let_go(open_views):
    view = view_of(attention(3, 3, 10), labels={(0, 0): "first"})
    opened = open_views(view)
    pin = opened.page.get_by_role("button", name="Pin", exact=True)
    pin.click()
    opened.page.mouse.click(*thumb(opened, 2, 1, 3, 3))
    pin.click()
    assert opened.state(view.session, "pinned") == [[0, 0], [2, 1]]
    settle(opened)
    assert opened.page.locator(".attention-pin").count() == 2
    assert "first" in opened.page.locator(".attention-pin").first.inner_text()
    opened.page.get_by_role("button", name="unpin L0H0").click()
    assert opened.state(view.session, "pinned") == [[2, 1]]
    opened.put(view.session, "pinned", [[i // 3, i % 3] for i in range(9)])
    settle(opened)
    assert opened.page.locator(".attention-pin").count() == 6


def test_the_scale_in_use_is_said_and_switched(open_views):
    view = view_of(attention(2, 2, 12))
    opened = open_views(view)
    legend = opened.page.locator(".attention-legend")
    before = opened.page.evaluate("document.querySelector('.attention-matrix canvas').toDataURL()")
    assert "linear" in legend.inner_text() and "share of 1" in legend.inner_text()
    opened.page.locator(".attention-matrix").focus()
    press(opened, "l")
    assert "log" in legend.inner_text() and "≤ 0.001" in legend.inner_text()
    assert opened.state(view, "scale") == "log"
    after = opened.page.evaluate("document.querySelector('.attention-matrix canvas').toDataURL()")
    assert before != after


def test_leaving_the_first_token_out_is_said(open_views):
    weights = attention(2, 2, 12)
    view = view_of(weights)
    opened = open_views(view)
    press(opened, "Tab")
    opened.page.locator(".attention-matrix").focus()
    press(opened, "f")
    share = 100 * weights[0, 0, 1:, 0].mean()
    assert f"The first token is not drawn: {share:.3g} % of L0H0 rests on it" in detail(opened)
    assert grounds(opened, "row")[0] == -1


def test_the_table_holds_the_exact_numbers(open_views):
    weights = attention(2, 2, 15, spread=3.0)
    view = view_of(weights, session=Session(layer=1, head=0, token=9))
    opened = open_views(view)
    connect(opened, view)
    opened.page.get_by_role("button", name="Table").click()
    opened.put(view.session, "token", 8)
    exact = opened.page.locator(".kit-twin tbody td").nth(2)
    until(opened.page, lambda: np.float32(exact.inner_text()) == weights[1, 0, 8].max())
    rows = opened.page.locator(".kit-twin tbody tr").all()
    body = [row.locator("td").all_inner_texts() for row in rows]
    best = np.argsort(-weights[1, 0, 8, :9], kind="stable")[: len(body)]
    assert [int(re.search(r"\((\d+)\)", row[1])[1]) for row in body if row[1]] == best[:10].tolist()
    assert np.float32(body[0][2]) == weights[1, 0, 8].max()
    assert np.float32(body[0][4]) == weights[1, 0, :, 8].max()


def test_the_summary_says_what_the_head_does(open_views):
    weights = attention(2, 2, 9, spread=3.0)
    opened = open_views(view_of(weights))
    said = opened.page.locator(".attention-summary").inner_text()
    head = weights[0, 0].astype(float)
    entropy = -(head * np.log(np.where(head > 0, head, 1))).sum(-1).mean()
    query, key = np.unravel_index(head[1:, 1:].argmax(), (8, 8))
    assert f"mean entropy {entropy:.3g} nats" in said
    assert re.search(rf"strongest ·w{query + 1} {query + 1} → ·w{key + 1} {key + 1} ", said)
    assert opened.page.locator(".attention-summary").get_attribute("aria-live") == "polite"


def test_equal_pieces_stay_apart(open_views):
    view = Attention(pieces=["a"] * 7, patterns=attention(1, 2, 7))
    opened = open_views(view)
    assert opened.page.locator(".attention-row + .attention-text [data-token]").count() == 7
    opened.page.locator(".attention-text [data-token='5']").first.click()
    assert picked(opened, view)[2] == 5


def test_scores_sort_the_heads(open_views):
    scores = np.array([[0.1, 0.9], [0.5, 0.2]])
    view = view_of(attention(2, 2, 6), scores=scores)
    opened = open_views(view)
    assert opened.page.locator(".attention-name strong").inner_text() == "L0H1"
    press(opened, "Tab")
    opened.page.locator(".attention-overview").focus()
    press(opened, "s")
    opened.page.mouse.click(*thumb(opened, 1, 0, 2, 2))
    settle(opened)
    assert picked(opened, view)[:2] == [1, 1]  # third of 0.9, 0.5, 0.2, 0.1
    assert (
        opened.page.get_by_role("button", name="By score").get_attribute("aria-pressed") == "true"
    )


def test_hostile_text_stays_text(open_views, payload):
    view = Attention(
        pieces=[payload, "b", payload],
        patterns=attention(2, 2, 3),
        labels={(0, 0): payload},
        title=payload,
        special=[True, False, False],
    )
    opened = open_views(view, title=payload)
    opened.page.locator(".attention-text [data-token='0']").first.click()
    opened.page.get_by_role("button", name="Table").click()
    press(opened, "?")
    point(opened, 0.3, 0.8)
    opened.page.get_by_role("button", name="Pin", exact=True).click()
    settle(opened)
    assert opened.page.locator(".attention img, .attention svg, .attention script").count() == 0
    opened.quiet()


def test_4096_tokens_open_zoom_and_pan(open_views):
    weights = attention(1, 2, 4096, spread=1.0)
    view = view_of(weights, session=Session(token=3000))
    opened = open_views(view)
    questions = connect(opened, view)
    opened.page.locator(".attention-matrix").focus()
    press(opened, "ArrowLeft")
    shown = number(float(weights[0, 0, 3000, 2999]))
    exact = re.compile(rf" 3000 looks at \S+ 2999: {shown}; rank \d+ of 3001")
    expect(opened.page.locator(".kit-detail")).to_have_text(exact, use_inner_text=True)
    press(opened, *["+"] * 9, "Shift+ArrowLeft", "Shift+ArrowUp")

    def narrow() -> bool:
        """Has a window of few rows been asked for last?"""
        windows = [q["args"]["rows"] for q in questions if q["what"] == "window"]
        return bool(windows) and windows[-1][1] - windows[-1][0] < 200

    until(opened.page, narrow)
    settle(opened)
    middle = "document.querySelector('.attention-matrix canvas').toDataURL()"
    before = opened.page.evaluate(middle)
    press(opened, *["Shift+ArrowLeft"] * 4)
    until(opened.page, lambda: opened.page.evaluate(middle) != before)
    press(opened, "0")
    opened.quiet()


def test_an_overtaken_answer_is_dropped_and_the_newest_drawn(open_views):
    weights = attention(4, 12, 256)
    view = view_of(weights)
    opened = open_views(view)
    connect(opened, view, held=True)
    opened.put(view.session, "layer", 1)
    for head in (0, 1, 2):
        opened.put(view.session, "head", head)
        settle(opened)
    heads = "asked.filter((q) => q.what === 'heads').map((q) => q.args.heads)"
    assert opened.page.evaluate(heads) == [[[1, 0]]]  # one in flight, the last one waiting
    for _ in range(8):
        opened.page.evaluate("asked.length && answerNext()")
        settle(opened)
    assert opened.page.evaluate(heads) == []
    name = opened.page.locator(".attention-name strong").inner_text()
    said = opened.page.locator(".attention-summary").inner_text()
    assert name == "L1H2" and f"{100 * weights[1, 2, 1:, 0].mean():.3g} % on the first" in said


def test_a_saved_page_without_a_head_says_what_it_shows_instead(open_views):
    view = view_of(attention(4, 12, 256))
    opened = open_views(view)
    opened.put(view.session, "layer", 1)
    opened.put(view.session, "head", 7)
    settle(opened)
    assert "Only the small picture of this head is in this page" in detail(opened)
    opened.quiet()


def test_odd_numbers_are_pointed_out(open_views):
    weights = attention(1, 2, 5)
    weights[0, 1, 3] = 0
    assert "do not sum to 1 (L0H1, query 3: 0)" in detail(open_views(view_of(weights)))


@pytest.mark.parametrize("dark", [False, True])
def test_text_on_every_ground_is_readable(open_views, dark):
    view = view_of(attention(2, 2, 40, spread=4.0), scale="log", session=Session(token=30))
    opened = open_views(view, dark=dark)
    pairs = opened.page.evaluate(
        """() => [...document.querySelectorAll('.attention-text [data-token]')]
        .map((chip) => [chip.style.backgroundColor, chip.style.color])
        .filter(([ground]) => ground)
        .map((pair) => pair.map((colour) => colour.match(/\\d+/g).map(Number)))"""
    )
    assert len(pairs) > 30
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def contrast(one, other):
    def luminance(colour):
        shares = [c / 255 for c in colour]
        red, green, blue = (
            s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("shape", [(12, 12, 24), (30, 9, 24), (4, 4, 12), (1, 12, 300)])
def test_the_view_fits_its_cell_at_every_width(open_views, shape):
    opened = open_views(view_of(attention(*shape)))
    for width in (740, 1000, 1400):
        opened.page.set_viewport_size({"width": width, "height": 800})
        settle(opened)
        assert opened.page.locator(".kit-frame").bounding_box()["height"] <= 600
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_another_text_replaces_the_picture_and_keeps_what_is_picked(open_views):
    session = Session(layer=1, head=2, token=1)
    view = view_of(attention(2, 3, 4), session=session)
    opened = open_views(view)
    settle(opened)
    view.show(pieces=["one", " two", " three", " four", " five"], patterns=attention(2, 3, 5))
    opened.catch_up(
        view, "pieces", "special", "layers", "heads", "start", "summary", "side", "thumb_side",
        "thumbs", "all_heads", "all_stats", "opened", "shown",
    )  # fmt: skip
    settle(opened)
    assert opened.page.locator(".attention").count() == 1
    assert "5 tokens" in opened.page.locator(".kit-headline").inner_text()
    assert opened.page.locator(".attention-name").inner_text().startswith("L1H2")
    assert detail(opened).startswith("·two 1 looks at")
    opened.quiet()


def test_the_wheel_scrolls_the_notebook_and_zooms_only_with_control(open_views):
    view = view_of(attention(2, 2, 30))
    opened = open_views(view, view_of(attention(2, 2, 30)), height=300)
    opened.page.locator(".attention-matrix").first.click(position={"x": 120, "y": 120})
    opened.page.mouse.wheel(0, 200)
    until(opened.page, "scrollY > 100")
    point(opened, 0.4, 0.8)
    opened.page.keyboard.down("Control")
    opened.page.mouse.wheel(0, -200)
    opened.page.wait_for_selector(".attention-zoomed")


@pytest.mark.parametrize("shape", [(2, 2, 300), (30, 9, 300), (12, 12, 24)])
@pytest.mark.parametrize("width", [700, 900, 1200])
def test_nothing_moves_under_the_mouse(open_views, shape, width):
    opened = open_views(view_of(attention(*shape, spread=3.0)), width=width)
    parts = ".attention-grid > *, .attention-direction, .attention-text, .kit-detail, .kit-foot"
    script = """parts => [...document.querySelectorAll(parts)].map((part) =>
      ["left", "top"].map((side) => Math.round(part.getBoundingClientRect()[side])).join())"""
    settle(opened)
    before = opened.page.evaluate(script, parts)
    for down in (0.1, 0.35, 0.6, 0.95):
        point(opened, 0.8 * down, down)
        assert opened.page.evaluate(script, parts) == before


def test_both_directions_and_what_is_left_out_are_told_at_once(open_views):
    opened = open_views(view_of(attention(2, 2, 30), session=Session(token=4), skip_first=True))
    one, two = detail(opened).split("\n")[:2]
    assert one.startswith("·w4 4 looks at") and two.startswith("·w4 4 is looked at by")
    assert "The first token is not drawn" in detail(opened)


def test_what_the_keyboard_does_is_read_out_and_what_the_mouse_does_is_not(open_views):
    opened = open_views(view_of(attention(2, 2, 12)))
    line = opened.page.locator(".kit-detail")
    opened.page.locator(".attention-matrix").focus()
    press(opened, "ArrowLeft")
    assert line.get_attribute("aria-live") == "polite"
    point(opened, 0.2, 0.7)
    assert line.get_attribute("aria-live") == "off"
    assert opened.page.locator(".attention canvas:not([aria-hidden])").count() == 0


def test_another_text_jumps_nothing_and_leaves_open_what_was_open(open_views):
    view = view_of(attention(2, 3, 4), scores=np.arange(6).reshape(2, 3))
    opened = open_views(view)
    page = opened.page
    for name in ("By score", "Table"):
        page.get_by_role("button", name=name).click()
    page.locator(".attention-matrix").focus()
    settle(opened)
    height = "() => document.querySelector('.attention-grid').getBoundingClientRect().height"
    before = page.evaluate(height)
    view.show(pieces=words(7), patterns=attention(2, 3, 7), scores=np.arange(6).reshape(2, 3))
    opened.catch_up(
        view, "pieces", "special", "layers", "heads", "start", "summary", "side", "thumb_side",
        "thumbs", "all_heads", "all_stats", "opened", "scores", "shown",
    )  # fmt: skip
    assert page.evaluate(height) == before  # at once: no frame goes by
    settle(opened)
    assert page.evaluate(height) == before
    assert page.locator(".kit-twin").is_visible()
    assert page.locator(".attention-matrix:focus").count() == 1
    assert page.get_by_role("button", name="By score").get_attribute("aria-pressed") == "true"


def test_every_control_has_a_name_and_is_large_enough_to_hit(open_views):
    view = view_of(attention(2, 2, 8), session=Session(pinned=[[0, 1]]), scores=np.ones((2, 2)))
    opened = open_views(view)
    settle(opened)
    for button in opened.page.locator("button:visible").all():
        box, name = button.bounding_box(), button.get_attribute("aria-label")
        assert min(box["width"], box["height"]) >= 24
        assert re.search(r"\w", name or button.inner_text())
