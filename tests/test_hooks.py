"""Hook names, edits as values, and the one lock per model."""

import threading

import pytest
import torch

import lab
from lab.hooks import UnknownHook, full_name, lock_of, matching

IDS = torch.tensor([[5, 9, 5, 9, 7]])


def hooks_left(model):
    return sum(len(point.fwd_hooks) + len(point.bwd_hooks) for point in model.hook_dict.values())


@pytest.mark.parametrize("key", [("pattern", 3), ("z", 0), ("resid_post", 11), ("mlp_out", 2)])
def test_short_forms_are_transformerlens_own(key):
    from transformer_lens.utilities import get_act_name

    assert full_name(*key) == get_act_name(*key)


def test_short_forms_with_a_part_and_aliases_are_transformerlens_own():
    from transformer_lens.utilities import get_act_name

    for key in [("scale", 4, "ln1"), ("pre", 2), ("attn", 1), ("key", 0), ("mlp_post", 5)]:
        assert full_name(*key) == get_act_name(*key)
    assert full_name("embed") == get_act_name("embed")


def test_a_short_name_alone_stands_for_every_layer(tiny):
    names = matching("pattern", tiny.hook_dict, 2)
    assert names == ["blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"]
    assert matching(("z", -1), tiny.hook_dict, 2) == ["blocks.1.attn.hook_z"]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("patern", "pattern"),
        ("blocks.0.attn.hook_patern", "blocks.0.attn.hook_pattern"),
        (("pattern", 7), "layers 0 to 1"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(tiny, key, says):
    with pytest.raises(UnknownHook, match=says):
        matching(key, tiny.hook_dict, 2)


def test_an_edit_that_returns_its_input_changes_nothing(tiny):
    same = lab.edited(tiny, {"z": lambda z: z, ("resid_post", 0): lambda resid: resid})
    assert torch.equal(same(IDS), tiny(IDS))


def test_an_edit_changes_what_runs_after_it_and_nothing_before(tiny):
    silent = lab.edited(tiny, {("z", 1): torch.zeros_like})
    before, after = lab.trace(tiny, IDS, keep=["z"]), lab.trace(silent, IDS, keep=["z"])
    assert (after["z", 1] == 0).all()
    assert (after["z", 0] == before["z", 0]).all()
    assert abs(after.logits - before.logits).max() > 1e-4


def test_the_model_itself_is_untouched_by_edits(tiny):
    before = tiny(IDS)
    lab.edited(tiny, {("z", 1): torch.zeros_like})(IDS)
    assert torch.equal(tiny(IDS), before)
    assert hooks_left(tiny) == 0


def test_edits_add_up_in_order(tiny):
    once = lab.edited(tiny, {("z", 1): lambda z: z + 1})
    twice = lab.edited(once, {("z", 1): lambda z: z * 2})
    plain, seen = lab.trace(tiny, IDS, keep=["z"]), lab.trace(twice, IDS, keep=["z"])
    assert abs(seen["z", 1] - 2 * (plain["z", 1] + 1)).max() < 1e-6


def test_an_edit_of_another_shape_is_refused_and_leaves_no_hook(tiny):
    wrong = lab.edited(tiny, {("z", 0): lambda z: z[:, :2]})
    with pytest.raises(
        ValueError, match=r"hook_z returned shape \(1, 2, 4, 8\).* where shape \(1, 5"
    ):
        wrong(IDS)
    assert hooks_left(tiny) == 0


def test_an_edit_that_forgets_to_return_is_refused(tiny):
    with pytest.raises(ValueError, match="returned a NoneType"):
        lab.trace(lab.edited(tiny, {("z", 0): lambda z: None}), IDS)


def test_an_edit_that_raises_leaves_no_hook_and_no_lock(tiny):
    def breaks(z):
        raise RuntimeError("broken edit")

    with pytest.raises(RuntimeError, match="broken edit"):
        lab.trace(lab.edited(tiny, {("z", 0): breaks}), IDS)
    assert hooks_left(tiny) == 0
    free = []

    def other():
        free.append(lock_of(tiny).acquire(timeout=2))
        lock_of(tiny).release()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert free == [True]


def test_an_edit_must_be_a_function(tiny):
    with pytest.raises(TypeError, match="not a function"):
        lab.edited(tiny, {("z", 0): 3.0})


def only_a(model):
    """The model with its logits rigged: the byte A always comes next."""

    def rigged(logits):
        logits = logits.clone()
        logits[..., 65] = 1e4
        return logits

    return lab.edited(model, {"unembed.hook_out": rigged})


def test_generation_runs_under_the_edits(tiny):
    plain = {"max_new_tokens": 3, "do_sample": False}
    made = only_a(tiny).generate(IDS, **plain, verbose=False, stop_at_eos=False)
    assert made[0, -3:].tolist() == [65, 65, 65]
    *_, last = only_a(tiny).generate_stream(IDS, **plain, verbose=False, stop_at_eos=False)
    assert last[0, -1] == 65


def test_every_way_of_running_runs_under_the_edits(tiny):
    rigged, seen = only_a(tiny), []
    ends = [("unembed.hook_out", lambda logits, hook: seen.append(logits[0, -1].argmax().item()))]
    runs = {
        "call": rigged(IDS),
        "forward": rigged.forward(IDS),
        "run_with_cache": rigged.run_with_cache(IDS)[0],
        "run_with_hooks": rigged.run_with_hooks(IDS, fwd_hooks=ends),
    }
    assert {way: logits[0, -1].argmax().item() for way, logits in runs.items()} == dict.fromkeys(
        runs, 65
    )
    assert seen == [65] and hooks_left(tiny) == 0


def test_a_guarded_model_is_still_a_bridge(tiny):
    from transformer_lens.model_bridge import TransformerBridge

    assert isinstance(tiny, TransformerBridge)


def test_a_model_without_a_lock_is_refused_by_name():
    with pytest.raises(TypeError, match=r"lab\.load"):
        lab.edited(torch.nn.Linear(2, 2), {("z", 0): lambda z: z})


def test_no_run_of_another_thread_sees_an_edit(tiny):
    """A slider ablates while a cell runs: plain forward passes must stay plain."""
    clean = tiny(IDS)
    silent = lab.edited(tiny, {"z": torch.zeros_like})
    stop, ablated = threading.Event(), []

    def slider():
        while not stop.is_set():
            ablated.append(torch.equal(silent(IDS), clean))

    thread = threading.Thread(target=slider)
    thread.start()
    try:
        contaminated = sum(not torch.equal(tiny(IDS), clean) for _ in range(300))
    finally:
        stop.set()
        thread.join()
    assert contaminated == 0
    assert len(ablated) > 10, "the slider did not run beside the cell"
    assert not any(ablated)


def test_hooks_of_one_thread_keep_other_threads_out(tiny):
    """The user's own `with model.hooks(...)` is as safe: the others wait until it ends."""
    clean, inside, seen = tiny(IDS), threading.Event(), []

    def other():
        inside.wait()
        seen.append(tiny(IDS))

    thread = threading.Thread(target=other)
    thread.start()
    with tiny.hooks(fwd_hooks=[("blocks.0.attn.hook_z", lambda z, hook: 0 * z)]):
        inside.set()
        thread.join(0.2)
        assert not seen
    thread.join()
    assert torch.equal(seen[0], clean)
