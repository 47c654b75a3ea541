"""Charts carry the numbers they were given, and text stays text."""

import numpy as np
import pytest

from widgets import charts


class Made:
    pieces = ["<s>", " a", " a"]
    top_pieces = [["x"] * 3, ["<b>", " a", " a"], [" end", "\n", "b"]]
    top_probs = np.array([[0.5, 0.2, 0.1], [0.6, 0.3, 0.05], [0.9, 0.05, 0.01]])
    model_name = "<i>model"


def test_the_bars_are_the_probabilities():
    figure = charts.next_tokens(Made, token=2)
    np.testing.assert_allclose(figure.data[0].x, Made.top_probs[2])
    assert list(figure.layout.yaxis.ticktext) == ["·end", "⏎", "b"]


def test_the_same_piece_twice_stays_two_bars():
    figure = charts.next_tokens(Made, token=1)
    assert len(set(figure.data[0].y)) == 3 == len(figure.data[0].x)


def test_tags_are_shown_rather_than_obeyed():
    figure = charts.next_tokens(Made, token=1)
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;"
    assert "<i>" not in figure.layout.title.text


def test_a_position_beyond_the_text_is_refused():
    with pytest.raises(IndexError, match="positions 0 to 2"):
        charts.next_tokens(Made, token=3)


def test_the_control_stands_beside_the_effect():
    figure = charts.against_control(9.5, [2.0, 1.5, 2.5], title="cut", unit="nats", before=1.9)
    values = {trace.name: list(trace.x) for trace in figure.data}
    assert values == {"control, n = 3": [2.0, 1.5, 2.5], "measured": [9.5], "unchanged": [1.9]}
    band = figure.layout.shapes[0]
    assert (band.x0, band.x1) == (1.5, 2.5)


def test_an_effect_without_a_control_is_refused():
    with pytest.raises(ValueError, match=r"shape \(0,\)"):
        charts.against_control(1.0, [], title="", unit="")


def test_names_and_values_must_match():
    with pytest.raises(ValueError, match="2 names but 1 values"):
        charts.bars(["a", "b"], [1.0], title="", unit="")


def test_lines_are_the_curves_and_differ_in_more_than_colour():
    curves = {"one": ([0, 10, 20], [4.0, 2.0, 1.0]), "<b>two": ([0, 20], [4.0, 3.5])}
    figure = charts.lines(curves, title="", unit="nats", log=True)
    assert [(list(line.x), list(line.y)) for line in figure.data] == list(curves.values())
    assert figure.data[1].name == "&lt;b&gt;two"
    assert len({line.line.dash for line in figure.data}) == 2
    assert figure.layout.yaxis.type == "log" and figure.layout.showlegend


def test_places_and_values_must_match():
    with pytest.raises(ValueError, match=r"loss: \(2,\) places but \(3,\) values"):
        charts.lines({"loss": ([0, 1], [1, 2, 3])}, title="", unit="")
