"""Pronouns after professions: cases, the gap, where it comes from, and one direction taken out."""

import numpy as np
import pytest
import torch

import lab
from lab.corpora import PronounCase, professions, winogender
from lab.corpora.pronouns import MEN, WOMEN
from lab.interventions.erasing import erase, erased
from lab.interventions.leaning import leanings, preference
from lab.interventions.locating import head_shares, located

SOME = [*WOMEN[:4], *MEN[:4]]


@pytest.fixture(scope="module")
def stories():
    return lab.load("formicarium/stories")


@pytest.fixture(scope="module")
def cases():
    return professions(SOME, frames=1)


def test_every_profession_meets_every_frame_and_only_it_differs():
    found = professions()
    assert len(found) == len({case.text for case in found}) == 32 * 6
    for frame in {case.frame for case in found}:
        texts = {c.text.replace(c.profession, "…") for c in found if c.frame == frame}
        assert len(texts) == 1
    assert professions(["wizard"])[0].mostly == ""


def test_winogender_is_read_up_to_its_pronoun_once_each(tmp_path):
    (tmp_path / "all_sentences.tsv").write_text(
        "sentid\tsentence\n"
        "nurse.patient.0.male.txt\tThe nurse told the patient that he was late.\n"
        "nurse.patient.0.female.txt\tThe nurse told the patient that she was late.\n"
        "nurse.patient.1.male.txt\tThe nurse told the patient that he was well.\n"
        "guard.guest.1.male.txt\tThe guard gave the guest his hat.\n"
    )
    (tmp_path / "occupations-stats.tsv").write_text(
        "occupation\tbergsma_pct_female\tbls_pct_female\tbls_year\nnurse\t9\t90.5\t2015\n"
        "guard\t9\t20\t2015\n"
    )
    first, second = winogender(tmp_path)
    assert (first.text, first.he, first.she) == ("The nurse told the patient that", " he", " she")
    assert (first.women, first.mostly, second.she, second.mostly) == (90.5, "women", " her", "men")


def test_the_lean_is_the_models_own_and_the_gap_stands_beside_labels_dealt_by_chance(
    stories, cases
):
    found = leanings(stories, cases)
    ids = [
        stories.tokenizer(form, add_special_tokens=False)["input_ids"][0]
        for form in (" he", " she")
    ]
    for case, lean in list(zip(cases, found, strict=True))[:3]:
        logits = lab.trace(stories, case.text, keep=()).logits[-1]
        assert lean == pytest.approx(logits[ids[0]] - logits[ids[1]], abs=1e-3)
    told = preference(stories, cases, draws=200)
    assert told.gap == pytest.approx(found[4:].mean() - found[:4].mean(), abs=1e-6)
    assert told.interval[0] < told.gap < told.interval[1] and len(told.shuffled) == 200
    assert abs(told.shuffled.mean()) < np.abs(told.shuffled).max()
    assert np.isnan(told.correlation) and told.mean == pytest.approx(found.mean(), abs=1e-6)
    with pytest.raises(ValueError, match="of one kind of profession only"):
        preference(stories, cases[:4])


def test_a_planted_preference_is_found_and_chance_does_not_reach_it():
    """The control does what it is for: labels that mean something leave it behind."""
    rng = np.random.default_rng(0)

    class Planted:
        pass

    cases = [
        PronounCase(str(i), "a", "b", str(i), "f", "men" if i % 2 else "women") for i in range(20)
    ]
    lean = np.array([1.0 if i % 2 else -1.0 for i in range(20)]) + rng.normal(0, 0.3, 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lab.interventions.leaning.leanings", lambda model, cases: lean)
        found = preference(Planted(), cases)
    assert found.gap > np.abs(found.shuffled).max() and found.interval[0] > 1.5


def test_patched_at_the_end_of_the_last_layer_the_text_is_the_other_one(stories):
    people = professions([*WOMEN[:2], *MEN[:2]], frames=1)
    found = located(stories, people, layers=[0, 5])
    assert found.at_end[1] == pytest.approx(found.whole, abs=1e-3)
    assert found.at_profession[1] == pytest.approx(np.zeros(4), abs=1e-3)
    assert found.end_controls.shape == found.at_end.shape == (2, 4)
    lean = dict(zip((case.profession for case in people), leanings(stories, people), strict=True))
    same = lean[WOMEN[1]] - lean[WOMEN[0]]
    assert found.end_controls[1, 0] == pytest.approx(same, abs=1e-3)
    with pytest.raises(ValueError, match="needs two professions of each kind"):
        located(stories, people[:3])


def test_shares_of_heads_sum_up_what_the_contributions_say(stories, cases):
    found = head_shares(stories, cases, draws=50)
    one = lab.contributions(stories, cases[0].text, " he", " she")
    every = [lab.contributions(stories, case.text, " he", " she")["L5H1"] for case in cases]
    assert every[0] == one["L5H1"]
    assert found.shares[5, 1] == pytest.approx(np.mean(every[4:]) - np.mean(every[:4]), abs=1e-6)
    assert found.largest(1)[0][2] == pytest.approx(
        found.shares.flat[np.abs(found.shares).argmax()], abs=1e-9
    )
    assert len(found.chance) == 50 and (found.chance > 0).all()


def test_what_is_erased_stands_at_the_middle_and_nothing_else_moves(stories, cases):
    way = torch.randn(7, generator=torch.Generator().manual_seed(0))
    stream = torch.randn(2, 3, 7)
    calm = erase(way.numpy(), 0.5)(stream)
    unit = way / way.norm()
    assert torch.allclose(calm @ unit, torch.full((2, 3), 0.5), atol=1e-6)
    moved = calm - stream
    assert torch.allclose(moved, (moved @ unit)[..., None] * unit, atol=1e-6)
    found = erased(stories, cases_of_eight(), layers=[3], controls=2)
    assert found.gap_controls.shape == (1, 2) and np.isfinite(found.cost_controls).all()
    assert not set(found.held) & set(WOMEN[:8:2]) and len(found.held) == 8
    with pytest.raises(ValueError, match="at least four professions of each kind"):
        erased(stories, cases[:6], layers=[3])


def cases_of_eight():
    return professions([*WOMEN[:8], *MEN[:8]], frames=1)
