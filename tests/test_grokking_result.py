"""Nanda et al. 2023 come out: few key frequencies, the identity, progress before the jump."""

import numpy as np
import pytest

import lab
from lab import corpora, modular
from lab.modular import (
    answer_accuracy,
    answer_loss,
    control_frequencies,
    excluded,
    identity_shares,
    key_frequencies,
    restricted,
    wave_power,
)

P, SHARE = 113, 0.25
GUESS = np.log(P)


@pytest.fixture(scope="module")
def model():
    return lab.load("formicarium/modular")


@pytest.fixture(scope="module")
def untrained(model):
    return lab.build(layers=1, d_model=128, context=4, tokenizer=model.tokenizer)


@pytest.fixture(scope="module")
def logits(model):
    return modular.answer_logits(model, P)


@pytest.fixture(scope="module")
def keys(logits):
    return key_frequencies(identity_shares(logits))


@pytest.fixture(scope="module")
def learnt():
    return corpora.modular_addition(P, SHARE)


@pytest.fixture(scope="module")
def life():
    return lab.Life.open("formicarium/modular")


def at(frequencies):
    return [frequency - 1 for frequency in frequencies]


def first(life, name, reached):
    """The first step at which a curve has reached something."""
    steps, values = life.curves[name]
    return steps[np.argmax([reached(value) for value in values])]


def test_the_shipped_model_knows_the_sums_it_never_saw(logits, learnt):
    assert answer_accuracy(logits, learnt.rest.pairs) > 0.999
    assert answer_loss(logits, learnt.rest.pairs) < 0.01


def test_few_frequencies_are_key_in_the_embedding_and_in_the_logits(model, untrained, keys):
    assert 3 <= len(keys) <= 10
    power = wave_power(modular.number_rows(model, P))
    assert set(key_frequencies(power)[: len(keys)]) == set(keys)
    assert power[at(keys)].sum() > 0.75
    assert wave_power(modular.number_rows(untrained, P))[at(keys)].sum() < 0.25


def test_the_identity_explains_most_of_the_logits_at_the_key_frequencies_alone(
    logits, untrained, keys
):
    shares = identity_shares(logits)
    assert shares[at(keys)].sum() > 0.9
    for seed in range(5):
        assert shares[at(control_frequencies(keys, P, seed))].sum() < 0.01
    assert identity_shares(modular.answer_logits(untrained, P)).sum() < 0.01


def test_the_key_waves_suffice_and_are_needed_and_random_ones_are_neither(logits, keys, learnt):
    others, random = learnt.rest.pairs, control_frequencies(keys, P)
    assert answer_loss(restricted(logits, keys), others) < 0.05
    assert answer_loss(restricted(logits, random), others) > GUESS - 0.5
    assert answer_loss(excluded(logits, keys), others) > GUESS - 1
    assert answer_loss(excluded(logits, random), others) < 0.05


def test_knowing_by_heart_comes_long_before_knowing(life):
    by_heart = first(life, "learnt accuracy", lambda value: value > 0.99)
    known = first(life, "held-out accuracy", lambda value: value > 0.99)
    assert known > 2.5 * by_heart
    steps, held_out = life.curves["held-out loss"]
    assert held_out[np.searchsorted(steps, by_heart)] > 0.85 * GUESS


def test_the_circuit_is_there_before_it_shows(life):
    """The restricted loss falls first; until the jump memory alone would do, afterwards not."""
    half = GUESS / 2
    jump = first(life, "held-out accuracy", lambda value: value > 0.9)
    there = first(life, "restricted loss", lambda value: value < half)
    assert there < 0.75 * first(life, "held-out loss", lambda value: value < half) < 0.75 * jump
    steps, alone = life.curves["excluded loss"]
    assert alone[steps < jump][-1] < 0.5 and min(alone[steps >= jump]) > 3
    assert min(life.curves["restricted to random"][1]) > GUESS - 0.7


def test_the_life_ends_as_the_shipped_model(life, logits, keys, learnt):
    told = modular.progress(logits, keys, learnt.pairs)
    for name in ("held-out accuracy", "explained by the identity"):
        assert life.curves[name][1][-1] == pytest.approx(told[name], abs=0.01), name
    assert life.words == corpora.modular_addition(P).vocabulary[:P]
