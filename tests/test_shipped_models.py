"""The default model can do what its card says; looser than the figures, which take minutes."""

from __future__ import annotations

import numpy as np
import pytest

import lab
from lab.attention import strongest

NAME = "formicarium/stories"


@pytest.fixture(scope="module")
def stories():
    return lab.load(NAME)


@pytest.mark.parametrize(
    ("kind", "least"),
    [("indirect object", 0.9), ("he or she", 0.85), ("they", 0.9), ("agreement", 0.72)],
)
def test_it_chooses_the_right_word_in_sentences_it_never_saw(stories, kind, least) -> None:
    found = lab.accuracy(stories, lab.corpora.choices(kind, 100, seed=3))
    assert found.share >= least
    if kind != "they":  # it is right whatever stands before
        assert found.control < 0.65


def test_its_induction_heads_copy_random_pieces_and_an_untrained_models_do_not(stories) -> None:
    fresh = lab.build("llama", layers=2, d_model=32, context=64, tokenizer=stories.tokenizer)
    copying = strongest("induction", length=24, texts=2)
    assert copying(stories) > 0.5 > 10 * copying(fresh)


def test_it_is_small_and_equals_transformers(stories) -> None:
    assert lab.parity(stories).worst < 1e-4
    assert next(m for m in lab.models() if m.name == NAME).parameters < 8_000_000


def test_its_stories_are_drawn_by_seed_and_end(stories) -> None:
    told = lab.continuation(stories, "Once upon a time", pieces=60, seed=4)
    assert told == lab.continuation(stories, "Once upon a time", pieces=60, seed=4)
    assert len(told.split()) > 25


def test_its_life_opens_and_ends_where_the_model_is(stories) -> None:
    life = lab.Life.open(NAME)
    assert len(life) >= 40 and life.steps[0] == 0
    last = lab.trace(stories, life.prompt, keep=["pattern"])
    for layer, head in ((0, 0), (3, 7), (5, 3)):
        # The life was made from full precision, the model ships in half.
        assert np.abs(life.pattern(layer, head)[-1] - last["pattern", layer][head]).max() < 0.02
    assert life.curves["induction"][1][-1] > 0.5 > 5 * life.curves["induction"][1][0]
