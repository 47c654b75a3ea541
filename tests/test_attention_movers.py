"""Name movers: attention times what the head writes, against TransformerLens and planted heads."""

import numpy as np
import pytest
import torch

import lab
from lab.attention import control_heads, name_movers, top_heads

from .test_attention_pairs import shaken

TEXT = "mary, john: mary"
IOI = "When Mary and John went to the store, John gave a drink to"


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request):
    more = {"kv_heads": 2} if request.param == "llama" else {}
    small = {"layers": 2, "heads": 4, "d_model": 32, "context": 64, "seed": 5}
    return shaken(lab.build(request.param, **small, **more))


def movers(model, **more):
    return name_movers(model, TEXT, "j", others=["b", "x"], **more)


def test_a_heads_whole_effect_is_transformerlens_own(model):
    found = movers(model)
    ids = torch.tensor([lab.trace(model, TEXT, []).ids.tolist()])
    with torch.inference_mode():
        _, cache = model.run_with_cache(ids)
        stack = cache.stack_head_results(layer=-1, pos_slice=-1)
        stack = cache.apply_ln_to_stack(stack, layer=-1, pos_slice=-1)[:, 0]
        name = model.tokenizer.encode("j", add_special_tokens=False)[0]
        # LN's own weight stands in the norm, not in what TransformerLens divides by.
        folded = model.ln_final.weight[:, None] * model.W_U
        theirs = stack @ (folded[:, name] - folded.mean(-1))
    np.testing.assert_allclose(found.whole.ravel(), theirs.numpy(), atol=1e-4)


def test_the_score_is_attention_times_effect(model):
    found = movers(model)
    assert found.at == [6] and found.others == ["b", "x"]
    np.testing.assert_allclose(found.score, found.attention * found.effect, atol=1e-9)
    np.testing.assert_allclose(found.beyond, found.score - found.control.mean(0))
    assert found.control.shape == (2, 2, 4)


def test_the_control_is_the_same_heads_effect_on_other_names(model):
    """The other way round: where "t" is the name looked at, writing "t" is the score."""
    text = [model.tokenizer.encode(letter)[0] for letter in "jtj"]
    there = name_movers(model, text, "t", others=["j"])
    here = name_movers(model, text, "j", others=["t"])
    looks = lab.trace(model, text)["pattern"][:, :, -1]
    np.testing.assert_allclose(there.score / looks[..., 1], there.effect, rtol=1e-4)
    assert (here.control[0] + there.score) == pytest.approx(_whole(model, text, "t"), abs=1e-5)


def test_a_head_made_to_look_at_the_name_alone_moves_all_of_it(model):
    def planted(pattern):
        pattern = pattern.clone()
        pattern[:, 2, -1] = 0
        pattern[:, 2, -1, 6] = 1
        return pattern

    found = movers(lab.edited(model, {("pattern", 1): planted}))
    assert found.attention[1, 2] == 1
    assert found.score[1, 2] == pytest.approx(found.effect[1, 2])
    assert found.whole[1, 2] == pytest.approx(found.score[1, 2])


def test_a_name_that_stands_twice_counts_at_both_places(model):
    found = name_movers(model, TEXT, "m", others=["x"])
    assert found.at == [0, 12]
    pattern = lab.trace(model, TEXT)["pattern"][:, :, -1]
    np.testing.assert_allclose(found.attention, pattern[..., [0, 12]].sum(-1), atol=1e-6)


def test_what_cannot_be_compared_is_refused(model):
    with pytest.raises(ValueError, match=r"name='q' is no piece of this text: .*'m', 'a'"):
        name_movers(model, TEXT, "q", others=["x"])
    with pytest.raises(ValueError, match="'xy' is 2 tokens"):
        name_movers(model, TEXT, "j", others=["xy"])
    with pytest.raises(ValueError, match="no other name is a single token"):
        name_movers(model, TEXT, "j")


def test_the_shipped_model_has_name_movers_and_needs_them():
    """Wang et al.'s sentence: the best mover is far beyond others, and cutting it costs."""
    model = lab.load("formicarium/stories")
    found = name_movers(model, IOI, " Mary")
    assert len(found.others) == 24 and " John" not in found.others
    best, *_ = top_heads(found.beyond)
    assert best[2] > 1 and found.attention[best[:2]] > 0.5
    pair = [model.tokenizer.encode(name)[-1] for name in (" Mary", " John")]

    def lead(heads):
        cuts = {("z", at): _without([h for layer, h in heads if layer == at]) for at, _ in heads}
        mary, john = lab.trace(lab.edited(model, cuts), IOI, []).logits[-1][pair]
        return mary - john

    movers = [head[:2] for head in top_heads(found.beyond, 3)]
    # The middle of them: one of the random cuts finds another head that the task needs.
    others = [lead(control_heads(movers, 8, seed)) for seed in range(5)]
    assert lead([]) - lead(movers) > 5 > 3 > abs(lead([]) - np.median(others))


def _whole(model, text, name):
    """The heads' direct effect on a logit, whatever they look at."""
    return name_movers(model, text, name, others=["x"]).whole


def _without(heads):
    return lambda z: z.index_fill(2, torch.tensor(heads), 0)
