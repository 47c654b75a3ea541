"""Lives against traces, against arithmetic, and against bad files."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import lab
from lab.attention import chance_scores, repeated_tokens
from lab.lives import Life, life
from lab.lives.checks import SHAPES
from lab.lives.maps import word_maps
from lab.storage import Refused, save

PROMPT = "abcab cab"
STEPS = [0, 10, 40]


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def folder(request, tmp_path_factory):
    """A training's folder: three checkpoints that differ, as `lab.train` leaves them."""
    home = tmp_path_factory.mktemp("runs") / f"made-{request.param}"
    for seed, step in enumerate(STEPS):
        model = lab.build(request.param, layers=2, heads=4, d_model=32, context=32, seed=seed)
        path = save(model, home / f"step-{step:06d}")
        told = {"step": step, "tokens": 64 * step, "loss": 5.0 - seed, "valid": None}
        told |= {"metrics": {"recall": 0.1 * seed}, "samples": {"story": f"Once {step}."}}
        (path / "moment.json").write_text(json.dumps(told))
    history = {"step": [1, 2, 40], "loss": [5.0, 4.5, float("nan")], "valid": [None, 4.6, 4.0]}
    history |= {"metrics": [{}, {"recall": 0.2}, {"recall": 0.9}]}
    (path / "history.json").write_text(json.dumps(history))
    return home


@pytest.fixture(scope="module")
def lived(folder):
    """The life of that training."""
    words = {"vowels": ["a", "e"], "others": ["b", "c", "d"]}
    return life(folder, PROMPT, words=words, metrics={"size": size, "says": lambda _: "hm"})


@pytest.fixture(scope="module")
def traces(folder):
    """The same prompt through each checkpoint, loaded by itself."""
    models = [lab.load(folder / f"step-{step:06d}") for step in STEPS]
    return models, [lab.trace(model, PROMPT, keep=["pattern", "resid_post"]) for model in models]


def size(model):
    return float(model.W_E.detach().abs().sum())


def equal(one, other):
    for field in fields(Life):
        left, right = getattr(one, field.name), getattr(other, field.name)
        np.testing.assert_equal(left, right, err_msg=field.name)
        assert getattr(left, "dtype", None) == getattr(right, "dtype", None), field.name
    return True


def test_attention_at_every_moment_is_what_a_trace_of_that_checkpoint_gives(lived, traces):
    assert lived.steps.tolist() == STEPS and lived.tokens.tolist() == [0, 640, 2560]
    assert lived.heads == [(layer, head) for layer in range(2) for head in range(4)]
    for moment, trace in enumerate(traces[1]):
        for layer, head in lived.heads:
            np.testing.assert_allclose(
                lived.pattern(layer, head)[moment], trace["pattern", layer][head], atol=5e-4
            )


def test_the_last_row_of_the_lens_is_the_model_s_own_prediction(lived, traces):
    assert lived.lens_layers == ["embed", "L0", "L1"]
    for moment, trace in enumerate(traces[1]):
        probs = torch.from_numpy(trace.logits).softmax(-1).numpy()
        best = [lived.lens_pieces[place] for place in lived.lens_best[moment, -1]]
        assert best == [row[0] for row in trace.top_pieces]
        np.testing.assert_allclose(lived.lens_probs[moment, -1], probs.max(-1), rtol=1e-4)
        np.testing.assert_allclose(
            lived.target_probs[moment, -1, :-1], np.exp(-trace.surprisal[1:]), rtol=1e-4
        )
        taken = probs[np.arange(len(trace) - 1), trace.ids[1:]]
        ranks = 1 + (probs[:-1] > taken[:, None]).sum(-1)
        assert lived.target_ranks[moment, -1, :-1].tolist() == ranks.tolist()
    assert lived.targets == [*lived.pieces[1:], ""]
    assert np.isnan(lived.target_probs[:, :, -1]).all()
    assert not lived.target_ranks[:, :, -1].any()


def test_an_earlier_row_of_the_lens_is_the_stream_there_through_the_last_norm(lived, traces):
    for moment, (model, trace) in enumerate(zip(*traces, strict=True)):
        with torch.inference_mode():
            stream = torch.from_numpy(trace["resid_post", 0].copy())[None]
            probs = model.unembed(model.ln_final(stream))[0].softmax(-1)
        np.testing.assert_allclose(lived.lens_probs[moment, 1], probs.max(-1).values, rtol=1e-4)


def test_a_chosen_piece_is_followed_at_every_position(folder, traces):
    chosen = life(folder, PROMPT, ["lens"], target="b", moments=[10])
    probs = torch.from_numpy(traces[1][1].logits).softmax(-1)[:, ord("b")]
    assert chosen.targets == ["b"] * len(PROMPT)
    np.testing.assert_allclose(chosen.target_probs[0, -1], probs, rtol=1e-4)


def test_head_scores_are_those_of_each_checkpoint_with_chance_beside(lived, traces):
    for moment, model in enumerate(traces[0]):
        again = lab.trace(model, repeated_tokens(model, 16))
        for kind, score in lab.head_scores(again).items():
            np.testing.assert_allclose(lived.scores[kind][moment], score, rtol=1e-4, atol=1e-6)
    assert lived.chance == pytest.approx(chance_scores(again))
    steps, best = lived.curves["best induction head"]
    assert steps.tolist() == STEPS
    np.testing.assert_allclose(best, lived.scores["induction"].max((1, 2)), rtol=1e-6)


def test_curves_come_from_the_history_and_leave_out_what_is_no_number(lived):
    told = {name: [part.tolist() for part in points] for name, points in lived.curves.items()}
    assert told["loss"] == [[1, 2], [5.0, 4.5]]
    assert told["valid"] == [[2, 40], [pytest.approx(4.6), 4.0]]
    assert told["recall"] == [[2, 40], [pytest.approx(0.2), pytest.approx(0.9)]]


def test_metrics_are_asked_of_every_checkpoint_numbers_become_curves_and_texts_samples(
    lived, traces
):
    steps, sizes = lived.curves["size"]
    assert steps.tolist() == STEPS
    assert sizes.tolist() == pytest.approx([size(model) for model in traces[0]], rel=1e-4)
    assert lived.samples == {"story": ["Once 0.", "Once 10.", "Once 40."], "says": ["hm"] * 3}


def test_the_map_keeps_what_it_can_of_the_last_moment(lived, traces):
    assert lived.words == ["a", "e", "b", "c", "d"]
    assert lived.groups == ["vowels", "vowels", "others", "others", "others"]
    ids = [ord(word) for word in lived.words]
    rows = np.stack([model.W_E.detach().numpy()[ids] for model in traces[0]])
    centred = rows - rows.mean(1, keepdims=True)
    whole = np.square(centred).sum((1, 2))
    np.testing.assert_allclose(
        lived.map_share, np.square(lived.word_map).sum((1, 2)) / whole, rtol=1e-4
    )
    strength = np.linalg.svd(centred[-1], compute_uv=False) ** 2
    assert lived.map_share[-1] == pytest.approx(strength[:2].sum() / strength.sum(), rel=1e-4)


@given(
    arrays(np.float32, (3, 6, 5), elements=st.floats(-10, 10, width=32)),
    st.floats(-3, 3, width=32),
)
def test_a_map_never_turns_with_the_moments_before_nor_with_a_common_shift(rows, shift):
    places, share = word_maps(rows)
    assert ((share <= 1 + 1e-4) | np.isnan(share)).all()
    other = np.concatenate([rows[1:2] * 2 + shift, rows[1:]])
    again, _ = word_maps(other)
    scale = 1e-3 * (1 + np.abs(rows).max())
    np.testing.assert_allclose(again[1:], places[1:], atol=scale)
    np.testing.assert_allclose(again[0], 2 * places[1], atol=2 * scale)


def test_a_life_saved_and_opened_is_the_same(lived, tmp_path):
    path = lived.save(tmp_path / "life.safetensors")
    assert equal(lived, Life.open(path))
    assert repr(Life.open(path)).endswith("3 moments to step 40, 'abcab cab', 8 heads)")
    assert lived.moment(12) == 1 and len(lived) == 3


def test_a_life_of_someone_who_looks_ahead_survives_too(lived, tmp_path):
    both = replace(lived, patterns=np.full_like(lived.patterns, 1 / len(PROMPT)))
    assert equal(both, Life.open(both.save(tmp_path / "both.safetensors")))


def test_only_what_is_asked_for_is_kept(folder, tmp_path):
    bare = life(folder, PROMPT, [])
    assert bare.heads == bare.words == bare.lens_layers == [] and not bare.samples
    assert not bare.scores and bare.patterns.shape == (3, 0, 9, 9)
    assert equal(bare, Life.open(bare.save(tmp_path / "bare.safetensors")))
    one = life(folder, PROMPT, ["pattern"], heads=[(1, 2)], moments=2)
    assert one.heads == [(1, 2)] and one.steps.tolist() == [0, 40]
    with pytest.raises(KeyError, match="L0H0 was not kept; kept heads: L1H2"):
        one.pattern(0, 0)


def test_a_life_opens_without_torch(lived, tmp_path):
    path = lived.save(tmp_path / "life.safetensors")
    code = (
        "import sys\n"
        "for name in ('torch', 'transformers', 'transformer_lens'): sys.modules[name] = None\n"
        "from lab.lives import Life\n"
        f"print(Life.open({str(path)!r}).pattern(1, 2).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "(3, 9, 9)"


def test_nothing_is_printed_and_progress_is_told(folder, capsys):
    told = []
    life(folder, PROMPT, ["lens"], progress=lambda done, what: told.append((done, what)))
    assert told == [(pytest.approx(n / 3), f"step {s}") for n, s in enumerate(STEPS, 1)]
    assert capsys.readouterr() == ("", "")


def test_no_hook_stays_on_a_model_that_metrics_can_see(folder):
    seen = []
    life(folder, PROMPT, metrics={"seen": lambda model: seen.append(model) or 0.0})
    assert len(set(map(id, seen))) == 1
    left = sum(len(point.fwd_hooks) for point in seen[0].hook_dict.values())
    assert left == 0


def test_without_a_history_the_moments_tell_the_curves(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "step-000040" / "history.json").unlink()
    short = life(copy, PROMPT, [])
    assert short.curves["loss"][0].tolist() == STEPS
    assert short.curves["loss"][1].tolist() == [5.0, 4.0, 3.0]
    assert "valid" not in short.curves and short.name == "copy"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"keep": ["patern"]}, "'patern' is none of pattern, lens"),
        ({"keep": "lens"}, r"give a list: keep=\['lens'\]"),
        ({"heads": [(2, 0)]}, r"heads: \(2, 0\) is not in this model: layers 0 to 1"),
        ({"words": ["tom"]}, r"words: 'tom' is 3 tokens \('t', 'o', 'm'\), one is needed"),
        ({"words": "tom"}, "is one text; give a list of words"),
        ({"target": "ab"}, "target: 'ab' is 2 tokens"),
        ({"moments": [11]}, r"no checkpoint at step 11; there are \[0, 10, 40\]"),
        ({"moments": 0}, "at least one is needed"),
        ({"prompt": ""}, "prompt is empty"),
    ],
)
def test_what_cannot_be_looked_at_is_said_before_the_first_checkpoint(folder, given, message):
    with pytest.raises(ValueError, match=message):
        life(folder, **{"prompt": PROMPT, **given})


def test_folders_without_checkpoints_and_checkpoints_of_others_are_named(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        life(tmp_path / "nowhere", PROMPT)
    with pytest.raises(FileNotFoundError, match=r"no checkpoints \(step-000400\)"):
        life(tmp_path, PROMPT)
    copy = shutil.copytree(folder, tmp_path / "copy")
    other = lab.build("gpt2", layers=1, heads=2, d_model=16, context=32)
    weights = save(other, tmp_path / "other") / "model.safetensors"
    shutil.copy(weights, copy / "step-000010" / "model.safetensors")
    with pytest.raises(Refused, match=r"step-000010.*the last checkpoint's"):
        life(copy, PROMPT, [])
    (copy / "step-000010" / "model.safetensors").write_bytes(weights.read_bytes()[:500])
    with pytest.raises(Refused, match="step-000010"):
        life(copy, PROMPT, [])


def test_weights_that_are_no_numbers_are_refused(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    path = copy / "step-000010" / "model.safetensors"
    tensors = load_file(path)
    next(iter(tensors.values()))[0] = np.nan
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(Refused, match=r"step-000010.*NaN or infinite"):
        life(copy, PROMPT, [])


def tampered(path, texts=None, **arrays):
    """The life at `path` with some of its parts replaced; None takes one away."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    told = json.loads(metadata["life"]) | (texts or {})
    told = {name: value for name, value in told.items() if value is not None}
    tensors = load_file(path) | arrays
    whole = {name: array for name, array in tensors.items() if array is not None}
    save_file(whole, path, metadata={**metadata, "life": json.dumps(told)})
    return path


@pytest.mark.parametrize(
    ("texts", "arrays", "message"),
    [
        ({"pieces": ["a"]}, {}, "for 1 pieces"),
        ({"pieces": [1] * 9}, {}, "pieces is no list of texts"),
        ({"pieces": None}, {}, "lacks 'pieces'"),
        ({"heads": [[0, 0]]}, {}, "not 1 as heads has"),
        ({"heads": [[0, -1]] * 8}, {}, "both from 0"),
        ({"lens_pieces": ["a"]}, {}, "lens_pieces has not"),
        ({"words": ["a"]}, {}, "not 5 as groups has"),
        ({"samples": {"story": ["a"]}}, {}, "samples 'story' has 1"),
        ({"samples": ["story"]}, {}, "not a whole life"),
        ({"curves": ["loss", "x", "y", "z", "a", "b", "c", "d"]}, {}, "lacks 'curve"),
        ({"chance": {}}, {}, "lacks 'previous'"),
        ({}, {"steps": np.array([0, 5, 5])}, "steps do not rise"),
        ({}, {"steps": None}, "lacks 'steps'"),
        ({}, {"map_share": np.array([0.1, np.inf, 0.2], np.float32)}, "no finite number"),
        ({}, {"lens_probs": np.full((3, 3, 9), np.nan, np.float32)}, "no finite number"),
        ({}, {"patterns": np.zeros((3, 8, 7), np.float16)}, "for 9 pieces"),
        ({}, {"score 0": np.zeros((3, 2), np.float32)}, "not \\[moment, layer, head\\]"),
    ],
)
def test_a_life_with_a_wrong_part_is_refused_by_name(lived, tmp_path, texts, arrays, message):
    path = tampered(lived.save(tmp_path / "life.safetensors"), texts, **arrays)
    with pytest.raises(ValueError, match=message) as caught:
        Life.open(path)
    assert str(path) in str(caught.value)


def test_what_is_no_life_is_refused_at_once_and_by_name(lived, tmp_path):
    whole = lived.save(tmp_path / "whole.safetensors").read_bytes()
    trace = lab.trace(lab.build(layers=1, d_model=16), "ab").save(tmp_path / "trace.safetensors")
    bad = {
        "cut": whole[: len(whole) // 2],
        "garbage": b"\x00\xff" * 999,
        "empty": b"",
        "pickle": b"\x80\x04" + b"x" * 99,
        "trace": trace.read_bytes(),
    }
    for name, content in bad.items():
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(content)
        start = time.process_time()
        with pytest.raises(ValueError, match=str(path)):
            Life.open(path)
        assert time.process_time() - start < 1


def test_a_missing_life_is_answered_with_the_shipped_names(tmp_path):
    for name in ("formicarium/nothing", "formicarium/../../pyproject", tmp_path / "x.safetensors"):
        with pytest.raises(FileNotFoundError, match=r"no such life\. Shipped are"):
            Life.open(name)


def test_every_array_of_a_life_is_checked():
    arrays = {field.name for field in fields(Life) if "Array" in str(field.type)}
    assert arrays - {"curves", "scores"} <= set(SHAPES) | {"chance"}
