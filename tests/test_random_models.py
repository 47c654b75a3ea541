"""Random small GPT-2s and Llamas against transformers: logits, patterns, residuals."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM

import lab
from lab import storage


@st.composite
def sizes(draw):
    """The sizes of a model: 1 to 3 layers, 1 to 4 heads, shared by groups in a Llama."""
    kind, heads = draw(st.sampled_from(["gpt2", "llama"])), draw(st.integers(1, 4))
    divisors = [number for number in range(1, heads + 1) if heads % number == 0]
    return {
        "kind": kind,
        "layers": draw(st.integers(1, 3)),
        "heads": heads,
        "kv_heads": draw(st.sampled_from(divisors)) if kind == "llama" else None,
        "d_model": heads * 2 * draw(st.integers(1, 8)),
        "seed": draw(st.integers(0, 99)),
    }


@settings(max_examples=12)
@given(asked=sizes(), ids=st.lists(st.integers(0, 256), min_size=1, max_size=12))
def test_any_small_model_is_what_transformers_computes(tmp_path_factory, asked, ids):
    model = lab.build(context=16, **asked)
    folder = storage.save(model, tmp_path_factory.mktemp("random") / "model")
    bare = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    with torch.inference_mode():
        out = bare(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
    ours = lab.trace(model, ids, keep=["pattern", "resid_pre", "ln_final.hook_out"])
    # transformers' last hidden state is the one after the final norm.
    residuals = [*ours["resid_pre"], ours["ln_final.hook_out"]]
    pairs = [(ours.logits, out.logits), *zip(ours["pattern"], out.attentions, strict=True)]
    for mine, theirs in [*pairs, *zip(residuals, out.hidden_states, strict=True)]:
        np.testing.assert_allclose(mine, theirs[0].numpy(), atol=1e-5)
    assert lab.parity(model).worst <= 1e-5
