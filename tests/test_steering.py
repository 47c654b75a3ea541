"""A push along a direction: what it does, what it costs, and the same for random directions."""

import numpy as np
import pytest
import torch

import lab
from lab.interventions.directions import activations, between, random_directions
from lab.interventions.responses import Steered
from lab.interventions.steering import steered
from lab.storage import Refused
from lab.tokenizers.pieces import pieces

IDS, NEUTRAL = [5, 9, 40, 7, 22], "the cat sat on the mat."


def pushed(model, ids, layer, vector):
    """The plain way: one edited run, one push."""
    edit = {("resid_post", layer): lambda stream: stream + torch.from_numpy(vector).to(stream)}
    logits = lab.trace(lab.edited(model, edit), ids, keep=()).logits
    return torch.from_numpy(logits).double().log_softmax(-1).numpy()


@pytest.fixture(scope="module")
def aim():
    return np.random.default_rng(3).normal(size=(2, 32)).astype(np.float32)


@pytest.fixture(scope="module")
def found(llama, aim):
    how = {"toward": [1, 4], "against": 7, "randoms": 3, "strengths": (-1, 2), "words": 5}
    return steered(llama, IDS, aim, neutral=NEUTRAL, name="up", **how)


def metric(logs):
    return np.logaddexp(logs[1], logs[4]) - logs[7]


def test_effects_chances_and_perplexity_are_those_of_plain_edited_runs(llama, aim, found):
    own = lab.trace(llama, IDS, keep=["resid_post"])
    plain = llama.tokenizer(NEUTRAL)["input_ids"]
    clean = pushed(llama, IDS, 0, np.zeros(32, np.float32))[-1]
    assert found.strengths.tolist() == [-1, 0, 2] and found.done.all()
    for layer in (0, 1):
        unit = aim[layer] / np.linalg.norm(aim[layer])
        size = np.linalg.norm(own["resid_post", layer][1:], axis=1).mean()
        assert found.lengths[layer] == pytest.approx(size * found.strengths, rel=1e-5)
        logs = pushed(llama, IDS, layer, 2 * size * unit)[-1]
        wanted = metric(logs) - metric(clean)
        assert found.effects[layer, 2] == pytest.approx(wanted, abs=1e-4)
        first = pieces(llama.tokenizer, [int(logs.argmax())])[0]
        chances = dict(zip(found.pieces[layer], found.after[layer, 2], strict=True))
        assert chances[first] == pytest.approx(np.exp(logs.max()), rel=1e-3)
        far = pushed(llama, plain, layer, 2 * size * unit)
        cost = np.exp(-far[np.arange(len(plain) - 1), plain[1:]].mean())
        assert found.costs[layer, 2] == pytest.approx(cost, rel=1e-4)
    assert (found.effects[:, 1] == 0).all() and (found.controls[:, :, 1] == 0).all()
    assert (found.costs[:, 1] == found.clean_cost).all()


def test_each_random_direction_is_a_push_as_far(llama, found):
    """A random direction given as the direction has the effect that stood beside it."""
    stream = lab.trace(llama, llama.tokenizer(NEUTRAL)["input_ids"], keep=["resid_post"])
    beside = random_directions(3, 32, 1, stream["resid_post", 1][1:])
    assert np.linalg.norm(beside, axis=1) == pytest.approx(np.ones(3), rel=1e-5)
    how = {"toward": [1, 4], "against": 7, "randoms": 2, "strengths": (2,), "words": 0}
    alone = steered(llama, IDS, beside[2], layers=[1], neutral=NEUTRAL, **how)
    assert alone.effects[0, 1] == pytest.approx(found.controls[1, 2, 2], abs=1e-4)
    assert alone.costs[0, 1] == pytest.approx(found.cost_controls[1, 2, 2], rel=1e-4)


def test_the_push_stands_on_every_piece_it_writes(llama, aim, found):
    unit = aim[1] / np.linalg.norm(aim[1])
    vector, ids = (2 * found.lengths[1, 2] / 2 * unit).astype(np.float32), list(IDS)
    for _ in range(5):
        ids.append(int(pushed(llama, ids, 1, vector)[-1].argmax()))
    assert found.texts[1][2] == "".join(pieces(llama.tokenizer, ids[len(IDS) :]))
    assert found.texts[0][1] == found.texts[1][1]


def test_between_is_the_difference_of_means_whatever_the_lengths(tiny):
    texts, others = ["a cat", "the dog ran far"], ["b", "some birds", "no"]
    wanted = [
        np.mean([lab.trace(tiny, t, keep=["resid_post"])["resid_post", 1][-1] for t in each], 0)
        for each in (texts, others)
    ]
    assert between(tiny, texts, others)[1] == pytest.approx(wanted[0] - wanted[1], abs=1e-4)
    with pytest.raises(ValueError, match="has only 1 pieces"):
        activations(tiny, ["a"], position=4)
    with pytest.raises(ValueError, match="at least one text each"):
        between(tiny, "a cat", ["b"])


def test_a_planted_direction_is_told_from_random_ones(llama):
    """What the model reads out as a piece, pushed in the last layer, beats what is drawn."""
    column = llama.W_U[:, 11].detach().numpy()
    strong = steered(
        llama, IDS, column, toward=11, layers=[1], neutral=NEUTRAL, control="sphere", words=0
    )
    there = strong.interval(1, 1.0)
    assert strong.effects[strong.at(1, 1.0)] > there[1] and strong.randoms == 10


def test_stopped_halfway_it_keeps_what_is_done_and_says_what_is_not(llama, aim, tmp_path):
    seen = []
    half = steered(
        llama, IDS, aim, randoms=2, strengths=(1,), neutral=NEUTRAL, words=2,
        progress=lambda done, of: seen.append((done, of)), cancelled=lambda: bool(seen),
    )  # fmt: skip
    assert seen == [(1, 2)] and half.done.tolist() == [[True, True], [False, False]]
    assert np.isnan(half.effects[1, 1]) and half.metric == "KL(before ‖ after)"
    assert (half.effects[0] >= 0).all() and "2 cells not done" in repr(half)
    again = Steered.open(half.save(tmp_path / "half.safetensors"))
    assert again.pieces == half.pieces and np.array_equal(again.controls, half.controls, True)
    with pytest.raises(ValueError, match="layer 7 was not pushed"):
        again.at(7, 1)
    (tmp_path / "no.safetensors").write_bytes(b"\0" * 40)
    with pytest.raises(Refused):
        Steered.open(tmp_path / "no.safetensors")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"direction": np.full(32, np.nan)}, "NaN or infinity"),
        ({"direction": np.zeros(32)}, "points nowhere"),
        ({"direction": np.ones(31)}, r"direction has shape \(31,\)"),
        ({"randoms": 1}, "a single control shows no spread"),
        ({"layers": [2]}, "different ones from 0 to 1"),
        ({"strengths": [0]}, "one beside 0"),
        ({"against": 3}, "against needs toward"),
        ({"neutral": "a"}, "no second piece"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_leaves_no_hook(llama, change, message):
    given = {"direction": np.ones(32), "neutral": NEUTRAL, "words": 0} | change
    with pytest.raises(ValueError, match=message):
        steered(llama, IDS, **given)
    assert not any(point.fwd_hooks for point in llama.hook_dict.values())


def test_a_push_so_far_that_no_number_is_left_is_marked_not_done(llama):
    found = steered(
        llama, IDS, np.ones(32), strengths=(1e40,), layers=[1], randoms=2, neutral=NEUTRAL, words=1
    )
    assert found.done.tolist() == [[True, False]]
