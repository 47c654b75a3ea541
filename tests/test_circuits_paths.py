"""Paths against cut edges, estimates of patches against gradients by hand and real patches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lab
from lab.circuits.cutting import Cutting
from lab.circuits.measuring import metric
from lab.hooks import matching
from lab.interventions import logit_difference, rank, sweep

TEXTS = [("the cat sat on", "the dog sat on", "a", "b"), ("my cat sat", "my hat sat", "c", "d")]


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request):
    kv = {"kv_heads": 2} if request.param == "llama" else {}
    model = lab.build(request.param, layers=3, heads=4, d_model=32, context=32, seed=3, **kv)
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.original_model.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=noise)
    return model


@pytest.fixture(scope="module")
def pairs(model):
    return lab.circuits.pairs(model, TEXTS)


@pytest.mark.parametrize("receiver", ["L2H1 q", "L2H2 k", "L1H3 v", "L1 MLP", "logits"])
def test_a_path_without_mlps_is_an_edge_that_is_cut(model, pairs, receiver):
    found = lab.circuits.path_patching(model, pairs, receiver, through_mlps=False, draws=1)
    cutting = Cutting(model, pairs, metric(None))
    wiring = cutting.wiring
    name, _, port = receiver.partition(" ") if "H" in receiver else (receiver, "", "")
    if port in ("k", "v"):  # the edge stands at the first head that shares them
        name = f"{name[:3]}{int(name[3]) // wiring.shared * wiring.shared}"
    senders = [divmod(at, 4) for at in np.flatnonzero(found.done)]
    masks = np.ones((1 + len(senders), len(wiring.sources)))
    for row, (layer, head) in zip(masks[1:], senders, strict=True):
        source, target = (wiring.nodes.index(each) for each in (f"L{layer}H{head}", name))
        row[(wiring.sources == source) & (wiring.targets == target)
            & (np.array(wiring.ports) == port)] = 0  # fmt: skip
    values = cutting.measured(masks)
    wanted = values[1:] - values[0]
    for (layer, head), each in zip(senders, wanted, strict=True):
        assert found.each[:, layer, head] == pytest.approx(each, abs=1e-5)
    assert np.abs(wanted).max() > 1e-3 and (masks == 0).sum() == len(senders)
    assert found.clean == pytest.approx(values[0].mean(), abs=1e-5)


def test_through_mlps_is_done_by_hand_in_two_runs(model, pairs):
    """Wang et al.'s algorithm once more, for one sender, one pair, with plain hooks."""
    ids, others = (torch.tensor(rows[:1]) for rows in (pairs.clean, pairs.corrupted))
    points = [f"blocks.{layer}.attn.hook_z" for layer in range(3)]
    _, clean = model.run_with_cache(ids, names_filter=points)
    _, other = model.run_with_cache(others, names_filter=points)
    spoken = {name: clean[name].clone() for name in points}
    spoken[points[0]][:, :, 2] = other[points[0]][:, :, 2]
    held = {}
    hooks = [(name, lambda value, hook, name=name: spoken[name]) for name in points]
    hooks += [("blocks.2.attn.hook_q", lambda value, hook: held.update(q=value))]
    model.run_with_hooks(ids, fwd_hooks=hooks)

    def listen(value, hook):
        value = value.clone()
        value[:, :, 1] = held["q"][:, :, 1]
        return value

    runs = [model.run_with_hooks(ids, fwd_hooks=each)[0, -1]
            for each in ([], [("blocks.2.attn.hook_q", listen)])]  # fmt: skip
    before, after = ((run[pairs.right[0]] - run[pairs.wrong[0]]).item() for run in runs)
    found = lab.circuits.path_patching(model, pairs[:1], ["L2H1 q"], ["L0H2"])
    assert found.effects[0, 2] == pytest.approx(after - before, abs=1e-5)
    assert found.done.sum() == 1 and np.isnan(found.effects[1, 0])


def test_other_heads_of_the_layer_listen_as_the_control(model, pairs):
    found = lab.circuits.path_patching(model, pairs, ["L2H1 q"], draws=3)
    each = [lab.circuits.path_patching(model, pairs, [f"L2H{h} q"]).effects for h in (0, 2, 3)]
    for control in found.controls:
        assert any(np.allclose(control, one, atol=1e-5, equal_nan=True) for one in each)
    assert "other heads of the same layers" in found.control
    low, high = found.band
    assert low <= np.nanmedian(found.controls) <= high
    pushed = lab.circuits.path_patching(model, pairs, "logits", ["L1H1"], draws=2)
    assert "random directions" in pushed.control and np.isfinite(pushed.controls[:, 1, 1]).all()


def test_a_stopped_walk_over_senders_keeps_what_it_has(model, pairs):
    asked = []
    found = lab.circuits.path_patching(
        model, pairs, "logits", rows=4, cancelled=lambda: asked.append(1) or len(asked) > 2
    )
    assert found.done.sum() == 4 and np.isfinite(found.effects[found.done]).all()
    assert len(found.largest(20)) == 4


def test_names_that_are_none_are_told(model, pairs):
    for receivers, senders, said in (
        (["L2H1"], None, "receiver is 'L2H1'"),
        (["L7H1 q"], None, "layers 0 to 2 with heads 0 to 3"),
        (["L1H1 q"], ["L2H0"], r"\['L2H0'\]; heads in layers below 1"),
        (["logits"], ["L1 MLP"], "sender is 'L1 MLP'"),
        ([], None, "receivers is empty"),
    ):
        with pytest.raises(ValueError, match=said):
            lab.circuits.path_patching(model, pairs, receivers, senders)
    with pytest.raises(ValueError, match="draws is 0"):
        lab.circuits.path_patching(model, pairs, "logits", draws=0)


CLEAN, CORRUPTED = TEXTS[0][:2]
SITES = [("resid_pre", "position"), ("mlp_out", "layer"), ("z", "head"), ("v", "head position"),
         ("pattern", "head")]  # fmt: skip


@pytest.mark.parametrize(("site", "by"), SITES)
def test_an_estimate_is_change_times_gradient_and_stands_beside_the_patch(model, site, by):
    wanted = logit_difference("a", "b")
    found = lab.circuits.attribution_patching(model, CLEAN, CORRUPTED, wanted, site, by)
    points = matching(site, model.hook_dict, 3)
    ids = [torch.tensor([model.tokenizer(text)["input_ids"]]) for text in (CLEAN, CORRUPTED)]
    kept = []
    for row in ids:
        held = {}
        hooks = [(n, lambda v, hook, held=held: held.setdefault(hook.name, v * 1)) for n in points]
        with model.hooks(fwd_hooks=hooks) as bridge:
            logits = bridge(row)[0, -1]
        kept.append(list(held.values()))
    a, b = (model.tokenizer(piece)["input_ids"][0] for piece in "ab")
    slopes = torch.autograd.grad(logits[a] - logits[b], kept[1])
    for layer in range(3):
        moved = ((kept[0][layer] - kept[1][layer]) * slopes[layer]).detach()[0]
        summed = {
            "position": moved.sum(-1) if site == "resid_pre" else None,
            "layer": moved.sum(),
            "head": moved.sum((0, 2) if site == "z" else (1, 2)) if moved.ndim > 2 else None,
            "head position": moved.sum(-1).T if moved.ndim == 3 else None,
        }[by]
        assert found.estimates[layer] == pytest.approx(np.asarray(summed), abs=1e-5)
    exact = sweep(model, CLEAN, CORRUPTED, wanted, site, by)
    assert found.exact == pytest.approx(exact.effects, abs=1e-6, nan_ok=True)
    assert found.controls.shape == found.control_estimates.shape == (2, *found.exact.shape)
    assert len(found.names) == found.exact.size


def test_a_small_enough_patch_does_what_its_estimate_says(model):
    """As the two texts' runs come near one another, the estimate becomes the effect."""
    weight = model.original_model.get_input_embeddings().weight
    two = [model.tokenizer(letter)["input_ids"][0] for letter in "kx"]
    with torch.no_grad():
        before = weight[two[1]].clone()
        weight[two[1]] = weight[two[0]] + 1e-2 * (before - weight[two[0]])
    found = lab.circuits.attribution_patching(
        model, "abkab", "abxab", logit_difference("a", "b"), "z", "head"
    )
    with torch.no_grad():
        weight[two[1]] = before
    assert found.agreement().correlation > 0.99
    assert found.estimates == pytest.approx(found.exact, abs=0.1 * float(np.abs(found.exact).max()))


def test_how_well_they_agree_is_told_beside_luck_and_the_worst_are_named(model, tmp_path):
    found = lab.circuits.attribution_patching(
        model, CLEAN, CORRUPTED, logit_difference("a", "b"), "z", "head"
    )
    agreement = found.agreement()
    wanted = np.corrcoef(found.estimates.ravel(), found.exact.ravel())[0, 1]
    assert agreement.correlation == pytest.approx(wanted) and agreement.n == 12
    assert 0 < agreement.luck < 1
    off = np.abs(found.estimates - found.exact)
    assert found.misses(1)[0].name == "L{}H{}".format(*np.unravel_index(off.argmax(), off.shape))
    again = type(found).open(found.save(tmp_path / "attributed.safetensors"))
    assert again.misses(3) == found.misses(3) and again.sweep.metric == found.sweep.metric
    alone = lab.circuits.attribution_patching(
        model, CLEAN, CORRUPTED, logit_difference("a", "b"), "z", "head", exact=False
    )
    assert (alone.estimates == found.estimates).all() and not alone.sweep.done.any()
    assert np.isnan(alone.agreement().correlation) and alone.misses() == []


def test_a_metric_without_a_gradient_is_named(model):
    with pytest.raises(ValueError, match="'rank of a' has no gradient"):
        lab.circuits.attribution_patching(model, CLEAN, CORRUPTED, rank("a"))
