"""The context window as memory: recall by distance, and reading over the edge."""

import numpy as np
import pytest
import torch

import lab
from lab import positions

FACT, QUESTION = "Lily put the {} into the box.", " Lily took out the"
ANSWERS = [" ball", " book"]


@pytest.fixture(scope="module")
def stories():
    """The shipped model that tells stories."""
    return lab.load("formicarium/stories")


@pytest.fixture(scope="module")
def narrow():
    """A random model that can look back over 24 pieces."""
    return lab.build("llama", layers=1, heads=2, d_model=16, context=24, seed=5)


def test_a_fact_is_known_until_it_leaves_the_window(stories):
    found = positions.recall(stories, FACT, QUESTION, ANSWERS, [8, 64], fillers=2, window=64)
    told, other, absent = found.means().values()
    assert told[0] > 0.3, "told, and a few words ago"
    assert max(other[0], absent[0]) < 0.05, "the controls: another fact, and none"
    assert found.kept.tolist() == [1, 0]
    assert found.gone() == 64
    np.testing.assert_allclose(found.told[1], found.other[1], rtol=1e-4)
    np.testing.assert_allclose(found.told[1], found.absent[1], rtol=1e-4)
    inside = positions.recall(stories, FACT, QUESTION, ANSWERS, [8, 64], fillers=2)
    np.testing.assert_allclose(inside.told[0], found.told[0], rtol=1e-4)  # nothing left it yet
    assert inside.means()["told"][1] > 5 * told[1], "the same distance within the window"


def test_a_probability_is_that_of_the_text_read_by_itself(narrow):
    filler = "abcdefghijklmnopqrstuvwxyz" * 2
    found = positions.recall(
        narrow, "x{}y", "?", [" ab", " c"], [0, 5], filler=filler, fillers=1, window=20
    )

    def chance(text, answer):
        ids = list((text + answer).encode())
        rows = [lab.next_probs(narrow, ids[:end][-20:]) for end in range(len(text), len(ids))]
        return np.prod([row[ids[len(text) + i]] for i, row in enumerate(rows)])

    assert found.told[1, 0] == pytest.approx(chance("xaby" + "vwxyz?", " ab"), rel=1e-4)
    assert found.other[1, 0] == pytest.approx(chance("xcy" + "vwxyz?", " ab"), rel=1e-4)
    assert found.absent[1, 0] == pytest.approx(chance("rstu" + "vwxyz?", " ab"), rel=1e-4)
    assert found.absent[1, 1] == pytest.approx(chance("stu" + "vwxyz?", " c"), rel=1e-4)
    assert found.told[0, 1] == pytest.approx(chance("xcy" + "?", " c"), rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fact": "no place"}, r"needs \{\}"),
        ({"answers": [" a"]}, "two or more"),
        ({"distances": [3, 2]}, "rising"),
        ({"filler": "short"}, "filler has 5 pieces"),
        ({"window": 99}, "window=99: from 1 to the model's context, 24"),
    ],
)
def test_what_cannot_be_asked_is_named(narrow, changes, message):
    given = {"fact": "{}", "question": "?", "answers": [" a", " b"], "distances": [1, 9]}
    given |= {"filler": "z" * 99} | changes
    with pytest.raises(ValueError, match=message):
        positions.recall(narrow, **given)


def test_reading_on_is_one_run_and_the_control_never_leaves_the_context(narrow):
    ids = list(np.random.default_rng(0).integers(97, 122, 60))
    edge = positions.beyond(narrow, ids, step=4)
    with torch.inference_mode():
        logits = narrow.original_model(torch.tensor([ids])).logits[0]
    theirs = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]), reduction="none")
    np.testing.assert_allclose(edge.at_once[1:], theirs.numpy(), atol=1e-5)
    np.testing.assert_allclose(edge.moving[1:24], edge.at_once[1:24], atol=1e-5)
    # Pieces 25 to 28 are read in the window that ends with 28.
    window = lab.trace(narrow, ids[4:28], keep=[]).surprisal
    np.testing.assert_allclose(edge.moving[24:28], window[-4:], atol=1e-5)
    assert edge.moving.shape == edge.at_once.shape == (60,)
    assert edge.beyond() == pytest.approx((edge.at_once[24:].mean(), edge.moving[24:].mean()))


def test_a_table_has_no_place_beyond_and_a_short_text_no_edge(gpt2, narrow):
    with pytest.raises(ValueError, match="no rotary positions: its places end at 63"):
        positions.beyond(gpt2, [1] * 70)
    with pytest.raises(ValueError, match="text has 24 pieces; more than the context, 24"):
        positions.beyond(narrow, [97] * 24)
    with pytest.raises(ValueError, match="step=0"):
        positions.beyond(narrow, [97] * 30, step=0)
