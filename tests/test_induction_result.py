"""Olsson et al. 2022: head, in-context score and bend come together, in two layers, not in one."""

import numpy as np
import pytest
import torch

import lab
from lab import corpora, phases, training
from lab.attention import control_heads, top_heads
from lab.phases import sharpest
from lab.tokenizers import word_tokenizer

TOGETHER = ("loss", "in-context score", "best induction head")


@pytest.fixture(scope="module")
def two():
    return lab.Life.open("formicarium/induction")


@pytest.fixture(scope="module")
def one():
    return lab.Life.open("formicarium/one-layer")


@pytest.fixture(scope="module")
def model():
    return lab.load("formicarium/induction")


@pytest.fixture(scope="module")
def rows(model):
    return phases.rows(model, corpora.repeated(seed=5).first(32))


def score(model, rows):
    return phases.in_context_score(phases.surprisals(model, rows))


def test_in_two_layers_all_changes_in_one_short_stretch(two):
    changes = {name: sharpest(*two.curves[name], width=0.1) for name in TOGETHER}
    assert all(change.share > 0.6 for change in changes.values()), changes
    assert all(a.meets(b) for a in changes.values() for b in changes.values()), changes
    # A plateau before it: the loss has hardly moved since the words' frequencies were learnt.
    steps, loss = two.curves["loss"]
    before = loss[(steps > 60) & (steps < changes["loss"].start)]
    assert before.std() < 0.15 and loss[-20:].mean() < before.mean() - 2


def test_in_one_layer_nothing_of_the_kind(one, two):
    heads, score = (one.curves[name][1] for name in ("best induction head", "in-context score"))
    assert heads.max() < 0.1 < 0.9 < two.curves["best induction head"][1].max()
    assert score.min() > -1.2 > -4 > two.curves["in-context score"][1].min()
    assert sharpest(*one.curves["loss"], width=0.1).share < 0.5


def test_the_shipped_model_is_the_life_at_its_end_in_half_precision(model, two, rows):
    told = two.curves["in-context score"][1][-1]
    assert score(model, rows) == pytest.approx(told, abs=0.15)
    trace = lab.trace(model, two.prompt)
    for layer, head in two.heads:
        kept = two.pattern(layer, head)[-1]
        np.testing.assert_allclose(trace["pattern", layer][head], kept, atol=2e-3)


def test_a_previous_token_head_below_and_an_induction_head_above(model, rows):
    scores = phases.mean_scores(model, rows[:8])
    assert scores["previous"][0].max() > 0.5 > 0.2 > scores["induction"][0].max()
    assert scores["induction"][1].max() > 0.7


def test_cutting_the_heads_that_match_prefixes_costs_what_other_heads_do_not(model, rows):
    scores = phases.mean_scores(model, rows[:8])["induction"]
    strongest = [(layer, head) for layer, head, _ in top_heads(scores, 2)]
    assert {layer for layer, _ in strongest} == {1}
    whole = score(model, rows)
    lost = score(cut(model, strongest), rows) - whole
    controls = [score(cut(model, control_heads(strongest, 4, seed)), rows) for seed in range(3)]
    assert lost > 2 > 4 * max(abs(control - whole) for control in controls)


def cut(model, heads):
    gone = torch.tensor([head for _, head in heads])
    return lab.edited(model, {("z", 1): lambda z: z.index_fill(2, gone, 0)})


@pytest.mark.timeout(1200)
def test_a_small_training_passes_the_change_with_two_layers_and_not_with_one():
    corpus = corpora.repeated()
    grown = {}
    for layers in (2, 1):
        model = lab.build(
            "llama", layers=layers, d_mlp=0, context=64, tokenizer=word_tokenizer(corpus.vocabulary)
        )
        recipe = {"lr": 3e-3, "warmup": 50, "betas": (0.9, 0.98), "decay": 0.01, "every": 500}
        steps = training.train(model, corpus, steps=370, schedule="constant", **recipe)
        losses = [step.loss for step in steps]
        rows = phases.rows(model, corpora.repeated(seed=5).first(16))
        found = phases.mean_scores(model, rows[:4])["induction"].max()
        grown[layers] = (score(model, rows), found, np.mean(losses[-10:]))
    (late, head, loss), (late_one, head_one, loss_one) = grown[2], grown[1]
    assert late < -3.5 and late_one > -1.5
    assert head > 0.6 and head_one < 0.15
    assert loss < 2.4 and loss_one > 3.2
