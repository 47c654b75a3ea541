"""The growing prediction: against the model's own logits, TransformerLens, and plain numpy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

import lab
from lab.lenses import Reading, TunedLens, calibration, fitted, fitting
from lab.storage import Refused

TEXT = "Tom gave Lily a ball."


@pytest.fixture(scope="module")
def stories():
    return lab.load("formicarium/stories")


@pytest.fixture(scope="module")
def tuned(stories):
    return fitted(stories, lab.corpora.stories(3), steps=6, every=6, batch=2, context=64, lr=3e-3)


def test_the_last_row_is_what_the_model_says(tiny):
    reading, trace = lab.lens(tiny, TEXT), lab.trace(tiny, TEXT)
    probs = torch.from_numpy(trace.logits).softmax(-1).numpy()
    top = np.take_along_axis(probs, reading.top_ids[-1].astype(int), -1)
    assert np.abs(reading.top_probs[-1] - top).max() < 1e-6
    assert reading.kl[-1].max() < 1e-6
    assert (reading.top_ids[-1, :, 0] == probs.argmax(-1)).all()
    assert np.allclose(-np.log(reading.target_probs[-1, :-1]), trace.surprisal[1:], atol=1e-5)


def test_every_row_is_what_transformerlens_reads_there(tiny):
    reading = lab.lens(tiny, TEXT)
    _, cache = tiny.run_with_cache(torch.from_numpy(reading.ids[None]))
    stream = cache.accumulated_resid(layer=-1, apply_ln=True)[:, 0]
    stack = torch.cat([stream[:-1], cache["ln_final.hook_out"]])[: len(reading.layers)]
    logs = (stack @ tiny.W_U + tiny.b_U).log_softmax(-1).detach().numpy()
    for row in range(len(reading.layers) - 1):
        top = np.take_along_axis(logs[row], reading.top_ids[row].astype(int), -1)
        assert np.abs(np.log(reading.top_probs[row]) - top).max() < 1e-4
        assert (reading.top_ids[row, :, 0] == logs[row].argmax(-1)).all()
        entropy = -(np.exp(logs[row]) * logs[row]).sum(-1)
        assert np.allclose(reading.entropy[row], entropy, atol=1e-4)
        kl = (np.exp(logs[-1]) * (logs[-1] - logs[row])).sum(-1)
        assert np.allclose(reading.kl[row], kl, atol=1e-4)


def test_a_followed_piece_has_its_rank_and_probability_everywhere(tiny):
    every = lab.lens(tiny, TEXT, top=tiny.cfg.d_vocab)
    wanted = tiny.tokenizer("x")["input_ids"][0]
    followed = lab.lens(tiny, TEXT, target="x")
    assert followed.targets == ["x"] * len(TEXT)
    places = (every.top_ids == wanted).argmax(-1)
    assert (followed.target_ranks == places + 1).all()
    assert np.allclose(followed.target_probs, np.take_along_axis(
        every.top_probs, places[..., None], -1)[..., 0], atol=1e-6)  # fmt: skip
    default = lab.lens(tiny, TEXT)
    best = tiny.tokenizer.decode([lab.trace(tiny, TEXT).top_ids[-1, 0]])
    assert default.targets[:-1] == [*TEXT[1:]] and default.target_ranks[-1, -1] == 1
    assert default.words[int(default.target_ids[-1])] == default.targets[-1]
    assert default.targets[-1] == best or "⟨" in default.targets[-1]


def test_slices_change_nothing(llama, monkeypatch):
    from lab.lenses import unembedding

    whole = lab.lens(llama, TEXT)
    monkeypatch.setattr(unembedding, "_ELEMENTS", 2 * llama.cfg.d_vocab)
    sliced = lab.lens(llama, TEXT)
    assert (sliced.top_ids == whole.top_ids).all()
    assert np.allclose(sliced.kl, whole.kl, atol=1e-6)


def test_it_settles_where_the_guess_last_changes(llama):
    reading = lab.lens(llama, "abcd", top=1)
    best = np.array([[1, 5, 3, 9], [2, 5, 4, 9], [2, 5, 3, 8]])[..., None]
    assert replace(reading, top_ids=best).settled().tolist() == [1, 0, 2, 2]


def test_an_edit_is_seen_from_its_layer_on(llama):
    plain = lab.lens(llama, TEXT)
    cut = lab.lens(lab.edited(llama, {("z", 1): lambda z: 0 * z}), TEXT)
    assert (cut.entropy[:2] == plain.entropy[:2]).all()
    assert np.abs(cut.entropy[2] - plain.entropy[2]).max() > 1e-6
    behind = lab.edited(llama, {"ln_final.hook_out": lambda out: 3 * out})
    with pytest.raises(ValueError, match="an edit stands behind the last layer"):
        lab.lens(behind, TEXT)


def test_what_cannot_be_read_is_refused_by_name(llama):
    with pytest.raises(ValueError, match=r"'xy' is 2 pieces \('x' 'y'\), not one"):
        lab.lens(llama, TEXT, target="xy")
    with pytest.raises(ValueError, match="target 999: ids go from 0 to 256"):
        lab.lens(llama, TEXT, target=999)
    with pytest.raises(ValueError, match="top=0: from 1 to the vocabulary, 257"):
        lab.lens(llama, TEXT, top=0)
    with pytest.raises(ValueError, match="prompt is empty"):
        lab.lens(llama, "")


def test_a_reading_is_saved_and_opened_without_torch(llama, tmp_path):
    reading = lab.lens(llama, "Tom é", target="x")
    path = reading.save(tmp_path / "one.safetensors")
    again = Reading.open(path)
    assert again.words == reading.words and again.layers == ["embed", "L0", "L1"]
    assert (again.top_ids == reading.top_ids).all() and repr(again) == repr(reading)
    code = (
        f"import sys, lab; lab.lenses.Reading.open({str(path)!r}); "
        "assert not {'torch', 'transformers', 'transformer_lens'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_broken_files_are_refused_by_name(llama, tmp_path):
    path = lab.lens(llama, "Tom").save(tmp_path / "one.safetensors")
    lens = TunedLens.identity(llama).save(tmp_path / "two.safetensors")
    with pytest.raises(Refused, match=r"two\.safetensors.*not a reading"):
        Reading.open(lens)
    with pytest.raises(Refused, match=r"one\.safetensors.*not a tuned lens"):
        TunedLens.open(path)
    for file, kind in ((path, Reading), (lens, TunedLens)):
        file.write_bytes(file.read_bytes()[:-9])
        with pytest.raises(Refused, match=file.name):
            kind.open(file)
    with pytest.raises(FileNotFoundError, match="no such reading"):
        Reading.open(tmp_path / "none")


def test_translators_that_change_nothing_are_the_logit_lens(tiny):
    plain, same = lab.lens(tiny, TEXT), lab.lens(tiny, TEXT, tuned=TunedLens.identity(tiny))
    assert same.kind == "tuned" and (same.kl == plain.kl).all()
    assert (same.top_ids == plain.top_ids).all()


def test_a_fitted_lens_is_nearer_to_the_end_on_text_it_never_saw(stories, tuned):
    found = calibration(stories, lab.corpora.stories(77), tuned, texts=3, context=48)
    assert (found.kl["tuned"] < found.kl["logit"]).all()
    assert found.kl["tuned"][1:].max() < 0.9 * found.kl["logit"][1:].max()
    assert (found.kl["tuned"][1:] < found.kl["constant"][1:]).all()
    assert found.places == 3 * 48 and found.layers[:2] == ["embed", "L0"]
    assert ((found.agreement["logit"] >= 0) & (found.agreement["logit"] <= 1)).all()


def test_the_logit_lens_is_calibrated_as_it_reads(stories):
    """One text, by way of `lens`: the same numbers as `calibration` gives for it."""
    corpus = [document.text for document, _ in zip(lab.corpora.stories(5), range(8), strict=False)]
    found = calibration(stories, corpus, {}, texts=2, context=24)
    from lab.lenses.learning import next_ids
    from lab.training.rows import Rows

    ids = next_ids(Rows(corpus, stories.tokenizer, 24), 2)
    each = [lab.lens(stories, row.tolist()).kl[:-1].mean(-1) for row in ids]
    assert np.allclose(found.kl["logit"], np.mean(each, 0), rtol=1e-4)


def test_learning_from_shuffled_ends_teaches_no_more_than_what_is_likely_anywhere(stories):
    how = {"steps": 6, "every": 6, "batch": 2, "context": 64, "lr": 3e-3}
    shuffled = fitted(stories, lab.corpora.stories(3), shuffled=True, **how)
    found = calibration(stories, lab.corpora.stories(77), {"shuffled": shuffled}, texts=2)
    assert found.kl["shuffled"][-1] > found.kl["logit"][-1]


def test_fitting_says_where_it_stands_and_stops_when_nothing_comes_of_it(llama):
    corpus = ["a b c d e f g h " * 4] * 8
    steps = list(fitting(llama, corpus, steps=40, every=1, patience=2, context=8, batch=1, lr=9.0))
    assert steps[0].step == 0 and len(steps) == 3  # the second and third look brought nothing
    assert steps[-1].best.note == "identity" and not steps[-1].best.matrices.any()
    assert all(parameter.grad is None for parameter in llama.parameters())


def test_a_lens_of_another_model_is_refused(stories, llama, gpt2, tuned, tmp_path):
    with pytest.raises(ValueError, match="this model needs"):
        lab.lens(llama, TEXT, tuned=tuned)
    other = lab.build("llama", layers=2, heads=4, kv_heads=2, d_model=32, context=64, seed=9)
    with pytest.raises(ValueError, match="fitted to other weights"):
        lab.lens(llama, TEXT, tuned=TunedLens.identity(other))
    again = TunedLens.open(tuned.save(tmp_path / "lens.safetensors"))
    a, b = (lab.lens(stories, TEXT, tuned=one) for one in (tuned, again))
    assert np.allclose(a.kl, b.kl, atol=0.02)  # half precision


def test_the_shipped_lens_is_this_models_and_beats_both_controls(stories):
    shipped = TunedLens.open("formicarium/stories")
    found = calibration(stories, lab.corpora.stories(99), shipped, texts=2)
    assert (found.kl["tuned"] < 0.75 * found.kl["logit"]).all()
    assert (found.kl["tuned"] < 0.75 * found.kl["constant"]).all()
    assert (np.diff(found.kl["tuned"]) < 0).all()


@pytest.mark.smollm2
def test_the_shipped_reading_is_what_the_model_gives_today(smollm2):
    from data.make_lenses import read

    shipped, today = Reading.open("formicarium/two-names"), read(smollm2, "two-names")
    assert shipped.words == today.words and (shipped.top_ids == today.top_ids).mean() > 0.99
    np.testing.assert_allclose(shipped.kl, today.kl, atol=1e-2)
