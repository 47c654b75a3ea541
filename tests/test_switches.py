"""Switching parts off: the effect is the model's own without them, and never comes alone."""

import numpy as np
import pytest
import torch

import lab
from lab.interventions.stand_ins import Parts, stand_ins
from lab.interventions.switching import switches

IDS = [5, 9, 40, 7, 22, 40]


def without(model, ids, edits):
    logits = lab.trace(lab.edited(model, edits), ids, keep=()).logits
    return torch.from_numpy(logits).log_softmax(-1).numpy()


def silent(head):
    def run(z):
        z = z.clone()
        z[:, :, head] = 0
        return z

    return run


def test_the_effect_is_the_models_own_without_the_parts_and_so_is_each_control(tiny):
    board = switches(tiny, IDS)
    off = {("z", 0): silent(2), ("mlp_out", 1): lambda out: 0 * out}
    found = board([(0, 2)], [1])
    before, after = (without(tiny, IDS, edits)[-1] for edits in ({}, off))
    best = int(before.argmax())
    assert found.effect == pytest.approx(after[best] - before[best], abs=1e-5)
    assert found.before == pytest.approx(before[best], abs=1e-5)
    kl = (np.exp(before) * (before - after)).sum()
    assert found.kl == pytest.approx(kl, abs=1e-5)
    single = board([(1, 0)], position=2)
    assert single.names == ["L1H1", "L1H2", "L1H3"] and single.position == 2
    for head, control in enumerate(single.controls, 1):
        other = without(tiny, IDS, {("z", 1): silent(head)})
        plain = without(tiny, IDS, {})
        best = int(plain[2].argmax())
        assert control == pytest.approx(other[2, best] - plain[2, best], abs=1e-5)


def test_a_difference_of_two_pieces_and_their_chances(llama):
    found = switches(llama, IDS, toward=0, against=3)([(0, 1)])
    before, after = (without(llama, IDS, e)[-1] for e in ({}, {("z", 0): silent(1)}))
    wanted = (after[0] - after[3]) - (before[0] - before[3])
    assert found.effect == pytest.approx(wanted, abs=1e-5)
    for name, probs in (("before", found.probs), ("after", found.probs_after)):
        assert probs.sum() <= 1 + 1e-6, name
    assert found.probs_controls.shape == (len(found.controls), len(found.pieces))
    assert "L0H1 off" in repr(found) and "the 3 other heads of L0" in repr(found)


def test_controls_are_as_many_parts_of_the_same_layers():
    sets, kind = stand_ins(Parts([(1, 0), (1, 3), (2, 4)], [5]), layers=6, heads=8)
    assert len(sets) == 10 == len({str(one) for one in sets})
    for one in sets:
        assert [layer for layer, _ in one.heads] == [1, 1, 2] and len(one.mlps) == 1
        assert not {(1, 0), (1, 3), (2, 4)} & set(one.heads) and one.mlps != [5]
    assert kind == "10 random sets of 3 other heads of the same layers and 1 other MLP"
    again, _ = stand_ins(Parts([(1, 0), (1, 3), (2, 4)], [5]), layers=6, heads=8)
    assert sets == again
    assert stand_ins(Parts([], [2]), 4, 4).kind == "the MLPs of 3 other layers"
    whole = stand_ins(Parts([(0, head) for head in range(3)], []), 3, 4)
    assert "any layer" in whole.kind and all(len(one.heads) == 3 for one in whole.sets)


def test_what_cannot_be_compared_or_is_not_there_is_refused(llama):
    board = switches(llama, IDS)
    with pytest.raises(ValueError, match="no other parts are left"):
        board([(layer, head) for layer in range(2) for head in range(4)])
    with pytest.raises(ValueError, match="L2H0 is no head of this model: layers 0 to 1"):
        board([(2, 0)])
    with pytest.raises(ValueError, match="nothing is switched off"):
        board()
    with pytest.raises(ValueError, match="position=6: the text has 6 pieces"):
        board([(0, 0)], position=6)
    with pytest.raises(ValueError, match="a single control shows no spread"):
        switches(llama, IDS, draws=1)
    assert not any(point.fwd_hooks for point in llama.hook_dict.values())
