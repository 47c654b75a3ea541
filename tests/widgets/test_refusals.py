"""What a view refuses, what it stores in a notebook, and what it leaves behind."""

import gc
import json

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

import widgets
from tests.widgets.traces import a_trace

STORED = 100_000


def even(layers: int, heads: int, tokens: int) -> np.ndarray:
    """Heads that attend evenly to all they see."""
    return np.broadcast_to(
        np.tri(tokens, dtype=np.float32) / np.arange(1, tokens + 1)[:, None],
        (layers, heads, tokens, tokens),
    )


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"pieces": ["a", None, "c"]}, ValueError, r"pieces\[1\] is NoneType None, not a string"),
        ({"pieces": ["a", b"b", "c"]}, ValueError, r"pieces\[1\] is bytes"),
        ({"pieces": "abc"}, ValueError, "not the one string 'abc'"),
        ({"layers": [0.5]}, ValueError, r"layers: 0\.5 is no layer"),
        ({"layers": [-1]}, ValueError, "layers: -1 is no layer"),
        ({"patterns": {"a": even(1, 1, 3)[0]}}, ValueError, "layers: 'a' is no layer"),
        ({"patterns": np.zeros((1, 0, 3, 3))}, ValueError, "no heads"),
    ],
)
def test_attention_names_what_it_cannot_show(given, error, says):
    with pytest.raises(error, match=says):
        widgets.Attention(**{"pieces": ["a", "b", "c"], "patterns": even(1, 1, 3), **given})


@pytest.mark.parametrize("trace", [3, "abc", {"pieces": ["a"]}])
def test_attention_of_what_is_no_trace_says_so(trace):
    with pytest.raises(TypeError, match=f"trace is a {type(trace).__name__}, which has no pieces"):
        widgets.Attention(trace)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"values": ["x", "y"]}, "value holds <U1, not numbers"),
        ({"ids": [0.5, 1.5]}, "ids holds float64, not whole numbers"),
        ({"pieces": ["a", None]}, r"pieces\[1\] is NoneType"),
    ],
)
def test_tokens_names_what_it_cannot_show(given, says):
    with pytest.raises(ValueError, match=says):
        widgets.Tokens(**{"pieces": ["a", "b"], **given})


def test_the_smallest_and_the_oddest_texts_are_shown():
    one = widgets.Attention(pieces=[""], patterns=even(1, 1, 1))
    assert one.summary == "Attention of 1 layer × 1 head over 1 token"
    same = widgets.Attention(pieces=["a", "a", ""], patterns=even(1, 1, 3))
    assert same.pieces == ["a", "a", ""]
    for values in ([np.nan], [np.inf]):
        assert widgets.Tokens(pieces=[""], values=values).summary == "1 piece; no value known"
    assert widgets.Tokens(pieces=["", "a", "a"], values=[1, 2, 2]).pieces == ["", "a", "a"]


@pytest.mark.parametrize(
    "heavy",
    [
        lambda: widgets.Attention(pieces=["x" * 10**6] * 3, patterns=even(1, 1, 3)),
        lambda: widgets.Attention(pieces=["x"] * 40, patterns=even(60, 50, 40)),
        lambda: widgets.Tokens(pieces=["x" * 100] * 30_000),
        lambda: widgets.ColoredTokens(["x" * 10**7], [1.0]),
        lambda: widgets.ColoredTokens(["x"] * 10**6, np.zeros(10**6)),
        lambda: widgets.TextNeuronActivations(["x"] * 100, np.zeros((100, 100, 100))),
    ],
)
def test_more_than_two_megabytes_are_refused_with_what_to_do(heavy):
    with pytest.raises(ValueError, match=r"MB is more than the 2 MB a view sends; show "):
        heavy()


def test_as_many_heads_as_large_models_have_stay_within_what_a_view_sends():
    view = widgets.Attention(pieces=["x"] * 41, patterns=even(48, 25, 41))
    sent = sum(len(value) for value in view.get_state().values() if isinstance(value, bytes))
    assert 10**6 < sent < 2 * 10**6


def views():
    """One view of each kind, of a small text."""
    pieces, pattern = ["a", "b", "c"], np.asarray(even(2, 2, 3))
    trace = a_trace()
    return [
        widgets.Tokens(trace),
        widgets.Attention(pieces=pieces, patterns=pattern),
        widgets.ColoredTokens(pieces, [1.0, 2.0, 3.0]),
        widgets.ColoredTokensMulti(pieces, np.ones((3, 2))),
        widgets.AttentionHeads(pattern[0], pieces),
        widgets.TokenLogProbs([0, 1, 2], np.zeros((3, 4)), str),
        widgets.TopkTokens([pieces], [np.zeros((1, 3, 2))]),
        widgets.TextNeuronActivations(pieces, np.zeros((3, 1, 2))),
        widgets.Prompt(str),
    ]


def test_what_a_notebook_stores_of_a_view_is_small():
    long = "x" * 10**6
    shown = [
        *views(),
        widgets.Tokens(pieces=["a", long], values=[1, 2]),
        widgets.ColoredTokensMulti(["a"], np.ones((1, 2)), [long[:400_000], "b"]),
    ]
    for view in shown:
        assert len(json.dumps(view._repr_mimebundle_())) <= STORED, type(view).__name__
    trace = a_trace()
    for figure in (
        widgets.next_tokens(trace),
        widgets.bars(["a"] * 50, range(50), title="", unit=""),
    ):
        assert len(figure.to_json()) <= STORED


def test_hundreds_of_views_opened_and_closed_leave_nothing():
    for view in views():  # what is shared is made by the first
        view.close()
    gc.collect()
    before = set(_instances)
    for _ in range(40):
        for view in views():
            view.close()
    assert set(_instances) == before
