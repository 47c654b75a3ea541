"""In-context measures on models and curves whose values are known beforehand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab import corpora, phases
from lab.attention import head_scores
from lab.phases import Change, in_context_score, sharpest
from lab.tokenizers import word_tokenizer


@pytest.fixture(scope="module")
def corpus():
    return corpora.repeated(words=8, length=16, periods=(4, 6))


@pytest.fixture(scope="module")
def model(corpus):
    tokenizer = word_tokenizer(corpus.vocabulary)
    return lab.build("llama", d_model=32, d_mlp=0, context=16, tokenizer=tokenizer, seed=3)


def test_rows_are_the_words_of_the_texts_in_order(model, corpus):
    ids = phases.rows(model, corpus.first(3))
    assert ids.shape == (3, 16)
    words = [[corpus.vocabulary[token] for token in row] for row in ids]
    assert [" ".join(row) for row in words] == [document.text for document in corpus.first(3)]


def test_texts_of_different_lengths_are_refused_with_their_lengths(model, corpus):
    word = corpus.vocabulary[0]
    with pytest.raises(ValueError, match=r"\[1, 2\] tokens"):
        phases.rows(model, [word, f"{word} {word}"])
    with pytest.raises(ValueError, match="no tokens"):
        phases.rows(model, [])


def test_surprisals_are_those_of_a_trace(model, corpus):
    ids = phases.rows(model, corpus.first(2))
    for row, found in zip(ids, phases.surprisals(model, ids), strict=True):
        expected = lab.trace(model, row.tolist(), keep=[]).surprisal
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_score_is_late_minus_early_and_stands_where_the_papers_stood():
    falling = np.linspace(5, 0, 512)[None]
    assert in_context_score(falling) == in_context_score(falling, early=50, late=500)
    assert in_context_score(falling) == pytest.approx(-5 * 450 / 511)
    assert in_context_score(np.full((3, 64), 2.5)) == 0


@pytest.mark.parametrize(("early", "late"), [(0, 5), (5, 5), (5, 16)])
def test_places_outside_the_text_are_refused(early, late):
    with pytest.raises(ValueError, match="1 ≤ early < late < 16"):
        in_context_score(np.zeros((1, 16)), early=early, late=late)


def test_mean_scores_of_one_text_are_its_head_scores(model, corpus):
    ids = phases.rows(model, corpus.first(2))
    one, other = (head_scores(lab.trace(model, row.tolist())) for row in ids)
    for kind, scores in phases.mean_scores(model, ids).items():
        np.testing.assert_allclose(scores, (one[kind] + other[kind]) / 2, atol=1e-6)


def test_measuring_leaves_no_gradient_and_no_hook(model, corpus):
    ids = phases.rows(model, corpus.first(2))
    phases.surprisals(model, ids)
    phases.mean_scores(model, ids)
    assert not any(point.fwd_hooks for point in model.hook_dict.values())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not torch.is_inference_mode_enabled()


def test_a_jump_falls_into_one_stretch_and_a_slope_into_its_share():
    steps = np.arange(0, 1001, 10)
    jump = sharpest(steps, np.where(steps < 400, 4.0, 1.0))
    assert jump.start < 395 < jump.stop and (jump.share, jump.height) == (1, 3)
    assert sharpest(steps, -0.01 * steps).share == pytest.approx(0.1, abs=1e-3)


def test_dense_moments_do_not_pull_the_stretch_towards_them():
    at = np.array([0, 1, 2, 3, 4, 5, 500, 700, 1000])
    change = sharpest(at, [4.2, 4.15, 4.1, 4.1, 4.0, 4.0, 4.0, 1.0, 1.0], width=0.2)
    assert (change.start, change.stop, change.share) == (500, 700, pytest.approx(3 / 3.2))


@given(
    st.lists(st.floats(-5, 5), min_size=3, max_size=30),
    st.floats(0.05, 0.5),
    st.floats(0.1, 10),
    st.floats(-9, 9),
)
def test_the_stretch_does_not_depend_on_the_unit(values, width, scale, shift):
    values = np.round(values, 2)
    one = sharpest(np.arange(len(values)), values, width)
    other = sharpest(np.arange(len(values)), -scale * values + shift, width)
    assert 0 <= one.share <= 1
    assert one.share == pytest.approx(other.share, abs=1e-4)


def test_stretches_meet_when_they_share_a_point():
    first = Change(10, 20, 1, 0.1, 2)
    assert first.meets(Change(20, 30, 1, 0.1, 2)) and Change(5, 12, 1, 0.1, 2).meets(first)
    assert not first.meets(Change(21, 30, 1, 0.1, 2))
    assert first.middle == 15


@pytest.mark.parametrize(
    ("steps", "values", "width"),
    [([0, 1], [1, 2], 0.1), (range(5), range(4), 0.1), (range(5),) * 2 + (1,)],
)
def test_curves_that_are_none_are_refused(steps, values, width):
    with pytest.raises(ValueError, match="at least 3"):
        sharpest(steps, values, width)
