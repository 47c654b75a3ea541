"""Strangers' weight files: damaged, dangerous or of another model."""

import json
import pickle
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file

import lab
from lab.storage import Refused, header
from tests.clock import within

WEIGHTS = "model.safetensors"


def refused(folder, says: str, seconds: float = 1.0) -> str:
    with within(seconds), pytest.raises(Refused, match=says) as caught:
        lab.load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewrite(folder, change) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def write_header(path, text: bytes, body: bytes = b"") -> None:
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


class Bomb:
    """Leaves a trace when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


PICKLES = ["pytorch_model.bin", "model.pt", "model.pth", "m.pkl", "last.ckpt", "weights.npy"]


@pytest.mark.parametrize("name", PICKLES)
def test_a_folder_with_only_a_pickle_is_refused_and_nothing_runs(folder, tmp_path, name):
    (folder / WEIGHTS).unlink()
    (folder / name).write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    said = refused(folder, "pickle")
    assert name in said and "save_pretrained" in said
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_given_by_itself_is_refused_and_nothing_runs(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    refused(path, "pickle")
    assert not (tmp_path / "ran").exists()


def test_a_pickle_beside_sound_weights_is_left_alone(folder, tmp_path):
    for name in ("pytorch_model.bin", "training_args.bin"):
        (folder / name).write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    lab.load(folder)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_that_calls_itself_safetensors_is_refused(folder, tmp_path):
    torch.save({"a": Bomb(tmp_path / "ran")}, folder / WEIGHTS)
    refused(folder, f"{WEIGHTS}.*pickle")
    (folder / WEIGHTS).write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    refused(folder, f"{WEIGHTS}.*pickle")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("keep", [0, 4, 8, 100, -1, -100])
def test_cut_off_weights_are_named(folder, keep):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:keep])
    assert str(path) in refused(folder, "cut off|too few|malformed")


@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"{", b"garbage "])
def test_garbage_is_named(folder, filler):
    (folder / WEIGHTS).write_bytes(filler * 5000)
    assert WEIGHTS in refused(folder, "cut off|JSON|malformed|no safetensors|misses")


def entry(begin: int, end: int, shape=(4,), dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"a": entry(0, 16), "b": entry(8, 24)}, "'b' overlaps"),
        ({"a": entry(0, 16), "b": entry(0, 16)}, "'b' overlaps"),
        ({"a": entry(4, 20)}, "'a' leaves a hole"),
        ({"a": entry(0, 16)}, "need 16 bytes, it has 32"),
        ({"a": entry(0, 64, (16,))}, "need 64 bytes, it has 32"),
        ({"a": entry(0, 32, (4,))}, "'a' has a malformed entry"),
        ({"a": entry(0, 32, (-8,))}, "malformed entry"),
        ({"a": entry(32, 0, (-8,))}, "malformed entry"),
        ({"a": entry(0, 32, (2**62, 2**62))}, "malformed entry"),
        ({"a": entry(0, 32, (8.0,))}, "malformed entry"),
        ({"a": entry(0, 32, (True,))}, "malformed entry"),
        ({"a": entry(0, 32, (8,), "F31")}, "malformed entry"),
        ({"a": {"dtype": "F32"}}, "malformed entry"),
        ({"a": 3}, "malformed entry"),
        ({"a": entry(0, 32, ([],))}, "malformed entry"),
    ],
)
def test_a_header_that_lies_is_refused(folder, entries, says):
    write_header(folder / WEIGHTS, json.dumps(entries).encode(), bytes(32))
    assert WEIGHTS in refused(folder, says)


@pytest.mark.parametrize(
    "text", [b"[]", b'{"a": 1, "a": 2}', b"[" * 100_000, b"{}}", b'{"a": "\xff"}', b"nothing"]
)
def test_a_header_that_is_no_header_is_refused(folder, text):
    write_header(folder / WEIGHTS, text)
    assert WEIGHTS in refused(folder, "not the JSON|malformed")


@pytest.mark.parametrize("key", ['"data_offsets"', '"data\\u005foffsets"'])
def test_half_a_million_tensors_are_refused_at_once(folder, key):
    one = f'"dtype":"F32","shape":[0],{key}:[0,0]}}'.encode()
    text = b"{" + b",".join(b'"%d":{' % number + one for number in range(140_000)) + b"}"
    write_header(folder / WEIGHTS, text)
    refused(folder, "over 100,000 tensors|a head of")
    many = b"{" + b",".join(b'"%d":{' % number + one for number in range(500_000)) + b"}"
    write_header(folder / WEIGHTS, many)
    refused(folder, "a head of")


def test_a_head_of_eleven_mebibytes_is_refused_unread(folder):
    write_header(folder / WEIGHTS, b" " * 11 * 1024**2)
    refused(folder, "11,534,336 bytes, more than")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["transformer.h.1.mlp.c_fc.weight", "transformer.ln_f.bias"])
def test_weights_that_are_no_numbers_are_refused_by_tensor(folder, name, value):
    def spoil(tensors):
        tensors[name].view(-1)[5] = value

    rewrite(folder, spoil)
    said = refused(folder, "NaN or infinite")
    assert name in said and "1 values" in said


def test_a_missing_tensor_is_refused_unless_asked_for(folder):
    rewrite(folder, lambda tensors: tensors.pop("transformer.h.0.ln_1.bias"))
    refused(folder, "weight files hold|1 missing: transformer.h.0.ln_1.bias")
    assert lab.parity(lab.load(folder, strict=False)).worst < 1e-5


def test_a_missing_and_an_extra_tensor_of_the_same_size_are_both_named(folder):
    def rename(tensors):
        tensors["transformer.h.0.ln_1.offset"] = tensors.pop("transformer.h.0.ln_1.bias")

    rewrite(folder, rename)
    said = refused(folder, "strict=False")
    assert "1 missing: transformer.h.0.ln_1.bias" in said
    assert "1 left over: transformer.h.0.ln_1.offset" in said
    lab.load(folder, strict=False)


def test_an_extra_tensor_is_refused_unless_asked_for(folder):
    rewrite(folder, lambda tensors: tensors.update(stowaway=torch.zeros(3)))
    refused(folder, "1 left over: stowaway")
    lab.load(folder, strict=False)


def test_a_tensor_of_another_shape_is_refused_unless_asked_for(folder):
    def turn(tensors):
        name = "transformer.h.1.mlp.c_fc.weight"
        tensors[name] = tensors[name].T.contiguous()

    rewrite(folder, turn)
    said = refused(folder, "1 of another shape")
    assert "(128, 32) for (32, 128)" in said
    lab.load(folder, strict=False)


def test_older_gpt2_files_without_the_prefix_and_with_masks_are_taken(folder, sound):
    def as_on_the_hub(tensors):
        for name in list(tensors):
            tensors[name.removeprefix("transformer.")] = tensors.pop(name)
        for layer in (0, 1):
            tensors[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 64, 64)

    rewrite(folder, as_on_the_hub)
    ids = torch.arange(9)[None]
    assert torch.equal(lab.load(folder)(ids), lab.load(sound)(ids))


def shard(folder, names=("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")):
    tensors = load_file(folder / WEIGHTS)
    (folder / WEIGHTS).unlink()
    table = {name: names[index % 2] for index, name in enumerate(sorted(tensors))}
    for file in names:
        if "/" not in file and "\\" not in file:
            part = {name: tensors[name] for name in table if table[name] == file}
            save_file(part, folder / file, metadata={"format": "pt"})
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": table}))


def test_weights_in_shards_load_the_same(folder, sound):
    shard(folder)
    ids = torch.arange(9)[None]
    assert torch.equal(lab.load(folder)(ids), lab.load(sound)(ids))


@pytest.mark.parametrize(
    "name", ["../w.safetensors", "/etc/passwd", "a/w.safetensors", "..\\w.safetensors", "w.bin"]
)
def test_a_shard_outside_the_folder_is_refused_unopened(folder, name):
    save_file(load_file(folder / WEIGHTS), folder.parent / "w.safetensors")
    shard(folder, (name, "good.safetensors"))
    said = refused(folder, "not a safetensors file of this folder")
    assert repr(name) in said


def test_a_missing_shard_and_an_empty_index_are_named(folder):
    shard(folder)
    (folder / "model-00002-of-00002.safetensors").unlink()
    refused(folder, "model-00002-of-00002.safetensors is missing")
    for content in ("{}", '{"weight_map": []}', '{"weight_map": {}}'):
        (folder / f"{WEIGHTS}.index.json").write_text(content)
        refused(folder, "no weight_map")


def test_a_file_of_weights_alone_is_no_model(folder):
    assert str(folder) in refused(folder / WEIGHTS, "weights alone are no model")


def test_a_sound_header_is_read_as_it_is(sound):
    found = header(sound / WEIGHTS)
    assert found["transformer.wte.weight"].shape == (257, 32)
    assert found["transformer.wte.weight"].dtype == "F32"
