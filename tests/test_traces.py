"""Traces against transformers, against arithmetic, and against bad input."""

import gc
import json
import subprocess
import sys

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.hooks import UnknownHook
from lab.tokenizers.pieces import readable, token_bytes
from lab.traces import Trace
from tests.clock import within

IDS = [5, 9, 5, 9, 7, 3]


def hooks_left(model):
    return sum(len(point.fwd_hooks) + len(point.bwd_hooks) for point in model.hook_dict.values())


def bare(model):
    """The same weights in a fresh module of transformers, never touched by TransformerLens."""
    import tempfile

    from transformers import AutoModelForCausalLM

    from lab.storage import save

    with tempfile.TemporaryDirectory() as folder:
        save(model, f"{folder}/model")
        return AutoModelForCausalLM.from_pretrained(f"{folder}/model", attn_implementation="eager")


def test_logits_patterns_and_residuals_are_transformers_own(tiny):
    trace = lab.trace(tiny, IDS, keep=["pattern", "resid_pre", "ln_final.hook_out"])
    with torch.inference_mode():
        out = bare(tiny)(torch.tensor([IDS]), output_attentions=True, output_hidden_states=True)
    assert abs(trace.logits - out.logits[0].numpy()).max() <= 1e-5
    for layer in range(2):
        assert abs(trace["pattern", layer] - out.attentions[layer][0].numpy()).max() <= 1e-5
        assert abs(trace["resid_pre", layer] - out.hidden_states[layer][0].numpy()).max() <= 1e-5
    # transformers' last hidden state is the one after the final norm.
    final = trace["ln_final.hook_out"]
    assert abs(final - out.hidden_states[-1][0].numpy()).max() <= 1e-5


def test_rows_of_a_pattern_sum_to_one_and_look_back_only(tiny):
    pattern = lab.trace(tiny, IDS)["pattern"]
    assert pattern.shape == (2, 4, 6, 6)
    np.testing.assert_allclose(pattern.sum(-1), 1, atol=1e-5)
    assert (np.triu(pattern, k=1) == 0).all()


def test_a_later_token_changes_nothing_before_it(tiny):
    one, other = lab.trace(tiny, IDS), lab.trace(tiny, [*IDS[:-1], 200])
    assert abs(one.logits[:-1] - other.logits[:-1]).max() < 1e-6
    assert abs(one.logits[-1] - other.logits[-1]).max() > 1e-4


def test_surprisal_is_the_log_probability_of_what_came(tiny):
    trace = lab.trace(tiny, IDS)
    logs = torch.from_numpy(trace.logits).log_softmax(-1).numpy()
    assert np.isnan(trace.surprisal[0])
    for pos in range(1, len(IDS)):
        assert trace.surprisal[pos] == pytest.approx(-logs[pos - 1, IDS[pos]], abs=1e-5)


def test_the_top_predictions_are_the_top_of_the_softmax(tiny):
    trace = lab.trace(tiny, "ab")
    probs = torch.from_numpy(trace.logits).softmax(-1).numpy()
    assert trace.top_ids[-1].tolist() == np.argsort(-probs[-1], kind="stable")[:10].tolist()
    np.testing.assert_allclose(trace.top_probs[-1], np.sort(probs[-1])[::-1][:10], rtol=1e-5)
    np.testing.assert_allclose(lab.next_probs(tiny, "ab"), probs[-1], rtol=1e-5)


@given(text=st.text(min_size=1, max_size=16))
def test_pieces_and_spans_give_back_the_text(gpt2, text):
    with_note = lab.trace(gpt2, text, keep=[])
    expected = text.encode("utf-8", errors="surrogatepass").decode(errors="replace")
    raw = with_note.text.encode()
    assert with_note.text.replace("\ufffd", "") == expected.replace("\ufffd", "")
    assert with_note.spans[0, 0] == 0 and with_note.spans[-1, 1] == len(raw)
    assert (with_note.spans[1:, 0] == with_note.spans[:-1, 1]).all()


@given(st.binary(max_size=20))
def test_bytes_that_are_no_character_are_shown_and_none_is_lost(raw):
    shown = readable(raw)
    for byte in range(256):
        mark = f"⟨{byte:02X}⟩"
        if mark not in raw.decode(errors="ignore"):
            assert shown.count(mark) <= raw.count(bytes([byte]))
    lost = sum(1 for char in raw.decode(errors="replace") if char == "\ufffd")
    assert (lost == 0) == (shown == raw.decode(errors="replace"))


def test_tokens_of_other_tokenizers_stand_for_their_bytes():
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    vocab = {"<unk>": 0, "▁the": 1, "<0xE2>": 2, "s": 3}
    backend = Tokenizer(models.BPE(vocab, [], unk_token="<unk>", byte_fallback=True))
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>")
    assert token_bytes(tokenizer, [1, 2, 3, 0]) == [b" the", b"\xe2", b"s", b"<unk>"]


def test_names_short_full_and_for_all_layers_meet(tiny):
    trace = lab.trace(tiny, IDS, keep=["pattern", ("resid_post", -1), "hook_embed"])
    assert trace.layers("pattern") == [0, 1] and trace.layers("resid_post") == [1]
    assert (trace["pattern"][1] == trace["pattern", 1]).all()
    assert (trace["blocks.1.hook_resid_post"] == trace["resid_post", 1]).all()
    assert trace["resid_post"].shape[0] == 1
    assert trace["embed"].shape == (6, 32)
    assert ("pattern", 1) in trace and "z" not in trace
    with pytest.raises(UnknownHook, match="Nearest"):
        trace["patterns"]


def test_a_saved_trace_opens_equal(tiny, tmp_path):
    trace = lab.trace(tiny, "né </script>\u2028\x00", keep=["pattern", ("z", 0)])
    opened = Trace.open(trace.save(tmp_path / "one.safetensors"))
    for name in ("pieces", "text", "model_name", "top_pieces", "prepend_bos", "note"):
        assert getattr(opened, name) == getattr(trace, name), name
    for name in ("ids", "spans", "special", "surprisal", "top_ids", "top_probs", "logits"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(trace, name), err_msg=name)
    assert set(opened.activations) == set(trace.activations)
    for name, array in trace.activations.items():
        np.testing.assert_array_equal(opened.activations[name], array)


def test_a_half_precision_trace_is_half_as_large_and_close(tiny, tmp_path):
    trace = lab.trace(tiny, list(range(40)))
    whole, half = trace.save(tmp_path / "w"), trace.save(tmp_path / "h", half=True)
    assert half.stat().st_size < 0.62 * whole.stat().st_size
    assert abs(Trace.open(half)["pattern"] - trace["pattern"]).max() < 1e-3


def test_a_lighter_trace_keeps_only_what_is_named(tiny):
    light = lab.trace(tiny, IDS, keep=["pattern", "z"]).only(("pattern", 1))
    assert list(light.activations) == ["blocks.1.attn.hook_pattern"] and light.logits is None


def test_opening_a_trace_loads_neither_torch_nor_transformerlens(tiny, tmp_path):
    path = lab.trace(tiny, IDS).save(tmp_path / "one.safetensors")
    code = (
        "import sys, lab\n"
        f"trace = lab.Trace.open({str(path)!r})\n"
        "trace['pattern', 0]\n"
        "heavy = {'torch', 'transformer_lens', 'transformers', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "too few for a safetensors file"),
        (b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ", "not a trace"),
        (b"garbage" * 100, "cut off or no safetensors"),
    ],
)
def test_a_file_that_is_no_trace_is_refused_by_name(tmp_path, content, says):
    path = tmp_path / "strange.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=says) as error:
        Trace.open(path)
    assert "strange.safetensors" in str(error.value)


def test_a_trace_with_a_missing_part_is_refused(tmp_path):
    from safetensors.numpy import save_file

    texts = dict.fromkeys(("text", "model_name", "note"), "") | {
        "pieces": ["a"],
        "top_pieces": [[]],
        "prepend_bos": False,
    }
    path = tmp_path / "part.safetensors"
    metadata = {"format": "formicarium trace 1", "trace": json.dumps(texts)}
    save_file({"ids": np.zeros(1, np.int64)}, path, metadata=metadata)
    with pytest.raises(ValueError, match="lacks 'spans'"):
        Trace.open(path)


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "empty"),
        ([], "at least one id"),
        ([3, 999], "token id 999 is out of the vocabulary: ids go from 0 to"),
        ([-1], "token id -1"),
        ([0.5], "float64"),
        ([[1, 2], [3, 4]], r"shape \(2, 2\)"),
        (list(range(70)), "70 tokens and the model's context is 64: shorten it by 6"),
    ],
)
def test_a_bad_prompt_is_refused_within_a_second(tiny, prompt, says):
    lab.trace(tiny, "warm")
    with within(1), pytest.raises(ValueError, match=says):
        lab.trace(tiny, prompt)
    assert hooks_left(tiny) == 0


@pytest.mark.parametrize("prompt", [None, 3, b"abc", {1: 2}, torch.tensor(5)])
def test_a_prompt_that_is_neither_text_nor_ids_is_named(tiny, prompt):
    with pytest.raises(TypeError, match=f"prompt is a {type(prompt).__name__}: give text"):
        lab.trace(tiny, prompt)


def test_texts_of_different_lengths_are_given_one_at_a_time(tiny):
    with pytest.raises(ValueError, match="one at a time"):
        lab.trace(tiny, [[1, 2], [3]])


def test_a_model_that_was_not_loaded_here_is_refused_by_name(tiny):
    for stranger in (3, tiny.original_model):
        with pytest.raises(
            TypeError, match=rf"{type(stranger).__name__} without a lock.*lab\.load"
        ):
            lab.trace(stranger, "abc")


def test_a_long_prompt_is_cut_only_when_asked_and_says_so(tiny):
    trace = lab.trace(tiny, list(range(70)), cut=True)
    assert trace.ids.tolist() == list(range(6, 70))
    assert "oldest 6 of 70" in trace.note


def test_an_unknown_hook_is_answered_with_the_nearest_names(tiny):
    with pytest.raises(UnknownHook, match=r"'patern' does not exist\. Nearest: pattern"):
        lab.trace(tiny, IDS, keep=["patern"])
    with pytest.raises(TypeError, match=r"keep=\['pattern'\]"):
        lab.trace(tiny, IDS, keep="pattern")
    with pytest.raises(TypeError, match=r"keep=None is no list"):
        lab.trace(tiny, IDS, keep=None)
    assert hooks_left(tiny) == 0


@pytest.mark.parametrize("key", [3, (), None, b"z", ("pattern", 0, "attn", "x"), (3, 0)])
def test_a_key_that_is_no_name_is_answered_with_examples(tiny, key):
    with pytest.raises(UnknownHook, match=r"names no hook: 'pattern', \('pattern', 3\)"):
        lab.trace(tiny, IDS, keep=[key])


def test_a_layer_may_be_any_whole_number(tiny):
    trace = lab.trace(tiny, IDS, keep=[("pattern", np.int64(1))])
    assert trace.layers("pattern") == [1]
    assert (trace["pattern", np.int64(-1)] == trace["pattern", 1]).all()


def test_a_hook_that_nothing_passes_through_is_an_error_not_a_gap(gpt2):
    with pytest.raises(ValueError, match="nothing passed through it"):
        lab.trace(gpt2, IDS, keep=["blocks.0.attn.qkv.hook_in"])
    with pytest.raises(ValueError, match="set_use_attn_result"):
        lab.trace(gpt2, IDS, keep=["result"])
    assert hooks_left(gpt2) == 0


def test_a_lone_surrogate_becomes_the_replacement_character_and_says_so(tiny):
    with pytest.warns(UserWarning, match="surrogate"):
        trace = lab.trace(tiny, "a\ud800b", keep=[])
    assert trace.text == "a\ufffdb"


def test_the_first_token_is_decided_here_and_recorded(tiny):
    bos = tiny.tokenizer.bos_token_id
    assert not lab.trace(tiny, "ab").prepend_bos
    with_bos = lab.trace(tiny, "ab", prepend_bos=True)
    assert with_bos.prepend_bos and with_bos.ids[0] == bos and with_bos.special[0]
    assert lab.trace(tiny, [bos, 7], prepend_bos=False).ids.tolist() == [7]
    assert lab.trace(tiny, "ab").ids.tolist() == tiny.to_tokens("ab")[0].tolist()


def test_a_pasted_special_token_is_shown_as_such_or_taken_literally(tiny):
    name = tiny.tokenizer.eos_token
    assert lab.trace(tiny, f"a{name}").special.tolist() == [False, True]
    literal = lab.trace(tiny, f"a{name}", literal=True)
    assert not literal.special.any() and literal.text == f"a{name}"


def test_tracing_leaves_grad_mode_and_training_flags_alone(tiny):
    assert torch.is_grad_enabled()
    lab.trace(tiny, IDS)
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_what_is_kept_is_far_smaller_than_a_full_cache(tiny):
    ids = list(range(48))
    _, cache = tiny.run_with_cache(torch.tensor([ids]))
    storages = {
        value.untyped_storage().data_ptr(): value.untyped_storage().nbytes()
        for value in cache.values()
    }
    kept = lab.trace(tiny, ids, keep=["resid_post"])
    assert sum(array.nbytes for array in kept.activations.values()) < sum(storages.values()) / 10


@pytest.mark.smollm2
def test_the_patterns_of_smollm2_are_a_tenth_of_its_full_cache(smollm2):
    trace = lab.trace(smollm2, "The cat sat on the mat. " * 10)
    _, cache = smollm2.run_with_cache(torch.tensor([trace.ids.tolist()]))
    storages = {
        part.untyped_storage().data_ptr(): part.untyped_storage() for part in cache.values()
    }
    full = sum(storage.nbytes() for storage in storages.values())
    assert sum(array.nbytes for array in trace.activations.values()) <= full / 10


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of memory")
def test_fifty_traces_kept_and_dropped_give_their_memory_back():
    model = lab.build(layers=4, heads=8, d_model=64, context=256)

    def resident() -> int:
        gc.collect()
        return psutil.Process().memory_info().rss

    before = resident()
    kept = [lab.trace(model, list(range(160))) for _ in range(50)]
    held = 50 * sum(array.nbytes for array in kept[0].activations.values())
    most = resident()
    assert most - before > 0.8 * held, "the traces took nothing: this would measure nothing"
    del kept
    assert most - resident() > 0.8 * held


@pytest.mark.smollm2
@pytest.mark.parametrize("name", ["two-names", "said-twice"])
def test_a_shipped_trace_is_what_the_model_gives_today(smollm2, name):
    from data.make_traces import made

    shipped, today = Trace.open(f"formicarium/{name}"), made(smollm2, name)
    assert shipped.pieces == today.pieces and shipped.top_pieces == today.top_pieces
    np.testing.assert_allclose(shipped.surprisal[1:], today.surprisal[1:], atol=1e-3)
    np.testing.assert_allclose(shipped["pattern"], today["pattern"], atol=1e-3)


def test_a_missing_trace_is_answered_with_the_shipped_names(tmp_path):
    for name in ("formicarium/nothing", "formicarium/../../pyproject", tmp_path / "x.safetensors"):
        with pytest.raises(FileNotFoundError, match="formicarium/two-names"):
            Trace.open(name)


def test_an_end_of_text_piece_is_no_reason_to_warn_of_padding(tiny):
    """transformers takes it for padding where nothing tells it better; once in a process."""
    quiet = "import lab; m = lab.build(layers=1); lab.trace(m, '<|endoftext|>Tom')"
    done = subprocess.run([sys.executable, "-c", quiet], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
