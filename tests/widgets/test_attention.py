"""What the attention view takes, refuses, sends and answers."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets import Session
from widgets.attention import Attention
from widgets.attention import stats as _stats
from widgets.attention.overview import AT_ONCE, SIDE, THUMB
from widgets.glass import arrays

from .patterns import attention, words


def view_of(patterns, **more):
    return Attention(pieces=words(patterns[0].shape[-1]), patterns=patterns, **more)


def asked(view, what, **args):
    return view.answer(what, args)


def cells(picture, side):
    """A causal picture's square, the first key's column put back."""
    square = arrays.unpack(np.frombuffer(picture, np.uint8)[: side * (side + 1) // 2]).copy()
    square[:, 0] = np.maximum(square[:, 0], np.frombuffer(picture, np.uint8)[-side:])
    return square


def test_short_texts_travel_whole_and_say_what_python_had():
    weights = attention(3, 2, 10)
    view = view_of(weights)
    size = arrays.picture_size(10, True)
    for index, head in enumerate(weights.reshape(6, 10, 10)):
        sent = cells(view.all_heads[index * size : (index + 1) * size], 10)
        assert np.abs(arrays.from_bytes(sent) - head).max() <= arrays.LARGEST_ERROR


def test_the_overview_of_144_heads_at_128_tokens_keeps_its_budget():
    view = view_of(attention(12, 12, 128))
    sent = len(view.thumbs) + len(view.all_heads) + len(view.all_stats)
    assert view.all_heads and sent <= 1.6e6


def test_longer_texts_send_small_pictures_and_the_one_head_shown():
    weights = attention(4, 12, 256)
    view = view_of(weights)
    assert not view.all_heads and list(view.opened) == ["0.0"]
    thumb = cells(view.thumbs[: arrays.picture_size(THUMB, True)], THUMB)
    edges = np.arange(THUMB) * 256 // THUMB
    most = np.maximum.reduceat(np.maximum.reduceat(weights[0, 0], edges, 0), edges, 1)
    assert (thumb == arrays.to_bytes(most)).all()


def test_one_head_of_1024_tokens_is_light():
    view = view_of(attention(1, 12, 1024))
    content, (picture,) = asked(view, "heads", heads=[[0, 3]])
    assert content["heads"] == [[0, 3]]
    assert len(picture) <= 600_000
    assert len(view.thumbs) + len(view.opened["0.0"]["picture"]) < AT_ONCE


def test_a_pooled_head_keeps_the_largest_weight_of_each_block():
    weights = attention(1, 1, 2 * SIDE, spread=1.0)
    view = view_of(weights)
    sent = cells(view.opened["0.0"]["picture"], SIDE)
    blocks = weights[0, 0].reshape(SIDE, 2, SIDE, 2).max((1, 3))
    assert (sent == arrays.to_bytes(blocks)).all()


def test_a_window_of_a_long_text_is_answered_cell_by_cell():
    weights = attention(1, 1, 4096, spread=1.0)
    view = view_of(weights)
    content, (inner, first) = asked(
        view, "window", layer=0, head=0, rows=[4000, 4096], columns=[3990, 4086]
    )
    assert (content["width"], content["height"], first) == (96, 96, b"")
    got = np.frombuffer(inner, np.uint8).reshape(96, 96)
    assert (got == arrays.to_bytes(weights[0, 0, 4000:, 3990:4086])).all()
    content, (inner, first) = asked(view, "window", layer=0, head=0, rows=[50, 90], columns=[0, 40])
    assert (np.frombuffer(first, np.uint8) == arrays.to_bytes(weights[0, 0, 50:90, 0])).all()
    assert (np.frombuffer(inner, np.uint8).reshape(40, 40)[:, 0] == 0).all()


@given(st.integers(0, 5), st.integers(0, 2), st.integers(0, 6))
def test_exact_weights_are_the_arrays_own(layer, head, token):
    weights = attention(6, 3, 7)
    _, (row, column) = asked(view_of(weights), "exact", layer=layer, head=head, token=token)
    assert (np.frombuffer(row, "<f4") == weights[layer, head, token]).all()
    assert (np.frombuffer(column, "<f4") == weights[layer, head, :, token]).all()


def test_questions_about_what_is_not_here_are_answered_with_what_is():
    view = view_of(attention(2, 2, 4), layers=[3, 5])
    with pytest.raises(ValueError, match=r"L4H0 is not in this view; it has layers \[3, 5\]"):
        asked(view, "exact", layer=4, head=0, token=0)
    with pytest.raises(ValueError, match="token 9: this text has tokens 0 to 3"):
        asked(view, "exact", layer=3, head=0, token=9)
    with pytest.raises(ValueError, match="hold no weights"):
        asked(view, "window", layer=3, head=0, rows=[3, 3], columns=[0, 4])


def test_the_picked_and_pinned_heads_are_kept_for_a_saved_page():
    view = view_of(attention(4, 12, 256))
    view.session.layer, view.session.head = 2, 7
    view.session.pinned = [[1, 1], [9, 9]]
    assert {"2.7", "1.1"} <= set(view.opened)
    assert view.get_state()["opened"]["2.7"]["picture"]


def test_what_was_opened_stays_within_its_room():
    view = view_of(attention(2, 12, 1024, spread=1.0))
    for layer in (0, 1):
        for head in range(12):
            asked(view, "heads", heads=[[layer, head]])
    assert "1.11" in view.opened
    assert sum(len(one["picture"]) for one in view.opened.values()) <= 8_600_000


def test_a_trace_shows_the_layers_it_kept():
    weights = attention(2, 3, 5)
    read = []

    class Trace(SimpleNamespace):
        def __getitem__(self, key):
            read.append(key)
            return weights[[4, 9].index(key[1])]

    trace = Trace(pieces=words(5), special=np.array([True] + [False] * 4),
                  layers=lambda name: [4, 9], model_name="small")  # fmt: skip
    view = Attention(trace, Session(layer=9, head=2))
    assert view.layers == [4, 9] and view.special[0] and view.model_name == "small"
    assert (view.exact(9, 2) == weights[1, 2]).all()
    assert set(read) == {("pattern", 4), ("pattern", 9)}


def test_a_trace_without_patterns_says_what_to_keep():
    with pytest.raises(ValueError, match=r'keep=\["pattern"\]'):
        Attention(SimpleNamespace(pieces=["a"], layers=lambda name: []))


@pytest.mark.parametrize("way", ["array", "list", "dict", "batch of one"])
def test_every_way_to_give_patterns_shows_the_same(way):
    weights = attention(3, 2, 6)
    given_as = {
        "array": weights,
        "list": list(weights),
        "dict": dict(enumerate(weights)),
        "batch of one": [layer[None] for layer in weights],
    }[way]
    view = Attention(pieces=words(6), patterns=given_as)
    assert view.all_heads == view_of(weights).all_heads
    assert view.layers == [0, 1, 2]


def test_bidirectional_patterns_travel_as_squares():
    weights = attention(2, 2, 9, causal=False)
    view = view_of(weights)
    assert not view.causal
    assert len(view.all_heads) == 4 * arrays.picture_size(9, causal=False)


REFUSED = {
    "pieces": (
        {"pieces": words(13), "patterns": attention(1, 4, 12)},
        "patterns has 4 heads × 12 queries, but 13 pieces were given",
    ),
    "keys": (
        {"pieces": words(2), "patterns": np.ones((1, 1, 2, 3))},
        "1 heads × 3 keys, but 2 pieces",
    ),
    "axes": (
        {"pieces": words(2), "patterns": np.ones((2, 2))},
        r"shape \(2, 2\).*layer, head, query",
    ),
    "one head": (
        {"pieces": words(2), "patterns": [np.ones((2, 2))]},
        r"layer 0 has shape \(2, 2\)",
    ),
    "nothing": ({"pieces": [], "patterns": np.zeros((1, 1, 0, 0))}, "pieces is empty"),
    "no layer": ({"pieces": words(2), "patterns": []}, "patterns is empty"),
    "no head": ({"pieces": words(2), "patterns": np.zeros((1, 0, 2, 2))}, "layer 0 has no heads"),
    "layers": (
        {"pieces": words(3), "patterns": attention(2, 1, 3), "layers": [1]},
        "patterns has 2 layers, but layers names 1",
    ),
    "a layer twice": (
        {"pieces": words(3), "patterns": attention(2, 1, 3), "layers": [1, 1]},
        "twice",
    ),
    "uneven": (
        {"pieces": words(3), "patterns": [attention(1, 1, 3)[0], attention(1, 2, 3)[0]]},
        "layer 1 has 2 heads, layer 0 has 1",
    ),
    "label": (
        {"pieces": words(3), "patterns": attention(1, 1, 3), "labels": {(0, 4): "x"}},
        "L0H4 is not",
    ),
    "label key": (
        {"pieces": words(3), "patterns": attention(1, 1, 3), "labels": {"L0H0": "x"}},
        r"a head is \(layer, head\)",
    ),
    "scores": (
        {"pieces": words(3), "patterns": attention(1, 2, 3), "scores": [1.0]},
        r"scores has shape \(1,\); \[layer, head\] = \(1, 2\)",
    ),
    "nan score": (
        {"pieces": words(3), "patterns": attention(1, 2, 3), "scores": [[1.0, np.nan]]},
        "L0H1",
    ),
    "special": (
        {"pieces": words(3), "patterns": attention(1, 1, 3), "special": [True]},
        "special has 1 flags, but there are 3 pieces",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused_with_its_shapes(case):
    arguments, message = case
    with pytest.raises(ValueError, match=message):
        Attention(**arguments)


@pytest.mark.parametrize(
    ("value", "message"),
    [(np.nan, "L1H2, query 3, key 1 is nan"), (np.inf, "is inf"), (-2.5, "is -2.5 .raw scores")],
)
def test_numbers_that_are_no_weights_are_refused_by_place(value, message):
    weights = attention(2, 3, 5)
    weights[1, 2, 3, 1] = value
    with pytest.raises(ValueError, match=message):
        view_of(weights)


def test_unknown_and_missing_arguments_are_refused():
    with pytest.raises(TypeError, match="patern"):
        Attention(pieces=["a"], patern=1)
    with pytest.raises(TypeError, match="patterns is missing"):
        Attention(pieces=["a"])
    with pytest.raises(TypeError, match="not both"):
        Attention(SimpleNamespace(), pieces=["a"])


def test_rows_that_miss_one_are_shown_and_said():
    weights = attention(2, 2, 4)
    weights[1, 0, 2] = 0  # an ablated head's row
    view = view_of(weights)
    assert view.notice == "1 rows of layer 1 do not sum to 1 (L1H0, query 2: 0)"
    assert view_of(attention(2, 2, 4)).notice == ""


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_half_precision_rows_pass_as_rows(dtype):
    assert view_of(attention(1, 2, 200).astype(dtype)).notice == ""


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(0, 99))
def test_a_heads_stats_are_its_means(tokens, seed):
    head = attention(1, 1, tokens, seed=seed)[0, 0].astype(np.float64)
    stats = _stats.described(head)
    logs = np.log(np.where(head > 0, head, 1))
    assert stats.entropy == pytest.approx(-(head * logs).sum(-1).mean(), abs=1e-5)
    assert stats.self == pytest.approx(np.trace(head) / tokens)
    if tokens > 1:
        inner = head[1:, 1:]
        assert stats.first == pytest.approx(head[1:, 0].mean())
        assert stats.previous == pytest.approx(np.diagonal(head[1:]).mean())
        assert stats.weight == pytest.approx(inner.max())
        assert head[stats.query, stats.key] == pytest.approx(inner.max())


def test_stats_do_not_depend_on_where_rows_are_cut():
    head = attention(1, 1, 600, spread=3.0)[0, 0]
    stats = _stats.described(head)
    assert head[stats.query, stats.key] == head[1:, 1:].max()


def test_the_session_and_the_view_are_one():
    session = Session()
    view = view_of(attention(2, 2, 4), session=session)
    seen = []
    view.observe(lambda change: seen.append(change["new"]), "head")
    session.head = 1
    view.token = 3
    assert seen == [1] and session.token == 3


def test_the_best_scored_head_is_shown_first():
    scores = np.zeros((2, 3))
    scores[1, 2] = 1
    assert view_of(attention(2, 3, 4), scores=scores).start == [1, 2]


def test_lone_surrogates_do_not_reach_the_wire(payload):
    weights = attention(1, 1, 2)
    view = Attention(
        pieces=[payload, "b"], patterns=weights, labels={(0, 0): payload}, title=payload
    )
    for text in (*view.pieces, view.title, view.labels["0.0"], view.summary):
        text.encode()


def test_another_text_in_the_same_view_is_all_of_the_other_text():
    view = Attention(pieces=list("abc"), patterns=attention(2, 3, 3), labels={(0, 1): "old"})
    other = attention(4, 2, 5)
    view.show(pieces=list("vwxyz"), patterns=other)
    fresh = Attention(pieces=list("vwxyz"), patterns=other)
    for name in ("pieces", "layers", "heads", "labels", "summary", "thumbs", "all_heads", "side"):
        assert getattr(view, name) == getattr(fresh, name), name
    np.testing.assert_array_equal(view.exact(3, 1), other[3, 1])
    assert view.shown == 1


def test_a_refused_text_changes_nothing():
    view = Attention(pieces=list("abc"), patterns=attention(2, 3, 3))
    before = dict(view.get_state())
    with pytest.raises(ValueError, match="pieces"):
        view.show(pieces=list("abcd"), patterns=attention(2, 3, 3))
    assert view.get_state() == before
