"""Many threads, and the Interrupt button: nothing hangs, nothing is left, nothing is mixed up."""

import threading

import pytest
import torch

import lab
from lab import storage
from lab.hooks import lock_of
from tests.test_hooks import hooks_left


def together(count, work):
    """Run `work(i)` in so many threads; the errors. Fails when one is stuck."""
    errors = []

    def one(number):
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert not any(thread.is_alive() for thread in threads), "a thread is stuck"
    return errors


@pytest.fixture
def tied(tmp_path):
    """A folder whose output weights are its embedding: the one that loading at once broke."""
    return storage.save(lab.build(layers=1, d_model=32), tmp_path / "tied")


def test_forty_threads_trace_edit_and_load_without_a_knot(gpt2, tied):
    clean = lab.trace(gpt2, "Tom gave").logits
    silent = lab.edited(gpt2, {"z": torch.zeros_like})
    loaded = lab.trace(lab.load(tied), "Tom gave").logits

    def work(number):
        for _ in range(3):
            assert (lab.trace(gpt2, "Tom gave").logits == clean).all()
            assert (lab.trace(silent, "Tom gave").logits != clean).any()
        if number % 2:
            assert (lab.trace(lab.load(tied), "Tom gave").logits == loaded).all()

    assert together(40, work) == []


@pytest.mark.parametrize("held", [False, True])
def test_an_interrupted_run_leaves_no_hook_and_no_lock(tiny, held):
    """As the Interrupt button does it: KeyboardInterrupt in the middle of a forward pass."""

    def interrupted(activation):
        raise KeyboardInterrupt

    edited = lab.edited(tiny, {("z", 1): interrupted})
    with pytest.raises(KeyboardInterrupt):
        if held:
            with tiny.hooks(fwd_hooks=[("blocks.0.attn.hook_z", lambda z, hook: 0 * z)]):
                edited(torch.tensor([[1, 2]]))
        else:
            lab.trace(edited, "abc", keep=["pattern", "z"])
    assert hooks_left(tiny) == 0
    assert together(1, lambda _: lab.trace(tiny, "abc")) == []
    assert lock_of(tiny).acquire(timeout=1)
    lock_of(tiny).release()
