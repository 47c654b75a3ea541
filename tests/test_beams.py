"""Beam search told step by step is the beam search of transformers."""

import math

import pytest
import torch
from transformers import AutoModelForCausalLM

import lab
from lab.sampling import Reading, beams, stream
from lab.sampling.hypotheses import _Search
from lab.storage import save

PROMPT = [84, 111, 109, 32, 114]


@pytest.fixture
def bare(tiny, tmp_path):
    return AutoModelForCausalLM.from_pretrained(save(tiny, tmp_path / "model"))


def theirs(bare, ids, width, pieces, end, penalty):
    out = bare.generate(
        torch.tensor([ids]),
        num_beams=width,
        num_return_sequences=width,
        max_new_tokens=pieces,
        do_sample=False,
        eos_token_id=end,
        pad_token_id=end,
        length_penalty=penalty,
        return_dict_in_generate=True,
        output_scores=True,
    )
    texts = [cut(row[len(ids) :].tolist(), end) for row in out.sequences]
    return texts, out.sequences_scores.tolist()


def cut(ids, end):
    return ids[: ids.index(end) + 1] if end in ids else ids


@pytest.mark.parametrize(("width", "penalty"), [(1, 1.0), (2, 1.0), (4, 0.0), (5, 2.0), (3, -1.0)])
def test_a_search_ends_where_transformers_does(tiny, bare, width, penalty):
    likely = [one.id for step in stream(tiny, PROMPT, pieces=3) for one in step.alternatives]
    for end in (256, likely[0], likely[1], likely[12]):  # texts that end early, and that don't
        search = _Search(Reading(tiny, PROMPT), width, 9, penalty)
        search.end = end
        *_, last = search.rounds()
        if width == 1:
            assert last.best.ids == tuple(greedy(tiny, end))
            continue
        texts, scores = theirs(bare, PROMPT, width, 9, end, penalty)
        assert [list(one.ids) for one in last.finished] == texts
        assert [one.score for one in last.finished] == pytest.approx(scores, abs=1e-4)


def greedy(model, end):
    ids = list(PROMPT)
    for _ in range(9):
        ids.append(int(Reading(model, ids).logits()[0].argmax()))
        if ids[-1] == end:
            break
    return ids[len(PROMPT) :]


def test_on_the_shipped_model_too():
    model = lab.load("formicarium/stories")
    ids = list(model.tokenizer("They were happy. The end")["input_ids"])
    for width, penalty in [(3, 1.0), (4, 0.0)]:
        *_, last = beams(model, ids, width, 12, length_penalty=penalty)
        with torch.inference_mode():
            end = model.tokenizer.eos_token_id
            texts, _ = theirs(model.original_model, ids, width, 12, end, penalty)
        assert list(last.best.ids) == texts[0]


def test_every_step_tells_what_it_kept_and_what_it_let_go(tiny):
    rounds, held = list(beams(tiny, PROMPT, 3, 6)), {None}
    for step in rounds[:-1]:
        assert len(step.candidates) == 6 and len(step.kept) == 3
        assert {one.parent for one in step.candidates} <= held
        order = [one.logp for one in step.candidates]
        assert order == sorted(order, reverse=True)
        worst = min(one.logp for one in step.kept)
        assert all(one.logp <= worst for one in step.candidates if one.fate == "pruned")
        held = {one.number for one in step.kept}
    whole = {one.number: one for step in rounds for one in step.candidates}
    for one in whole.values():
        parent = whole.get(one.parent)
        assert one.ids[:-1] == (parent.ids if parent else ())
        before = parent.logp if parent else 0.0
        assert math.log(one.probability) == pytest.approx(one.logp - before, abs=1e-4)
        assert one.score == pytest.approx(one.logp / len(one.ids), abs=1e-5)
    assert rounds[-1].over and not rounds[-1].kept and len(rounds) == 6


def test_an_edited_model_is_searched_under_its_edits(tiny, gpt2):
    same = lab.edited(tiny, {("z", 0): lambda z: z})
    assert [r.best.ids for r in beams(same, PROMPT, 2, 4)] == [
        r.best.ids for r in beams(tiny, PROMPT, 2, 4)
    ]
    assert not any(point.fwd_hooks for point in tiny.hook_dict.values())


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"width": 0}, "width=0"),
        ({"width": 200}, "width=200: at most half the"),
        ({"pieces": -2}, "pieces=-2"),
        ({"length_penalty": float("nan")}, "length_penalty=nan"),
    ],
)
def test_numbers_that_cannot_be_are_named(gpt2, how, says):
    with pytest.raises(ValueError, match=says):
        beams(gpt2, PROMPT, **how)
