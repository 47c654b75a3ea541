"""Head scores against heads whose behaviour is known by construction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.attention import (
    chance_scores,
    control_heads,
    head_labels,
    head_scores,
    repeated_tokens,
    strongest,
    top_heads,
)
from lab.traces import Trace


def made(ids, patterns):
    """A trace that holds these patterns and nothing else; layers first."""
    count = len(ids)
    return Trace(
        pieces=[str(token) for token in ids],
        ids=np.array(ids),
        spans=np.zeros((count, 2), int),
        special=np.zeros(count, bool),
        surprisal=np.zeros(count),
        top_ids=np.zeros((count, 1), int),
        top_probs=np.zeros((count, 1)),
        top_pieces=[[""]] * count,
        text="",
        model_name="made by hand",
        prepend_bos=False,
        activations={
            f"blocks.{layer}.attn.hook_pattern": np.asarray(pattern, float)
            for layer, pattern in enumerate(patterns)
        },
    )


def looking(count, where):
    """A head that puts all its weight on key `where(query)`."""
    pattern = np.zeros((count, count))
    for query in range(count):
        pattern[query, where(query)] = 1
    return pattern


def even(count):
    return np.tril(np.ones((count, count))) / np.arange(1, count + 1)[:, None]


def test_a_head_that_does_one_thing_scores_one_there():
    length = 5
    ids = [*range(length), *range(length)]
    count = len(ids)
    heads = {
        "previous": looking(count, lambda query: max(query - 1, 0)),
        "first": looking(count, lambda query: 0),
        "self": looking(count, lambda query: query),
        "duplicate": looking(count, lambda query: max(query - length, 0)),
        "induction": looking(count, lambda query: max(query - length + 1, 0)),
    }
    scores = head_scores(made(ids, [list(heads.values())]))
    for head, kind in enumerate(heads):
        assert scores[kind][0, head] == 1, kind
        others = [scores[kind][0, other] for other in range(len(heads)) if other != head]
        assert max(others) < 0.6, kind


def test_an_even_head_scores_exactly_chance():
    ids = [3, 4, 5, 3, 4, 5, 3]
    trace = made(ids, [[even(len(ids))]])
    scores, chance = head_scores(trace), chance_scores(trace)
    assert {kind: pytest.approx(value[0, 0]) for kind, value in scores.items()} == chance


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12), st.integers(0, 2**31))
def test_scores_are_shares(ids, seed):
    weights = np.tril(np.random.default_rng(seed).random((2, len(ids), len(ids))) + 1e-3)
    weights /= weights.sum(axis=-1, keepdims=True)
    for kind, values in head_scores(made(ids, [weights])).items():
        known = values[~np.isnan(values)]
        assert ((known >= 0) & (known <= 1 + 1e-9)).all(), kind


def test_without_a_repeat_there_is_no_score_rather_than_zero():
    scores = head_scores(made([1, 2, 3], [[even(3)]]))
    assert np.isnan(scores["induction"]).all() and np.isnan(scores["duplicate"]).all()


def test_the_best_heads_come_first_and_unscored_ones_last():
    scores = np.array([[0.2, np.nan], [0.9, 0.5]])
    assert top_heads(scores, 3) == [(1, 0, 0.9), (1, 1, 0.5), (0, 0, 0.2)]


def test_labels_name_only_heads_above_the_threshold():
    scores = {"previous": np.array([[0.9, 0.1]]), "induction": np.array([[np.nan, 0.39]])}
    assert head_labels(scores) == {(0, 0): "previous 0.90"}


@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6), st.integers(0, 99))
def test_control_heads_are_other_heads_of_the_same_layers(heads, seed):
    chosen = control_heads(sorted(heads), per_layer=8, seed=seed)
    assert not heads & set(chosen) and len(set(chosen)) == len(heads)
    assert sorted(layer for layer, _ in chosen) == sorted(layer for layer, _ in heads)


def test_a_layer_without_heads_to_spare_is_named():
    with pytest.raises(ValueError, match="layer 2 has 4 heads: 3 are cut, only 1"):
        control_heads([(2, 0), (2, 1), (2, 3)], per_layer=4)


def test_repeated_tokens_repeat_and_differ_by_seed(tiny):
    ids = repeated_tokens(tiny, length=16, seed=3)
    assert ids[:16] == ids[16:] and len(set(ids)) == 16
    assert ids == repeated_tokens(tiny, length=16, seed=3) != repeated_tokens(tiny, 16, seed=4)
    with pytest.raises(ValueError, match="length=1"):
        repeated_tokens(tiny, length=1)


@pytest.mark.smollm2
def test_smollm2_has_the_known_induction_head(smollm2):
    """L18H6 is the strongest induction head of SmolLM2-135M, far above chance."""
    import lab

    trace = lab.trace(smollm2, repeated_tokens(smollm2, length=32), keep=["pattern"])
    (layer, head, score), *_ = top_heads(head_scores(trace)["induction"])
    assert (layer, head) == (18, 6)
    assert score > 0.8 > 10 * chance_scores(trace)["induction"]


def test_the_strongest_head_is_the_best_one_of_the_mean_score(gpt2) -> None:
    measured = strongest("previous", length=6, texts=3, seed=5)
    texts = [repeated_tokens(gpt2, 6, seed) for seed in (5, 6, 7)]
    scores = [head_scores(lab.trace(gpt2, ids, keep=["pattern"]))["previous"] for ids in texts]
    assert measured(gpt2) == pytest.approx(float(sum(scores).max() / 3))
    with pytest.raises(ValueError, match="'copying': previous, first, self"):
        strongest("copying")
