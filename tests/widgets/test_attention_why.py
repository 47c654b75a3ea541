"""Scores chosen, one score broken down, averages and code: what mouse and keyboard do."""

import ast

import pytest

from widgets import Session
from widgets.attention import Attention
from widgets.glass.text import number

from .heads import averages, breakdown, explained
from .kernel import connect
from .patterns import attention, words
from .test_attention_page import detail, picked, press, settle, thumb

pytestmark = pytest.mark.browser


def view_of(patterns, **more):
    return Attention(pieces=words(patterns.shape[-1]), patterns=patterns, **more)


def said(opened, part: str) -> str:
    return opened.page.locator(f".attention-{part}").first.inner_text()


def bars(opened, block: str) -> dict[str, float]:
    rows = opened.page.locator(f".attention-by-{block} li").all()
    texts = [row.locator("span").all_inner_texts() for row in rows]
    return {text[0]: float(text[-1].replace("−", "-")) for text in texts}


def test_a_clicked_cell_is_broken_down_and_follows_what_is_picked(open_views):
    view = view_of(attention(2, 2, 12), session=Session(layer=1, head=0), breakdown=breakdown)
    opened = open_views(view)
    questions = connect(opened, view)
    matrix = opened.page.locator(".attention-matrix")
    assert not opened.page.locator(".attention-why").is_visible()
    opened.page.get_by_role("button", name="Why").click()
    matrix.focus()
    press(opened, "ArrowUp", "ArrowLeft", "ArrowLeft")
    assert picked(opened, view)[2] == 10 and opened.state(view, "key") == 9
    assert [q["args"] for q in questions if q["what"] == "breakdown"][-1] == {
        "layer": 1, "head": 0, "query": 10, "key": 9,
    }  # fmt: skip
    given = breakdown(1, 0, 10, 9)
    assert f"·w10 10 → ·w9 9: score {number(given['score'])}" in said(opened, "why-head")
    assert bars(opened, "parts")["distance"] == 0.5
    assert sum(bars(opened, "query").values()) == pytest.approx(given["score"], rel=0.02)
    assert f"1 apart: {number(float(given['by_distance'][1]))}" in said(opened, "by-curve")
    # The keyboard reads each dimension.
    opened.page.locator(".attention-by-dims [tabindex]").focus()
    press(opened, "ArrowRight", "ArrowRight")
    shown = f"dimension 1: {number(float(given['dims'][1]))} · turns once in 6.28 tokens"
    assert shown in said(opened, "by-dims")
    press(opened, *["ArrowRight"] * 9)
    assert "never turns" in said(opened, "by-dims")
    # Another head: the same pair of it.
    opened.put(view.session, "head", 1)
    settle(opened)
    assert number(breakdown(1, 1, 10, 9)["score"]) in said(opened, "why-head")
    # Another key by the mouse.
    box = matrix.locator("canvas").first.bounding_box()
    opened.page.mouse.click(box["x"] + 50, box["y"] + box["height"] - 20)
    settle(opened)
    assert picked(opened, view)[2] == 11 and opened.state(view, "key") == 0
    assert number(breakdown(1, 1, 11, 0)["score"]) in said(opened, "why-head")
    press(opened, "w")
    assert not opened.page.locator(".attention-why").is_visible()
    opened.quiet()


def test_a_breakdown_that_fails_says_so_and_leaves_the_last_one_marked(open_views):
    def ask(layer, head, query, key):
        if key == 2:
            raise RuntimeError("this key is too cold")
        return breakdown(layer, head, query, key)

    view = view_of(attention(1, 2, 6), session=Session(token=5), breakdown=ask)
    view.key = 1
    opened = open_views(view)
    connect(opened, view)
    opened.page.locator(".attention-matrix").focus()
    press(opened, "w")
    assert "score" in said(opened, "why-head")
    opened.put(view, "key", 2)
    settle(opened)
    settle(opened)
    assert "this key is too cold" in said(opened, "why-head")
    assert opened.page.locator(".attention-why.attention-old li").count() > 0
    opened.put(view, "key", 3)
    settle(opened)
    assert "score" in said(opened, "why-head")
    assert opened.page.locator(".attention-old").count() == 0


def test_a_saved_page_has_the_breakdowns_that_were_seen_and_says_what_it_lacks(open_views):
    view = view_of(attention(1, 2, 6), session=Session(token=5), breakdown=breakdown)
    view.key = 1
    opened = open_views(explained(view, 0, 0, 5, 1), view_of(attention(1, 2, 6)), dark=True)
    assert opened.page.get_by_role("button", name="Why").count() == 1  # none where none was given
    opened.page.get_by_role("button", name="Why").click()
    settle(opened)
    assert number(breakdown(0, 0, 5, 1)["score"]) in said(opened, "why-head")
    opened.put(view, "key", 4)
    settle(opened)
    assert "needs the kernel" in said(opened, "why-head")
    opened.quiet()


def test_scores_are_chosen_sorted_both_ways_and_named(open_views):
    weights = attention(2, 2, 12)
    weights[1, 0] = 0
    weights[1, 0, :, 0] = 1  # a head that rests
    scores = {"previous": [[0.1, 0.9], [0.5, 0.2]], "copying": [[4.0, -1.0], [2.0, 3.0]]}
    view = view_of(weights, scores=scores)
    opened = open_views(view)
    page = opened.page
    page.mouse.move(*thumb(opened, 0, 1, 2, 2))
    settle(opened)
    assert detail(opened).startswith("L0H1 · previous token 0.900")
    page.get_by_label("score that marks").select_option("copying")
    assert opened.state(view, "score") == "copying"
    page.locator(".attention-overview").focus()
    press(opened, "s")
    page.mouse.click(*thumb(opened, 0, 1, 2, 2))
    assert picked(opened, view)[:2] == [1, 1]  # second of 4, 3, 2, −1
    page.locator(".attention-overview").focus()
    press(opened, "s")
    page.mouse.click(*thumb(opened, 0, 0, 2, 2))
    assert picked(opened, view)[:2] == [0, 1]  # lowest first
    assert page.get_by_role("button", name="By score ↑").get_attribute("aria-pressed") == "true"
    press(opened, "s", "m", "m")
    assert opened.state(view, "score") == "entropy"
    assert page.get_by_role("button", name="By score").get_attribute("aria-pressed") == "false"
    # The head that rests is warned of, in words, where it is pointed at and where it is picked.
    page.mouse.move(*thumb(opened, 1, 0, 2, 2))
    settle(opened)
    assert "⚠ rests on the first token: 100 % of its attention" in detail(opened)
    opened.put(view.session, "layer", 1)
    opened.put(view.session, "head", 0)
    settle(opened)
    assert "⚠ rests on the first token: 100 %" in said(opened, "summary")
    opened.quiet()


def test_the_code_of_a_picture_runs_and_has_what_is_picked(open_views):
    weights = attention(1, 3, 3)
    made = type("Made", (), {"__getitem__": lambda self, key: weights[0]})()
    made.pieces, made.layers, made.model_name = words(3), lambda name: [0], "formicarium/stories"
    made.text, made.prepend_bos = 'say "so"\n\u2028 \\n', False
    view = Attention(made, scores={"induction": [[0, 1, 0]]}, breakdown=breakdown)
    plain = view_of(weights)
    opened = open_views(view, plain)
    opened.page.mouse.click(*thumb(opened, 0, 2, 1, 3))
    opened.page.locator(".attention-overview").first.focus()
    press(opened, "l", "c")
    area = opened.page.get_by_label("code of this picture").first
    calls = [node for node in ast.walk(ast.parse(area.input_value())) if isinstance(node, ast.Call)]
    named = {ast.unparse(call.func): call for call in calls}
    assert ast.literal_eval(named["lab.trace"].args[1]) == made.text
    assert ast.unparse(named["widgets.Session"]) == "widgets.Session(layer=0, head=2)"
    shown = ast.unparse(named["widgets.Attention"])
    for part in ("scores=lab.head_scores(trace)", "lab.attention.breakdowns(model", "scale='log'"):
        assert part in shown
    opened.page.get_by_role("button", name="Copy").first.click()
    opened.page.get_by_text("copied").or_(opened.page.get_by_text("selected:")).wait_for()
    opened.page.get_by_role("button", name="Code").nth(1).click()
    settle(opened)
    lines = opened.page.get_by_label("code of this picture").nth(1).input_value()
    assert "pieces=pieces, patterns=patterns" in lines and ast.parse(lines)


@pytest.mark.parametrize(("dark", "width"), [(False, 1000), (True, 720)])
def test_averages_are_picked_marked_read_and_tabled(open_views, dark, width):
    given = averages(3, 3, 12)
    given.scores["first"][2, 1] = 0.9
    view = Attention(given)
    opened = open_views(view, dark=dark, width=width)
    page = opened.page
    assert "mean of 5 texts" in page.locator(".kit-headline").inner_text()
    page.mouse.click(*thumb(opened, 2, 1, 3, 3))
    settle(opened)
    assert picked(opened, view)[:2] == [2, 1]
    assert "⚠ rests on the first token" in said(opened, "summary")
    assert f"{number(given.scores['previous'][2, 1])} ± " in said(opened, "scores")
    page.locator(".attention-profile [tabindex]").focus()
    press(opened, "ArrowRight", "ArrowRight", "ArrowRight")
    mean, half = (float(part[2, 1, 2]) for part in (given.by_distance, given.by_distance_spread))
    assert f"2 back: {number(mean)} ± {number(half)}" in said(opened, "profile")
    page.get_by_role("button", name="induction").click()
    assert opened.state(view, "score") == "induction"
    settle(opened)
    assert page.evaluate("document.activeElement.innerText") == "induction"  # redrawn, still held
    page.locator(".attention-overview").focus()
    press(opened, "ArrowUp", "ArrowLeft", "l")
    assert picked(opened, view)[:2] == [1, 0] and opened.state(view, "scale") == "log"
    page.get_by_role("button", name="Table").click()
    rows = page.locator(".kit-twin tbody tr")
    assert rows.count() == 12
    assert number(float(given.by_distance[1, 0, 4])) in rows.nth(4).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.axe() == []
    opened.quiet()


def test_averages_grow_in_their_place_and_give_way_to_a_text(open_views):
    view = Attention(averages(texts=2))
    opened = open_views(view)
    height = opened.page.locator(".attention-grid").bounding_box()["height"]
    opened.page.get_by_role("button", name="Table").click()
    names = ("profiles", "scores", "spreads", "texts", "distances", "start", "summary", "shown")
    view.show(averages(texts=40, seed=1))
    opened.catch_up(view, *names)
    settle(opened)
    assert opened.page.locator(".kit-twin tbody tr").count() == 12  # what was open stays open
    assert "mean of 40 texts" in opened.page.locator(".kit-headline").inner_text()
    assert opened.page.locator(".attention-grid").bounding_box()["height"] == height
    view.show(pieces=words(5), patterns=attention(2, 2, 5))
    opened.catch_up(
        view, *names, "pieces", "special", "layers", "heads", "side", "thumb_side", "thumbs",
        "all_heads", "all_stats", "chance",
    )  # fmt: skip
    settle(opened)
    assert opened.page.locator(".attention-matrix").count() == 1
    assert detail(opened).startswith("·w4 4 looks at")
    opened.quiet()
