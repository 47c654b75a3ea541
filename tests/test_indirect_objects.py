"""Indirect objects (Wang et al. 2022): on the small model, and with a small budget on the real one.

The figures in full are in notebook 12, and stored in `data/circuits`.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lab
from lab.circuits import IndirectObjects, indirect_objects, two_names
from lab.circuits.ends import ends
from lab.circuits.measuring import metric
from lab.circuits.parts import rows, written


@pytest.fixture(scope="module")
def stories():
    return lab.load("formicarium/stories")


@pytest.fixture(scope="module")
def pairs(stories):
    return two_names(stories, 8)


@pytest.fixture(scope="module")
def study(stories, pairs):
    return indirect_objects(stories, pairs, movers=2, senders=4, draws=4)


def test_texts_differ_in_who_gives_alone(stories, pairs):
    for number, (clean, corrupted, right, wrong) in enumerate(pairs.texts):
        words = [(a, b) for a, b in zip(clean.split(), corrupted.split(), strict=True) if a != b]
        assert len(words) == 1 and words[0][0] == wrong.strip() and clean.count(right) == 1
        assert (clean.index(right) < clean.index(wrong)) == bool(number % 2)
        assert words[0][1] not in clean
    assert two_names(stories, 8).texts == pairs.texts != two_names(stories, 8, seed=1).texts
    with pytest.raises(ValueError, match="1 of them are single pieces"):
        two_names(stories, 2, names=["Tom", "Wolfgangamadeus"])


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_what_heads_say_is_their_share_of_the_logits(kind):
    kv = {"kv_heads": 2} if kind == "llama" else {}
    model = lab.build(kind, layers=2, heads=4, d_model=32, context=32, seed=3, **kv)
    texts = [("the cat sat on", "the dog sat on", "a", "b"), ("my cat", "my hat", "c", "d")]
    found = lab.circuits.pairs(model, texts)
    with torch.no_grad():
        other = written(model, rows(model, found, corrupted=True))
    read = ends(model, rows(model, found), other, [[]], metric(None))
    for number, (clean, _, right, wrong) in enumerate(texts):
        shares = lab.contributions(model, clean, right, wrong)
        wanted = shares.values[shares.heads >= 0].reshape(2, 4)
        assert read.direct[0, number] == pytest.approx(wanted, abs=1e-5)
        assert read.metric[0, number] == pytest.approx(shares.logit, abs=1e-5)
        pattern = lab.trace(model, clean)["pattern"][:, :, -1]
        assert read.looks[0, number, ..., : pattern.shape[-1]] == pytest.approx(pattern, abs=1e-6)


def test_the_small_model_knows_and_its_circuit_is_found(study):
    assert study.right >= 0.75 and study.clean > study.corrupted + 2
    assert "L3H1" in study.groups["inhibitors"] and "L5H0" in study.groups["movers"]
    inhibitors = study.cuts["inhibitors"]
    assert inhibitors.lost > 2 and inhibitors.lost > (
        inhibitors.before.mean() - inhibitors.controls.min()
    )
    told = dict(study.paths.largest(1))
    assert told["L3H1"] < 20 * min(study.paths.band[0], 0)


def test_without_inhibitors_the_movers_look_away(study):
    assert study.looks[0] > study.looks[1]
    assert study.looks_cut[0] < study.looks[0] and study.looks_cut[1] > study.looks[1]
    assert np.abs(study.looks_controls - study.looks).max() < 0.1


def test_every_cut_stands_beside_others_of_its_layers(study):
    for cut in study.cuts.values():
        assert len(cut.controls) == len(cut.others) == 4 and cut.interval > 0
        layers = sorted(name.split("H")[0] for name in cut.heads)
        for other in cut.others:
            assert sorted(name.split("H")[0] for name in other) == layers
            assert not {*other} & {*cut.heads}
        assert "others of these layers" in str(cut)


def test_a_cut_is_a_patch_from_the_corrupted_text(stories, pairs, study):
    (layer, head), (clean, corrupted, *_) = (3, 1), pairs.texts[0]
    assert study.groups["suppressors"][0] == "L3H1"
    other = lab.trace(stories, corrupted, keep=[("z", layer)])["z", layer]

    def silent(z):
        z = z.clone()
        z[:, :, head] = z.new_tensor(other[:, head])
        return z

    logits = lab.trace(lab.edited(stories, {("z", layer): silent}), clean, keep=()).logits[-1]
    with torch.no_grad():
        there = written(stories, rows(stories, pairs[:1], corrupted=True))
    read = ends(stories, rows(stories, pairs[:1]), there, [[], [(layer, head)]], metric(None))
    wanted = logits[pairs.right[0]] - logits[pairs.wrong[0]]
    assert read.metric[1, 0] == pytest.approx(float(wanted), abs=1e-4)
    assert abs(read.metric[1, 0] - read.metric[0, 0]) > 0.5


def test_a_saved_study_says_the_same(study, tmp_path):
    again = IndirectObjects.open(study.save(tmp_path / "study.safetensors"))
    assert str(again) == str(study) and repr(again) == repr(study)
    assert again.paths.largest(3) == study.paths.largest(3)


def test_the_stored_graph_is_found_again_and_thirty_edges_do_it(stories):
    stored = lab.circuits.Graph.open("formicarium/two-names")
    graph = lab.circuits.edge_attribution(stories, two_names(stories, 16), steps=5)
    assert graph.texts == stored.texts
    assert graph.scores == pytest.approx(stored.scores, abs=1e-3)
    found = lab.circuits.trial(stories, graph.prune(30), random=4)
    assert found.faithful[0] > 0.9 and np.abs(found.random).max() < 0.05
    left = lab.circuits.trial(stories, graph.prune(30).without("L3H1"), random=1)
    assert left.faithful[0] < 0.1


def test_texts_without_the_names_are_refused(stories):
    texts = [("Tom saw Sue and", "Ben saw Sue and", " Mia", " Tom")]
    with pytest.raises(ValueError, match="the right answer does not stand in 'Tom saw"):
        indirect_objects(stories, lab.circuits.pairs(stories, texts))
    with pytest.raises(ValueError, match="each at least 1"):
        indirect_objects(stories, two_names(stories, 2), draws=0)


def test_the_stored_study_of_the_real_model_has_what_the_course_says():
    found = IndirectObjects.open("formicarium/indirect-smollm2")
    assert found.right > 0.9 and found.n == 16
    assert found.groups["inhibitors"][0] == "L20H0"
    assert found.cuts["inhibitors"].lost > found.clean - found.cuts["inhibitors"].controls.min()
    assert found.looks[0] > found.looks[1] and found.looks_cut[0] < found.looks_cut[1]


@pytest.mark.smollm2
def test_the_real_model_again_with_a_small_budget(smollm2):
    pairs = two_names(smollm2, 2)
    found = indirect_objects(smollm2, pairs, movers=2, inhibitors=1, senders=2, draws=2)
    assert found.right == 1 and found.groups["inhibitors"] == ["L20H0"]
    assert all(name.startswith("L23") for name in found.groups["movers"])
    cut = found.cuts["inhibitors"]
    assert cut.lost > 0.5 and cut.lost > found.clean - cut.controls.min()
