"""The circuit: no circuit without its random ones, and what a reader does with it in the page."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.widgets.circuits import a_graph, a_trial, missed, tried
from tests.widgets.kernel import connect
from widgets import Circuit, Session, Tokens, agreement


def test_the_summary_says_what_the_circuit_keeps_beside_random_ones():
    view = Circuit(a_graph(), a_trial(), size=30)
    assert view.summary == (
        "logit difference of tiny: 30 of 172 edges between 14 parts; "
        "30 alone keep 0.79 of the metric, 5 random circuits 0.01"
    )
    view.size = 28
    assert "; 30 alone keep 0.79" in view.summary  # the nearest that was tested
    assert Circuit(a_graph(), a_trial(faithful=np.full(4, np.nan))).summary.endswith("14 parts")


@pytest.mark.parametrize("lacks", ["random", "random_without"])
def test_a_trial_without_random_circuits_is_refused(lacks):
    with pytest.raises(TypeError, match=f"without {lacks}: a circuit stands beside random"):
        Circuit(a_graph(), a_trial(**{lacks: None}))
    view = Circuit(a_graph(), a_trial(), test=lambda edges: a_trial((1,), **{lacks: None}))
    with pytest.raises(TypeError, match="a circuit stands beside random"):
        view.run_test()
    assert view.trial == {} and f"without {lacks}" in view.failure


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes": ["a"] * 9}, r"layers has shape \(14,\) for 9 nodes"),
        ({"scores": np.full(172, np.nan)}, "only finite numbers"),
        ({"chance": [1.0]}, "172 scores but chance has shape"),
        ({"targets": np.full(172, 99)}, r"targets\[0\] is 99; whole numbers, 0 to 13"),
        ({"targets": np.zeros(172)}, "edge 0 leads from embed to embed"),
        ({"ports": ["q"]}, "ports has 1 entries for 172 scores"),
    ],
)
def test_a_graph_that_disagrees_is_refused_with_its_shape(changes, message):
    with pytest.raises(ValueError, match=message):
        Circuit(a_graph(**changes), a_trial())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": [30, 3]}, "numbers of edges that grow"),
        ({"sizes": [3, 10, 30, 999]}, "sizes run from 3 to 999: the graph has 172 edges"),
        ({"faithful": [1.0]}, r"faithful has shape \(1,\); \(4\) is wanted"),
        ({"random": np.zeros((4, 0))}, r"random has shape \(4, 0\); \(4, n\) is wanted"),
        ({"without": np.full(4, np.inf)}, "clean and corrupted metric must differ"),
    ],
)
def test_a_trial_that_disagrees_is_refused_with_its_shape(changes, message):
    with pytest.raises(ValueError, match=message):
        Circuit(a_graph(), a_trial(**changes))


def test_what_is_no_graph_and_no_function_is_refused():
    with pytest.raises(TypeError, match="SimpleNamespace without nodes, layers"):
        Circuit(SimpleNamespace(), a_trial())
    with pytest.raises(TypeError, match="test is a int"):
        Circuit(a_graph(), a_trial(), test=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Circuit(a_graph(), a_trial(), colour="x")  # type: ignore[call-arg]


def test_a_circuit_is_the_first_edges_of_the_rank_without_those_cut_by_hand():
    graph = a_graph()
    view = Circuit(graph, a_trial(), size=5)
    assert view.circuit == [int(edge) for edge in np.argsort(graph.rank)[:5]]
    view.cut = [view.circuit[2], 99_999]
    assert len(view.circuit) == 4 and view.cut[0] not in view.circuit
    view.size = 10_000
    assert view.size == 172
    shown = Circuit(a_graph(rank=None), a_trial(), size=3)
    largest = np.argsort(-np.abs(graph.scores))[:3]
    assert shown.circuit == largest.tolist()


def test_only_the_first_edges_of_a_large_graph_travel():
    graph = a_graph(layers=20, heads=6, rank=None)
    view = Circuit(graph, a_trial())
    assert (view.total, len(view.edges)) == (len(graph.scores), 20 * 20_000)
    sums = np.zeros(len(graph.nodes))
    np.add.at(sums, graph.sources, graph.scores)  # effects are of all edges all the same
    assert np.allclose(np.frombuffer(view.effects, "<f4"), sums, atol=1e-4)


def test_a_tested_circuit_is_the_one_that_is_shown_and_a_raise_keeps_the_last():
    asked = []

    def test(edges, progress=None):
        asked.append(edges)
        progress(1, 2)
        if len(asked) > 1:
            raise RuntimeError("the metric broke")
        return tried(edges)

    view = Circuit(a_graph(), a_trial(), test=test, needs=missed, size=7)
    view.cut = view.circuit[:1]
    assert view.run_test().faithful == [0.5]
    assert asked == [view.circuit] and view.trial["edges"] == view.circuit
    assert "they alone keep 0.50 of the metric, 5 random circuits" in view.summary
    view.size = 8
    with pytest.raises(RuntimeError, match="the metric broke"):
        view.run_test()
    assert view.failure == "RuntimeError: the metric broke" and view.progress == []
    assert len(view.trial["edges"]) == 6
    assert view.run_needs().names == ["L0H0", "L1H1"] and view.failure == ""
    assert view.lost_randoms == {"lost": [0.01, 0.02, 0.0]}


def test_a_test_is_stopped_and_the_last_good_one_stays():
    begun = threading.Event()

    def test(edges, progress, cancelled):
        for done in range(10):
            progress(done, 10)
        begun.set()
        while not cancelled():
            pass
        return a_trial((len(edges),), faithful=[0.5], without=[0.1], done=[False])

    view = Circuit(a_graph(), a_trial(), test=test, size=7)
    view.answer("test", {"edges": [1, 2]})
    begun.wait(5)
    assert view.progress == [0, 10]  # the others came within a tenth of a second
    view.answer("stop", {})
    view._tester.wait(5)
    assert (view.progress, view.trial, view.failure) == ([], {}, "")


def test_without_a_function_nothing_can_be_tested_and_the_code_keeps_the_circuit():
    session = Session(layer=1, head=1)
    view = Circuit(a_graph(), a_trial(), session, size=12)
    with pytest.raises(ValueError, match="given no test"):
        view.run_test()
    view.cut = [4]
    again = Circuit(a_graph(), a_trial(), Session.of(session.code()))
    assert (again.size, again.cut, again.head) == (12, [4], 1)
    view.show(a_graph(layers=2), a_trial((3, 10)), size=9)
    assert (view.size, view.cut, len(view.names)) == (9, [], 10)


def some_agreement(**changes):
    rng = np.random.default_rng(0)
    exact = rng.normal(size=(3, 4))
    estimate = exact.copy()
    estimate[1, 2] += 2
    blank = rng.normal(0, 0.1, (5, 3, 4))
    known = {"estimates": estimate, "exact": exact, "control_estimates": blank, "controls": blank,
             "names": [f"L{i // 4}H{i % 4}" for i in range(12)]}  # fmt: skip
    return SimpleNamespace(**known | changes)


def test_agreement_names_the_largest_miss_and_shows_its_control():
    figure = agreement(some_agreement(), named=1)
    assert [one.name for one in figure.data[1:]] == ["control, n = 60", "exact, n = 12"]
    assert [note.text for note in figure.layout.annotations] == ["L1H2"]
    assert "correlation 0.91 over 12 places" in figure.layout.title.text
    with pytest.raises(TypeError, match="without controls: an estimate stands beside"):
        agreement(some_agreement(controls=None))
    with pytest.raises(ValueError, match=r"exact \(3, 5\), .* one shape is wanted"):
        agreement(some_agreement(exact=np.zeros((3, 5))))


def test_agreement_leaves_out_what_was_not_measured():
    found = some_agreement(names=["<b>"] * 12)
    found.exact[0] = np.nan
    figure = agreement(found, named=99)
    assert figure.data[2].name == "exact, n = 8" and "8 places" in figure.layout.title.text
    assert {note.text for note in figure.layout.annotations} == {"&lt;b&gt;"}


def answered(page, view, questions, what):
    """Wait until the page has asked this, and the view has worked on it."""
    for _ in range(100):
        if any(one["what"] == what for one in questions):
            break
        page.wait_for_timeout(50)
    assert questions[-1]["what"] == what
    assert view._tester.wait(5)


@pytest.mark.browser
class TestInThePage:
    def test_pruned_by_the_slider_and_a_part_is_picked_for_every_view(self, open_views):
        session = Session()
        view = Circuit(a_graph(), a_trial(), session, size=30)
        opened = open_views(view, Tokens(pieces=["a"], session=session))
        page, frame = opened.page, opened.page.locator(".circuit")
        expect(frame.locator(".kit-headline")).to_contain_text("30 of 172 edges")
        expect(frame.locator(".circuit-way").first).to_contain_text("Kept alone 0.789")
        expect(frame.locator(".circuit-way").first).to_contain_text("n = 5")
        live = frame.locator(".circuit-live").count()
        frame.locator(".circuit-slider").focus()
        page.keyboard.press("ArrowLeft")
        assert opened.state(view, "size") == 29
        mine = "document.activeElement.hasAttribute('data-lm-suppress-shortcuts')"
        assert page.evaluate(mine)  # JupyterLab would fold the section up
        page.keyboard.press("m")
        assert not page.evaluate(mine)
        expect(frame.locator(".circuit-way").first).to_contain_text("at 30 edges")
        page.keyboard.press("Home")
        assert opened.state(view, "size") == 1
        opened.drawn()
        assert frame.locator(".circuit-live").count() < live
        opened.put(view, "size", 60)
        heads = frame.locator(".circuit-live", has_text="H")
        name = heads.first.inner_text()
        heads.first.click()
        layer, head = (opened.state(session, each) for each in ("layer", "head"))
        assert f"L{layer}H{head}" == name == opened.state(view, "picked")
        page.mouse.move(0, 0)
        expect(frame.locator(".kit-detail")).to_contain_text(f"{name} ")
        # Every edge of the part is there with its control, and can be cut.
        rows = frame.locator(".circuit-row")
        edges = a_graph()
        node = edges.nodes.index(name)
        kept = [
            e for e in np.argsort(edges.rank)[:60] if node in (edges.sources[e], edges.targets[e])
        ]
        expect(rows).to_have_count(len(kept))
        expect(rows.first.locator("[data-control]")).to_have_text("±0.01")
        frame.locator(".circuit-knife").first.click()
        assert opened.state(view, "cut")[0] in kept
        expect(frame.locator(".circuit-asks strong")).to_have_text("59 edges")
        expect(frame.locator(".circuit-out")).to_have_count(1)
        frame.get_by_role("button", name="Put back", exact=True).click()
        assert opened.state(view, "cut") == []
        opened.put(session, "layer", 0)
        opened.put(session, "head", 1)
        expect(frame.locator(".circuit-here")).to_have_text("L0H1")
        opened.quiet()

    def test_a_circuit_pruned_by_hand_is_tested_beside_random_ones(self, open_views):
        view = Circuit(a_graph(), a_trial(), test=tried, needs=missed, size=20)
        opened = open_views(view)
        page, way = opened.page, opened.page.locator(".circuit-way").first
        expect(way).to_contain_text("at 30 edges")  # the nearest that was tested
        questions = connect(opened, view)
        page.locator(".circuit-knife").nth(1).click()
        page.get_by_role("button", name="Test this circuit").click()
        answered(page, view, questions, "test")
        asked = next(one for one in questions if one["what"] == "test")["args"]["edges"]
        cut = opened.state(view, "cut")
        assert len(asked) == 19 and not set(cut) & set(asked)
        opened.catch_up(view, "trial_randoms", "trial", "progress")
        expect(way.locator("[data-effect]")).to_have_text("Kept alone 0.5")
        expect(way.locator("[data-control]")).to_contain_text("n = 5")
        page.keyboard.press("n")
        answered(page, view, questions, "needs")
        opened.catch_up(view, "lost_randoms", "lost", "progress")
        expect(page.locator(".circuit-worth [data-control]")).to_contain_text("n = 3")
        # While it runs the button stops it.
        opened.put(view, "progress", [3, 9])
        page.get_by_role("button", name="Stop (3 of 9)").click()
        answered(page, view, questions, "stop")
        opened.quiet()

    def test_the_keyboard_does_what_the_mouse_does(self, open_views):
        session = Session()
        view = Circuit(a_graph(), a_trial(), session, test=tried, needs=missed, size=30)
        view.run_test()
        view.run_needs()
        opened = open_views(view, dark=True, width=720)
        page = opened.page
        # What was tested is there without a kernel; nothing can be tested anew.
        expect(page.locator(".circuit-way").first).to_contain_text("Kept alone 0.5 ")
        expect(page.locator(".circuit-worth")).to_contain_text("1 of 2 parts missed more")
        expect(page.get_by_role("button", name="Test this circuit")).to_be_hidden()
        expect(page.locator(".circuit-worth")).to_contain_text("takes the notebook's kernel")
        page.locator(".circuit-graph").focus()
        page.keyboard.press("ArrowUp")
        assert opened.state(view, "picked") == "embed"
        page.keyboard.press("ArrowUp")
        first = opened.state(view, "picked")
        assert first not in ("embed", "")
        page.keyboard.press("x")
        assert len(opened.state(view, "cut")) > 0
        page.keyboard.press("x")
        assert opened.state(view, "cut") == []
        opened.drawn()  # the list that is due takes the place of the one that has the focus
        page.keyboard.press("Enter")
        expect(page.locator(".circuit-edge").first).to_be_focused()
        expect(page.locator(".kit-detail")).to_contain_text("random pushes as long ± 0.0100")
        opened.drawn()
        page.keyboard.press("x")
        assert len(opened.state(view, "cut")) == 1
        expect(page.locator(".circuit-edge").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".circuit-graph")).to_be_focused()
        assert opened.state(view, "picked") != first
        page.keyboard.press("r")
        page.keyboard.press("]")
        assert (opened.state(view, "cut"), opened.state(view, "size")) == ([], 100)
        page.keyboard.press("-")
        assert opened.state(view, "size") == 99
        page.keyboard.press("Escape")
        assert opened.state(view, "picked") == ""
        page.get_by_role("button", name="Table").click()
        assert page.locator(".kit-twin tbody tr").count() == 2 * 4 + 2 + 99
        assert opened.axe() == []
        assert min(opened.contrasts().values()) >= 4.5
        opened.quiet()
