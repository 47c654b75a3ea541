"""The plain twin that learns is the bridge that is looked at, at every step."""

import gc

import pytest
import torch
from torch.nn import functional as F

import lab
from lab.hooks import lock_of
from lab.training.twin import Twin
from tests.training.tiny import TEXTS, tiny_model, trained

KINDS = {
    "gpt2": {"kind": "gpt2", "layers": 2},
    "llama": {"kind": "llama", "layers": 2, "heads": 4, "kv_heads": 2, "d_model": 32},
    "attention only": {"kind": "gpt2", "layers": 2, "d_mlp": 0},
    "llama, attention only": {"kind": "llama", "layers": 2, "d_mlp": 0},
    "untied": {"kind": "gpt2", "tied": False},
    "tied": {"kind": "llama", "tied": True},
}


@pytest.fixture(params=KINDS)
def model(request):
    return tiny_model(**KINDS[request.param])


def some_ids(rows: int = 3, length: int = 16) -> torch.Tensor:
    return torch.randint(0, 257, (rows, length), generator=torch.Generator().manual_seed(5))


def hooks_of(model) -> list[int]:
    lists = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    return [len(getattr(module, name)) for module in model.modules() for name in lists]


def loss_of(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="sum")


def test_its_loss_and_gradients_are_the_bridge_s_under_hooks(model):
    ids, seen = some_ids(), []
    twin = Twin(model)
    loss = twin(ids[:, :-1], ids[:, 1:])
    loss.backward()
    with model.hooks(fwd_hooks=[("blocks.0.attn.hook_pattern", lambda x, hook: seen.append(x))]):
        theirs = loss_of(model(ids), ids)
    theirs.backward()
    assert seen and torch.allclose(loss, theirs, rtol=1e-6)
    compared = [(mine, their) for their, mine in twin._pairs if their.grad is not None]
    assert len(compared) >= 8  # not gpt2's joint query-key-value weights: the bridge splits them
    assert all(torch.allclose(a.grad, b.grad, rtol=1e-3, atol=1e-4) for a, b in compared)


def test_its_loss_and_gradients_are_those_of_transformers(model, tmp_path):
    from transformers import AutoModelForCausalLM

    lab.storage.save(model, tmp_path / "model")
    bare = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    ids, twin = some_ids(), Twin(model)
    ours = twin(ids[:, :-1], ids[:, 1:]) / ids[:, 1:].numel()
    theirs = bare(ids, labels=ids).loss
    assert torch.allclose(ours, theirs, rtol=1e-5)
    ours.backward(), theirs.backward()
    for (name, mine), (same, their) in zip(
        twin.plain.named_parameters(), bare.named_parameters(), strict=True
    ):
        assert name == same and torch.allclose(mine.grad, their.grad, rtol=1e-3, atol=1e-6), name


def test_a_model_whose_split_weights_became_copies_is_refused():
    model = tiny_model()
    model.to(torch.float64).to(torch.float32)
    with pytest.raises(ValueError, match=r"copy of weights.*attn\.q\.weight.*load it again"):
        lab.train(model, TEXTS)


def test_at_every_step_the_bridge_is_what_was_trained(model):
    ids, before = some_ids(), None
    for _ in lab.train(model, TEXTS, steps=3, batch=4, lr=0.01, warmup=0):
        logits = model(ids).detach()
        assert before is None or not torch.allclose(logits, before)
        twin = Twin(model)
        assert torch.allclose(twin(ids[:, :-1], ids[:, 1:]), loss_of(logits, ids), rtol=1e-5)
        cached, _ = model.run_with_cache(ids)
        assert torch.equal(cached, logits)
        before = logits


def test_attention_only_stays_so_under_training():
    model = tiny_model(d_mlp=0, layers=2)
    trained(model, lr=0.01)
    for name, parameter in model.original_model.named_parameters():
        if ".mlp." in name and "weight" in name:
            assert not parameter.any()


def test_a_training_dropped_halfway_leaves_the_model_free_and_without_hooks(tmp_path):
    model = tiny_model()
    before = hooks_of(model)
    steps = lab.train(model, TEXTS, steps=50, batch=4, folder=tmp_path / "run")
    next(steps), next(steps)
    assert (tmp_path / "run" / ".training.lease").exists()
    del steps
    gc.collect()
    assert not (tmp_path / "run" / ".training.lease").exists()
    assert lock_of(model).acquire(blocking=False)
    lock_of(model).release()
    assert hooks_of(model) == before
    assert model.generate("Tom", max_new_tokens=2, verbose=False)


def test_the_twin_waits_for_whoever_runs_the_model():
    import threading

    model = tiny_model()
    steps = lab.train(model, TEXTS, steps=3, batch=4)
    next(steps)
    before = model(some_ids()).detach()
    with lock_of(model):
        thread = threading.Thread(target=lambda: next(steps))
        thread.start()
        thread.join(timeout=0.5)
        assert torch.equal(model(some_ids()), before)
    thread.join()
    assert not torch.equal(model(some_ids()), before)


def test_half_precision_weights_are_refused():
    model = tiny_model()
    lowered = lab.load(model.original_model.bfloat16(), tokenizer=model.tokenizer)
    with pytest.raises(ValueError, match=r"bfloat16.*float32"):
        lab.train(lowered, TEXTS)
