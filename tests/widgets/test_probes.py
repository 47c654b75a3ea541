"""The probe bench: what the view takes and refuses, and what a reader can do in the page."""

from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect
from traitlets import TraitError

import lab
import widgets
from tests.widgets.probed import probed, sentence
from tests.widgets.wire import Wire
from widgets import Probes, Session

TWO = {"pos": ["noun", "verb", "pronoun", "other"], "number": ["singular", "plural"]}


def read(text):
    return sentence(text, classes=TWO)


def test_the_summary_says_where_it_is_read_best_and_what_the_controls_say_there():
    assert Probes(probed()).summary == (
        "resid_post of tiny, pos: best at L1, accuracy 0.905 (control task 0.552, "
        "shuffled labels 0.274, majority 0.300; 3 seeds)"
    )
    left = probed(note="stopped after 4 of 5 rows", control=np.full((1, 5, 3), np.nan))
    assert Probes(left).summary.endswith(
        "(shuffled labels 0.274, majority 0.300; 3 seeds); stopped after 4 of 5 rows"
    )


def test_what_travels_is_what_was_given_controls_and_all():
    probes = probed(classes=TWO)
    view = Probes(probes)
    for i in range(2):
        sent = np.frombuffer(view._scores[f"{i} accuracy"], "<f4").reshape(3, 5)
        assert np.allclose(sent[0], probes.accuracy[i].mean(1))
        assert np.allclose(sent[1:].T, probes.interval("accuracy", probes.tasks[i]))
        for control in ("control", "shuffled", "untrained", "chance"):
            sent = np.frombuffer(view._controls[f"{i} {control}"], "<f4").reshape(3, 5)
            assert np.allclose(sent[0], getattr(probes, control)[i].mean(1))
    words = np.frombuffer(view._controls["1 words"], "<f4").reshape(3, 5)
    assert np.allclose(words[0], 0.624) and np.allclose(
        words[1:].T, probes.interval("words", "pos")
    )
    counted = np.frombuffer(view._tables["0 confusion"], "<u4").reshape(5, 4, 4)
    assert np.array_equal(counted, probes.confusion["pos"])


def test_cosines_are_those_of_the_directions():
    probes = probed(classes=TWO)
    view = Probes(probes)
    turned = np.array([probes.direction(at, "verb", "pos", "means") for at in probes.layers])
    across = np.frombuffer(view._tables["means 0 across"], "<i2").reshape(4, 5, 5) / 32767
    assert np.abs(across[1] - turned @ turned.T).max() < 1e-4
    # Of two classes only the second stands among all.
    between = np.frombuffer(view._tables["probe between"], "<i2").reshape(5, 5, 5) / 32767
    noun, plural = probes.direction(1, "noun", "pos", "probe"), probes.turned["number"]["probe"]
    assert abs(between[2, 0, 4] - noun @ plural[2, 1]) < 1e-4


def test_the_picked_direction_comes_back():
    session = Session(layer=3)
    probes = probed(classes=TWO)
    view = Probes(probes, session, of="verb")
    assert np.allclose(view.direction(), probes.turned["pos"]["probe"][4, 1])
    view.by = "means"
    assert np.allclose(view.direction(-1, "noun"), probes.turned["pos"]["means"][0, 0])
    view.task = "number"
    assert view.of == "plural"  # a class of the other task is none of this one
    assert np.allclose(view.direction(0, "singular"), -view.direction(0, "plural"))
    session.layer = None
    assert np.allclose(view.direction(), view.direction(1))  # where it is read best
    with pytest.raises(ValueError, match="no direction of 'verb' at layer 1"):
        view.direction(1, "verb")


def test_a_direction_is_handed_on_to_a_callable_or_a_view():
    taken = []
    view = Probes(
        probed(), of="verb", steer=lambda d, layer, name: taken.append((d, layer, name)) or "so"
    )
    content, _ = view.answer("steer", {"layer": 2, "of": "verb"})
    direction, layer, name = taken[0]
    assert (layer, name, direction.shape) == (2, "verb", (16,))
    assert content == view.steered == {"task": "pos", "of": "verb", "layer": 2, "said": "so"}
    other = SimpleNamespace(take=lambda d, layer, name: taken.append(name))
    Probes(probed(classes=TWO), task="number", steer=other).hand_on()
    assert taken[-1] == "number: plural"
    with pytest.raises(ValueError, match="given no steer"):
        Probes(probed()).hand_on()


@pytest.mark.parametrize("lacks", ["shuffled", "control", "majority", "words", "untrained"])
def test_without_a_control_nothing_is_shown(lacks):
    with pytest.raises(TypeError, match=f"without {lacks}: no accuracy is shown without controls"):
        Probes(probed(**{lacks: None}))


def test_what_is_no_probe_or_disagrees_is_refused():
    with pytest.raises(TypeError, match="probes is a int without rows, layers, tasks"):
        Probes(3)
    with pytest.raises(ValueError, match=r"confusion of 'pos' has shape \(5, 4, 3\)"):
        Probes(probed(confusion={"pos": np.zeros((5, 4, 3), int)}))
    with pytest.raises(ValueError, match="'b' have rows"):
        Probes({"a": probed(), "b": probed(rows=4)})
    with pytest.raises(ValueError, match="no row of 'pos' is done"):
        Probes(probed(accuracy=np.full((1, 5, 3), np.nan)))
    with pytest.raises(ValueError, match="of different sizes"):
        Probes({"a": probed(), "b": probed(size=8)})
    with pytest.raises(TypeError, match="predict is a str"):
        Probes(probed(), predict="x")
    with pytest.raises(ValueError, match="task is 'x': there are pos"):
        Probes(probed(), task="x")
    with pytest.raises(TraitError):
        Probes(probed()).task = "x"
    with pytest.raises(ValueError, match="probes is empty"):
        Probes({})


def test_the_shipped_probes_are_shown_as_they_are():
    number = lab.probes.Probes.open("formicarium/number")
    view = Probes(number)
    assert view.summary.startswith(
        "resid_post of formicarium/stories, number: best at L1, accuracy 0.967 (control task 0.893"
    )
    assert np.allclose(view.direction(3, "plural"), number.direction(3, "plural"))
    assert sum(map(len, view._tables.values())) < 2_000


def test_several_records_are_told_apart_by_name():
    assert Probes({"cities": probed(), "not": probed()}).tasks == ["cities", "not"]
    assert Probes({"a": probed(classes=TWO)}).tasks == ["a: pos", "a: number"]


def test_names_are_shown_with_all_that_is_in_them():
    tasks = {"a\u202e": ["x\n", "\ud800"]}
    view = Probes(
        probed(classes=tasks),
        predict=lambda text: sentence(text, classes=tasks),
        text="a",
        of="x\n",
    )
    assert (view.tasks, view.facts[0]["classes"], view.of) == (["a⟨RLO⟩"], ["x⏎", "\ufffd"], "x⏎")
    assert np.allclose(view.direction(0, "x\n"), -view.direction(0, "\ud800"))
    assert view.read_by == [0]


def test_a_sentence_that_fails_leaves_the_last_one():
    def predict(text):
        if text == "bad":
            raise RuntimeError("the model is gone")
        return read("a" if text == "other shape" else text) if text != "none" else None

    view = Probes(probed(classes=TWO), predict=predict, text="one two")
    assert view.tab == "sentence" and view.pieces == ["one", " two"]
    sent = np.frombuffer(view._chances, "<u2")[5 * 2 * 4 :].reshape(5, 2, 2) / 65535
    assert np.abs(sent - read("one two").probs["number"]).max() < 1e-4
    for text, error in (("bad", "the model is gone"), ("none", "predict gave a NoneType")):
        with pytest.raises((RuntimeError, TypeError), match=error):
            view.answer("read", {"text": text})
        assert view.text == "one two"
    with pytest.raises(ValueError, match="at most 2000 are read"):
        view.read("x" * 2001)
    with pytest.raises(ValueError, match="4000 tokens × 5 rows: at most 16,000 cells"):
        Probes(probed(), predict=lambda text: SimpleNamespace(pieces=[text] * 4000, probs={})).read(
            "x"
        )
    with pytest.raises(ValueError, match=r"probs of 'pos' has shape \(4, 1, 4\), not row"):
        Probes(probed(), predict=lambda text: sentence(text, rows=4)).read("x")
    late = Probes(probed(classes=TWO), predict=predict, text="bad")
    assert late.failure == "RuntimeError: the model is gone" and late.pieces == []


def test_a_code_keeps_what_is_looked_at():
    view = Probes(probed(classes=TWO))
    view.task, view.tab, view.of, view.by = "number", "directions", "singular", "means"
    session = Session.of(view.session.code())
    again = Probes(probed(classes=TWO), session)
    assert (again.task, again.tab, again.of, again.by) == (
        "number", "directions", "singular", "means",
    )  # fmt: skip


@pytest.mark.browser
class TestPage:
    def test_mouse_and_keyboard_go_through_layers_tasks_and_panels(self, open_views):
        session = Session()
        view = Probes(probed(classes=TWO), session, predict=read, text="The cat saw it")
        opened = open_views(view, dark=True, width=1000)
        page = opened.page
        lines = page.locator(".probes-lines li")
        assert lines.locator("span").all_inner_texts() == [
            "probe", "control task", "shuffled", "untrained", "words alone", "majority",
        ]  # fmt: skip
        assert lines.nth(0).inner_text().split() == ["probe", "0.905", "±", "0.017"]
        box = page.locator(".probes-plot").bounding_box()
        page.mouse.click(box["x"] + box["width"] - 14, box["y"] + 60)
        assert opened.state(session, "layer") == 3
        expect(lines.nth(0)).to_contain_text(f"{view._found['pos'].scores('accuracy')[0, 4]:.3f}")
        page.locator(".probes-plot").focus()
        for key, layer in (("ArrowLeft", 2), ("Home", None), ("End", 3), ("Escape", None)):
            page.keyboard.press(key)
            assert opened.state(session, "layer") == layer
        page.locator(".probes-sentence").focus()
        for key, place in (
            ("End", 3),
            ("ArrowLeft", 2),
            ("Home", 0),
            ("ArrowRight", 1),
            ("ArrowDown", 1),
        ):
            opened.drawn()
            page.keyboard.press(key)
            assert opened.state(session, "token") == place
        assert opened.state(session, "layer") == 2
        expect(page.locator(".kit-detail")).to_contain_text("L2 on ·cat 1: ")
        page.locator(".probes-sentence .probes-cell").nth(4 * 4 + 3).click()
        assert (opened.state(session, "token"), opened.state(session, "layer")) == (3, 3)
        expect(page.locator(".probes-bars li").first).to_have_text("other0.960")
        page.keyboard.press("p")
        expect(page.locator(".probes-sentence .probes-cell.probes-here")).to_have_text("0.96")
        for name in ("confusion", "directions"):
            page.keyboard.press("v")
            assert opened.state(view, "tab") == name
        page.keyboard.press("t")
        page.keyboard.press("c")
        page.keyboard.press("b")
        assert [opened.state(view, name) for name in ("task", "of", "by")] == [
            "number", "singular", "means",
        ]  # fmt: skip
        page.keyboard.press("m")
        expect(page.locator(".probes-name")).to_contain_text("bits a label")
        page.get_by_role("button", name="Table").click()
        assert page.locator(".kit-twin tbody tr").count() == 5
        assert opened.axe() == [] and min(opened.contrasts().values()) >= 4.5
        opened.quiet()

    def test_matrices_are_walked_and_say_what_a_cell_is(self, open_views):
        view = Probes(probed(classes=TWO), tab="confusion", of="noun")
        opened = open_views(view, width=720)
        page, detail = opened.page, opened.page.locator(".kit-detail")
        grid = page.locator(".probes-matrix:visible")
        assert grid.locator(".probes-cell").count() == 16
        grid.focus()
        for key in ("ArrowRight", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        counts = view._found["pos"].of.confusion["pos"][2]
        expect(detail).to_contain_text(f"are verb, {counts[1, 1]} are called verb")
        assert opened.state(view, "of") == "verb"
        page.keyboard.press("v")
        expect(page.locator(".probes-matrix:visible")).to_have_count(2)
        first, second = page.locator(".probes-matrix:visible").all()
        first.locator(".probes-cell").nth(5 * 3).click()
        assert opened.state(view.session, "layer") == 2
        second.locator(".probes-cell").nth(5 * 4 + 1).hover()
        expect(detail).to_contain_text("plural (number) and verb (pos): cosine")
        second.locator(".probes-cell").nth(5 * 4 + 1).click()
        assert [opened.state(view, name) for name in ("task", "of")] == ["number", "plural"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 720
        assert opened.axe() == []
        opened.quiet()

    def test_a_saved_page_says_what_takes_a_kernel_and_an_unfinished_run_says_so(self, open_views):
        part = probed(done=np.arange(5) < 3, note="stopped after 3 of 5 rows")
        for name in ("accuracy", "shuffled", "control", "untrained", "chance"):
            getattr(part, name)[:, 3:] = np.nan
        opened = open_views(Probes(part, predict=sentence, steer=print))
        page = opened.page
        assert page.locator(".probes-plot rect[opacity='0.25']").count() == 2
        expect(page.locator(".kit-detail")).to_contain_text("Mind: stopped after 3 of 5 rows")
        assert page.get_by_role("button", name="Steer with it").is_disabled()
        page.keyboard.press("Tab")
        page.locator(".probes-plot").focus()
        page.keyboard.press("End")
        expect(page.locator(".kit-detail")).to_contain_text("L3 was not done")
        page.keyboard.press("s")
        expect(page.locator(".kit-mark")).to_contain_text("Steering takes the notebook's kernel")
        assert len(page.locator("[data-control]:visible").all()) > 5
        opened.quiet()

    def test_with_a_kernel_what_is_typed_is_read_and_a_direction_goes_over(self, open_views):
        taken = []

        def predict(text):
            if "bad" in text:
                raise RuntimeError("the model is gone")
            return read(text)

        view = Probes(
            probed(classes=TWO), predict=predict, text="a b",
            steer=lambda d, layer, name: taken.append((layer, name)) or "see below",
        )  # fmt: skip
        wire = Wire(open_views, view)
        page = wire.page
        page.locator(".probes-typed").fill("one two three")
        wire.settle()
        expect(page.locator(".probes-sentence .probes-top").last).to_have_text("·three")
        page.locator(".probes-typed").fill("bad")
        wire.settle()
        expect(page.locator(".kit-mark")).to_contain_text("the model is gone")
        assert page.locator(".probes-sentence .probes-cell").count() == 3 * 5
        page.get_by_label("class", exact=True).select_option("noun")
        page.get_by_role("button", name="Steer with it").click()
        wire.settle()
        assert taken == [(1, "pos: noun")]
        expect(page.locator(".kit-detail")).to_contain_text("“noun” at L1 was handed on. see below")
        wire.opened.quiet()

    def test_thirty_layers_and_a_long_text_scroll_inside_to_what_is_picked(self, open_views):
        long = " ".join(["word"] * 200)
        view = Probes(probed(rows=31), predict=lambda t: sentence(t, rows=31), text=long)
        opened = open_views(view, widgets.Tokens(pieces=["a"]), width=900)
        page = opened.page
        page.locator(".probes-sentence").focus()
        page.keyboard.press("End")
        box = page.locator(".probes-sentence").bounding_box()
        cell = page.locator(".probes-cell.probes-here").bounding_box()
        assert box["y"] <= cell["y"] and cell["y"] + cell["height"] <= box["y"] + box["height"] + 1
        assert page.locator(".probes").bounding_box()["height"] <= 480
        assert page.evaluate("document.documentElement.scrollWidth") <= 900
        expect(page.locator(".probes .kit-detail")).to_contain_text("L1 on ·word 199")
        opened.quiet()
