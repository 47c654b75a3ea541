"""Head detection equal to TransformerLens's own, and entropy to SciPy's."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

import lab
from lab.attention import (
    chance_scores,
    detected,
    entropies,
    head_labels,
    head_scores,
    resting_heads,
)

from .test_attention import even, looking, made

KINDS = ("previous", "duplicate", "induction")
FLAGS = list(itertools.product((False, True), repeat=2))


def test_detected_is_what_transformerlens_detects(tiny):
    from transformer_lens.head_detector import detect_head

    text = "one two, one two, one moon"  # "oo": a token that comes twice in a row
    trace = lab.trace(tiny, text)
    ids = torch.tensor([trace.ids.tolist()])
    with torch.inference_mode():
        _, cache = tiny.run_with_cache(ids, remove_batch_dim=True)
    for kind, measure, (first, itself) in itertools.product(KINDS, ("mul", "abs"), FLAGS):
        theirs = detect_head(
            tiny, text, f"{kind}_token_head" if kind != "induction" else "induction_head",
            cache=cache, exclude_bos=first, exclude_current_token=itself, error_measure=measure,
        ).numpy()  # fmt: skip
        ours = detected(trace, kind, measure=measure, exclude_first=first, exclude_self=itself)
        # "abs" is rounded to three places there.
        np.testing.assert_allclose(ours, theirs, atol=6e-4 if measure == "abs" else 1e-5)


def test_ours_are_theirs_over_the_queries_that_have_a_chance():
    ids = [1, 2, 3, 1, 2, 3, 1]
    weights = np.tril(np.random.default_rng(0).random((2, 7, 7)) + 0.1)
    trace = made(ids, [weights / weights.sum(-1, keepdims=True)])
    for kind, chances in {"previous": 6, "duplicate": 4, "induction": 4}.items():
        theirs = detected(trace, kind)
        np.testing.assert_allclose(head_scores(trace)[kind], theirs * 7 / chances)


def test_other_kinds_and_measures_are_refused_by_name():
    trace = made([1, 2], [[even(2)]])
    with pytest.raises(ValueError, match=r"kind='local'.*previous, duplicate, induction"):
        detected(trace, "local")
    with pytest.raises(ValueError, match="measure='max'"):
        detected(trace, "previous", measure="max")


@given(st.integers(1, 12), st.integers(0, 99))
def test_entropy_is_scipys_mean_over_the_queries(count, seed):
    weights = np.tril(np.random.default_rng(seed).random((2, 3, count, count)))
    weights /= weights.sum(-1, keepdims=True)
    expected = entropy(weights, axis=-1).mean(-1)
    np.testing.assert_allclose(entropies(made(range(count), weights)), expected, atol=1e-9)


def test_a_local_head_looks_near_and_is_asked_only_where_there_is_a_far():
    near = looking(12, lambda query: max(query - 3, 0))
    far = looking(12, lambda query: 0)
    scores = head_scores(made(range(12), [[near, far]]))["local"]
    assert scores.tolist() == [[1, 0]]
    assert np.isnan(head_scores(made(range(5), [[even(5)]]))["local"]).all()
    chance = chance_scores(made(range(12), [[even(12)]]))["local"]
    assert chance == pytest.approx(np.mean([5 / (query + 1) for query in range(5, 12)]))
    with pytest.raises(ValueError, match="window=0"):
        head_scores(made([1, 2], [[even(2)]]), window=0)


def test_a_head_is_called_local_only_when_nothing_more_exact_fits():
    heads = [looking(12, lambda query: max(query - 1, 0)), looking(12, lambda q: max(q - 3, 0))]
    labels = head_labels(head_scores(made(range(12), [heads])))
    assert labels == {(0, 0): "previous 1.00", (0, 1): "local 1.00"}


def test_heads_that_mostly_rest_on_the_first_token_are_found():
    heads = [looking(6, lambda query: 0), even(6), looking(6, lambda query: query)]
    scores = head_scores(made(range(6), [heads]))
    assert resting_heads(scores["first"]) == [(0, 0, 1.0)]
