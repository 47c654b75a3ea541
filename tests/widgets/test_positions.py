"""The three schemes side by side: what is sent, what is drawn, what mouse and keys do."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import widgets
from widgets.positions.tables import components, curves, likeness

TURNS = 10_000.0 ** (-np.arange(0, 8, 2) / 8)


def a_table(count=24, width=12):
    chance = np.random.default_rng(3)
    angles = np.outer(np.arange(count), [0.5, 0.2])
    waves = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
    return waves @ chance.normal(size=(4, width)) + 0.1 * chance.normal(size=(count, width))


class TestState:
    def test_a_few_numbers_are_sent_and_the_picture_is_told_in_a_line(self):
        class Rotary:
            frequencies = TURNS

        view = widgets.Positions(learned=a_table(), rotary=Rotary())
        assert (view.count, view.width) == (24, 8)
        np.testing.assert_allclose(np.frombuffer(view._turns, "<f4"), TURNS, rtol=1e-6)
        alike = np.frombuffer(view._alike, "i1").reshape(24, 24) / 127
        np.testing.assert_allclose(alike, likeness(a_table()), atol=0.5 / 127 + 1e-6)
        found = np.cos(np.outer([1, 8], TURNS)).mean(axis=1)
        assert f"rotary {found[0]:.3f} and {found[1]:.3f}" in view.summary
        assert "learned" in view.summary

    def test_many_places_stay_light(self):
        view = widgets.Positions(
            learned=np.random.default_rng(0).normal(size=(1200, 64)), count=1024
        )
        weight = sum(len(value) for value in view.get_state().values() if isinstance(value, bytes))
        assert weight < 1_300_000

    def test_components_hold_as_much_of_the_table_as_any_can(self):
        found = components(a_table())
        most = np.linalg.eigvalsh(np.cov(a_table().T, bias=True))[::-1]
        np.testing.assert_allclose(found.var(axis=0), most[: found.shape[1]], atol=1e-9)
        np.testing.assert_allclose(found.T @ found, np.diag((found**2).sum(axis=0)), atol=1e-9)

    def test_curves_of_a_table_are_means_over_its_diagonals(self):
        mean, low, high = curves(likeness(a_table()))
        alike = likeness(a_table())
        assert mean[5] == pytest.approx(np.mean([alike[i, i + 5] for i in range(19)]))
        assert (low <= high).all() and mean[0] == pytest.approx(1)

    @pytest.mark.parametrize("rows", [np.zeros((5, 3)), np.ones((2, 1)), np.eye(3)])
    def test_degenerate_tables_are_drawn_all_the_same(self, rows):
        view = widgets.Positions(learned=rows)
        assert np.isfinite(np.frombuffer(view._parts, "<f4")).all()

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"learned": np.zeros(3)}, r"learned has shape \(3,\)"),
            ({"learned": np.full((3, 2), np.nan)}, "learned"),
            ({"learned": np.ones((5, 2)), "count": 6}, "count=6 places; from 2 to 5"),
            ({"count": 1}, "count=1 places; from 2 to 1024"),
            ({"width": 7}, "width=7"),
            ({"base": 1}, "base=1"),
            ({"rotary": [[1.0]]}, r"rotary has shape \(1, 1\)"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, given, message):
        with pytest.raises(ValueError, match=message):
            widgets.Positions(**given)

    def test_a_text_of_one_piece_is_shown_with_a_place_beside_it(self):
        assert widgets.Positions(pieces=["a"]).count == 2
        with pytest.raises(ValueError, match="pieces is empty"):
            widgets.Positions(pieces=[])


def number_after(text, word):
    found = re.search(rf"{word} (−?\d+\.?\d*)", text)
    assert found, text
    return float(found[1].replace("−", "-"))


@pytest.mark.browser
class TestInThePage:
    def test_two_places_are_picked_and_what_is_said_of_them_is_true(self, open_views):
        session = widgets.Session(token=20)
        table = a_table()
        pieces = [f" w{i}" for i in range(24)]
        view = widgets.Positions(learned=table, rotary=TURNS, pieces=pieces, session=session)
        view.other, view.pair = 5, 1
        tokens = widgets.Tokens(pieces=pieces, session=session)
        opened = open_views(tokens, view)
        detail = opened.page.locator(".positions .kit-detail")
        said = detail.inner_text()
        assert "·w20 at 20 and ·w5 at 5, 15 apart" in said.replace("\xa0", " ")
        assert number_after(said, "rotary") == pytest.approx(np.cos(15 * TURNS).mean(), abs=6e-4)
        assert number_after(said, "learned") == pytest.approx(likeness(table)[20, 5], abs=5e-3)
        assert number_after(said, "turns") == pytest.approx(TURNS[1], rel=1e-3)
        assert number_after(said, "cosine") == pytest.approx(np.cos(15 * TURNS[1]), abs=6e-4)
        # A click in a map: down the first place, across the second.
        box = opened.page.locator(".positions-map").nth(2).bounding_box()
        step = box["width"] / 24
        opened.page.mouse.click(box["x"] + 10.5 * step, box["y"] + 3.5 * step)
        assert (opened.state(session, "token"), opened.state(view, "other")) == (3, 10)
        assert opened.page.locator(".tokens-picked").inner_text() == "·w3"
        opened.page.mouse.move(box["x"] + 2.5 * step, box["y"] + 7.5 * step)
        expect(detail).to_contain_text(", 5 apart")
        assert (opened.state(session, "token"), opened.state(view, "other")) == (3, 10)
        # The chart picks a distance: the second place moves, the first stays.
        plot = opened.page.locator(".positions .curves canvas").nth(1).bounding_box()
        width = plot["width"] - 46 - 10
        opened.page.mouse.click(plot["x"] + 46 + width * 2 / 23, plot["y"] + 60)
        assert (opened.state(session, "token"), opened.state(view, "other")) == (3, 1)
        opened.quiet()

    def test_the_angle_stays_when_both_places_move(self, open_views):
        view = widgets.Positions(rotary=TURNS, count=40, session=widgets.Session(token=12))
        view.other, view.pair = 4, 1
        opened = open_views(view)
        row, arc = opened.page.locator(".positions-row"), "[class='positions-arc']"

        def sides():
            """Where the two hands end, as angles."""
            ends = [
                [float(line.get_attribute(at)) for at in ("x2", "y2")]
                for line in opened.page.locator("line.positions-hand").all()
            ]
            return [np.arctan2(-y, x) for x, y in ends]

        first, second = sides()
        assert np.cos(first - second) == pytest.approx(np.cos(8 * TURNS[1]), abs=1e-6)
        row.focus()
        for _ in range(3):
            opened.page.keyboard.press(".")
        assert (opened.state(view.session, "token"), opened.state(view, "other")) == (15, 7)
        expect(opened.page.locator(".kit-detail")).to_contain_text("Places 15 and 7")
        moved = sides()
        assert moved[0] != pytest.approx(first)
        assert np.cos(moved[0] - moved[1]) == pytest.approx(np.cos(first - second), abs=1e-6)
        assert opened.page.locator(arc).get_attribute("d")
        opened.quiet()

    def test_every_key_does_what_the_list_says(self, open_views):
        view = widgets.Positions(learned=a_table(), rotary=TURNS, session=widgets.Session(token=9))
        view.other = 4
        opened = open_views(view)
        opened.page.locator(".positions-row").focus()

        def after(*keys):
            for key in keys:
                opened.page.keyboard.press(key)
            return opened.state(view.session, "token"), opened.state(view, "other")

        assert after("ArrowUp", "ArrowUp", "ArrowRight") == (7, 5)
        assert after(",") == (6, 4)
        assert after(*[","] * 9) == (2, 0), "as far apart as they are, also at the edge"
        assert after("ArrowLeft") == (2, 0)
        after("+", "+", "-")
        assert opened.state(view, "pair") == 1
        after(*["+"] * 9)
        assert opened.state(view, "pair") == len(TURNS) - 1
        after("a")
        assert opened.state(view, "alone") is True
        expect(opened.page.locator(".positions-caption")).to_contain_text("pair 3 alone")
        after("s")
        assert opened.state(view, "scheme") == "sinusoidal"
        after("s")
        assert opened.state(view, "scheme") == "learned"
        expect(opened.page.locator(".kit-detail")).to_contain_text("components")
        assert after("Escape") == (None, None)
        opened.page.keyboard.press("?")
        assert opened.page.locator(".kit-help").is_visible()
        opened.page.locator(".positions-slider").focus()
        opened.page.keyboard.press("ArrowRight")
        assert opened.state(view, "pair") == 4
        opened.quiet()

    def test_maps_and_table_tell_the_same(self, open_views):
        view = widgets.Positions(learned=a_table(), rotary=TURNS)
        opened = open_views(view)
        opened.page.get_by_role("button", name="Table").click()
        rows = [
            row.locator("td").all_inner_texts() for row in opened.page.locator("tbody tr").all()
        ]
        numbers = np.array([[float(cell.replace("−", "-")) for cell in row] for row in rows])
        heads = opened.page.locator("th").all_inner_texts()
        assert heads == ["distance", "sinusoidal", "learned", "10 % below", "10 % above", "rotary"]
        mean = curves(likeness(a_table()))[0]
        np.testing.assert_allclose(numbers[:, 2], mean, atol=6e-3)
        np.testing.assert_allclose(
            numbers[:, 5], np.cos(np.outer(np.arange(24), TURNS)).mean(1), atol=6e-3
        )
        pixel = """() => [...document.querySelectorAll('.positions-map canvas')].map((canvas) => {
          const data = canvas.getContext('2d').getImageData(0, 0, 24, 24).data;
          return [0, 5 * 24 + 5, 10].map((at) => [...data.slice(4 * at, 4 * at + 3)]);
        })"""
        for picture in opened.page.evaluate(pixel):
            assert picture[0] == picture[1] != picture[2], "the diagonal is one, off it is less"
        before = opened.page.evaluate(pixel)
        opened.page.get_by_label("base of the sinusoidal frequencies").select_option("100")
        opened.drawn()
        after = opened.page.evaluate(pixel)
        assert after[0] != before[0] and after[1:] == before[1:]

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_it_reads_fits_and_stays_in_place(self, open_views, dark):
        views = [
            widgets.Positions(learned=a_table(), rotary=TURNS),
            widgets.Positions(count=2, width=2),
        ]
        opened = open_views(*views, dark=dark, width=1000 if dark else 700)
        assert opened.axe() == []
        assert {text: c for text, c in opened.contrasts().items() if c < 4.5} == {}
        wide = opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= (1000 if dark else 700)
        assert "Positions(learned=…)" in opened.page.locator(".positions-none").inner_text()
        frame = opened.page.locator(".positions").first
        before = frame.bounding_box()
        assert before["height"] < 480
        opened.page.locator(".positions-map").first.hover()
        opened.page.get_by_text("alone", exact=True).first.click()
        assert frame.bounding_box() == before
        opened.quiet()

    def test_hostile_text_stays_text(self, open_views, payload):
        view = widgets.Positions(pieces=[payload, "b", "ש"], title=payload, learned=np.eye(3))
        opened = open_views(view)
        opened.page.locator(".positions-row").focus()
        opened.page.keyboard.press("ArrowUp")
        assert opened.page.locator(".kit-detail .kit-chip").count() == 2
        opened.put(view, "failure", payload)
        assert opened.page.locator("img, iframe, a").count() == 0
        opened.quiet()
