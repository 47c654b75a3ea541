"""Edits as values, against what they mean: activations by hand, identities, and refusals."""

import numpy as np
import pytest
import torch

import lab
from lab import interventions as iv
from lab.hooks import UnknownHook
from tests.test_hooks import hooks_left

A, B = [5, 9, 5, 9, 7, 3], [200, 17, 60, 61, 4, 250]
EVERYTHING = ["resid_pre", "resid_post", "attn_out", "mlp_out", "z", "q", "k", "v"]


def run(model, ids=A, keep=("resid_post", "z", "pattern")):
    return lab.trace(model, ids, keep=list(keep))


def under(model, edits, ids=A, keep=("resid_post", "z", "pattern")):
    return run(lab.edited(model, edits), ids, keep)


def test_a_run_patched_or_frozen_into_itself_changes_nothing(tiny):
    own = run(tiny, keep=[*EVERYTHING, "pattern"])
    for verb in (iv.patch, iv.freeze):
        edits = {name: verb(own) for name in [*EVERYTHING, "pattern"]}
        np.testing.assert_allclose(under(tiny, edits).logits, own.logits, atol=1e-6)


def test_everything_patched_from_another_run_gives_that_run(tiny):
    own, other = run(tiny), run(tiny, B, EVERYTHING)
    assert abs(own.logits - other.logits).max() > 0.01
    whole = under(tiny, {name: iv.patch(other) for name in EVERYTHING})
    np.testing.assert_allclose(whole.logits, other.logits, atol=1e-6)


def test_a_patched_part_is_the_other_runs_and_the_rest_is_its_own(tiny):
    own, other = run(tiny), run(tiny, B)
    mixed = under(tiny, {("z", 0): iv.patch(other, heads=[1, 3], at=[2, -1])})
    wanted = own["z", 0].copy()
    for at in (2, 5):
        for head in (1, 3):
            wanted[at, head] = other["z", 0][at, head]
    np.testing.assert_allclose(mixed["z", 0], wanted, atol=1e-6)


def test_a_patched_pattern_row_is_the_other_runs(tiny):
    own, other = run(tiny), run(tiny, B)
    mixed = under(tiny, {("pattern", 1): iv.patch(other, heads=2, at=4)})
    wanted = own["pattern", 1].copy()
    wanted[2, 4] = other["pattern", 1][2, 4]
    np.testing.assert_allclose(mixed["pattern", 1], wanted, atol=1e-6)


def test_positions_of_two_texts_can_differ(tiny):
    other = run(tiny, B[:4])
    mixed = under(tiny, {("resid_post", 0): iv.patch(other, at=5, source=3)})
    np.testing.assert_allclose(mixed["resid_post", 0][5], other["resid_post", 0][3], atol=1e-6)
    with pytest.raises(ValueError, match="name positions of both texts"):
        under(tiny, {("resid_post", 0): iv.patch(other)})


def test_heads_set_to_zero_one_by_one_are_all_heads_set_to_zero(tiny):
    every = under(tiny, {("z", 1): iv.zero()})
    one_by_one = tiny
    for head in range(tiny.cfg.n_heads):
        one_by_one = lab.edited(one_by_one, {("z", 1): iv.zero(heads=head)})
    np.testing.assert_array_equal(run(one_by_one).logits, every.logits)
    assert (every["z", 1] == 0).all()


def test_the_mean_of_one_text_by_position_is_that_run(tiny):
    usual = iv.averages(tiny, [B], keep=["z", "resid_post"], by_position=True)
    edits = {"z": iv.mean(usual), "resid_post": iv.mean(usual)}
    np.testing.assert_allclose(under(tiny, edits).logits, run(tiny, B).logits, atol=1e-6)


def test_the_mean_is_that_of_all_positions_of_all_texts(tiny):
    usual = iv.averages(tiny, [A, B[:3]], keep=["z", "mlp_out"])
    both = [run(tiny, ids, ["z", "mlp_out"]) for ids in (A, B[:3])]
    wanted = np.concatenate([found["z", 1] for found in both]).mean(0)
    np.testing.assert_allclose(usual["z", 1], wanted, atol=1e-6)
    assert usual.count == 9
    edited = under(tiny, {("z", 1): iv.mean(usual, heads=2, at=[1, 2])})
    np.testing.assert_allclose(edited["z", 1][1:3, 2], wanted[[2, 2]], atol=1e-6)
    np.testing.assert_allclose(edited["z", 1][1:3, 1], run(tiny)["z", 1][1:3, 1], atol=1e-6)


def test_what_is_resampled_comes_from_the_other_texts_and_from_the_seed(tiny):
    others = [run(tiny, B), run(tiny, B[::-1])]
    pool = np.concatenate([other["z", 0] for other in others])
    found = [under(tiny, {("z", 0): iv.resample(others, seed=seed)}) for seed in (1, 1, 2)]
    distance = abs(found[0]["z", 0][:, None] - pool[None]).max((2, 3)).min(1)
    np.testing.assert_allclose(distance, 0, atol=1e-6)
    np.testing.assert_array_equal(found[0].logits, found[1].logits)
    assert (found[0].logits != found[2].logits).any()


def test_steering_adds_the_direction_where_it_is_asked_for(tiny):
    direction = np.random.default_rng(0).normal(size=32)
    pushed = under(tiny, {("resid_post", 0): lab.steer(direction, -2.5, at=[0, 3])})
    moved = pushed["resid_post", 0] - run(tiny)["resid_post", 0]
    np.testing.assert_allclose(moved[[0, 3]], -2.5 * np.stack([direction] * 2), atol=1e-5)
    np.testing.assert_allclose(moved[[1, 2, 4, 5]], 0, atol=1e-6)
    back = {("resid_post", 0): lab.steer(torch.tensor(direction), 2.5, at=[0, 3])}
    twice = lab.edited(
        lab.edited(tiny, {("resid_post", 0): lab.steer(direction, -2.5, at=[0, 3])}), back
    )
    np.testing.assert_allclose(run(twice).logits, run(tiny).logits, atol=1e-5)


def test_swapping_twice_changes_nothing_and_once_exchanges(tiny):
    swapped = lab.edited(tiny, {("z", 0): iv.swap(heads=(0, 3))})
    own = run(tiny)["z", 0]
    np.testing.assert_allclose(run(swapped)["z", 0], own[:, [3, 1, 2, 0]], atol=1e-6)
    again = lab.edited(swapped, {("z", 0): iv.swap(heads=(3, 0))})
    np.testing.assert_array_equal(run(again).logits, run(tiny).logits)
    places = under(tiny, {("z", 0): iv.swap(at=(1, -1))})
    np.testing.assert_allclose(places["z", 0], own[[0, 5, 2, 3, 4, 1]], atol=1e-6)


def test_an_edit_serves_every_layer_that_its_key_names(tiny):
    other = run(tiny, B, ["z"])
    at_once = under(tiny, {"z": iv.patch(other, heads=1)})
    each = under(tiny, {("z", layer): iv.patch(other, heads=1) for layer in range(2)})
    np.testing.assert_array_equal(at_once.logits, each.logits)


def test_edits_leave_the_model_as_it_was(tiny):
    before = run(tiny).logits
    under(tiny, {"z": iv.zero(), "resid_post": lab.steer(np.ones(32))})
    np.testing.assert_array_equal(run(tiny).logits, before)
    assert not hooks_left(tiny)


@pytest.mark.parametrize(
    ("edits", "error", "words"),
    [
        (lambda _: {("resid_pre", 0): iv.zero(heads=1)}, ValueError, "has no heads"),
        (lambda t: {("mlp_out", 0): iv.patch(t)}, UnknownHook, "mlp_out"),
        (lambda _: {("z", 0): iv.zero(heads=4)}, ValueError, "there are 4 here, 0 to 3"),
        (lambda _: {("z", 0): iv.zero(at=6)}, ValueError, "there are 6 here, 0 to 5"),
        (lambda _: {("z", 0): iv.zero(at=0.5)}, ValueError, "a whole number, several, or a slice"),
        (lambda _: {("z", 0): iv.steer([1.0, 2.0])}, ValueError, "direction has shape"),
        (lambda _: {("z", 0): iv.steer([np.nan])}, ValueError, "finite"),
        (lambda _: {("z", 0): iv.swap(heads=(1, 2), at=(1, 2))}, ValueError, "two heads, or two"),
        (lambda _: {("z", 0): iv.resample([])}, ValueError, "traces is empty"),
        (lambda t: {"pattern": iv.resample(t)}, ValueError, "belongs to its own text"),
        (lambda t: {("z", 0): iv.mean(t)}, TypeError, "averages is a Trace"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_leaves_no_hook(llama, edits, error, words):
    with pytest.raises(error, match=words):
        under(llama, edits(run(llama, B)))
    assert not hooks_left(llama)
    run(llama)


def test_a_pattern_has_no_mean(llama):
    with pytest.raises(ValueError, match="rows are not of one length"):
        iv.averages(llama, [A], keep=["pattern"])
    with pytest.raises(ValueError, match="texts is empty"):
        iv.averages(llama, [])
