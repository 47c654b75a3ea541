"""The training board in a browser: what is drawn as it grows, and what mouse and keyboard do."""

from __future__ import annotations

import base64
import math
import time

import pytest
from playwright.sync_api import expect

from tests.training_runs import STORY, steps
from tests.widgets.kernel import connect
from widgets.glass.text import clean, number, short, visible
from widgets.training import Training
from widgets.training.history import entry

pytestmark = pytest.mark.browser

FEED = """([id, messages]) => {
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  for (const [content, buffers] of messages)
    formicarium.models[id].trigger("msg:custom", content, buffers.map(bytes));
}"""
PIXELS = "[...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL())"


def grown(board, more, phase="running"):
    """Give the board these steps; the message that tells them."""
    for step in more:
        board._ledger.add(entry(step))
    return board._ledger.news(phase)


def feed(opened, board, *messages):
    """Deliver messages of the board to its page, and let it draw."""
    coded = [[content, [base64.b64encode(b).decode() for b in raw]] for content, raw in messages]
    opened.page.evaluate(FEED, [board.model_id, coded])
    settle(opened)


def settle(opened):
    opened.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
        "() => setTimeout(done, 30))))"
    )


def detail(opened) -> str:
    return opened.page.locator(".kit-detail").inner_text()


def press(opened, *names):
    for name in names:
        opened.page.keyboard.press(name)
    settle(opened)


def point(opened, chart, across):
    """Move the mouse over a chart, at this fraction of its x axis."""
    box = opened.page.locator(".curves canvas").nth(2 * chart + 1).bounding_box()
    opened.page.mouse.move(box["x"] + 46 + across * (box["width"] - 56), box["y"] + 60)
    settle(opened)


@pytest.mark.parametrize("count", [200, 1600])
def test_a_board_that_grew_looks_like_one_that_is_opened_afterwards(open_views, count):
    board, run = Training(), steps(count)
    grown(board, [next(run) for _ in range(30)])
    opened = open_views(board)
    for _ in range(4):
        feed(opened, board, grown(board, [next(run) for _ in range(count // 5)]))
    feed(opened, board, grown(board, run, "done"))
    board._phase_shown = "done"
    afterwards = open_views(board)
    assert opened.page.evaluate(PIXELS) == afterwards.page.evaluate(PIXELS)
    facts = [page.page.locator(".training-facts").inner_text() for page in (opened, afterwards)]
    assert facts[0] == facts[1] and f"{count:,}" in facts[0]
    texts = [page.page.locator(".training-samples").inner_text() for page in (opened, afterwards)]
    assert texts[0] == texts[1]
    opened.quiet()


def test_two_views_of_one_board_show_the_same_and_both_grow(open_views):
    board, run = Training(), steps(100)
    grown(board, [next(run) for _ in range(40)])
    opened = open_views(board, board)
    feed(opened, board, grown(board, run))
    first, second = opened.page.locator(".training").all()
    assert first.locator(".training-facts").inner_text().startswith("100 of 100 steps")
    pixels = opened.page.evaluate(PIXELS)
    assert pixels[: len(pixels) // 2] == pixels[len(pixels) // 2 :]
    assert first.inner_text() == second.inner_text()


def test_a_browser_that_missed_a_message_asks_for_all_of_it(open_views):
    board, run = Training(), steps(100)
    opened = open_views(board)
    questions = connect(opened, board)
    grown(board, [next(run) for _ in range(40)])  # never arrives
    feed(opened, board, grown(board, [next(run) for _ in range(10)]))
    expect(opened.page.locator(".training-facts")).to_contain_text("50 of 100 steps")
    assert [question["what"] for question in questions] == ["whole"]
    feed(opened, board, grown(board, run))
    assert "100 of 100 steps" in opened.page.locator(".training-facts").inner_text()
    assert [question["what"] for question in questions] == ["whole"]


class Wire:
    """A board at work in Python whose messages are carried to its page by the test."""

    def __init__(self, open_views, run):
        self.board, self.sent, self.told = Training(), [], 0
        self.opened = open_views(self.board)
        self.questions = connect(self.opened, self.board)
        self.board.send = lambda content, buffers=None: self.sent.append((content, buffers))
        self.board.watch(run)

    def until(self, condition: str, timeout: float = 10.0):
        end = time.monotonic() + timeout
        while not self.opened.page.evaluate(condition):
            assert time.monotonic() < end, f"never: {condition}"
            new, self.told = self.sent[self.told :], len(self.sent)
            feed(self.opened, self.board, *new)


STOP = "document.querySelector('.training-stop')"


@pytest.mark.parametrize("way", ["mouse", "space"])
def test_stop_and_resume_from_the_picture(open_views, way):
    wire = Wire(open_views, steps(4000, pause=0.005))
    wire.until(f"{STOP}.textContent === 'Stop' && !{STOP}.hidden")

    def act():
        if way == "mouse":
            wire.opened.page.locator(".training-stop").click()
        else:
            wire.opened.page.locator(".curves").first.focus()
            press(wire.opened, "Space")

    act()
    wire.until(f"{STOP}.textContent === 'Resume'")
    assert not wire.board.running and "stopped" in headline(wire.opened)
    at = wire.board.step.step
    time.sleep(0.1)
    assert wire.board.step.step == at
    act()
    wire.until(f"{STOP}.textContent === 'Stop'")
    assert wire.board.running and "running" in headline(wire.opened)
    wire.board.stop()
    wire.until(f"{STOP}.textContent === 'Resume'")
    assert wire.board.step.step > at
    wire.board.close()
    wire.opened.quiet()


def headline(opened) -> str:
    return opened.page.locator(".kit-headline").inner_text()


def test_a_training_that_failed_says_why_and_keeps_its_curves(open_views):
    board = Training()
    grown(board, steps(50))
    board._phase_shown, board.failure = "failed", "ValueError: the loss of step 51 is nan"
    opened = open_views(board)
    assert "the loss of step 51 is nan" in opened.page.locator(".kit-mark").inner_text()
    assert "kit-stale" in opened.page.locator(".kit-frame").get_attribute("class")
    assert headline(opened) == "Training · failed"
    assert not opened.page.locator(".training-stop").is_visible()


def test_a_page_saved_from_a_running_training_does_not_pretend_to_run(open_views):
    board = Training()
    grown(board, list(steps(100))[:60])
    board._phase_shown = "running"
    opened = open_views(board)
    assert headline(opened) == "Training · as it was when saved"
    assert not opened.page.locator(".training-stop").is_visible()
    assert "60 of 100 steps" in opened.page.locator(".training-facts").inner_text()


def test_the_crosshair_tells_a_steps_numbers_in_all_charts(open_views):
    board = Training.of(list(steps(200)))
    opened = open_views(board)
    clean_pixels = opened.page.evaluate(PIXELS)
    point(opened, 0, 0.5)
    said = detail(opened)
    at = int(said.split()[1])
    assert abs(at - 100) <= 3
    history = board.history
    assert f"loss {number(float(history['loss'][at - 1]))} nats" in said
    assert f"induction {number(float(history['induction'][at // 5 * 5 - 1]))}" in said
    assert "gradient norm 1.50" in said and "L0 0.500 L1 1.50" in said
    assert f"{1024 * at:,} tokens" in said
    changed = [a != b for a, b in zip(clean_pixels, opened.page.evaluate(PIXELS), strict=True)]
    assert changed == [False, True, False, True], "only the crosshairs are drawn, in both charts"
    opened.page.mouse.move(2, 2)
    settle(opened)
    assert opened.page.evaluate(PIXELS) == clean_pixels
    point(opened, 1, 0.25)
    assert abs(int(detail(opened).split()[1]) - 50) <= 3


def test_thinned_curves_ask_the_kernel_for_exact_numbers(open_views):
    board = Training.of(list(steps(4000)))
    opened = open_views(board)
    point(opened, 0, 0.37)
    assert "the nearest points kept" in detail(opened)
    questions = connect(opened, board)
    point(opened, 0, 0.61)
    expect(opened.page.locator(".kit-detail")).not_to_contain_text("the nearest points kept")
    at = int(detail(opened).split()[1].replace(",", ""))
    assert f"loss {number(float(board.history['loss'][at - 1]))} nats" in detail(opened)
    assert questions[-1] == {**questions[-1], "what": "at", "args": {"step": at}}


def test_the_keyboard_moves_holds_and_lets_go(open_views):
    board = Training.of(list(steps(200)))
    opened = open_views(board)
    opened.page.locator(".curves").first.focus()
    press(opened, "Home")
    assert detail(opened).startswith("step 1 ")
    press(opened, "ArrowRight", "ArrowRight")
    assert detail(opened).startswith("step 3 ")
    press(opened, "End", "ArrowLeft", "Shift+ArrowLeft")
    assert detail(opened).startswith("step 189 ")
    press(opened, "Escape")
    assert detail(opened).startswith(board.summary[:40])
    press(opened, "l", "y")
    assert opened.state(board, "log_x") is True and opened.state(board, "log_y") is True
    pressed = opened.page.locator(".training-switches [aria-pressed=true]")
    assert pressed.count() == 2
    press(opened, "?")
    assert opened.page.locator(".kit-help").is_visible()
    opened.quiet()


def test_a_click_holds_the_crosshair_and_brings_the_samples_of_that_step(open_views):
    opened = open_views(Training.of(list(steps(200))))
    page = opened.page
    assert page.locator(".training-moment").inner_text() == "step 200"
    point(opened, 0, 0.6)
    page.mouse.down()
    page.mouse.up()
    assert page.locator(".training-moment").inner_text() == "step 100"
    page.mouse.move(2, 2)
    settle(opened)
    assert abs(int(detail(opened).split()[1]) - 120) <= 3
    page.locator(".curves").first.focus()
    press(opened, "[")
    assert page.locator(".training-moment").inner_text() == "step 50"
    assert page.locator(".training-text p").inner_text() == STORY
    page.locator(".training-moments input").press("End")
    assert page.locator(".training-moment").inner_text() == "step 200"


def test_the_newest_sample_is_shown_unless_another_was_chosen(open_views):
    board, run = Training(), steps(200)
    grown(board, [next(run) for _ in range(100)])
    opened = open_views(board)
    moment = opened.page.locator(".training-moment")
    assert moment.inner_text() == "step 100"
    feed(opened, board, grown(board, [next(run) for _ in range(50)]))
    assert moment.inner_text() == "step 150"
    opened.page.locator(".training-moments input").press("Home")
    feed(opened, board, grown(board, run))
    assert moment.inner_text() == "step 50"


def test_the_axis_can_run_along_tokens_and_time(open_views):
    board = Training.of(list(steps(200)))
    opened = open_views(board)
    before = opened.page.evaluate(PIXELS)
    for kind in ("tokens", "seconds"):
        opened.page.locator(".training-choice").select_option(kind)
        settle(opened)
        assert opened.state(board, "x") == kind
        point(opened, 0, 0.5)
        assert abs(int(detail(opened).split()[1]) - 100) <= 3
    assert opened.page.evaluate(PIXELS)[0] != before[0]
    opened.quiet()


def test_a_metric_is_hidden_and_shown_by_its_entry(open_views):
    opened = open_views(Training.of(list(steps(100, metric="recall"))))
    chosen = opened.page.get_by_role("button", name="recall 1.00")
    assert chosen.get_attribute("aria-pressed") == "true"
    before = opened.page.evaluate(PIXELS)
    chosen.click()
    settle(opened)
    assert chosen.get_attribute("aria-pressed") == "false"
    hidden = opened.page.evaluate(PIXELS)
    assert hidden[0] != before[0]
    chosen.press("Enter")
    settle(opened)
    assert chosen.get_attribute("aria-pressed") == "true"
    assert opened.page.evaluate(PIXELS)[0] != hidden[0]


def test_the_table_has_the_numbers(open_views):
    board = Training.of(list(steps(60)))
    opened = open_views(board)
    opened.page.get_by_role("button", name="Table").click()
    columns = opened.page.locator(".kit-twin th").all_inner_texts()
    assert columns == [
        "step", "tokens", "time", "loss", "validation", "induction", "gradient norm",
        "learning rate",
    ]  # fmt: skip
    rows = opened.page.locator(".kit-twin tbody tr").all()
    assert len(rows) == 60
    cells = rows[41].locator("td").all_inner_texts()
    loss = number(float(board.history["loss"][41]))
    assert cells[:4] == ["42", "43,008", "0:04", loss] and cells[4] == number(
        float(board.history["valid"][39])
    )


def test_hostile_text_stays_text(open_views, payload):
    run = list(steps(60, metric=payload, text=payload * 9))
    for step in run:
        step.samples = {payload: payload} if step.samples else {}
    board = Training.of(run, title=payload)
    board.failure = f"ValueError: {payload}"
    opened = open_views(board)
    opened.page.get_by_role("button", name="Table").click()
    opened.page.locator(".curves").first.focus()
    press(opened, "End")
    shown = opened.page.locator("body").inner_text()
    assert short(visible(clean(payload)), 28) in shown
    assert opened.page.locator(".training-text p").text_content() == visible(clean(payload))
    assert opened.page.locator("img, iframe, object, embed, a[href], svg").count() == 0
    opened.quiet()


@pytest.mark.parametrize(("width", "layers"), [(700, 24), (860, 2), (1000, 24), (1400, 4)])
def test_everything_has_its_place_at_every_width(open_views, width, layers):
    opened = open_views(Training.of(list(steps(200, layers=layers))), width=width)
    outside = opened.page.evaluate(
        """() => {
          const grid = document.querySelector(".training-grid").getBoundingClientRect();
          const parts = document.querySelectorAll(".training-grid > *, .curves canvas");
          return [...parts].map((part) => [part.className, part.getBoundingClientRect()])
            .filter(([, box]) => box.right > grid.right + 1 || box.bottom > grid.bottom + 1
              || box.left < grid.left - 1).map(([name, box]) => `${name} ${JSON.stringify(box)}`);
        }"""
    )
    assert outside == []
    boxes = [part.bounding_box() for part in opened.page.locator(".training-grid > *").all()]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= one["x"] + 1
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert apart, (one, other)
    wide = opened.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_nothing_below_moves_when_metrics_and_samples_come(open_views):
    board, run = Training(), steps(100)
    opened = open_views(board)
    foot = opened.page.locator(".kit-foot")
    places = [foot.bounding_box()["y"]]
    for count in (3, 10, 60):
        feed(opened, board, grown(board, [next(run) for _ in range(count)]))
        places.append(foot.bounding_box()["y"])
    assert len(set(places)) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_reads_well(open_views, dark):
    board = Training.of(list(steps(100)))
    board.show(list(steps(120, turn=0.6)))
    opened = open_views(board, dark=dark)
    opened.page.get_by_role("button", name="Table").click()
    opened.page.get_by_role("button", name="Keys").click()
    opened.page.get_by_role("button", name="induction").click()
    settle(opened)
    poor = {text: ratio for text, ratio in opened.contrasts().items() if ratio < 4.5}
    assert poor == {}


@pytest.mark.parametrize(
    "run",
    [
        [],
        [{"step": 0, "loss": 3.0}],
        [{"step": 7, "loss": 3.0, "metrics": {"a": 5.0}}],
        [{"step": i, "loss": 2.0, "lr": 0.0, "grad_norm": 0.0} for i in range(40)],
        [{"step": i, "loss": math.nan, "layer_grads": [0.0, math.inf]} for i in range(40)],
        [{"step": i, "loss": 10.0**-i, "metrics": {"a": -i}} for i in range(40)],
        [{"step": i, "loss": 1.0, "metrics": {f"m{j}": j for j in range(30)}} for i in range(9)],
    ],
)
def test_odd_trainings_are_drawn_too(open_views, run):
    board = Training.of(run)
    opened = open_views(board)
    opened.page.locator(".curves").first.focus()
    press(opened, "End", "l", "y", "ArrowLeft", "]")
    for kind in ("tokens", "seconds", "step"):
        opened.put(board, "x", kind)
        settle(opened)
    opened.page.get_by_role("button", name="Table").click()
    assert len(opened.page.locator(".kit-twin tbody tr").all()) == len(run)
    opened.quiet()
