"""What norms do to scale, against the definition of a norm."""

import numpy as np
import pytest

import lab
from lab import normalisation

# TransformerLens says whenever a scale is edited that the last digits may differ.
pytestmark = pytest.mark.filterwarnings("ignore:A forward hook edited")
TEXT = "Tom ran home"


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def model(request):
    return request.getfixturevalue(request.param)


def test_lengths_and_scales_are_those_of_the_stream(model):
    found = normalisation.stream_norms(model, TEXT)
    stream = lab.trace(model, TEXT, keep=["resid_pre", "resid_mid", "resid_post"])
    met = [stream[name, layer] for layer in range(2) for name in ("resid_pre", "resid_mid")]
    met.append(stream["resid_post", 1])
    assert found.norms[-1] == "ln_final" and len(found.norms) == len(met)
    rms = "RMS" in str(model.cfg.normalization_type)
    for row, values in enumerate(met):
        np.testing.assert_allclose(found.before[row], np.linalg.norm(values, axis=-1), rtol=1e-5)
        centred = values if rms else values - values.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1) + model.cfg.eps)
        np.testing.assert_allclose(found.scale[row], scale, rtol=1e-4)
        # Random models have weights of 1 and biases of 0: what comes out has length √d.
        inside = np.linalg.norm(centred, axis=-1) / scale
        np.testing.assert_allclose(found.after[row], inside, rtol=1e-4)


def test_a_norm_held_at_its_own_scale_changes_nothing(model):
    own = normalisation.stream_norms(model, "a").scale[:, 0]
    held = normalisation.fixed(model, dict(zip(normalisation.norm_names(model), own, strict=True)))
    whole, same = (lab.trace(m, "a", keep=[]).logits for m in (model, held))
    np.testing.assert_allclose(same, whole, atol=1e-5)


def test_the_last_norms_scale_is_a_temperature(model):
    """Held at s, the logits are the model's own times own scale / s: no order changes."""
    own = normalisation.stream_norms(model, TEXT).scale[-1]
    bias = lab.trace(normalisation.fixed(model, {"ln_final": 1e12}), TEXT, keep=[]).logits
    held = lab.trace(normalisation.fixed(model, {"ln_final": 2.0}), TEXT, keep=[]).logits
    whole = lab.trace(model, TEXT, keep=[]).logits
    np.testing.assert_allclose(held - bias, (whole - bias) * own[:, None] / 2, rtol=1e-3, atol=1e-6)


def test_dealt_scales_are_the_same_at_other_places(model):
    names = ["blocks.1.ln1"]
    dealt = normalisation.dealt(model, names)
    keep = ["blocks.1.ln1.hook_in", "blocks.1.ln1.hook_out"]
    own, other = (lab.trace(m, TEXT, keep=keep) for m in (model, dealt))
    assert np.array_equal(own["blocks.1.ln1.hook_in"], other["blocks.1.ln1.hook_in"])
    # Random models have weights of 1 and biases of 0.
    ratio = np.linalg.norm(own["blocks.1.ln1.hook_out"], axis=-1) / np.linalg.norm(
        other["blocks.1.ln1.hook_out"], axis=-1
    )
    scale = normalisation.stream_norms(model, TEXT).scale[2]
    np.testing.assert_allclose(np.sort(ratio * scale), np.sort(scale), rtol=1e-4)
    assert np.abs(ratio - 1).max() > 1e-4


def test_mean_scales_are_geometric_means(model):
    one, two = (normalisation.stream_norms(model, text).scale for text in ("ab", "cd"))
    found = normalisation.mean_scales(model, ["ab", "cd"])
    wanted = np.exp(np.log(np.concatenate([one, two], axis=1)).mean(1))
    np.testing.assert_allclose(list(found.values()), wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: normalisation.fixed(m, {"ln": 1.0}), "'ln' is no norm of this model"),
        (lambda m: normalisation.fixed(m, {"ln_final": 0.0}), "scale is 0.0"),
        (lambda m: normalisation.dealt(m, ["ln3"]), "'ln3' is no norm"),
        (lambda m: normalisation.mean_scales(m, []), "texts is empty"),
    ],
)
def test_what_cannot_be_is_said(gpt2, call, said):
    with pytest.raises(ValueError, match=said):
        call(gpt2)
