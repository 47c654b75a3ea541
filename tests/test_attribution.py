"""What each part adds to a logit: the sum is exact, and equals TransformerLens's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lab
from lab.attribution import cut_effects

TEXT = "the cat sat on a mat"


@pytest.fixture(scope="module")
def biased():
    """A GPT-2 whose biases and norms are no longer 0 and 1."""
    model = lab.build("gpt2", layers=2, heads=4, d_model=32, context=64, seed=5)
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.original_model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=noise)
    return model


@pytest.fixture(params=["biased", "llama"])
def any_model(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(("against", "position"), [("b", -1), (None, 3), ("b", 0)])
def test_the_parts_sum_to_the_logit(any_model, against, position):
    found = lab.contributions(any_model, TEXT, "a", against, position=position)
    logits = lab.trace(any_model, TEXT).logits[position]
    a, b = (any_model.tokenizer(piece)["input_ids"][0] for piece in "ab")
    assert found.logit == pytest.approx(float(logits[a] - (logits[b] if against else 0)), abs=1e-6)
    assert abs(found.values.sum() - found.logit) < 1e-4 * max(1, abs(found.logit))
    assert found.position == position % len(TEXT) and found.piece == "a"


def test_biases_and_positions_are_parts_where_a_model_has_them(biased, llama):
    names = lab.contributions(biased, TEXT, "a").names
    assert names[:3] == ["embed", "positions", "L0H0"] and names[-1] == "final norm's bias"
    assert "L1 attention bias" in names
    assert lab.contributions(llama, TEXT, "a").names == [
        "embed", *(f"L0H{head}" for head in range(4)), "L0 MLP",
        *(f"L1H{head}" for head in range(4)), "L1 MLP",
    ]  # fmt: skip


def test_they_are_transformerlenss(tiny):
    """Where it applies: TransformerLens takes the last norm's weights to be folded in, or 1."""
    found = lab.contributions(tiny, TEXT, "a", "b")
    ids = torch.from_numpy(found.ids[None])
    _, cache = tiny.run_with_cache(ids)
    stack, labels = cache.stack_head_results(layer=-1, return_labels=True)
    wanted, other = found.piece_ids
    theirs = cache.logit_attrs(stack, tokens=wanted, incorrect_tokens=other)[:, 0, -1]
    theirs = dict(zip(labels, theirs.tolist(), strict=True))
    for layer in range(2):
        for head in range(4):
            assert found[f"L{layer}H{head}"] == pytest.approx(theirs[f"L{layer}H{head}"], abs=1e-5)
    stack, labels = cache.decompose_resid(return_labels=True)
    theirs = cache.logit_attrs(stack, tokens=wanted, incorrect_tokens=other)[:, 0, -1]
    theirs = dict(zip(labels, theirs.tolist(), strict=True))
    assert found["L1 MLP"] == pytest.approx(theirs["1_mlp_out"], abs=1e-5)
    assert found["embed"] == pytest.approx(theirs["embed"], abs=1e-5)


def test_a_heads_share_is_split_by_where_it_read(any_model):
    found = lab.contributions(any_model, TEXT, "a", "b", position=8)
    heads = found.heads >= 0
    assert np.allclose(found.sources.sum(-1).ravel(), found.values[heads], atol=1e-6)
    assert not found.sources[:, :, 9:].any()  # nothing is read from what comes later


def test_without_the_direct_path_just_the_share_is_lost(any_model):
    found = lab.contributions(any_model, TEXT, "a", "b", position=10)
    effects = cut_effects(any_model, found, ["L0H1", "L1H2", "L0 MLP", "L1 MLP"])
    for effect in effects:
        assert effect.direct == pytest.approx(effect.attributed, abs=1e-5)
    early = effects[0]
    assert abs(early.total - early.attributed) > 1e-5  # direct is not total


def test_a_silent_head_has_no_share(llama):
    def silent(z):
        z = z.clone()
        z[:, :, 2] = 0
        return z

    found = lab.contributions(lab.edited(llama, {("z", 1): silent}), TEXT, "a")
    assert found["L1H2"] == 0 and found["L1H1"] != 0
    (effect,) = cut_effects(lab.edited(llama, {("z", 1): silent}), found, ["L1H2"])
    assert effect.total == pytest.approx(0, abs=1e-6)


def test_the_models_best_guess_is_asked_for_when_nothing_is(llama):
    found = lab.contributions(llama, TEXT)
    assert found.piece_ids[0] == lab.trace(llama, TEXT).logits[-1].argmax()
    assert found.against == "" and found.largest(1)[0][0] in found.names
    assert all("H" in name for name, _ in found.largest(3, heads=True))


def test_what_has_no_exact_shares_is_refused(llama):
    pushed = lab.edited(llama, {("resid_post", 0): lambda stream: stream + 5})
    with pytest.raises(ValueError, match="its parts have no exact shares"):
        lab.contributions(pushed, TEXT, "a")
    with pytest.raises(ValueError, match="position=20: the text has 20 pieces, 0 to 19"):
        lab.contributions(llama, TEXT, "a", position=20)
    found = lab.contributions(llama, TEXT, "a")
    with pytest.raises(ValueError, match="'embed' can't be cut"):
        cut_effects(llama, found, ["embed"])
    with pytest.raises(KeyError, match="no part 'L9H9'"):
        found["L9H9"]


@pytest.mark.smollm2
def test_mary_against_john_on_a_real_model(smollm2):
    text = "When Mary and John went to the store, John gave a drink to"
    found = lab.contributions(smollm2, text, " Mary", " John")
    assert len(found) == 1 + 30 * 10
    assert abs(found.values.sum() - found.logit) < 1e-4 * found.logit
    (effect,) = cut_effects(smollm2, found, [found.largest(1, heads=True)[0][0]])
    assert effect.direct == pytest.approx(effect.attributed, abs=1e-3)
    assert effect.attributed > 1 and effect.total > 1
