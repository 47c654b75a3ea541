"""Two results, small: who reads the examples in a prompt, and that looking is not mattering."""

import numpy as np
import pytest
import torch

import lab
from lab import interventions as iv
from lab.corpora import stories
from lab.interventions.drawing import alike, head_name, heads_named
from tests.test_hooks import hooks_left


@pytest.mark.smollm2
def test_without_induction_heads_the_examples_are_lost_and_without_others_not(smollm2):
    found = iv.few_shot(smollm2, 8, prompts=3, random=2)
    shares = found.means()
    assert shares["whole"][0] == 0  # never shown, nobody can know
    assert shares["whole"][-1] >= 0.6
    assert shares["cut"][-1] <= 0.3
    assert found.draws()[:, -1].min() >= shares["cut"][-1] + 0.25
    assert found.random.shape == (2, 3, 3)
    assert found.n == 15


@pytest.fixture(scope="module")
def telling():
    return lab.load("formicarium/stories")


@pytest.fixture(scope="module")
def seen(telling):
    return iv.looks(telling, places=28)


def test_a_head_that_looks_and_does_nothing(seen):
    """Found by search over heads and places, and judged on places it was not chosen on."""
    quiet = {(one.layer, one.head): one for one in seen.misleading(3, places=3)}[4, 1]
    loud = seen.telling(1)[0]
    assert quiet.look > 0.7 < loud.look
    assert abs(quiet.effect) < 0.05 < 0.3 < loud.effect
    assert abs(quiet.effect) - quiet.interval < 0.01  # nothing is inside its interval
    assert max(quiet.others) > 0.1  # a head beside it, at the same places, is missed


def test_nor_is_it_missed_when_it_is_cut_everywhere(seen, telling):
    assert abs(iv.lost(telling, seen, ["L4H1"]).mean()) < 0.05
    assert iv.lost(telling, seen, ["L5H0"]).mean() > 0.25
    assert not hooks_left(telling)


def test_what_looks_measures_is_what_an_edit_does(seen, telling):
    """One place by hand: attention from a trace, and the head cut by an edit."""
    at, layer, head = 3, 5, 0
    ids, answer = seen.ids[at], seen.answer_ids[at]
    pattern = lab.trace(telling, ids, keep=["pattern"])["pattern", layer][head, -1]
    assert seen.look[at, layer, head] == pytest.approx(pattern[np.array(ids) == answer].sum())
    before = lab.trace(telling, seen.ids[at - 1], keep=["z"])
    logs = [
        torch.from_numpy(lab.trace(model, ids, keep=[]).logits[-1]).log_softmax(-1)[answer]
        for model in (
            telling,
            lab.edited(telling, {("z", layer): iv.zero(heads=head, at=-1)}),
            lab.edited(telling, {("z", layer): iv.patch(before, head, at=-1, source=-1)}),
        )
    ]
    assert seen.zeroed[at, layer, head] == pytest.approx(float(logs[0] - logs[1]), abs=1e-4)
    assert seen.swapped[at, layer, head] == pytest.approx(float(logs[0] - logs[2]), abs=1e-4)


def test_places_are_words_said_before_and_rightly_expected(seen, telling):
    assert min(seen.sure) >= 0.3
    for ids, answer, piece in zip(seen.ids, seen.answer_ids, seen.answers, strict=True):
        assert answer in ids
        assert piece.startswith(" ")
        assert piece[1:].isalpha()


def test_random_heads_are_of_the_same_layers_and_none_of_those_cut(telling):
    cut = heads_named(telling, ["L3H1", "L3H2", "L5H0"])
    for seed in range(20):
        drawn = alike(telling, cut, seed)
        assert [layer for layer, _ in drawn] == [3, 3, 5]
        assert len({*drawn, *cut}) == 6
    crowded = [(3, head) for head in range(6)]
    near = [layer for layer, _ in alike(telling, crowded, 0)]
    assert sorted(near)[:1] >= [2]
    assert near.count(3) == 2  # all that were left there
    assert head_name((3, 1)) == "L3H1"


def test_a_stopped_measurement_says_so_and_never_lacks_its_control(telling):
    found = iv.few_shot(telling, 2, prompts=1, random=3, cancelled=lambda: True)
    assert len(found.random) == 1
    assert found.note == "stopped after 1 of 3 random draws"
    calls = []
    short = iv.looks(
        telling, places=9, progress=lambda *at: calls.append(at), cancelled=lambda: True
    )
    assert short.note == "stopped after 4 of 9 places"
    assert calls[-1] == (4, 9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: iv.few_shot(m, random=0), "random=0: a whole number, at least 1"),
        (lambda m: iv.few_shot(m, heads=40), "half of them are controls"),
        (lambda m: iv.few_shot(m, heads=["L9H1"]), "'L9H1' is no head: L0H0 to L5H7"),
        (lambda m: iv.few_shot(m, form="{}"), "for the word that is asked"),
        (lambda m: iv.few_shot(m, pairs=90), "words are one piece"),
        (lambda m: iv.few_shot(m, shown=60), "at most 256"),
        (lambda m: iv.looks(m, places=2), "places=2: at least 4"),
        (lambda m: iv.looks(m, [next(iter(stories(seed=1)))]), "places where a word said before"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(telling, call, words):
    with pytest.raises(ValueError, match=words):
        call(telling)
    assert not hooks_left(telling)
