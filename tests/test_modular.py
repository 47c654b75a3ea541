"""Waves of modular addition, on logits that are known sums of waves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab import corpora, modular
from lab.modular import (
    answer_accuracy,
    answer_logits,
    answer_loss,
    control_frequencies,
    excluded,
    identity_shares,
    key_frequencies,
    restricted,
    wave_power,
)
from lab.tokenizers import word_tokenizer

P = 11


def identity(frequency, p=P):
    """cos w(a + b − c) of one frequency, as logits."""
    a, b, c = np.ogrid[:p, :p, :p]
    return np.cos(2 * np.pi * frequency * (a + b - c) / p)


def noise(seed, p=P):
    return np.random.default_rng(seed).normal(size=(p, p, p))


@given(st.lists(st.floats(0.1, 3), min_size=5, max_size=5))
def test_shares_of_a_sum_of_identities_are_its_squared_weights(weights):
    logits = sum(weight * identity(k) for k, weight in enumerate(weights, 1))
    expected = np.square(weights) / np.square(weights).sum()
    np.testing.assert_allclose(identity_shares(logits), expected, atol=1e-9)


def test_shares_are_those_of_a_least_squares_fit():
    logits = noise(1) + 0.7 * identity(2)
    centred = logits - logits.mean(axis=2, keepdims=True)
    waves = np.stack([identity(k).ravel() for k in range(1, 6)], axis=1)
    weights, *_ = np.linalg.lstsq(waves, centred.ravel(), rcond=None)
    unexplained = (centred.ravel() - waves @ weights).var() / centred.var()
    assert identity_shares(logits).sum() == pytest.approx(1 - unexplained)


def test_what_changes_no_probability_changes_no_share():
    logits = noise(2) + identity(3)
    shifted = logits + np.random.default_rng(0).normal(size=(P, P, 1))
    np.testing.assert_allclose(identity_shares(logits), identity_shares(shifted), atol=1e-9)
    assert answer_loss(logits) == pytest.approx(answer_loss(shifted))


@given(st.integers(0, 99), st.sets(st.integers(1, 5)))
def test_restricted_and_excluded_make_up_the_whole(seed, keys):
    logits = noise(seed)
    constant = logits.mean(axis=(0, 1))
    np.testing.assert_allclose(
        restricted(logits, keys) + excluded(logits, keys), logits + constant, atol=1e-9
    )


def test_restricting_keeps_the_key_waves_and_drops_the_rest():
    constant = np.random.default_rng(4).normal(size=P)
    logits = identity(2) + 3 * identity(5) + constant
    np.testing.assert_allclose(restricted(logits, [2]), identity(2) + constant, atol=1e-9)
    np.testing.assert_allclose(excluded(logits, [2]), 3 * identity(5) + constant, atol=1e-9)


def test_memory_of_single_pairs_is_outside_all_waves_of_the_sum():
    memory = noise(5)
    a, d = np.ogrid[:P, :P]
    by_sum = memory[a, (d - a) % P].mean(axis=0)  # what of it depends on a + b alone
    memory -= by_sum[(a + d) % P]
    every = range(1, (P - 1) // 2 + 1)
    np.testing.assert_allclose(excluded(memory, every), memory, atol=1e-9)


def test_wave_power_finds_the_frequency_of_a_circle():
    angles = 2 * np.pi * 4 * np.arange(P) / P
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 7.5
    np.testing.assert_allclose(wave_power(circle), [0, 0, 0, 1, 0], atol=1e-12)


def test_keys_are_strongest_first_and_controls_are_none_of_them():
    keys = key_frequencies([0.05, 0.5, 0.01, 0.3, 0.14], least=0.1)
    assert keys == [2, 4, 5]
    for seed in range(20):
        control = control_frequencies(keys[:2], P, seed)
        assert len(set(control)) == 2 and not set(control) & set(keys[:2])
        assert all(1 <= k <= 5 for k in control)
    with pytest.raises(ValueError, match="3 of 5 frequencies are key"):
        control_frequencies(keys, P)


def test_loss_and_accuracy_count_the_pairs_they_are_given():
    right = 50 * (identity(1) > 0.99)  # only a + b = c is above 0.99
    pairs = np.array([[0, 1], [10, 10]])
    assert answer_accuracy(right) == 1 and answer_loss(right) == pytest.approx(0, abs=1e-12)
    right[10, 10] = -right[10, 10]
    assert answer_accuracy(right, pairs) == 0.5
    assert answer_loss(right, pairs) > 20


def test_progress_tells_learnt_from_held_out_pairs():
    learnt = np.array([[a, b] for a in range(P) for b in range(3)])
    logits = np.zeros((P, P, P))
    for a, b in learnt:
        logits[a, b, (a + b) % P] = 30  # known by heart
    told = modular.progress(logits, [1, 2], learnt)
    assert told["learnt accuracy"] == 1 and told["learnt loss"] < 1e-9
    assert told["held-out loss"] == pytest.approx(np.log(P))
    assert told["excluded loss"] < 0.1  # memory needs no waves
    assert told["explained by the identity"] < 0.3
    told = modular.progress(5 * identity(1) + 5 * identity(2), [1, 2], learnt)
    assert told["explained by the identity"] == pytest.approx(1)
    assert told["restricted loss"] == pytest.approx(told["held-out loss"])
    assert told["excluded loss"] == pytest.approx(np.log(P))


def test_answers_are_the_models_own_logits():
    numbers = corpora.modular_addition(p=7, share=0.5)
    tokenizer = word_tokenizer(numbers.vocabulary)
    model = lab.build(layers=1, d_model=16, context=4, tokenizer=tokenizer, seed=2)
    logits = answer_logits(model, 7)
    for a, b in ((0, 0), (3, 5), (6, 2)):
        asked = lab.trace(model, f"{a} {b} =", keep=[]).logits[-1]
        wanted = [asked[tokenizer.convert_tokens_to_ids(str(c))] for c in range(7)]
        np.testing.assert_allclose(logits[a, b], wanted, atol=1e-5)
    rows = modular.number_rows(model, 7)
    np.testing.assert_array_equal(rows[3], model.W_E[tokenizer("3")["input_ids"][0]].detach())


def test_numbers_of_several_pieces_and_even_sizes_are_refused(gpt2):
    with pytest.raises(ValueError, match="10 is 2 pieces"):
        answer_logits(gpt2, 11)
    with pytest.raises(ValueError, match="p is 4"):
        identity_shares(np.zeros((4, 4, 4)))
    with pytest.raises(ValueError, match=r"\(3, 3, 5\)"):
        identity_shares(np.zeros((3, 3, 5)))
