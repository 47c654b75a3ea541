"""Draws that can be compared: as often as they should, and shared between rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.sampling import Rules, circling, continuations, distinct, drawing, draws, repeated
from lab.sampling.noise import noise

LOGITS = np.random.default_rng(3).normal(0, 2, 50)
SEEDS = st.integers(0, 2**32 - 1)


def test_pieces_are_drawn_as_often_as_their_probability_says():
    probs = Rules(temperature=0.9).probs(LOGITS[:8])
    n = 6000
    for counts in (
        np.bincount(draws(probs, 11, n), minlength=8),
        np.bincount([draws(probs, seed)[0] for seed in range(n)], minlength=8),
    ):
        off = (counts - n * probs) / np.sqrt(n * probs * (1 - probs))
        assert (off**2).sum() < 24.3  # 99.9 % of chi-square on 7 degrees


def test_one_draw_tells_nothing_of_the_next():
    d = draws(np.full(6, 1 / 6), 5, 6001)
    pairs = np.zeros((6, 6))
    np.add.at(pairs, (d[:-1], d[1:]), 1)
    assert ((pairs - 6000 / 36) ** 2 / (6000 / 36)).sum() < 66.6  # 99.9 % on 35 degrees


@given(SEEDS, st.integers(1, 20), st.floats(0.3, 0.95))
def test_a_rule_that_only_cuts_changes_a_draw_only_where_it_cut_the_piece(seed, k, p):
    free, bound = Rules().probs(LOGITS), Rules(top_k=k, top_p=p).probs(LOGITS)
    before, after = draws(free, seed, 40), draws(bound, seed, 40)
    assert (bound[after] > 0).all()
    np.testing.assert_array_equal(before == after, bound[before] > 0)


@given(SEEDS, st.floats(0.2, 3), st.floats(0.2, 3))
def test_no_draw_goes_to_a_piece_whose_odds_fell(seed, one, other):
    p, q = Rules(temperature=one).probs(LOGITS), Rules(temperature=other).probs(LOGITS)
    before, after = draws(p, seed, 40), draws(q, seed, 40)
    odds = (q[after] / q[before]) / (p[after] / p[before])
    assert (odds >= 1 - 1e-9).all()


@given(SEEDS)
def test_what_the_others_are_called_changes_nothing(seed):
    probs = Rules().probs(LOGITS)
    fewer = np.where(np.arange(50) % 2, probs, 0)
    np.testing.assert_array_equal(draws(fewer, seed, 9), draws(3 * fewer, seed, 9))
    np.testing.assert_array_equal(draws(probs, seed, 9)[4:], draws(probs, seed, 5, start=4))
    np.testing.assert_array_equal(draws(probs, seed + 2**32, 9), draws(probs, seed, 9))


def test_the_noise_is_the_same_everywhere():
    """Worked out by hand's own arithmetic: whole numbers modulo 2³², as a browser has them."""
    full = 2**32

    def mixed(x, before, between):
        x = (x * 0x9E3779B9 + before) % full
        x = ((x ^ (x >> 16)) * 0x7FEB352D + between) % full
        x = ((x ^ (x >> 15)) * 0x846CA68B) % full
        return x ^ (x >> 16)

    for seed, draw, piece in [(0, 0, 0), (7, 3, 49151), (full - 1, 999, 5)]:
        high = mixed(piece, mixed(draw, seed, 0), mixed(seed, draw, 0x9E3779B9))
        wanted = -np.log((high + 0.5) / full)
        assert noise(seed, draw, np.array([piece]))[0] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("probs", [[[0.5, 0.5]], [0.5, -0.1], [np.nan, 1.0], [0.0, 0.0], [np.inf]])
def test_shares_that_cannot_be_are_refused(probs):
    with pytest.raises(ValueError, match="probs"):
        draws(np.array(probs))


def test_a_choice_draws_what_draws_gives_and_remembers_the_text():
    how = {"temperature": 1.3, "top_p": 0.9, "typical": 0.95}
    choose = drawing(**how, seed=4)
    chosen = [choose(LOGITS) for _ in range(12)]
    assert chosen == draws(Rules(**how).probs(LOGITS), 4, 12).tolist()
    later = drawing(**how, seed=4, first=5)
    assert [later(LOGITS) for _ in range(7)] == chosen[5:]
    stern = drawing(0, repetition_penalty=1000.0)
    first = stern(LOGITS)
    assert stern(LOGITS, [first]) != first


@pytest.mark.parametrize("how", [{"top_p": 0.9}, {"top_k": 4, "repetition_penalty": 1.3}])
def test_many_continuations_are_those_of_their_seeds(tiny, how):
    many = continuations(tiny, "Tom ran", texts=3, pieces=15, seed=5, **how)
    for i, ids in enumerate(many):
        text = lab.continuation(tiny, "Tom ran", pieces=15, seed=5 + i, **how)
        assert text == tiny.tokenizer.decode(ids)
    assert len({tuple(ids) for ids in many}) == 3


def test_several_prompts_of_any_length_go_on_each_by_itself(tiny):
    prompts = ["Tom", "Lily was", "Mia", "Tom"]
    many = continuations(tiny, prompts, pieces=8, seed=2)
    for i, (prompt, ids) in enumerate(zip(prompts, many, strict=True)):
        text = lab.continuation(tiny, prompt, pieces=8, seed=2 + i)
        assert text == tiny.tokenizer.decode(ids)
    with pytest.raises(ValueError, match="texts=2, but 4 prompts"):
        continuations(tiny, prompts, texts=2)


def test_texts_that_end_are_cut_there_and_edits_are_seen(tiny):
    end = tiny.tokenizer.eos_token_id

    def lean(logits):
        late = logits.clone()
        late[:, :, 65] += 1e4 * (logits.shape[1] == 8)
        late[:, :, end] += 2e4 * (logits.shape[1] > 9)
        return late

    edited = lab.edited(tiny, {"unembed.hook_out": lean})
    many = continuations(edited, "Tom ran", texts=2, pieces=20, seed=1)
    assert [len(ids) for ids in many] == [3, 3] and all(ids[1] == 65 for ids in many)
    assert not any(end in ids for ids in many)


def test_texts_are_counted():
    assert repeated([1, 2, 3, 4, 5]) == repeated([]) == repeated([7, 7]) == 0
    assert repeated([1] * 11) == pytest.approx(7 / 8)
    assert distinct([[1, 2, 3], [4, 5, 6]]) == 1
    assert np.isnan(distinct([[1]]))
    assert circling([9, 8] + [3, 4, 5] * 3) == 3 and circling([1] * 4) == 1
    assert circling([3, 4, 5] * 2) == circling([]) == 0
    with pytest.raises(ValueError, match="n=0"):
        repeated([1], n=0)
