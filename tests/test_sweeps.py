"""Activation patching against transformer_lens.patching, against what must hold, and broken."""

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformer_lens import patching

import lab
from lab import interventions as iv
from lab.interventions.alignment import columns, partners
from lab.interventions.starting import prepared
from tests.test_hooks import hooks_left

CLEAN, CORRUPTED = [5, 9, 5, 9, 7, 3, 44, 20], [5, 9, 60, 9, 7, 61, 44, 20]
AHEAD = iv.logit_difference(7, 11)
PEER = {
    ("resid_pre", "position"): patching.get_act_patch_resid_pre,
    ("attn_out", "position"): patching.get_act_patch_attn_out,
    ("mlp_out", "position"): patching.get_act_patch_mlp_out,
    ("z", "head"): patching.get_act_patch_attn_head_out_all_pos,
    ("v", "head"): patching.get_act_patch_attn_head_v_all_pos,
    ("pattern", "head"): patching.get_act_patch_attn_head_pattern_all_pos,
    ("q", "head position"): patching.get_act_patch_attn_head_q_by_pos,
    ("pattern", "head position"): patching.get_act_patch_attn_head_pattern_by_pos,
}


def swept(model, *how, clean=CLEAN, corrupted=CORRUPTED, metric=AHEAD, **more):
    return iv.sweep(model, clean, corrupted, metric, *how, **{"controls": 1, **more})


@pytest.fixture(scope="module")
def cached(gpt2, llama):
    ids = torch.tensor([CLEAN])
    return {id(model): model.run_with_cache(ids)[1] for model in (gpt2, llama)}


@pytest.mark.parametrize("how", PEER)
def test_equal_to_transformer_lens(tiny, cached, how):
    read = lambda logits: logits[0, -1, 7] - logits[0, -1, 11]  # noqa: E731
    with torch.inference_mode():
        wanted = PEER[how](tiny, torch.tensor([CORRUPTED]), cached[id(tiny)], read).numpy()
    if how[0] == "q":  # there: layer, position, head
        wanted = wanted.transpose(0, 2, 1)
    found = swept(tiny, *how)
    assert found.values.shape == wanted.shape
    np.testing.assert_allclose(found.values, wanted, atol=1e-5)
    assert np.abs(found.effects).max() > 1e-6  # there is something to be equal to
    assert found.whole
    assert not hooks_left(tiny)


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_how_many_rows_share_a_pass_changes_nothing(tiny, rows):
    whole = swept(tiny, "attn_out")
    np.testing.assert_allclose(swept(tiny, "attn_out", rows=rows).values, whole.values, atol=1e-6)


@pytest.mark.parametrize(("joins", "begins"), [(True, False), (False, False)])
def test_the_plain_ways_give_the_same_as_the_short_one(tiny, joins, begins):
    found = []
    for plain in (False, True):
        made = prepared(tiny, CLEAN, CORRUPTED, AHEAD, "z", "head position")
        if plain:
            made.passes.joins, made.passes.begins = joins, begins
        for group in made.groups:
            made.measure(group)
        found.append(made.found())
    np.testing.assert_allclose(found[1].values, found[0].values, atol=1e-6)
    np.testing.assert_allclose(found[1].controls, found[0].controls, atol=1e-6)


def test_a_row_runs_no_layer_before_its_patch_and_no_piece_either(gpt2):
    """The passes are as short as they can be: seen by what goes through the first layer."""
    seen = []
    made = prepared(gpt2, CLEAN, CORRUPTED, AHEAD, "resid_pre", "position", layers=[1])
    hook = ("blocks.0.mlp.hook_pre", lambda activation, hook: seen.append(activation.shape[:2]))
    with gpt2.hooks(fwd_hooks=[hook]):
        for group in made.groups:
            made.measure(group)
    starts = [min(r.joining.start for _, rows in group for r in rows) for group in made.groups]
    assert seen == [(1, 8 - start) for start in starts]  # the unpatched text alone


def test_patching_a_run_into_itself_is_nothing(tiny):
    for site, by in (("resid_pre", "position"), ("z", "head")):
        found = swept(tiny, site, by, clean=CORRUPTED)
        np.testing.assert_allclose(found.effects, 0, atol=1e-6)
        assert np.isnan(found.shares).all()  # there is no way to go
        assert np.abs(found.controls).max() > 1e-6


def test_patching_everything_gives_the_clean_run(tiny):
    found = swept(tiny, "resid_pre", "layer")
    np.testing.assert_allclose(found.values, found.clean, atol=1e-5)
    np.testing.assert_allclose(found.shares, 1, atol=1e-2)


def test_the_control_is_the_same_patch_from_another_text(tiny):
    other = CORRUPTED[::-1]
    found = swept(tiny, "mlp_out", unrelated=[other])
    direct = swept(tiny, "mlp_out", clean=other)
    np.testing.assert_allclose(found.controls[0], direct.effects, atol=1e-6)


def test_a_random_control_is_a_push_as_long_as_the_patch(tiny):
    made = prepared(tiny, CLEAN, CORRUPTED, AHEAD, "z", "head", control="random", controls=2)
    hook, own = "blocks.0.attn.hook_z", lab.trace(tiny, CORRUPTED, keep=["z"])
    clean, *pushed = (np.linalg.norm(s.values[hook] - own[hook], axis=-1) for s in made.sources)
    for each in pushed:
        np.testing.assert_allclose(each, clean, atol=1e-5)
    first, second = (source.values[hook] for source in made.sources[1:])
    assert (first != second).any()


def test_an_edited_model_is_swept_with_its_edits(tiny):
    quiet = lab.edited(tiny, {("z", 0): iv.zero(heads=1, at=[1, -1])})
    found = swept(quiet, "resid_pre", layers=[1])
    clean = lab.trace(quiet, CLEAN, keep=["resid_pre"])
    for at in range(8):
        both = lab.edited(quiet, {("resid_pre", 1): iv.patch(clean, at=at)})
        logits = lab.trace(both, CORRUPTED, keep=[]).logits[-1]
        assert found.values[0, at] == pytest.approx(logits[7] - logits[11], abs=1e-5)


def test_metrics_are_what_they_say(tiny):
    clean = lab.trace(tiny, CLEAN, keep=["resid_pre"])
    patched = lab.edited(tiny, {("resid_pre", 1): iv.patch(clean, at=5)})
    logs = [
        torch.from_numpy(lab.trace(model, ids, keep=[]).logits[-1]).double().log_softmax(-1)
        for model, ids in ((patched, CORRUPTED), (tiny, CLEAN))
    ]
    wanted = {
        iv.probability(7): logs[0][7].exp(),
        iv.log_probability(7): logs[0][7],
        iv.rank(7): (logs[0] > logs[0][7]).sum(),
        iv.divergence(): (logs[1].exp() * (logs[1] - logs[0])).sum(),
    }
    for metric, value in wanted.items():
        found = swept(tiny, layers=[1], metric=metric)
        assert found.values[0, 5] == pytest.approx(float(value), rel=1e-4, abs=1e-6), metric.name
    assert found.clean == 0  # the divergence of a run from itself


def test_a_metric_may_read_every_position(tiny):
    def mean_gap(logits):
        return (logits[..., 7] - logits[..., 11]).mean(1)

    found = swept(tiny, layers=[0], metric=mean_gap, position=None)
    clean = lab.trace(tiny, CLEAN, keep=["resid_pre"])
    patched = lab.edited(tiny, {("resid_pre", 0): iv.patch(clean, at=5)})
    logits = lab.trace(patched, CORRUPTED, keep=[]).logits
    assert found.values[0, 5] == pytest.approx((logits[:, 7] - logits[:, 11]).mean(), abs=1e-6)
    assert found.metric == "mean_gap"


def test_a_patch_behind_the_place_that_is_read_does_nothing(tiny):
    found = swept(tiny, position=4)
    np.testing.assert_array_equal(found.effects[:, 5:], 0)
    assert np.abs(found.effects[:, 2]).min() > 0


def test_prompts_of_different_lengths_are_patched_where_pieces_have_partners(tiny):
    longer = [5, 9, 60, 61, 62, 9, 7, 3, 44, 20]
    found = swept(tiny, corrupted=longer)
    assert found.partner.tolist() == [0, 1, -1, -1, 2, 3, 4, 5, 6, 7]
    assert found.whole
    assert (found.done == found.possible).all()
    assert np.isnan(found.effects[:, 2:4]).all()
    np.testing.assert_allclose(found.values[0, 4], swept_by_hand(tiny, longer, 4, 2), atol=1e-6)
    with pytest.raises(ValueError, match="a row of attention fits prompts of one length"):
        swept(tiny, "pattern", "head", corrupted=longer)


def swept_by_hand(model, ids, at, source):
    clean = lab.trace(model, CLEAN, keep=["resid_pre"])
    patched = lab.edited(model, {("resid_pre", 0): iv.patch(clean, at=at, source=source)})
    logits = lab.trace(patched, ids, keep=[]).logits[-1]
    return logits[7] - logits[11]


PIECES = st.lists(st.integers(0, 4), min_size=1, max_size=9)


@given(PIECES, PIECES)
@settings(max_examples=200)
def test_an_alignment_keeps_the_order_and_costs_the_least(first, second):
    found = partners(first, second)
    there = found[found >= 0]
    assert (np.diff(there) > 0).all()
    pairs = columns(found, len(first))
    assert [i for i, _ in pairs if i >= 0] == list(range(len(first)))
    assert [j for _, j in pairs if j >= 0] == list(range(len(second)))
    if len(first) != len(second):
        cost = sum(i < 0 or j < 0 or first[i] != second[j] for i, j in pairs)
        assert cost == edit_distance(first, second)


def edit_distance(first, second):
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        last, row = row, [i]
        for j, b in enumerate(second, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
    return row[-1]


def test_a_sweep_is_saved_and_opened_whole(tiny, tmp_path):
    found = swept(tiny, "z", "head position", layers=[1], controls=2)
    again = iv.Sweep.open(found.save(tmp_path / "a.safetensors"))
    for name in ("effects", "controls", "done", "layers", "partner", "band", "shares"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    assert repr(again) == repr(found)
    assert again.axes == ("layer", "head", "position")
    with pytest.raises(ValueError, match="not a whole sweep"):
        broken = iv.Sweep(**{**vars(found), "controls": found.controls[:0]})
        iv.Sweep.open(broken.save(tmp_path / "b.safetensors"))


def test_a_sweep_grows_and_stops_where_it_is_told(gpt2):
    seen = []
    found = swept(
        gpt2, rows=4, progress=lambda *at: seen.append(at), cancelled=lambda: len(seen) == 3
    )
    assert not found.whole
    assert [of for _, of in seen] == [16] * 3
    assert found.done.sum() == seen[-1][0]
    assert found.note == f"stopped after {seen[-1][0]} of 16 cells"
    assert np.isnan(found.effects[~found.done]).all()
    assert np.isnan(found.controls[:, ~found.done]).all()
    whole = swept(gpt2)
    np.testing.assert_allclose(found.effects[found.done], whole.effects[found.done], atol=1e-6)
    assert not hooks_left(gpt2)


def test_between_two_passes_the_model_is_free_and_without_a_hook(gpt2):
    steps = iv.sweeping(gpt2, CLEAN, CORRUPTED, AHEAD, rows=4, controls=1)
    before = lab.trace(gpt2, CLEAN, keep=[]).logits
    counts = []
    for found in steps:
        counts.append(int(found.done.sum()))
        assert not hooks_left(gpt2)
        np.testing.assert_array_equal(lab.trace(gpt2, CLEAN, keep=[]).logits, before)
        if len(counts) == 3:
            steps.close()
    assert counts == sorted(counts)
    assert counts[0] == 0 < counts[1] < counts[2]


def test_a_pass_holds_no_more_than_it_may(gpt2):
    long = [5, *range(40), 7]
    made = prepared(gpt2, long, long[::-1], AHEAD, "z", "head position", controls=2)
    widest = max(sum(len(rows) for _, rows in group) for group in made.groups)
    assert 1 < widest <= 128
    few = prepared(gpt2, long, long[::-1], AHEAD, "z", "head", controls=2, rows=2)
    assert max(len(group) for group in few.groups) == 1  # a cell and its controls go together


def test_interrupted_it_comes_back_as_far_as_it_came(gpt2):
    def pressed(done, of):
        if done > 4:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted: stopped after"):
        found = swept(gpt2, rows=4, progress=pressed)
    assert 4 < found.done.sum() < 16
    assert not hooks_left(gpt2)


def failing(after):
    calls = []

    def metric(logits):
        calls.append(1)
        if len(calls) > after:
            raise ZeroDivisionError("mine")
        return logits[:, 7]

    return metric


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (failing(0), "metric 'metric' raised ZeroDivisionError: mine"),
        (lambda logits: logits[0, 7], r"'own metric' gave shape \(\), where \(1,\) is needed"),
        (lambda logits: logits, "gave shape"),
        (lambda logits: logits[:, 7] * float("nan"), "gave nan, not a finite number"),
        (lambda logits: "a lot", "metric 'own metric' raised ValueError"),
    ],
)
def test_a_broken_metric_is_told_at_once(gpt2, metric, words):
    with pytest.raises(iv.MetricError, match=words) as caught:
        swept(gpt2, metric=metric)
    assert caught.value.partial is None  # not one patched run was needed to see it
    assert not hooks_left(gpt2)


def test_a_metric_that_breaks_on_the_way_leaves_what_was_measured(gpt2):
    with pytest.raises(iv.MetricError, match="mine") as caught:
        swept(gpt2, metric=failing(4), rows=4)
    partial = caught.value.partial
    assert 0 < partial.done.sum() < partial.done.size
    assert partial.note.startswith("stopped after")
    assert not hooks_left(gpt2)


def test_an_edit_of_the_wrong_shape_ends_a_sweep_without_a_hook(gpt2):
    broken = lab.edited(gpt2, {("z", 0): lambda z: z[:, :1]})
    with pytest.raises(ValueError, match=r"the edit at blocks.0.*z returned shape"):
        swept(broken)
    assert not hooks_left(gpt2)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"controls": 0}, "an effect without a control says nothing"),
        ({"control": "none"}, "control='none': 'unrelated' or 'random'"),
        ({"unrelated": [[1, 2]]}, "1 texts of at least 8 pieces are needed; these have 2 pieces"),
        ({"by": "head"}, "resid_pre has no heads"),
        ({"by": "neuron"}, "by='neuron'"),
        ({"site": "z"}, "z has heads"),
        ({"site": "resid_mid"}, "reaches the MLP alone"),
        ({"site": "resid_per"}, "Nearest: resid_pre"),
        ({"layers": []}, "layers is empty"),
        ({"layers": [2]}, "layers 0 to 1"),
        ({"position": 8}, "the corrupted prompt has 8 pieces"),
        ({"rows": 0}, "at least 1 patched run"),
        ({"site": "pattern", "by": "head", "control": "random"}, "a pattern has no directions"),
        ({"metric": "logits"}, "metric is a str"),
        ({"metric": iv.rank(" no such piece at all")}, "not one"),
        ({"corrupted": []}, "prompt"),
    ],
)
def test_what_cannot_be_is_refused_in_words(gpt2, how, words):
    with pytest.raises((ValueError, TypeError, KeyError), match=words):
        swept(gpt2, **how)
    assert not hooks_left(gpt2)


def test_sweeps_over_pairs_are_averaged_beside_their_controls(gpt2, tmp_path):
    pairs = [(CLEAN, CORRUPTED), (CLEAN[::-1], CORRUPTED[::-1]), (CORRUPTED, CLEAN)]
    each = [swept(gpt2, "mlp_out", clean=a, corrupted=b, controls=2) for a, b in pairs]
    found = iv.averaged(each)
    np.testing.assert_allclose(found.effects, sum(one.effects for one in each) / 3, atol=1e-7)
    np.testing.assert_allclose(found.controls, sum(one.controls for one in each) / 3, atol=1e-7)
    assert found.clean == pytest.approx(np.mean([one.clean for one in each]))
    assert found.metric.endswith("mean of 3 pairs")
    assert iv.Sweep.open(found.save(tmp_path / "mean.safetensors")).metric == found.metric
    cell = [one.effects[0, 5] for one in each]
    low, high = scipy.stats.t.interval(0.95, 2, np.mean(cell), scipy.stats.sem(cell))
    assert iv.intervals(each)[0, 5] == pytest.approx((high - low) / 2, rel=1e-4)
    assert np.isnan(iv.intervals(each[:1])).all()
    partial = swept(gpt2, "mlp_out", controls=2, rows=4, cancelled=lambda: True)
    some = iv.averaged([each[0], partial])
    assert (some.done == partial.done).all()
    assert some.note == f"1 of 2 pairs {partial.note}"
    with pytest.raises(ValueError, match="sweep 1 has site 'attn_out', the first 'mlp_out'"):
        iv.averaged([each[0], swept(gpt2, "attn_out", controls=2)])
    with pytest.raises(ValueError, match="pairs of one form have as many pieces"):
        iv.averaged([each[0], swept(gpt2, "mlp_out", controls=1)])
    with pytest.raises(ValueError, match="sweeps is empty"):
        iv.averaged([])


def test_what_a_patched_model_writes(tiny):
    found = swept(tiny)
    texts = iv.written(tiny, found, layer=1, position=5, pieces=6)
    assert texts.clean == lab.continuation(tiny, CLEAN, pieces=6, temperature=0)
    assert texts.corrupted == lab.continuation(tiny, CORRUPTED, pieces=6, temperature=0)
    clean = lab.trace(tiny, CLEAN, keep=["resid_pre"])
    patched = lab.edited(tiny, {("resid_pre", 1): iv.patch(clean, at=5)})
    assert texts.patched == lab.continuation(patched, CORRUPTED, pieces=6, temperature=0)
    everything = swept(tiny, "resid_pre", "layer")
    assert iv.written(tiny, everything, layer=0, pieces=6).patched == texts.clean
    with pytest.raises(ValueError, match="this sweep has the axes layer, position"):
        iv.written(tiny, found, layer=1)
