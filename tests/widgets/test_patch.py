"""Patched runs: what is refused, what a sweep under way shows, what a reader does in the page."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.widgets.sweeps import CLEAN, CORRUPTED, a_sweep, by_head, partial_sweep
from tests.widgets.wire import Wire
from widgets import Patch, Session, Tokens

TEXTS = {"corrupted": " Rome.", "patched": " Paris.", "control": " Rome, too.", "clean": " Paris!"}


class Broken(ValueError):
    partial = partial_sweep()


METRICS = {"logit difference": lambda a, b: (a, b), "rank": lambda a: (a,), "KL": lambda: ()}


def test_the_summary_says_the_strongest_cell_beside_its_controls():
    found = a_sweep(n=2)
    row, at = np.unravel_index(np.abs(found.effects).argmax(), found.effects.shape)
    first, second = (f"{value:.3f}".replace("-", "−") for value in found.controls[:, row, at])
    said = Patch(found).summary
    assert "−4.00 logits corrupted, 6.00 logits clean; residual stream: most at L" in said
    assert f"L{row}, ·is {at}, {found.effects[row, at]:.2f} logits (controls {first}, " in said
    assert said.endswith(f"{second}; n = 2)")
    assert Patch(partial_sweep()).summary.endswith("; 12 of 20 cells done")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"controls": None}, "has no controls: an effect is shown beside its control"),
        ({"controls": np.zeros((0, 4, 5))}, "has no controls"),
        ({"controls": np.zeros((6, 4, 4))}, r"effects \(4, 5\), controls \(6, 4, 4\)"),
        ({"effects": np.zeros((4, 3)), "controls": np.zeros((1, 4, 3))}, "5 corrupted pieces"),
        ({"clean": np.nan}, "clean is nan, not a finite number"),
        ({"done": np.ones((4, 4))}, r"done has shape \(4, 4\)"),
        ({"columns": [(0, 0), (1, 1)]}, "each of the 5 must stand there once"),
        ({"axes": ("position", "layer")}, "can be drawn"),
    ],
)
def test_what_disagrees_is_refused_with_its_shape(changes, message):
    sound = a_sweep()
    vars(sound).update(changes)
    if "done" not in changes:
        sound.done = np.ones(np.shape(sound.effects), bool)
    with pytest.raises(ValueError, match=message):
        Patch(sound)


def test_what_is_no_sweep_or_of_other_prompts_is_refused():
    with pytest.raises(TypeError, match="SimpleNamespace without axes, layers, effects"):
        Patch(SimpleNamespace())
    other = a_sweep(corrupted_pieces=["The", " capital", " of", " Spain", " is"])
    with pytest.raises(ValueError, match="patches other prompts than 'residual stream'"):
        Patch([a_sweep(), by_head(corrupted_pieces=other.corrupted_pieces)])
    with pytest.raises(ValueError, match="two sweeps are called 'residual stream'"):
        Patch([a_sweep(), a_sweep()])
    with pytest.raises(ValueError, match="run needs metrics"):
        Patch(a_sweep(), run=lambda *args: None)
    with pytest.raises(TypeError):
        Patch(a_sweep(), colours="x")  # type: ignore[call-arg]


def test_the_picked_cell_comes_with_its_controls():
    session, found = Session(), a_sweep(n=3)
    view = Patch({"stream": found, "heads": by_head()}, session)
    assert view.picked is None
    session.layer, session.token = 2, 4
    assert view.picked.effect == pytest.approx(float(found.effects[2, 4]))
    assert view.picked.controls == pytest.approx(found.controls[:, 2, 4].tolist())
    session.head, view.picture = 1, "heads"
    assert (view.picked.layer, view.picked.head, view.picked.position) == (2, 1, None)
    again = Patch({"stream": found, "heads": by_head()}, Session.of(session.code()))
    assert (again.picture, again.layer, again.head) == ("heads", 2, 1)


def view_with(run, **how):
    return Patch(a_sweep(), run=run, metrics=METRICS, answer=[" Paris", " Rome"], **how)


def test_a_new_sweep_takes_its_place_or_stands_beside():
    asked = []

    def run(clean, corrupted, metric, site, by):
        asked.append((clean, corrupted, metric, site, by))
        return a_sweep(axes=("layer", by), site=site)

    view = view_with(run)
    view.run(site="z", by="head").wait()
    joined = ("".join(CLEAN), "".join(CORRUPTED))
    assert asked == [(*joined, (" Paris", " Rome"), "z", "head")]
    assert [one["name"] for one in view.pictures] == ["residual stream", "heads"]
    assert view.picture == "heads"
    view.run(metric="rank", site="z", by="head").wait()
    assert asked[-1][2] == (" Paris",)
    assert len(view.pictures) == 2
    with pytest.raises(ValueError, match="metric is 'size': there are logit difference, rank"):
        view.run(metric="size")
    with pytest.raises(ValueError, match="the clean prompt has 0 characters"):
        view.run("")


def test_a_sweep_grows_in_the_picture_and_stops_where_it_is_told():
    grown, closed = threading.Event(), []

    def growing(*args):
        try:
            yield partial_sweep()
            grown.set()
            while True:
                yield partial_sweep()
        finally:
            closed.append(True)

    view = view_with(growing)
    view.run()
    assert grown.wait(5)
    view.stop()
    assert closed == [True]
    assert view._work == {}
    assert view.pictures[0]["reached"] == [12, 20]
    assert view.pictures[0]["note"] == "stopped after 12 of 20 cells"


def test_what_a_metric_left_undone_is_shown_with_its_message():
    def broken(*args):
        raise Broken("the metric gave NaN")

    view = view_with(broken)
    with pytest.raises(ValueError, match="gave NaN"):
        view.run().wait()
    assert view.failure == "Broken: the metric gave NaN"
    assert view.pictures[0]["reached"] == [12, 20]
    view.run(metric="KL")
    view._run = lambda *args: a_sweep()
    view._runner.wait()
    view.run().wait()
    assert view.failure == ""


def test_a_text_without_its_control_is_refused():
    view = Patch(a_sweep(), write=lambda sweep, **cell: {"patched": " Paris"})
    with pytest.raises(ValueError, match="write gave no control"):
        view.write("residual stream", 1, 3)
    view = Patch(a_sweep(), write=lambda sweep, **cell: SimpleNamespace(**TEXTS, cell=cell))
    assert view.write("residual stream", 1, 3) == [list(pair) for pair in TEXTS.items()]
    with pytest.raises(ValueError, match="'heads' is not shown"):
        view.write("heads", 1, 3)


@pytest.mark.browser
class TestInThePage:
    def test_a_reader_walks_the_map_and_every_effect_stands_beside_its_control(self, open_views):
        session = Session()
        found = a_sweep()
        view = Patch([found, by_head()], session, write=lambda *args, **how: TEXTS)
        view.write("residual stream", 1, 3)
        opened = open_views(view, Tokens(pieces=CORRUPTED, session=session))
        page, sheet = opened.page, opened.page.locator(".patch-map")
        detail = page.locator(".patch .kit-detail > div")
        strongest = np.unravel_index(np.abs(found.effects).argmax(), found.effects.shape)
        expect(detail.first).to_contain_text(f"L{strongest[0]} at ·is 4 from ·is")
        differing = page.locator(".patch-head .patch-differs").all_text_contents()
        assert differing == ["·France", "·Italy"]
        box = page.locator(".patch-cells canvas").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
        assert (opened.state(session, "layer"), opened.state(session, "token")) == (1, 3)
        share = (100 * found.effects[1, 3]) / 10
        expect(detail.first).to_contain_text(f"{share:.1f} % of the way to 6.00")
        expect(detail.nth(1)).to_contain_text("n = 6. The effect leaves the controls' range.")
        expect(page.locator(".patch-texts dd")).to_have_text([f"·{t[1:]}" for t in TEXTS.values()])
        sheet.press("ArrowLeft")
        expect(detail.nth(1)).to_contain_text("The effect lies within the controls' range.")
        expect(page.locator(".patch-hint")).to_contain_text("take the notebook's kernel")
        sheet.press("p")
        expect(page.locator(".kit-headline").first).to_contain_text("heads patched")
        sheet.press("End")
        sheet.press("PageDown")
        assert (opened.state(session, "layer"), opened.state(session, "head")) == (3, 2)
        sheet.press("u")
        sheet.press("o")
        assert (opened.state(view, "colour"), opened.state(view, "only")) == ("effect", True)
        page.get_by_role("button", name="Table").first.click()
        expect(page.locator(".patch .kit-twin tbody tr")).to_have_count(12)
        expect(page.locator(".patch .kit-twin tbody tr").last).to_contain_text("yes")
        sheet.press("Escape")
        assert opened.state(session, "layer") is None
        assert opened.axe() == []
        opened.quiet()

    @pytest.mark.parametrize("dark", [False, True])
    def test_prompts_of_other_lengths_and_half_a_sweep_are_shown_as_such(self, open_views, dark):
        longer = ["The", " old", *CLEAN[1:]]
        columns = [(0, 0), (1, -1), (2, 1), (3, 2), (4, 3), (5, 4)]
        view = Patch(partial_sweep(clean_pieces=longer, columns=columns))
        opened = open_views(view, dark=dark, width=720)
        lines = opened.page.locator(".patch-line")
        assert lines.nth(0).inner_text().split() == [
            "The",
            "·old",
            *(f"·{p[1:]}" for p in CLEAN[1:]),
        ]
        assert lines.nth(1).inner_text().split()[:3] == ["The", "–", "·capital"]
        expect(opened.page.locator(".kit-headline")).to_contain_text("12 of 20 cells done")
        sheet = opened.page.locator(".patch-map")
        for key in ("PageDown", "End"):
            sheet.press(key)
        expect(opened.page.locator(".kit-detail > div").first).to_contain_text("not measured")
        painted = opened.page.locator(".patch-cells canvas").evaluate(
            "(one) => { const [w, h] = [one.width / 6, one.height / 4];"
            "const copy = document.createElement('canvas');"
            "[copy.width, copy.height] = [one.width, one.height];"
            "const c = copy.getContext('2d', { willReadFrequently: true }); c.drawImage(one, 0, 0);"
            "const of = (x, y) => c.getImageData(x * w, y * h, w - 2, h - 2).data;"
            "const ground = (x, y) => [...new Set(of(x, y).filter((_, i) => i % 4 === 3))];"
            "return [ground(0, 0), ground(1, 0), ground(5, 3)]; }"
        )
        assert painted == [[255], [255], [0]], "the hatched ground is seen where nothing was done"
        assert opened.axe() == []
        opened.quiet()

    def test_sweeping_anew_stopping_and_writing(self, open_views):
        asked, hold = [], threading.Event()

        def run(*args):
            asked.append(args)
            yield partial_sweep()
            hold.wait(5)
            yield a_sweep(layers=5)

        view = view_with(run, write=lambda *args, **how: TEXTS)
        wire = Wire(open_views, view)
        page = wire.page
        page.get_by_label("corrupted prompt").fill("The capital of Italy was")
        page.get_by_label("metric", exact=True).select_option("rank")
        assert page.get_by_label("piece it is compared with").is_hidden()
        page.get_by_label("corrupted prompt").press("Enter")
        wire.settle()
        assert asked[0][1:4] == ("The capital of Italy was", (" Paris",), "resid_pre")
        wire.opened.put(view, "_work", {"done": 12, "of": 20, "stopped": False})
        page.get_by_role("button", name="Stop · 12 of 20").click()
        wire.settle()
        assert view._work["stopped"]
        hold.set()
        view.wait(5)
        sheet = page.locator(".patch-map")
        sheet.press("Enter")
        wire.settle()
        expect(page.locator(".patch-texts dd")).to_have_count(4)
        view._write = lambda *args, **how: 1 / 0
        sheet.press("Home")
        sheet.press("Enter")
        wire.settle()
        expect(page.locator(".kit-mark")).to_contain_text("ZeroDivisionError")
        wire.opened.quiet()
