"""Averages over texts, against the same sums done all at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import sem, t

import lab
from lab.attention import averages, entropies, head_scores, over
from lab.attention.averaging import profile
from lab.attention.running import Running

from .test_attention import even

TEXTS = ["one two one two one", "the moon", "a b a b a c", "x"]


@pytest.fixture(scope="module")
def traces(gpt2):
    return [lab.trace(gpt2, text) for text in TEXTS[:3]]


def test_scores_and_entropy_are_the_means_over_texts(gpt2, traces):
    found = over(gpt2, TEXTS)
    assert (found.texts, found.tokens) == (3, sum(map(len, traces)))  # one token is no text
    each = [head_scores(trace) for trace in traces]
    for kind, mean in found.scores.items():
        known = [s[kind] for s in each if not np.isnan(s[kind]).any()]
        np.testing.assert_allclose(mean, np.mean(known, axis=0), rtol=1e-6)
    spread = np.stack([entropies(trace) for trace in traces])
    np.testing.assert_allclose(found.entropy, spread.mean(0), rtol=1e-6)
    half = t.ppf(0.975, 2) * sem(spread, axis=0)
    np.testing.assert_allclose(found.entropy_spread, half, rtol=1e-6)


def test_the_profile_is_the_mean_weight_so_many_places_back(gpt2, traces):
    found = over(gpt2, TEXTS, distances=30)
    for back in (0, 1, 4, 17):
        each = []
        for trace in traces:
            pairs = [(q, q - back) for q in range(1, len(trace)) if q - back >= 1]
            if pairs:
                each.append(np.mean([trace["pattern"][..., q, k] for q, k in pairs], axis=0))
        np.testing.assert_allclose(found.by_distance[..., back], np.mean(each, axis=0), rtol=1e-5)
    assert np.isnan(found.by_distance[..., -1]).all()  # no text is so long


def test_what_rests_on_the_first_token_is_in_no_distance():
    pattern = np.zeros((1, 5, 5))
    pattern[:, :, 0] = 1
    assert profile(pattern, 4).tolist() == [[0, 0, 0, 0]]
    assert np.isnan(profile(even(2)[None], 4)[0, 1:]).all()


def test_averages_grow_as_texts_come_and_stop_when_told(gpt2):
    drawn = []

    def endless():
        while True:
            drawn.append(1)
            yield "one two one"

    seen = list(averages(gpt2, endless(), every=2, stopped=lambda: len(drawn) > 5))
    assert [found.texts for found in seen] == [2, 4, 5] and len(drawn) == 6
    assert np.isnan(over(gpt2, ["one two"]).entropy_spread).all()  # one text: no interval
    np.testing.assert_allclose(seen[-1].entropy_spread, 0, atol=1e-6)


def test_a_text_over_the_context_loses_its_oldest_tokens(gpt2):
    assert over(gpt2, ["ab" * 60]).tokens == gpt2.cfg.n_ctx


def test_nothing_to_average_is_said(gpt2):
    for texts in ([], ["x"]):
        with pytest.raises(ValueError, match="no text of at least two tokens"):
            over(gpt2, texts)
    with pytest.raises(ValueError, match="distances=0"):
        over(gpt2, TEXTS, distances=0)


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(np.nan)), min_size=3, max_size=3),
        min_size=1,
        max_size=9,
    )
)
def test_a_running_mean_is_the_mean_of_what_is_known(rows):
    sums = Running()
    for row in rows:
        sums.add(np.array(row))
    mean, half = sums.mean(), sums.interval()
    for column, values in enumerate(np.array(rows).T):
        known = values[~np.isnan(values)]
        if not len(known):
            assert np.isnan(mean[column])
            continue
        np.testing.assert_allclose(mean[column], known.mean(), atol=1e-9)
        if len(known) > 1:
            expected = t.ppf(0.975, len(known) - 1) * sem(known)
            np.testing.assert_allclose(half[column], expected, atol=1e-6)
        else:
            assert np.isnan(half[column])
