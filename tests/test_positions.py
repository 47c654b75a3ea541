"""Positions: equal to transformers' own, and what each scheme promises."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

import lab
from lab import positions
from lab.positions import Rotary

IDS = [84, 111, 109, 32, 114, 97, 110, 32, 116, 111, 32, 76]
WIDTHS = st.integers(1, 12).map(lambda pairs: 2 * pairs)
BASES = st.floats(2, 1e6)


def loss_told(model, order):
    """transformers' own loss with these position ids."""
    row = torch.tensor([IDS])
    with torch.inference_mode():
        logits = model.original_model(row, position_ids=torch.tensor([order])).logits[0, :-1]
    return float(torch.nn.functional.cross_entropy(logits.float(), row[0, 1:]))


def loss_of(model):
    return float(lab.trace(model, IDS, keep=[]).surprisal[1:].mean())


class TestTables:
    def test_sinusoidal_is_transformers_own(self):
        theirs = torch.empty(40, 12)
        create_sinusoidal_embeddings(40, 12, theirs)
        np.testing.assert_allclose(positions.sinusoidal(40, 12), theirs.numpy(), atol=1e-6)

    @given(count=st.integers(2, 30), width=WIDTHS, base=BASES)
    def test_sinusoidal_likeness_depends_on_the_distance_alone(self, count, width, base):
        found = positions.by_distance(positions.sinusoidal(count, width, base))
        np.testing.assert_allclose(found["low"], found["high"], atol=1e-9)
        turns = Rotary(positions.frequencies(width, base), width)
        # … and is the score of a rotated vector with itself, the idea behind rotary positions.
        np.testing.assert_allclose(found["mean"], turns.likeness(np.arange(count)), atol=1e-9)

    def test_learned_is_the_table_that_is_added(self, gpt2):
        table = positions.learned(gpt2)
        seen = lab.trace(gpt2, IDS, keep=["pos_embed"])
        np.testing.assert_array_equal(table[: len(IDS)], seen["hook_pos_embed"])
        assert table.shape == (64, 32)

    def test_by_distance_is_the_mean_over_every_pair_so_far_apart(self, gpt2):
        table = positions.learned(gpt2)[:9]
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        pairs = [unit[i] @ unit[i + 3] for i in range(6)]
        found = positions.by_distance(table)
        assert found["mean"][3] == pytest.approx(np.mean(pairs), abs=1e-6)
        assert found["low"][3] <= found["mean"][3] <= found["high"][3]

    def test_a_row_of_zeros_is_like_nothing(self):
        assert positions.likeness([[0.0, 0.0], [1.0, 0.0]]).tolist() == [[0, 0], [0, 1]]

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda: positions.sinusoidal(0, 4), "count=0, width=4"),
            (lambda: positions.sinusoidal(4, 3), "width=3: .*even"),
            (lambda: positions.sinusoidal(4, 4, 1.0), "base=1.0"),
            (lambda: positions.likeness(np.zeros(3)), r"table has shape \(3,\)"),
        ],
    )
    def test_what_cannot_be_is_named(self, call, message):
        with pytest.raises(ValueError, match=message):
            call()

    def test_each_kind_of_model_is_sent_to_its_own_scheme(self, gpt2, llama):
        with pytest.raises(ValueError, match=r"rotary positions and no table.*rotary\(model\)"):
            positions.learned(llama)
        with pytest.raises(ValueError, match=r"standard positions.*learned\(model\)"):
            positions.rotary(gpt2)


class TestRotary:
    def test_turning_is_transformers_own(self, llama):
        rotary = positions.rotary(llama)
        chance = np.random.default_rng(0)
        query, key = chance.normal(size=(2, 1, 3, 20, rotary.d_head)).astype(np.float32)
        places = np.arange(20) + 7
        module = llama.original_model.model.rotary_emb
        cos, sin = module(torch.zeros(1), torch.from_numpy(places)[None])
        theirs = apply_rotary_pos_emb(torch.from_numpy(query), torch.from_numpy(key), cos, sin)
        for ours, their in zip((query, key), theirs, strict=True):
            np.testing.assert_allclose(rotary.rotated(ours, places), their.numpy(), atol=2e-6)

    def test_scores_in_the_model_are_those_of_turned_queries_and_keys(self, llama):
        rotary = positions.rotary(llama)
        seen = lab.trace(llama, IDS, keep=[("q", 1), ("k", 1), ("attn_scores", 1)])
        places = np.arange(len(IDS))
        query, key = (
            rotary.rotated(np.moveaxis(np.repeat(seen[name, 1], times, axis=1), 0, 1), places)
            for name, times in (("q", 1), ("k", 2))
        )
        ours = query @ np.moveaxis(key, 1, 2) / np.sqrt(rotary.d_head)
        past = np.tril_indices(len(IDS))
        np.testing.assert_allclose(ours[:, *past], seen["attn_scores", 1][:, *past], atol=1e-5)

    @given(
        seed=st.integers(0, 99),
        width=WIDTHS,
        base=BASES,
        one=st.integers(0, 300),
        other=st.integers(0, 300),
        move=st.integers(0, 300),
    )
    def test_a_score_depends_on_the_distance_alone(self, seed, width, base, one, other, move):
        rotary = Rotary(positions.frequencies(width, base), width)
        query, key = np.random.default_rng(seed).normal(size=(2, 1, width))

        def score(at, to):
            return (rotary.rotated(query, np.array([at])) @ rotary.rotated(key, np.array([to])).T)[
                0, 0
            ]

        assert score(one, other) == pytest.approx(score(one + move, other + move), abs=1e-9)
        alone = rotary.scores(query[0], key[0], [one - other])[0]
        assert score(one, other) == pytest.approx(alone, abs=1e-9)

    def test_turning_keeps_lengths_and_leaves_what_is_not_turned(self):
        rotary = Rotary(np.array([0.3, 0.1]), d_head=6)
        vectors = np.random.default_rng(0).normal(size=(5, 6))
        turned = rotary.rotated(vectors, np.arange(5))
        np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(vectors, axis=1))
        np.testing.assert_array_equal(turned[:, 4:], vectors[:, 4:])
        with pytest.raises(ValueError, match=r"vectors \(5, 4\) at positions \(5,\)"):
            rotary.rotated(vectors[:, :4], np.arange(5))

    def test_a_heads_taste_is_the_mean_score_of_all_pairs_put_so_far_apart(self, llama):
        rotary = positions.rotary(llama)
        found = positions.preferences(llama, IDS, [0, 1, 9])
        seen = lab.trace(llama, IDS, keep=[("q", 1), ("k", 1)])
        query, key = seen["q", 1][:, 3], seen["k", 1][:, 1]  # two query heads share a key head
        ahead = rotary.rotated(query, np.full(len(IDS), 9))
        mean = (ahead @ rotary.rotated(key, np.zeros(len(IDS))).T).mean() / np.sqrt(rotary.d_head)
        assert found.shape == (2, 4, 3)
        assert found[1, 3, 2] == pytest.approx(mean, abs=1e-6)


class TestTold:
    def test_any_order_is_transformers_position_ids(self, tiny):
        order = positions.scattered(len(IDS), seed=3)
        assert loss_of(positions.told(tiny, order)) == pytest.approx(
            loss_told(tiny, order.tolist()), abs=1e-5
        )
        assert abs(loss_of(tiny) - loss_told(tiny, order.tolist())) > 1e-6

    def test_the_truth_told_changes_nothing(self, tiny):
        told = lab.trace(positions.told(tiny, range(len(IDS))), IDS, keep=[])
        np.testing.assert_array_equal(told.logits, lab.trace(tiny, IDS, keep=[]).logits)

    def test_moving_all_on_is_nothing_to_rotary_positions_and_something_to_a_table(
        self, gpt2, llama
    ):
        moves = {
            model: abs(loss_of(positions.told(model, np.arange(len(IDS)) + 20)) - loss_of(model))
            for model in (gpt2, llama)
        }
        assert moves[llama] < 1e-5 < moves[gpt2]

    def test_nothing_told_is_all_at_one_place(self, llama):
        nothing = loss_of(positions.told(llama, None))
        assert nothing == pytest.approx(loss_told(llama, [5] * len(IDS)), abs=1e-5)

    def test_nothing_told_leaves_a_table_its_average_row(self, gpt2):
        seen = lab.trace(positions.told(gpt2, None), IDS, keep=["pos_embed"])
        mean = positions.learned(gpt2).mean(axis=0)
        np.testing.assert_allclose(seen["hook_pos_embed"], np.tile(mean, (len(IDS), 1)), atol=1e-7)

    def test_the_model_itself_stays_as_it_was(self, tiny):
        before = loss_of(tiny)
        loss_of(positions.told(tiny, None))
        assert loss_of(tiny) == before

    @given(count=st.integers(1, 40), within=st.integers(1, 50), seed=st.integers(0, 9))
    def test_scattering_keeps_every_place_once_and_in_its_block(self, count, within, seed):
        order = positions.scattered(count, within, seed)
        assert sorted(order) == list(range(count))
        assert (order // within == np.arange(count) // within).all()

    def test_places_that_cannot_be_are_refused(self, gpt2, llama):
        with pytest.raises(ValueError, match="places go to 64; the table has rows 0 to 63"):
            positions.told(gpt2, [64])
        with pytest.raises(ValueError, match="whole numbers from 0"):
            positions.told(llama, [-1, 0])
        with pytest.raises(ValueError, match="12 pieces is told only 2 places"):
            loss_of(positions.told(llama, [0, 1]))

    def test_disorder_measures_each_of_them(self, tiny):
        found = positions.disorder(tiny, [IDS, IDS[:7]], [2, 64], draws=2, move=5, seed=4)
        counts = np.array([len(IDS) - 1, 6])
        alone = [lab.trace(positions.told(tiny, None), ids, keep=[]) for ids in (IDS, IDS[:7])]
        means = np.array([trace.surprisal[1:].mean() for trace in alone])
        assert found.removed == pytest.approx((means * counts).sum() / counts.sum(), abs=1e-5)
        assert found.pieces == 17
        assert [losses.shape for losses in found.scattered.values()] == [(2,), (2,)]
        rises = found.rises()
        assert list(rises) == ["moved on by 5", "shuffled by 2", "shuffled by 64", "removed"]
        assert rises["removed"] == pytest.approx(found.removed - found.as_is)
        with pytest.raises(ValueError, match="texts"):
            positions.disorder(tiny, [])
