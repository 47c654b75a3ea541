"""Edits against what they mean: the same weights changed by hand, another run patched in."""

import numpy as np
import pytest
import torch

import lab
from lab.hooks import LostEdit
from tests.test_hooks import hooks_left

A, B = [5, 9, 5, 9, 7, 3], [200, 17, 60, 61, 4, 250]


def run(model, ids, keep=("resid_post", "z")):
    return lab.trace(model, ids, keep=list(keep))


def patched(model, names, source):
    """The model with the activations of another run put in the place of its own."""
    kept = {name: torch.from_numpy(source.activations[name])[None] for name in names}
    return lab.edited(
        model, {name: lambda _, value=value: value.clone() for name, value in kept.items()}
    )


def test_patching_a_run_into_itself_is_nothing(tiny):
    own = run(tiny, A, ["pattern", "z", "mlp_out", "resid_pre", "resid_post"])
    again = run(patched(tiny, own.activations, own), A)
    np.testing.assert_allclose(again.logits, own.logits, atol=1e-6)


def test_patching_everything_from_another_run_gives_that_run(tiny):
    own, other = run(tiny, A), run(tiny, B)
    assert abs(own.logits - other.logits).max() > 0.1
    last = run(patched(tiny, ["blocks.1.hook_resid_post"], other), A)
    np.testing.assert_allclose(last.logits, other.logits, atol=1e-6)
    first = run(patched(tiny, ["blocks.0.hook_resid_post"], other), A)
    np.testing.assert_allclose(first.logits, other.logits, atol=1e-6)


def test_no_gradient_reaches_a_later_position(tiny):
    grown = {}

    def keep(activation, hook):
        grown["embed"] = activation.detach().clone().requires_grad_()
        return grown["embed"]

    for position in range(len(A)):
        with tiny.hooks(fwd_hooks=[("hook_embed", keep)]):
            logits = tiny(torch.tensor([A]))
        (gradient,) = torch.autograd.grad(logits[0, position].square().sum(), grown["embed"])
        reached = gradient[0].abs().sum(-1)
        assert (reached[: position + 1] > 0).all()
        assert (reached[position + 1 :] == 0).all()


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_silenced_head_is_its_output_weights_at_zero(kind):
    """Edited by a hook, and edited by hand in the weights of a twin: the same logits."""
    model, twin = (lab.build(kind, layers=2, d_model=32, seed=3) for _ in range(2))

    def silence(z):
        z = z.clone()
        z[:, :, 2] = 0
        return z

    bare = twin.original_model
    with torch.no_grad():
        if kind == "gpt2":
            bare.transformer.h[1].attn.c_proj.weight[16:24] = 0
        else:
            bare.model.layers[1].self_attn.o_proj.weight[:, 16:24] = 0
    edited = lab.trace(lab.edited(model, {("z", 1): silence}), A)
    np.testing.assert_allclose(edited.logits, lab.trace(twin, A).logits, atol=1e-6)
    assert abs(edited.logits - lab.trace(model, A).logits).max() > 1e-3


@pytest.mark.parametrize("name", ["k", "v"])
def test_shared_keys_and_values_are_edited_as_they_are(llama, name):
    """Two key/value heads serve four query heads: silencing one reaches two of them."""

    def silence(shared):
        assert shared.shape == (1, len(A), 2, 8)
        return torch.cat([torch.zeros_like(shared[:, :, :1]), shared[:, :, 1:]], dim=2)

    before, after = run(llama, A), run(lab.edited(llama, {(name, 0): silence}), A)
    moved = abs(after["z", 0] - before["z", 0]).max(axis=(0, 2)) > 1e-6
    assert moved.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda z: z.double(), r"torch\.float64, where shape \(1, 6, 4, 8\), torch\.float32"),
        (lambda z: z.numpy(), "returned an ndarray"),
    ],
)
def test_an_edit_of_another_kind_is_refused(tiny, edit, says):
    with pytest.raises(ValueError, match=says):
        run(lab.edited(tiny, {("z", 0): edit}), A)
    assert hooks_left(tiny) == 0


def test_what_is_no_edit_is_refused_before_anything_runs(tiny):
    with pytest.raises(TypeError, match=r"edits\['z'\] must take one argument, the activation"):
        lab.edited(tiny, {"z": lambda z, hook: z})
    with pytest.raises(TypeError, match="edits is a list, not a dict"):
        lab.edited(tiny, [("z", 0)])


def late(architecture):
    """A model whose attention is Hugging Face's own: its pattern can be looked at only."""
    from transformers import GPTNeoConfig, GPTNeoForCausalLM, OPTConfig, OPTForCausalLM

    sizes = {"vocab_size": 257, "hidden_size": 32, "max_position_embeddings": 64}
    if architecture == "opt":
        more = {"num_hidden_layers": 1, "ffn_dim": 48, "num_attention_heads": 4}
        bare = OPTForCausalLM(OPTConfig(word_embed_proj_dim=32, **sizes, **more))
    else:
        more = {"num_layers": 1, "num_heads": 4, "attention_types": [[["global"], 1]]}
        bare = GPTNeoForCausalLM(GPTNeoConfig(**sizes, **more))
    return lab.load(bare.eval(), tokenizer=lab.build(layers=1).tokenizer)


@pytest.mark.parametrize("architecture", ["opt", "gpt-neo"])
def test_an_edit_that_comes_too_late_is_an_error(architecture):
    model = late(architecture)
    own = hooks_left(model)  # OPT's bridge has some of its own
    assert lab.parity(model).patterns <= 1e-5
    for name in ("pattern", "attn_scores"):
        with pytest.raises(LostEdit, match=r"would be lost.*Edit 'q', 'k', 'v' or 'z'"):
            lab.trace(lab.edited(model, {(name, 0): torch.zeros_like}), A)
    with pytest.raises(LostEdit):
        model.run_with_hooks(
            torch.tensor([A]), fwd_hooks=[("blocks.0.attn.hook_pattern", lambda p, hook: 2 * p)]
        )
    assert hooks_left(model) == own
    before = lab.trace(model, A)
    same = lab.trace(lab.edited(model, {"pattern": torch.clone}), A)
    assert (same.logits == before.logits).all()
    assert (lab.trace(lab.edited(model, {"z": torch.zeros_like}), A).logits != before.logits).any()


def test_an_edit_that_nothing_passes_is_an_error(llama):
    nowhere = lab.edited(llama, {"hook_pos_embed": torch.zeros_like})
    with pytest.raises(LostEdit, match="hook_pos_embed changed nothing"):
        lab.trace(nowhere, A)
    assert hooks_left(llama) == 0


def test_a_run_that_ends_early_need_not_reach_every_edit(tiny):
    later = lab.edited(tiny, {("z", 1): torch.zeros_like})
    ids = torch.tensor([A])
    assert torch.equal(later(ids, stop_at_layer=1), tiny(ids, stop_at_layer=1))


def test_an_edit_between_attention_and_mlp_would_reach_the_mlp_alone(tiny):
    """TransformerLens shows the second norm's input there; the stream has gone on already."""
    silent = {("mlp_out", 1): torch.zeros_like}
    pushed = {"blocks.1.ln2.hook_in": lambda stream: stream + 1}
    same = run(lab.edited(tiny, silent | pushed), A).logits
    np.testing.assert_array_equal(run(lab.edited(tiny, silent), A).logits, same)
    with pytest.raises(LostEdit, match=r"blocks\.1\.hook_resid_mid would reach the MLP alone"):
        lab.edited(tiny, {("resid_mid", 1): lambda stream: stream})
