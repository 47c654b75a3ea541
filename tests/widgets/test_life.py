"""The time machine: what it takes and refuses, and what a reader can do with it in the page."""

import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from traitlets import TraitError

import widgets
from tests.widgets.lives import a_life
from tests.widgets.until import until
from widgets.glass.arrays import LARGEST_ERROR, from_bytes, unpack
from widgets.life import Life
from widgets.life.curves import POINTS, drawn, marks


def test_the_summary_says_the_life_in_one_line():
    assert Life(a_life()).summary == (
        "Life of tiny: 16 moments from step 0 to 2,015; loss 5.00 → 2.00; "
        "recall changed fastest around step 577"
    )
    assert Life(steps=[0, 10]).summary == "Life of a model: 2 moments from step 0 to 10"


def test_plain_arrays_by_name_serve_as_well_as_a_life_and_stand_before_it():
    life = a_life()
    plain = Life(**vars(life))
    for name, value in Life(life).get_state().items():
        if name not in ("_model_module_version", "layout", "session"):
            assert plain.get_state()[name] == value, name
    assert Life(life, name="other").name == "other"
    some = Life(steps=[1, 2], samples={"story": ["a", "b"]})
    assert (some.heads, some.words, some.curves) == ([], [], [])


def test_attention_travels_as_bytes_within_their_error_and_all_heads_may_come_in_layers():
    life = a_life()
    view = Life(life)
    levels = np.frombuffer(view._data["triangles"], np.uint8).reshape(16, 8, -1)
    assert abs(from_bytes(unpack(levels)) - life.patterns).max() <= LARGEST_ERROR
    layered = life.patterns.reshape(16, 2, 4, 12, 12)
    other = Life(a_life(patterns=layered, heads=None))
    assert other.heads == view.heads and other._data == view._data


def test_attention_that_looks_ahead_travels_whole():
    both = Life(a_life(patterns=np.full((16, 8, 12, 12), 1 / 12)))
    assert "triangles" not in both._data and len(both._data["squares"]) == 16 * 8 * 144


def test_it_opens_on_the_induction_head_or_the_one_that_changed_most_at_the_last_moment():
    scores = np.zeros((16, 2, 4))
    scores[-1, 1, 2] = 0.9
    found = Life(a_life(scores={"induction": scores}))
    assert found.heads[found.start[0]] == [1, 2]
    view = Life(a_life(scores={"induction": scores / 9}))
    assert view.heads[view.start[0]] == [0, 1]
    assert (view.moment, view.step) == (15, 2015)
    assert Life(a_life(), moment=3).step == a_life().steps[3]
    with pytest.raises(TraitError, match="moment 16: there are moments 0 to 15"):
        view.moment = 16


def test_curves_are_laid_out_by_moments_and_long_ones_thinned():
    x, y = drawn("loss", (np.arange(100_001), np.arange(100_001.0)), [0, 100, 100_000])
    assert len(x) <= POINTS and (np.diff(x) > 0).all() and x[0] >= 0 and x[-1] <= 2
    np.testing.assert_allclose(y[x > 1.01], np.interp(x[x > 1.01], [1, 2], [100, 1e5]), rtol=1e-2)
    assert drawn("none", ([], []), [0, 1])[0].size == 0


def test_a_mark_stands_where_a_metric_moves_and_nowhere_when_it_only_shakes():
    rng, x = np.random.default_rng(0), np.arange(64.0)
    jump = 1 / (1 + np.exp(20 - x)) + rng.normal(size=64) * 0.01
    found = marks({"jump": (x, jump), "slow": (x, x * 3.0), "still": (x, x * 0 + 2)}, 64)
    assert [mark["name"] for mark in found] == ["jump"]
    assert abs(found[0]["moment"] - 20) <= 1
    assert found[0]["low"] < 0.1 and found[0]["high"] > 0.9
    assert marks({"tiny share": (x, 0.02 + 0.05 / (1 + np.exp(20 - x)))}, 64) == []
    assert marks({"short": (x[:3], x[:3])}, 3) == []
    many = {f"m{i}": (x, 1 / (1 + np.exp(4 * (8 * i + 4 - x)))) for i in range(7)}
    assert len(marks(many, 64)) == 4


def test_the_loss_is_marked_only_when_nothing_else_is_measured():
    x = np.arange(32.0)
    loss = 5 - 3 / (1 + np.exp(12 - x))
    assert marks({"loss": (x, loss)}, 32)[0]["moment"] == 12
    assert marks({"loss": (x, loss), "recall": (x, x / 32)}, 32) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"steps": [0, 0]}, "rising from moment to moment"),
        ({"steps": []}, "at least one"),
        ({"patterns": np.ones((3, 2))}, r"\(16, 8, 12, 12\) is wanted"),
        ({"patterns": np.full((16, 8, 12, 12), np.nan)}, "only finite weights"),
        ({"heads": [(0, 0)]}, r"\(16, 1, 12, 12\) is wanted"),
        ({"special": [True]}, "special: 1 for 12 pieces"),
        ({"lens_best": np.full((16, 3, 12), 20)}, "0 to 19"),
        ({"lens_best": np.zeros((16, 2, 12))}, r"\(16, 3, 12\) is wanted"),
        ({"lens_probs": np.full((16, 3, 12), 1.5)}, "lens_probs: probabilities are shares"),
        ({"targets": ["a"]}, "targets: 1 for 12 pieces"),
        ({"groups": ["a"]}, "groups: 1 for 13 words"),
        ({"word_map": np.zeros((16, 13))}, "3 axes are wanted"),
        ({"word_map": np.full((16, 13, 2), np.inf)}, "only finite"),
        ({"samples": {"story": ["a"]}}, "samples 'story': 1 for 16 steps"),
        ({"scores": {"induction": np.zeros((16, 1, 4))}}, r"\(16, 2, 4\) is wanted"),
        ({"curves": {"loss": ([0, 1], [2])}}, "2 steps but 1 values"),
        ({"curves": {"loss": [0, 1, 2]}}, r"'loss' is \(steps, values\)"),
        ({"tokens": [1]}, r"\(16,\) is wanted"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_shape(given, message):
    with pytest.raises(ValueError, match=message):
        Life(a_life(), **given)


def test_no_life_an_unknown_keyword_and_too_much_of_one_are_refused():
    with pytest.raises(ValueError, match="give a life"):
        Life()
    with pytest.raises(ValueError, match="not a SimpleNamespace"):
        Life(SimpleNamespace())
    with pytest.raises(TypeError, match="sesion"):
        Life(a_life(), sesion=widgets.Session())
    with pytest.raises(ValueError, match=r"MB is more than the 2 MB a view sends; fewer moments"):
        Life(a_life(64, layers=8, each=8, pos=32))


def test_sixty_four_moments_of_six_layers_with_eight_heads_over_thirty_two_tokens_are_sent():
    state = Life(a_life(64, layers=6, each=8, pos=32)).get_state()
    assert sum(map(len, state["_data"].values())) < 2_000_000


def now(opened, view):
    opened.drawn()
    return opened.state(view, "moment")


def slider(opened):
    return opened.page.get_by_role("slider")


@pytest.mark.browser
class TestInThePage:
    def test_the_slider_moves_everything_together(self, open_views):
        view = Life(a_life())
        opened = open_views(view, width=1200)
        seen = {}
        for key in ("End", "Home"):
            slider(opened).press(key)
            opened.drawn()
            seen[key] = {
                part: opened.page.locator(part).first.evaluate(READ)
                for part in (".life-place", ".life-boards", ".life-grid", ".life-map",
                             ".life-sample", ".kit-detail", ".life-name b")
            }  # fmt: skip
        for part, shown in seen["Home"].items():
            assert shown != seen["End"][part], part
        assert seen["Home"][".life-place"] == "step 0 of 2,015 · 0 tokens"
        assert "At step 2015 there" in seen["End"][".life-sample"]
        opened.quiet()

    def test_keys_on_the_slider(self, open_views):
        view = Life(a_life())
        opened = open_views(view)
        track = slider(opened)
        for key, moment in [("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1),
                            ("End", 15), ("ArrowRight", 15), ("PageUp", 8), ("PageUp", 8),
                            ("Home", 0), ("PageDown", 8), (".", 9), (",", 8)]:  # fmt: skip
            track.press(key)
            assert now(opened, view) == moment, key
        assert track.get_attribute("aria-valuenow") == "8"
        assert track.get_attribute("aria-valuetext").startswith("Step 577: loss 2.4")

    def test_the_mouse_drags_the_moment_along_the_curve(self, open_views):
        view = Life(a_life())
        opened = open_views(view, width=1000)
        box = slider(opened).bounding_box()
        mouse = opened.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
        assert now(opened, view) == 15
        assert re.match(r"Step \d", opened.page.locator(".kit-detail").inner_text())
        mouse.down()
        assert abs(now(opened, view) - 8) <= 1
        mouse.move(box["x"] + box["width"] + 300, box["y"] + 400, steps=4)
        assert now(opened, view) == 15
        mouse.move(box["x"] - 50, box["y"])
        assert now(opened, view) == 0
        mouse.up()
        mouse.move(box["x"] + box["width"] - 30, box["y"] + 60)
        assert now(opened, view) == 0
        opened.quiet()

    def test_a_mark_is_labelled_and_jumps(self, open_views):
        view = Life(a_life(), moment=0)
        opened = open_views(view)
        mark = opened.page.locator(".life-mark")
        assert mark.inner_text() == "recall · 577"
        assert "recall changed fastest around here: 0.2" in mark.get_attribute("title")
        mark.click()
        assert now(opened, view) == 8
        assert mark.get_attribute("aria-pressed") == "true"

    def test_marks_that_are_close_stand_side_by_side_inside_the_view(self, open_views):
        x = np.arange(32.0)
        curves = {f"a long metric name {i}": (x, 1 / (1 + np.exp(27 + i - x))) for i in range(4)}
        opened = open_views(Life(steps=list(range(32)), curves=curves), width=1000)
        boxes = [one.bounding_box() for one in opened.page.locator(".life-mark").all()]
        assert len(boxes) == 4
        for left, right in pairwise(boxes):
            assert left["x"] + left["width"] <= right["x"]
        assert boxes[-1]["x"] + boxes[-1]["width"] <= 1000

    def test_marks_of_one_moment_share_a_flag(self, open_views):
        x = np.arange(16.0)
        curves = {name: (x, 1 / (1 + np.exp(8 - x))) for name in ("one", "two", "three")}
        opened = open_views(Life(steps=list(range(16)), curves=curves))
        mark = opened.page.locator(".life-mark")
        assert mark.all_inner_texts() == ["one +2 · 8"]
        assert len(mark.get_attribute("title").splitlines()) == 3

    def test_play_runs_to_the_end_pauses_and_begins_anew(self, open_views):
        view = Life(a_life(), moment=12)
        opened = open_views(view)
        play = opened.page.locator(".life-play")
        opened.page.get_by_label("speed").select_option("fast")
        play.click()
        assert play.inner_text() == "Pause"
        until(opened.page, lambda: now(opened, view) == 15 and play.inner_text() == "Play")
        slider(opened).press(" ")
        until(opened.page, lambda: opened.state(view, "moment") < 9)  # fifteen moments take 1.5 s
        slider(opened).press(" ")
        stood = now(opened, view)
        opened.page.wait_for_timeout(400)
        assert now(opened, view) == stood
        play.focus()
        play.press("Enter")
        slider(opened).press("ArrowRight")
        assert play.inner_text() == "Play"
        opened.quiet()

    def test_python_moves_the_slider_and_hears_of_it(self, open_views):
        view = Life(a_life())
        opened = open_views(view)
        opened.put(view, "moment", 4)
        opened.drawn()
        assert slider(opened).get_attribute("aria-valuenow") == "4"
        view.set_state({"moment": 7})
        assert view.step == a_life().steps[7]

    def test_a_click_on_a_small_head_picks_it_for_the_session(self, open_views):
        session = widgets.Session()
        view = Life(a_life(), session=session)
        opened = open_views(view, width=1300)
        grid = opened.page.locator(".life-boards .attention-overview")
        assert opened.page.locator(".life-top strong").first.inner_text() == "L0H1"
        grid.press("ArrowDown")
        assert (opened.state(session, "layer"), opened.state(session, "head")) == (1, 1)
        for key in ("ArrowRight", "ArrowDown"):
            opened.drawn()
            grid.press(key)
        opened.drawn()
        assert opened.page.locator(".life-top strong").first.inner_text() == "L1H2"
        box = grid.bounding_box()
        opened.page.mouse.move(box["x"] + 32, box["y"] + 24)
        opened.drawn()
        assert opened.page.locator(".kit-detail").inner_text().startswith("L0H0 induction 0.250")
        opened.page.mouse.click(box["x"] + 32, box["y"] + 24)
        assert (opened.state(session, "layer"), opened.state(session, "head")) == (0, 0)

    def test_a_head_that_was_not_kept_leaves_the_picture_as_it_is(self, open_views):
        life = a_life(heads=[(0, 1), (5, 3)], patterns=a_life().patterns[:, [1, 5]], scores=None)
        session = widgets.Session(layer=3, head=3, token=400)
        opened = open_views(Life(life, session=session))
        assert opened.page.locator(".life-top strong").first.inner_text() == "L0H1"
        opened.page.locator(".attention-overview").press("ArrowDown")
        assert opened.state(session, "layer") == 3
        session.layer, session.head = 5, 3
        other = open_views(Life(life, session=session))
        assert other.page.locator(".life-top strong").first.inner_text() == "L5H3"
        opened.quiet()

    def test_a_token_is_picked_in_matrix_prompt_and_lens(self, open_views):
        session = widgets.Session()
        opened = open_views(Life(a_life(), session=session), width=1200)
        prompt = opened.page.locator(".life-prompt .kit-chip")
        prompt.nth(4).click()
        assert opened.state(session, "token") == 4
        prompt.nth(4).click()
        assert opened.state(session, "token") is None
        lens = opened.page.locator(".life-grid")
        lens.press("ArrowUp")
        assert opened.state(session, "token") == 10
        opened.page.locator(".life-canvas").press("ArrowLeft")
        assert opened.state(session, "token") == 9
        opened.page.locator(".life-guess").nth(6).click()
        assert opened.state(session, "token") == 2
        lens.press("Escape")
        assert opened.state(session, "token") is None

    def test_the_detail_line_tells_weights_guesses_and_stays_in_place(self, open_views):
        life = a_life()
        opened = open_views(Life(life), width=1200)
        detail = opened.page.locator(".kit-detail")
        before = detail.bounding_box()
        assert detail.inner_text().startswith("Step 2,015: loss")
        board = opened.page.locator(".life-canvas canvas").bounding_box()
        cell = board["width"] / 12
        opened.page.mouse.move(board["x"] + 2.5 * cell, board["y"] + 3.5 * cell)
        opened.drawn()
        assert re.match(r"·Lily 3 looks at ·and 2: 1\.00 of its", detail.inner_text())
        opened.page.mouse.move(board["x"] + 8.5 * cell, board["y"] + 3.5 * cell)
        opened.drawn()
        assert "·Lily 3 cannot see ·, 8" in detail.inner_text()
        opened.page.locator(".life-guess").nth(4).hover()
        opened.drawn()
        best = life.lens_pieces[life.lens_best[15, 1, 1]].replace(" ", "·")
        assert re.match(f"after ·Tom 1, L0 would say {best} 0\\.", detail.inner_text())
        assert f"rank {life.target_ranks[15, 1, 1]}" in detail.inner_text()
        assert detail.bounding_box() == before

    def test_the_lens_shows_guesses_or_ranks_of_what_comes(self, open_views):
        life = a_life()
        opened = open_views(Life(life), width=1200)
        cells = opened.page.locator(".life-guess")
        guesses = [life.lens_pieces[i].replace(" ", "·") for i in life.lens_best[15, :, 0]]
        assert cells.all_inner_texts()[:3] == guesses
        right = [rank == 1 for rank in life.target_ranks[15, :, 0]]
        shown = [("life-right" in (c.get_attribute("class") or "")) for c in cells.all()[:3]]
        assert shown == right
        opened.page.locator(".life-grid").press("n")
        opened.drawn()
        ranks = [f"{rank}." for rank in life.target_ranks[15, :, 0]]
        assert cells.all_inner_texts()[:3] == ranks

    def test_a_long_prompt_scrolls_in_its_panel_and_is_drawn_where_it_is_seen(self, open_views):
        life = a_life(pos=32)
        session = widgets.Session()
        opened = open_views(Life(life, session=session), width=1200, height=900)
        lens = opened.page.locator(".life-grid")
        opened.put(session, "token", 30)
        opened.drawn()
        assert lens.evaluate("box => box.scrollTop") > 200
        assert opened.page.evaluate("scrollY") == 0
        last = opened.page.locator(".life-guess").nth(30 * 3 + 2).inner_text()
        assert last == life.lens_pieces[life.lens_best[15, 2, 30]].replace(" ", "·")

    def test_words_are_picked_by_mouse_and_key_and_show_their_way(self, open_views):
        opened = open_views(Life(a_life()), width=1200)
        board = opened.page.locator(".life-map")
        way = opened.page.locator(".life-past")
        assert not way.get_attribute("points")
        board.press("ArrowRight")
        board.press("ArrowRight")
        assert opened.page.locator(".life-shown").inner_text() == "Lily"
        assert len(way.get_attribute("points").split()) == 16
        slider(opened).press("Home")
        opened.drawn()
        assert len(opened.page.locator(".life-future").get_attribute("points").split()) == 16
        board.press("Escape")
        assert opened.page.locator(".life-shown").count() == 0
        opened.page.locator(".life-word i").nth(12).hover()
        opened.drawn()
        assert opened.page.locator(".kit-detail").inner_text().startswith("kite (things)")
        opened.quiet()

    @pytest.mark.parametrize("width", [1100, 700])
    def test_nothing_jumps_while_sliding(self, open_views, width):
        view = Life(a_life(tokens=np.arange(16) ** 6))
        opened = open_views(view, width=width)
        parts = (".life-spine", ".life-panels", ".life-panel:nth-child(2)", ".kit-detail",
                 ".kit-foot", ".kit-frame", ".life-play")  # fmt: skip
        boxes = [opened.page.locator(part).first.bounding_box() for part in parts]
        for moment in (0, 3, 8, 11):
            opened.put(view, "moment", moment)
            opened.drawn()
            assert [opened.page.locator(part).first.bounding_box() for part in parts] == boxes
        assert boxes[-2]["height"] <= 620

    @pytest.mark.parametrize("width", [1400, 1000, 700, 500])
    def test_it_fits_every_width(self, open_views, width):
        opened = open_views(Life(a_life(64, layers=6, each=8, pos=32)), width=width)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        shown = [p for p in opened.page.locator(".life-panel").all() if p.is_visible()]
        assert len(shown) == (3 if width >= 1000 else 2)
        if width < 1000:
            opened.page.get_by_role("button", name="Words and sample").click()
            assert opened.page.locator(".life-map").is_visible()
            assert not opened.page.locator(".life-grid").is_visible()
            assert opened.page.locator(".life-word").nth(3).evaluate(
                "one => one.style.transform"
            ) not in ("", "translate(0px, 0px)")
        opened.quiet()

    @pytest.mark.parametrize("dark", [False, True])
    def test_every_text_can_be_read(self, open_views, dark):
        opened = open_views(Life(a_life()), dark=dark, width=1200)
        opened.page.locator(".life-map").press("ArrowRight")
        for name, value in opened.contrasts().items():
            assert value >= 4.5, name

    def test_the_table_says_the_moment_in_numbers(self, open_views):
        life = a_life()
        opened = open_views(Life(life, moment=8), width=1200)
        opened.page.get_by_role("button", name="Table").click()
        heads = opened.page.locator(".kit-twin th").all_inner_texts()
        assert heads == ["position", "token", "attention from 11", "embed", "L0", "L1",
                         "followed", "probability", "rank"]  # fmt: skip
        first = opened.page.locator(".kit-twin tbody tr").nth(1).locator("td").all_inner_texts()
        assert first[:2] == ["1", "·Tom"]
        assert first[6:] == ["·and", f"{life.target_probs[8, 2, 1]:.3f}",
                             str(life.target_ranks[8, 2, 1])]  # fmt: skip
        assert "recall" in opened.page.locator(".kit-twin").inner_text()

    def test_a_life_of_one_moment_and_nothing_but_a_sample_is_shown(self, open_views):
        opened = open_views(Life(steps=[5], samples={"story": ["Once."]}), Life(steps=[3]))
        assert opened.page.locator(".life-sample").inner_text() == "Once."
        slider(opened).first.press("End")
        opened.page.locator(".life-play").first.click()
        opened.quiet()

    def test_the_picture_is_drawn_anew_when_the_theme_changes(self, open_views):
        opened = open_views(Life(a_life()))
        before = opened.page.locator(".life-canvas").evaluate(READ)
        opened.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        opened.drawn()
        assert opened.page.locator(".life-canvas").evaluate(READ) != before

    def test_hostile_text_stays_text(self, open_views, payload):
        life = a_life(
            name=payload,
            pieces=[payload] * 12,
            targets=[payload] * 12,
            lens_layers=[payload, "L0", "L1"],
            lens_pieces=[payload] * 20,
            words=[f"{payload}{i}" for i in range(13)],
            groups=[payload] * 13,
            samples={payload: [payload] * 16, "b": [payload] * 16},
            curves={payload: (a_life().steps, 1 / (1 + np.exp(8 - np.arange(16))))},
            scores={payload: np.ones((16, 2, 4))},
            chance={payload: 0.1},
        )
        view = Life(life, title=payload)
        view.failure = payload
        opened = open_views(view, width=1200, title=payload)
        opened.page.locator(".life-map").press("ArrowRight")
        opened.page.locator(".life-guess").first.hover()
        opened.page.get_by_role("button", name="Table").click()
        opened.drawn()
        opened.quiet()


READ = """part => part.innerText + [...part.querySelectorAll('canvas')].map((c) => c.toDataURL())
  + [...part.querySelectorAll('[style]')].map((one) => one.getAttribute('style'))"""
