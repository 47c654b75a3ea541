"""One score taken apart: every way of taking it apart sums to the score the model computed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.attention import breakdowns
from lab.attention.rotation import Rotary

TEXT = "the ant and the seed"


def shaken(model):
    """The same model with weights that are not ones and zeros where a fresh one has them."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn_like(weight)
    return model


@pytest.fixture(scope="module", params=["learned", "rotary", "rotary, grouped queries"])
def model(request):
    small = {"layers": 3, "heads": 4, "d_model": 32, "context": 64, "seed": 3}
    if request.param == "learned":
        return shaken(lab.build("gpt2", **small))
    return shaken(lab.build("llama", kv_heads=2 if "grouped" in request.param else 4, **small))


@pytest.fixture(scope="module")
def why(model):
    return breakdowns(model, TEXT)


@pytest.fixture(scope="module")
def trace(model):
    return lab.trace(model, TEXT, ["attn_scores", "pattern", "resid_pre"])


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize(("head", "query", "key"), [(0, 0, 0), (1, 9, 3), (2, 19, 19), (3, 12, 0)])
def test_every_breakdown_sums_to_the_score(why, trace, layer, head, query, key):
    found = why(layer, head, query, key)
    score = float(trace["attn_scores", layer][head, query, key])
    assert found.score == pytest.approx(score, abs=1e-5)
    assert found.weight == pytest.approx(trace["pattern", layer][head, query, key], abs=1e-6)
    close = {"abs": 1e-4 * max(1, abs(score))}
    assert found.dims.sum() == pytest.approx(score, **close)
    assert sum(found.parts.values()) == pytest.approx(score, **close)
    assert found.table.sum() == pytest.approx(score, **close)
    assert sum(found.query_sources.values()) == pytest.approx(score, **close)
    assert sum(found.key_sources.values()) == pytest.approx(score, **close)
    if query:
        row = np.delete(trace["attn_scores", layer][head, query, : query + 1], key)
        assert found.others == pytest.approx(row.mean(), abs=1e-4)
    if found.by_distance is not None:
        assert found.by_distance[query - key] == pytest.approx(score, **close)


def test_earlier_heads_and_mlps_are_the_writers(why):
    names = why(2, 0, 9, 3).sources
    heads = [f"L{layer}H{head}" for layer in (0, 1) for head in range(4)]
    assert {"token embedding", "L0 MLP", "L1 MLP", *heads} <= set(names)
    assert "unaccounted" not in names and not any(name.startswith("L2") for name in names)


def test_a_trace_of_the_text_serves_as_well(model, trace, why):
    assert breakdowns(model, trace)(1, 2, 9, 3).score == why(1, 2, 9, 3).score


def test_what_an_edit_adds_is_said_and_still_sums(model):
    moved = lab.edited(model, {("resid_pre", 1): lambda stream: stream + 1.0 * (stream > 0)})
    found = breakdowns(moved, TEXT)(2, 1, 9, 3)
    assert "unaccounted" in found.sources
    assert found.table.sum() == pytest.approx(found.score, abs=1e-3)


def test_learned_positions_are_the_bilinear_terms(why, model, trace):
    """Content with content, by hand: the token embeddings alone through norm, query and key."""
    if why(0, 0, 0, 0).by_distance is not None:
        pytest.skip("this one turns")
    query, key, head = 9, 3, 2
    attn, norm = model.blocks[0].attn, model.blocks[0].ln1
    tokens = lab.trace(model, TEXT, ["hook_embed"])["hook_embed"]
    stream = trace["resid_pre", 0]
    sides = []
    for at, weight in ((query, attn.W_Q[head]), (key, attn.W_K[head])):
        token = torch.from_numpy(tokens[at])
        divisor = np.sqrt(stream[at].var() + model.cfg.eps)
        sides.append((token - token.mean()) / divisor * norm.weight @ weight)
    by_hand = float((sides[0] @ sides[1]).detach()) / np.sqrt(model.cfg.d_head)
    parts = why(0, head, query, key).parts
    assert parts["content × content"] == pytest.approx(by_hand, rel=1e-4)
    assert "earlier layers" not in parts and "earlier layers" in why(1, head, query, key).parts
    assert "mixed" not in why(0, 0, 1, 0).note and "mixed" in why(1, 0, 1, 0).note


def test_rotary_content_and_distance_are_the_score_unturned_and_the_rest(why, model):
    found = why(1, 1, 9, 3)
    if found.by_distance is None:
        pytest.skip("learned positions")
    kept = lab.trace(model, TEXT, [("q", 1), ("k", 1)])
    shared = kept["q", 1].shape[1] // kept["k", 1].shape[1]
    unturned = kept["q", 1][9, 1] @ kept["k", 1][3, 1 // shared] / np.sqrt(model.cfg.d_head)
    assert found.parts["content"] == pytest.approx(unturned, rel=1e-4)
    assert found.parts["distance"] == pytest.approx(found.score - unturned, abs=1e-4)
    assert found.waves[0] == pytest.approx(2 * np.pi) and len(found.waves) == model.cfg.d_head


@given(st.integers(0, 99), st.integers(0, 500), st.integers(0, 200))
def test_a_turned_score_depends_on_the_distance_alone(seed, place, back):
    rng = np.random.default_rng(seed)
    turn = Rotary(angles=rng.random(3), size=1.1)
    query, key = rng.normal(size=(2, 8))  # the last two dimensions do not turn
    here = turn.turned(query, place + back) @ turn.turned(key, place)
    assert here == pytest.approx(turn.by_distance(query, key, back + 1)[back])


def test_turning_is_what_transformers_does():
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    rng, angles = np.random.default_rng(0), np.array([1.0, 0.3, 0.01])
    vectors = rng.normal(size=(1, 1, 5, 6))
    phase = np.tile(np.arange(5)[:, None] * angles, 2)
    cos, sin = (torch.from_numpy(part(phase))[None] for part in (np.cos, np.sin))
    theirs, _ = apply_rotary_pos_emb(torch.from_numpy(vectors), torch.from_numpy(vectors), cos, sin)
    turn = Rotary.of(cos[0].numpy(), sin[0].numpy())
    for at in range(5):
        np.testing.assert_allclose(turn.turned(vectors[0, 0, at], at), theirs[0, 0, at])


def test_questions_about_what_is_not_there_name_what_is(why):
    for asked, words in {
        (9, 0, 1, 0): "layer=9: there are layers 0 to 2",
        (0, 4, 1, 0): "head=4: there are heads 0 to 3",
        (0, 0, 99, 0): "query=99: there are tokens 0 to 19",
        (0, 0, 1, -1): "key=-1",
        (0, 0, 1, 5): "query 1 cannot see key 5",
    }.items():
        with pytest.raises(ValueError, match=words):
            why(*asked)


def test_one_token_has_one_score(model):
    found = breakdowns(model, [5])(0, 0, 0, 0)
    assert found.weight == 1 and np.isnan(found.others)
    assert sum(found.parts.values()) == pytest.approx(found.score, abs=1e-5)


def test_scores_made_in_another_way_are_refused(model):
    capped = lab.edited(model, {"attn_scores": lambda scores: scores + 1})
    with pytest.raises(ValueError, match=r"query times key gives .* soft cap"):
        breakdowns(capped, TEXT)(0, 0, 9, 3)
