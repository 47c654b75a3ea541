"""Edges by gradient against runs that really cut them; circuits tried beside random ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lab
from lab.circuits.cutting import Cutting
from lab.circuits.measuring import metric

TEXTS = [("the cat sat on", "the dog sat on", "a", "b"), ("my cat sat", "my hat sat", "c", "d")]


def shaken(model, seed=0):
    """Weights large enough that every edge matters, biases and norms no longer 0 and 1."""
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.original_model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=noise)
    return model


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request):
    kv = {"kv_heads": 2} if request.param == "llama" else {}
    return shaken(lab.build(request.param, layers=2, heads=4, d_model=32, context=32, seed=3, **kv))


@pytest.fixture(scope="module")
def pairs(model):
    return lab.circuits.pairs(model, TEXTS)


@pytest.fixture(scope="module")
def graph(model, pairs):
    return lab.circuits.edge_attribution(model, pairs)


@pytest.fixture(scope="module")
def cutting(model, pairs):
    return Cutting(model, pairs, metric(None))


def keeper(held):
    return lambda value, hook: held.setdefault(hook.name, value * 1)


def logits_behind(model, rows, lengths):
    found = []
    for ids, length in zip(rows, lengths, strict=True):
        found.append(lab.trace(model, ids[:length].tolist(), keep=()).logits[-1])
    return np.stack(found)


def test_the_whole_graph_is_the_model_and_the_empty_one_the_other_text(model, pairs, cutting):
    edges = len(cutting.wiring.sources)
    whole, empty = cutting.measured(np.stack([np.ones(edges), np.zeros(edges)]))
    for rows, values in ((pairs.clean, whole), (pairs.corrupted, empty)):
        logits = logits_behind(model, rows, pairs.lengths)
        here = np.arange(len(pairs))
        wanted = logits[here, pairs.right] - logits[here, pairs.wrong]
        assert values == pytest.approx(wanted, abs=1e-4)


def test_a_score_is_the_slope_of_cutting_the_edge_a_little(graph, cutting):
    little = 0.02
    chosen = np.random.default_rng(0).choice(len(graph.scores), 40, replace=False)
    masks = np.ones((80, len(graph.scores)))
    masks[np.arange(40), chosen] -= little
    masks[np.arange(40, 80), chosen] += little
    less, more = cutting.measured(masks).mean(1).reshape(2, 40)
    assert graph.scores[chosen] == pytest.approx((more - less) / (2 * little), abs=2e-3)
    assert np.abs(graph.scores[chosen]).max() > 0.05


def test_a_nodes_edges_sum_to_its_gradient_by_hand(model, pairs, graph):
    """Attribution patching of whole outputs, by plain autograd on plain runs."""
    sums = np.bincount(graph.sources, graph.scores, minlength=len(graph.nodes))
    hand = np.zeros(len(graph.nodes))
    points = [f"blocks.{layer}.{name}" for layer in range(2)
              for name in ("attn.hook_z", "hook_mlp_out")]  # fmt: skip
    for number, length in enumerate(pairs.lengths):
        kept = []
        for rows in (pairs.corrupted, pairs.clean):
            held = {}
            hooks = [(name, keeper(held)) for name in points]
            with model.hooks(fwd_hooks=hooks) as bridge:
                logits = bridge(torch.tensor(rows[number : number + 1, :length]))[0, -1]
            kept.append(held)
        gap = logits[pairs.right[number]] - logits[pairs.wrong[number]]
        slopes = torch.autograd.grad(gap, [kept[1][name] for name in kept[1]])
        for name, slope in zip(kept[1], slopes, strict=True):
            worth = ((kept[1][name] - kept[0][name]) * slope).detach()
            first = 1 + 5 * int(name.split(".")[1])
            if "attn" in name:
                hand[first : first + 4] += worth.sum((0, 1, 3)).numpy() / len(pairs)
            else:
                hand[first + 4] += float(worth.sum()) / len(pairs)
    assert sums[1:-1] == pytest.approx(hand[1:-1], abs=1e-4)


def test_gradients_along_the_way_sum_to_the_whole_difference(model, pairs):
    graph = lab.circuits.edge_attribution(model, pairs, steps=12)
    assert graph.method == "EAP-IG" and graph.steps == 12
    begun = graph.scores[graph.sources == 0].sum()
    assert begun == pytest.approx(graph.clean - graph.corrupted, rel=0.02)


def test_in_a_linear_model_the_estimate_is_the_ablation():
    """Attention that looks everywhere alike, norms that divide by a constant, no MLP."""
    model = shaken(lab.build("llama", layers=2, heads=2, d_model=16, d_mlp=0, context=16, seed=1))
    with torch.no_grad():
        for block in model.original_model.model.layers:
            for part in (block.self_attn.q_proj, block.mlp.down_proj):
                part.weight.zero_()
        for module in model.original_model.modules():
            if hasattr(module, "variance_epsilon"):
                module.variance_epsilon = 1e10
                module.weight.fill_(1e5)
    found = lab.circuits.pairs(model, TEXTS[:1])
    graph = lab.circuits.edge_attribution(model, found)
    cutting, edges = Cutting(model, found, metric(None)), len(graph.scores)
    values = cutting.measured(np.concatenate([np.ones((1, edges)), 1 - np.eye(edges)])).mean(1)
    assert graph.scores == pytest.approx(values[0] - values[1:], abs=2e-5)
    assert np.abs(graph.scores).max() > 0.02
    into = graph.targets == len(graph.nodes) - 1
    assert graph.scores[into].sum() == pytest.approx(graph.clean - graph.corrupted, abs=1e-4)


def test_chance_is_how_far_random_directions_get(model, pairs, graph):
    """The edges into the logits: a random change of the same length, many times."""
    from lab.circuits.gradients import gradients
    from lab.circuits.parts import deltas, rows, wiring_of, written

    clean = rows(model, pairs)
    with torch.no_grad():
        one, other = written(model, clean), written(model, rows(model, pairs, corrupted=True))
        change = deltas(model, one, other)
    slope = gradients(model, wiring_of(model), clean, one.embed, metric(None))[-1][:, :, 0]
    draw = torch.Generator().manual_seed(0)
    way = torch.randn((3000, *change[3].shape), generator=draw)
    pushed = way / way.norm(dim=-1, keepdim=True) * change[3].norm(dim=-1, keepdim=True)
    spread = float((pushed * slope).sum((1, 2, 3)).std()) / len(pairs)
    assert graph.chance[graph.wiring.logits][3] == pytest.approx(spread, rel=0.1)


def test_a_trial_goes_from_the_empty_to_the_whole_graph(model, graph):
    seen = []
    found = lab.circuits.trial(model, graph, sizes=(0, 5, len(graph)), random=3,
                               progress=lambda done, of: seen.append((done, of)))  # fmt: skip
    assert found.faithful[[0, 2]] == pytest.approx([0, 1], abs=1e-4)
    assert found.without[[0, 2]] == pytest.approx([1, 0], abs=1e-4)
    assert found.random.shape == (3, 3) and found.spread.shape == (3, 2)
    assert found.spread[2] == pytest.approx([1, 1], abs=1e-4)
    assert found.spread.mean(1) == pytest.approx(found.faithful, abs=1e-6)
    assert found.random[0] == pytest.approx([0, 0, 0], abs=1e-4)
    assert seen == [(1, 3), (2, 3), (3, 3)] and found.done.all()


def test_a_stopped_trial_says_how_far_it_came(model, graph, tmp_path):
    asked = []
    found = lab.circuits.trial(model, graph, sizes=(4, 8, 12), random=2,
                               cancelled=lambda: asked.append(1) or len(asked) > 1)  # fmt: skip
    assert found.done.tolist() == [True, False, False]
    assert not np.isnan(found.faithful[0]) and np.isnan(found.random[1:]).all()
    again = lab.circuits.Trial.open(found.save(tmp_path / "trial.safetensors"))
    assert again.done.tolist() == found.done.tolist() and again.unit == "logits"


def test_an_interrupted_trial_keeps_what_it_has(model, graph):
    def interrupt(done, of):
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted after 1 of 2"):
        found = lab.circuits.trial(model, graph, sizes=(4, 8), random=1, progress=interrupt)
    assert found.done.tolist() == [True, False]
    assert not any(point.fwd_hooks for point in model.hook_dict.values())


def test_many_pairs_are_run_in_parts(model, graph, monkeypatch):
    from lab.circuits import trying

    whole = lab.circuits.trial(model, graph, sizes=(9,), random=2)
    monkeypatch.setattr(trying, "_AT_ONCE", 1)
    parts = lab.circuits.trial(model, graph, sizes=(9,), random=2)
    assert parts.spread == pytest.approx(whole.spread, abs=1e-4)
    assert parts.random == pytest.approx(whole.random, abs=1e-4)


def test_no_circuit_without_a_control(model, graph):
    for run in (lab.circuits.trial, lab.circuits.minimality):
        with pytest.raises(ValueError, match="random is 0"):
            run(model, graph.prune(20), random=0)
    with pytest.raises(ValueError, match="subsets is 0"):
        lab.circuits.completeness(model, graph.prune(20), subsets=0)


def test_what_is_lost_without_a_node_is_what_cutting_its_edges_loses(model, graph, cutting):
    circuit = graph.prune(40)
    found = lab.circuits.minimality(model, circuit, random=3)
    name = found.names[0]
    values = cutting.measured(np.stack([circuit.kept, circuit.without(name).kept])).mean(1)
    span = graph.clean - graph.corrupted
    assert found.lost[0] == pytest.approx((values[0] - values[1]) / span, abs=1e-4)
    assert found.faithful == pytest.approx((values[0] - graph.corrupted) / span, abs=1e-4)
    assert len(found.random) == 3 and set(found.names) <= set(graph.nodes)
    with pytest.raises(ValueError, match="keeps about every edge"):
        lab.circuits.minimality(model, graph)


def test_the_whole_model_is_complete_whatever_is_left_out(model, graph):
    found = lab.circuits.completeness(model, graph, subsets=3)
    assert found.gap == pytest.approx(0, abs=1e-5)
    assert found.circuit.shape == found.random.shape == (3,)


def test_a_metric_of_ones_own_is_measured_and_a_broken_one_is_named(model, pairs, graph):
    def gap(logits, right, wrong):
        rows = torch.arange(len(logits))
        return logits[rows, right] - logits[rows, wrong]

    same = lab.circuits.edge_attribution(model, pairs, metric=gap)
    assert same.metric == "gap" and same.scores == pytest.approx(graph.scores, abs=1e-6)
    before = lab.trace(model, "the cat", keep=()).logits
    for wrong, said in (
        (lambda logits, right, _: logits[0], "one number for each row"),
        (lambda logits, right, _: logits.sum(-1) * float("nan"), "what is no number"),
        (lambda logits, right, _: torch.ones(len(logits)), "has no gradient"),
        (lambda logits, right, _: logits.nonsense, "nonsense"),
    ):
        with pytest.raises((ValueError, AttributeError), match=said):
            lab.circuits.edge_attribution(model, pairs, metric=wrong)
        assert (lab.trace(model, "the cat", keep=()).logits == before).all()
    with pytest.raises(ValueError, match="metric is 'rank'"):
        lab.circuits.edge_attribution(model, pairs, metric="rank")


def test_misfits_are_told(model, graph):
    with pytest.raises(ValueError, match="4 and 5 pieces long"):
        lab.circuits.pairs(model, [("abcd", "abcde", "a", "b")])
    with pytest.raises(ValueError, match="its two texts are the same"):
        lab.circuits.pairs(model, [("abcd", "abcd", "a", "b")])
    with pytest.raises(ValueError, match="'ab' is 2 pieces"):
        lab.circuits.pairs(model, [("abcd", "abce", "ab", "b")])
    with pytest.raises(ValueError, match="steps is -1"):
        lab.circuits.edge_attribution(model, graph.pairs, steps=-1)
    other = lab.build("gpt2", layers=1, heads=2, d_model=16, context=32)
    with pytest.raises(ValueError, match="another model than this"):
        lab.circuits.trial(other, graph, sizes=(5,))


def test_a_stream_that_is_more_than_its_parts_has_no_edges(model, pairs):
    pushed = lab.edited(model, {("resid_post", 0): lambda stream: stream + 5})
    with pytest.raises(ValueError, match="the parts miss the stream"):
        lab.circuits.edge_attribution(pushed, pairs)


def test_the_known_circuit_of_induction_is_found():
    """Elhage et al. 2021: heads that look one back speak to the keys of heads that copy."""
    model = lab.load("formicarium/induction")
    words = sorted(word for word in model.tokenizer.get_vocab() if word.isalpha())
    draw, texts = np.random.default_rng(0), []
    for _ in range(12):
        *said, other = draw.choice(words, 9, replace=False).tolist()
        at = int(draw.integers(2, 6))
        clean = said + said[: at + 1]
        corrupted = [*clean[:at], other, *clean[at + 1 :]]
        right, wrong = said[at + 1], said[(at + 4) % 8]
        texts.append((" ".join(clean), " ".join(corrupted), right, wrong))
    graph = lab.circuits.edge_attribution(model, lab.circuits.pairs(model, texts), steps=5)
    scores = lab.head_scores(lab.trace(model, texts[0][0]))
    kinds = {
        kind: {f"L{layer}H{head}" for head in np.argsort(-scores[kind][layer])[:2]}
        for kind, layer in (("previous", 0), ("induction", 1))
    }
    into = [graph.edge(n) for n in np.argsort(-graph.scores) if graph.ports[n] == "k"]
    speaking = [(source, target) for source, target, *_ in into if source.startswith("L0H")]
    assert {source for source, _ in speaking[:4]} == kinds["previous"]
    assert {target for _, target in speaking[:4]} == kinds["induction"]
    found = lab.circuits.trial(model, graph, sizes=(10,), random=10)
    assert found.faithful[0] > 0.5 > 0.2 > found.random.max()
