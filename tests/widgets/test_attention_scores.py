"""What the attention view takes beside patterns: scores by name, breakdowns, averages."""

from types import SimpleNamespace

import numpy as np
import pytest

from widgets import Session
from widgets.attention import Attention, why
from widgets.attention import stats as _stats

from .heads import averages, breakdown, explained
from .patterns import attention, words


def view_of(patterns, **more):
    return Attention(pieces=words(patterns.shape[-1]), patterns=patterns, **more)


def test_every_text_has_two_scores_of_its_own():
    weights = attention(2, 3, 9, spread=3.0)
    view = view_of(weights)
    each = [_stats.described(head) for layer in weights for head in layer]
    assert list(view.scores) == ["first", "entropy"] and view.score == ""
    np.testing.assert_allclose(view.scores["first"], [one.first for one in each], rtol=1e-5)
    np.testing.assert_allclose(view.scores["entropy"], [one.entropy for one in each], rtol=1e-4)
    both = view_of(attention(1, 2, 9, causal=False))
    expected = _stats.described(attention(1, 2, 9, causal=False)[0, 1]).entropy
    assert both.scores["entropy"][1] == pytest.approx(expected, rel=1e-4)


def test_several_scores_come_by_name_and_those_without_a_chance_are_left_out():
    scores = {
        "previous": np.array([[0.1, 0.9]]),
        "induction": np.full((1, 2), np.nan),
        "first": np.array([[0.3, 0.4]]),
    }
    view = view_of(attention(1, 2, 5), scores=scores)
    assert list(view.scores) == ["previous", "first", "entropy"]
    assert view.scores["first"] == [0.3, 0.4] and view.score == "previous"
    assert view.start == [0, 1]


def test_a_score_of_a_wrong_shape_or_with_a_hole_is_named():
    with pytest.raises(ValueError, match=r"scores\['copy'\] has shape \(2,\)"):
        view_of(attention(1, 2, 4), scores={"copy": [1.0, 2.0]})
    with pytest.raises(ValueError, match=r"scores\['copy'\]: L0H1 is nan"):
        view_of(attention(1, 2, 4), scores={"copy": [[1.0, np.nan]]})


def test_the_chosen_score_stays_when_another_text_has_it():
    view = view_of(attention(1, 2, 4), scores={"a": [[1, 2]], "b": [[2, 1]]})
    view.score = "b"
    view.show(pieces=words(3), patterns=attention(1, 2, 3), scores={"b": [[0, 1]], "c": [[1, 0]]})
    assert view.score == "b"
    view.show(pieces=words(3), patterns=attention(1, 2, 3), scores={"c": [[1, 0]]})
    assert view.score == "c"


def test_the_code_of_a_session_carries_the_score_and_the_key():
    session = Session(layer=0, head=1, token=2)
    view = view_of(attention(1, 2, 4), session=session)
    view.score, view.key = "entropy", 1
    code = session.code()
    assert "Attention.score=entropy" in code and "Attention.key=1" in code


def test_a_breakdown_is_answered_and_kept_for_a_saved_page():
    asked = []

    def ask(*place):
        asked.append(place)
        return breakdown(*place)

    view = view_of(attention(2, 2, 5), breakdown=ask)
    assert view.explains
    for _ in range(2):
        content, buffers = view.answer(
            "breakdown", {"layer": 1, "head": 0, "query": 3, "key": 2, "other": "ignored"}
        )
    assert asked == [(1, 0, 3, 2)] and buffers == []
    found, given = content["found"], breakdown(1, 0, 3, 2)
    assert view.reasons[content["place"]] == found
    for part in (found["dims"], *([v for _, v in found[name]] for name in ("parts", "query"))):
        assert sum(part) == pytest.approx(given["score"])
    assert [name for name, _ in found["query"]][-1] == "3 others"
    assert found["waves"][-1] is None


def test_an_object_serves_as_a_breakdown_and_may_say_little():
    little = why.said(SimpleNamespace(score=1.0, dims=np.array([0.25, 0.75])))
    assert little["score"] == 1 and little["dims"] == [0.25, 0.75]
    assert (little["parts"], little["curve"], little["query"], little["weight"]) == (
        [],
        [],
        [],
        None,
    )


WRONG = {
    "dims sum to 3, but the score is 1": {"score": 1.0, "dims": [1.0, 2.0]},
    "score is None": {"dims": [1.0]},
    "dims has shape": {"score": 1.0},
    "dims is nan": {"score": 1.0, "dims": [1.0, np.nan]},
    r"parts\['a'\] is inf": {"score": 1.0, "dims": [1.0], "parts": {"a": np.inf}},
    "parts is a list": {"score": 1.0, "dims": [1.0], "parts": [1.0]},
}


@pytest.mark.parametrize("words_", WRONG)
def test_a_breakdown_that_does_not_add_up_is_refused(words_):
    with pytest.raises(ValueError, match=words_):
        why.said(WRONG[words_])


def test_what_explains_must_be_callable_and_belongs_to_its_text():
    with pytest.raises(TypeError, match="breakdown is a dict; give a function"):
        view_of(attention(1, 2, 4), breakdown={})
    view = explained(view_of(attention(1, 2, 4), breakdown=breakdown), 0, 0, 1, 0)
    view.show(pieces=words(3), patterns=attention(1, 2, 3))
    assert not view.explains and view.reasons == {}
    with pytest.raises(ValueError, match="no breakdown was given"):
        explained(view, 0, 0, 1, 0)


def test_many_breakdowns_stay_few_in_the_state():
    view = view_of(attention(1, 1, 60), breakdown=breakdown)
    for query in range(50):
        explained(view, 0, 0, query, 0)
    assert len(view.reasons) == why.KEPT and "0.0.49.0" in view.reasons


def test_averages_show_distances_scores_and_intervals():
    given = averages(3, 2, 16)
    view = Attention(given, labels={(2, 1): "far"})
    mean, half = np.frombuffer(view.profiles, "<f4").reshape(2, 3, 2, 16)
    np.testing.assert_allclose(mean, given.by_distance, rtol=1e-6)
    np.testing.assert_allclose(half, given.by_distance_spread, rtol=1e-6)
    assert list(view.scores) == ["previous", "first", "induction", "entropy"]
    np.testing.assert_allclose(
        view.spreads["previous"], given.scores_spread["previous"].ravel(), rtol=1e-5
    )
    assert view.chance["first"] == 0.2 and view.texts == 5 and view.labels == {"2.1": "far"}
    assert view.summary == "Attention by distance of 3 layers × 2 heads over 5 texts"
    with pytest.raises(ValueError, match="averages over texts"):
        view.exact(0, 0)


def test_one_view_shows_a_text_after_averages_and_back():
    view = Attention(averages())
    weights = attention(2, 2, 4)
    view.show(pieces=words(4), patterns=weights)
    assert view.distances == 0 and (view.exact(1, 1) == weights[1, 1]).all()
    view.show(averages(texts=1))
    assert view.distances == 12 and view.pieces == [] and view.all_heads == b""


def test_averages_of_one_text_have_no_intervals_and_odd_ones_are_refused():
    alone = averages(texts=1)
    alone.scores_spread = {kind: np.full((2, 2), np.nan) for kind in alone.scores}
    alone.entropy_spread = None
    assert set(map(tuple, Attention(alone).spreads.values())) == {()}
    with pytest.raises(ValueError, match=r"by_distance has shape \(2, 2\)"):
        Attention(SimpleNamespace(by_distance=np.ones((2, 2))))
    with pytest.raises(ValueError, match="by_distance has 2 layers, but layers names 1"):
        Attention(SimpleNamespace(by_distance=np.ones((2, 2, 3)), layers=[0]))
    with pytest.raises(TypeError, match="averages come alone"):
        Attention(averages(), pieces=["a"])


def test_what_a_trace_was_made_from_goes_along_for_its_code():
    trace = SimpleNamespace(
        pieces=words(3), text="a\ud800b", prepend_bos=True, layers=lambda name: [0],
        model_name="small", __getitem__=None,
    )  # fmt: skip
    weights = attention(1, 2, 3)
    made = type("T", (), {**vars(trace), "__getitem__": lambda self, key: weights[0]})()
    made.layers = lambda name: [0]
    assert Attention(made).made == {"text": "a\ufffdb", "bos": True, "tokens": 3}
    assert view_of(weights).made == {}
