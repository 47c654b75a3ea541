"""Strangers' configs and folders: impossible sizes, bottomless JSON, code of their own."""

import json
import shutil

import pytest
import torch

import lab
from lab.storage import Refused, checked_folder, dimensions, fewest_parameters, read_json
from tests.clock import within


def refused(folder, says: str, seconds: float = 1.0) -> str:
    with within(seconds), pytest.raises(Refused, match=says) as caught:
        lab.load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"vocab_size": 2_000_000_000},
        {"n_layer": 100_000},
        {"n_embd": 1_000_000},
        {"n_positions": 10**12},
        {"n_inner": 10**9},
        {"vocab_size": -1},
        {"n_layer": 0},
        {"vocab_size": 10**400},
        {"n_layer": 1e9},
        {"n_head": 10**9},
    ],
)
def test_impossible_sizes_are_refused_by_arithmetic(folder, edit, asked):
    edit(**asked)
    with within(0.1), pytest.raises(Refused, match=r"config\.json asks for") as caught:
        lab.load(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    "asked", [{"vocab_size": 2_000_000_000}, {"n_layer": 100_000}, {"n_positions": 10**12}]
)
def test_they_are_refused_even_when_missing_tensors_would_be_taken(folder, edit, asked):
    edit(**asked)
    with within(0.1), pytest.raises(Refused, match=r"config\.json asks for|GiB"):
        lab.load(folder, strict=False)


@pytest.mark.parametrize(
    "asked",
    [
        {"vocab_size": "many"},
        {"vocab_size": float("inf")},
        {"n_layer": float("nan")},
        {"n_layer": [1, 2]},
        {"n_head": {}},
        {"n_positions": "long"},
        {"activation_function": 3},
        {"n_head": 5},
    ],
)
def test_sizes_that_are_no_sizes_are_refused(folder, edit, asked):
    edit(**asked)
    assert str(folder) in refused(folder, "config|cannot load")


def test_a_larger_model_than_its_weights_is_refused_whatever_its_family(folder, edit):
    edit(model_type="opt", hidden_size=32, num_hidden_layers=2, ffn_dim=32, num_attention_heads=4)
    edit(word_embed_proj_dim=32, max_position_embeddings=10**9, architectures=["OPTForCausalLM"])
    refused(folder, "asks for .* parameters, its weight files hold", seconds=5)


def test_more_than_the_free_memory_is_refused(folder, monkeypatch):
    class Little:
        available = 1000

    monkeypatch.setattr("psutil.virtual_memory", lambda: Little)
    with pytest.raises(Refused, match=r"parameters need .* GiB of memory"):
        lab.load(folder)


def test_the_arithmetic_never_asks_for_more_than_the_model_has(gpt2, llama):
    for model in (gpt2, llama, lab.build("llama", d_mlp=8), lab.build("gpt2", d_mlp=8)):
        bare = model.original_model
        config = bare.config.to_dict()
        exact = sum(p.numel() for p in type(bare)(bare.config).parameters())
        assert 0.7 * exact < fewest_parameters(config) <= exact
        assert dimensions(config)["layers"] == model.cfg.n_layers


def test_the_arithmetic_knows_heads_of_another_width():
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=64, num_attention_heads=4, head_dim=4, num_key_value_heads=1,
        intermediate_size=16, num_hidden_layers=3, vocab_size=99, tie_word_embeddings=True,
    )  # fmt: skip
    exact = sum(p.numel() for p in LlamaForCausalLM(config).parameters())
    assert fewest_parameters(config.to_dict()) <= exact


JSON_FILES = ["config.json", "tokenizer_config.json", "generation_config.json", "added.json"]


@pytest.mark.parametrize("name", JSON_FILES)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": 1', "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[1, 2]", "a JSON list where an object"),
        (b" " * 40 * 1024**2, "bytes of JSON, more than"),
    ],
)
def test_bottomless_and_broken_json_is_named(folder, name, content, says):
    (folder / name).write_bytes(content)
    assert name in refused(folder, says)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{}", b"", b'{"model": {"type": "X"}}'])
def test_a_broken_tokenizer_is_named(folder, content):
    (folder / "tokenizer.json").write_bytes(content)
    assert str(folder) in refused(folder, "tokenizer cannot be read", seconds=2)


def test_read_json_gives_what_is_there(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"a": [1, {"b": "é"}]}))
    assert read_json(tmp_path / "a.json") == {"a": [1, {"b": "é"}]}
    with pytest.raises(Refused, match="more than the 5"):
        read_json(tmp_path / "a.json", limit=5)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("config.json", "no config.json in it .it holds"),
        ("model.safetensors", "no model.safetensors in it"),
        ("tokenizer.json", "no tokenizer in it"),
    ],
)
def test_what_a_folder_lacks_is_named(folder, name, says):
    (folder / name).unlink()
    assert str(folder) in refused(folder, says)


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    refused(tmp_path, "it is empty")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        checked_folder(tmp_path / "nowhere")


def test_a_folder_without_tokenizer_loads_with_one_given(folder, sound):
    for file in folder.glob("tokenizer*"):
        file.unlink()
    tokenizer = lab.load(sound).tokenizer
    assert lab.load(folder, tokenizer=tokenizer).to_tokens("Tom")[0].tolist() == list(b"Tom")


def test_code_that_comes_with_a_folder_is_never_run(folder, edit, tmp_path, monkeypatch):
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\nclass C: pass\n"
    for name in ("modeling_own.py", "configuration_own.py", "tokenization_own.py"):
        (folder / name).write_text(code)
    table = {
        "AutoConfig": "configuration_own.C",
        "AutoModelForCausalLM": "modeling_own.C",
        "AutoTokenizer": ["tokenization_own.C", None],
    }
    # Whoever is asked says yes: nobody must be asked.
    monkeypatch.setattr("builtins.input", lambda *a: "y")
    edit(auto_map=table)
    edit("tokenizer_config.json", auto_map=table, tokenizer_class="OwnTokenizer")
    try:
        lab.load(folder)
    except Refused as error:
        assert str(folder) in str(error)
    edit(model_type="own")
    refused(folder, "no model|cannot", seconds=3)
    edit(model_type=None)
    refused(folder, "its own code, which is never run")
    assert not (tmp_path / "ran").exists()


def test_an_adapter_is_not_taken_for_a_model(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "gpt2"}')
    refused(folder, "an adapter to another model")


def test_an_encoder_is_refused(folder, edit):
    edit(model_type="t5", architectures=["T5ForConditionalGeneration"])
    refused(folder, "no model|cannot load", seconds=5)


def test_a_tokenizer_of_another_model_is_refused(folder, tmp_path):
    other = lab.build(layers=1).tokenizer
    other.add_tokens(["one", "more"])
    shutil.rmtree(tmp_path / "t", ignore_errors=True)
    other.save_pretrained(folder)
    refused(folder, "the tokenizer has 259 pieces, the model's embedding 257 rows")


def test_the_folder_itself_was_sound(folder):
    model = lab.load(folder)
    assert lab.parity(model).worst <= 1e-5
    assert torch.isfinite(model("Tom")).all()
