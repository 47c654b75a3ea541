"""Strangers' GGUF files: what hangs or starves the usual parser is refused, what is sound loads."""

import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab import storage, tokenizers
from lab.storage import Refused, conversion, gguf_head
from tests.clock import within

WIDTH, INNER, LAYERS, HEADS = 32, 48, 2, 4
STRING, ARRAY = 8, 9


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Conversions of the tests stay out of the user's cache."""
    monkeypatch.setenv("FORMICARIUM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write_gguf(path, architecture: str = "llama", spoil: float | None = None) -> dict:
    """A tiny Llama over bytes; returns its tensors."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(258)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([*tokenizers.byte_signs(), "<|endoftext|>", "Ġt"])
    writer.add_token_types([1] * 256 + [3, 1])
    writer.add_token_merges(["Ġ t"])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(256)
    tensors = weights()
    if spoil is not None:
        tensors["blk.1.ffn_up.weight"][3, 4] = spoil
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors


def weights() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shapes = {"token_embd.weight": (258, WIDTH), "output_norm.weight": (WIDTH,)}
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            shapes[f"blk.{layer}.{part}.weight"] = (WIDTH, WIDTH)
        for part in ("ffn_gate", "ffn_up"):
            shapes[f"blk.{layer}.{part}.weight"] = (INNER, WIDTH)
        shapes[f"blk.{layer}.ffn_down.weight"] = (WIDTH, INNER)
        for part in ("attn_norm", "ffn_norm"):
            shapes[f"blk.{layer}.{part}.weight"] = (WIDTH,)
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_a_gguf_is_converted_once_and_then_loads_from_the_cache(tmp_path, cache, monkeypatch):
    path = tmp_path / "tiny.gguf"
    tensors = write_gguf(path)
    told = []
    model = lab.load(path, progress=lambda done, what: told.append((done, what)))
    assert lab.parity(model).worst <= 1e-4 and model.cfg.model_name == "tiny.gguf"
    held = storage.file_tensors(model.original_model)
    embedding = torch.from_numpy(tensors["token_embd.weight"])
    assert torch.equal(held["model.embed_tokens.weight"], embedding)
    down = torch.from_numpy(tensors["blk.1.ffn_down.weight"])
    assert torch.equal(held["model.layers.1.mlp.down_proj.weight"], down)
    parts = [done for done, _ in told]
    assert parts == sorted(parts) and parts[0] == 0 and parts[-1] == 1
    assert model.tokenizer.decode(model.tokenizer("Tom é")["input_ids"]) == "Tom é"
    # Found again by content, under another name, without a child.
    monkeypatch.setattr(conversion, "run_child", None)
    other = path.rename(tmp_path / "tiny.renamed.gguf")
    (folder,) = [one for one in (cache / "converted").iterdir() if one.is_dir()]
    assert storage.converted_folder(other).name.endswith(folder.name[-16:])
    again = lab.load(other.rename(path))
    ids = torch.arange(9)[None]
    assert torch.equal(again(ids), model(ids))


def test_two_kernels_convert_a_file_once(tmp_path, monkeypatch):
    path = tmp_path / "tiny.gguf"
    write_gguf(path)
    made = []

    def slow(head, folder, progress):
        made.append(folder)
        time.sleep(0.2)
        (folder / "config.json").touch()

    monkeypatch.setattr(conversion, "_convert", slow)
    threads = [threading.Thread(target=storage.converted, args=(path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and (storage.converted_folder(path) / "config.json").exists()


def test_a_bar_shows_only_while_something_is_converted(tmp_path, capfd):
    path = tmp_path / "tiny.gguf"
    write_gguf(path)
    lab.load(path)
    first = capfd.readouterr()
    assert "Converting once" in first.err and "100%" in first.err and first.out == ""
    lab.load(path)
    assert capfd.readouterr() == ("", "")


def test_a_conversion_that_fails_leaves_nothing_and_names_the_file(tmp_path, cache):
    path = tmp_path / "tiny.gguf"
    write_gguf(path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"llama.block_count", b"llama.block_kount"))
    with pytest.raises(Refused, match=r"tiny\.gguf") as caught:
        lab.load(path, progress=False)
    assert "\n" not in str(caught.value)
    assert not [one for one in (cache / "converted").iterdir() if one.is_dir()]


def test_a_weight_that_is_no_number_is_named(tmp_path):
    path = tmp_path / "tiny.gguf"
    write_gguf(path, spoil=float("nan"))
    with pytest.raises(Refused, match=r"layers\.1\.mlp\.up_proj\.weight holds 1 values"):
        lab.load(path, progress=False)


@pytest.mark.parametrize("architecture", ["clip", "whisper", "x" * 5000, "../../etc", "\n\0"])
def test_an_unsupported_architecture_is_refused_with_the_supported_ones(tmp_path, architecture):
    import transformers.modeling_gguf_pytorch_utils  # noqa: F401 - the clock is for our part

    path = tmp_path / "other.gguf"
    write_gguf(path, architecture)
    with (
        within(1),
        pytest.raises(Refused, match=r"which transformers cannot read.*llama") as caught,
    ):
        lab.load(path)
    assert len(str(caught.value)) < 1500 and "\n" not in str(caught.value)


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def head(tensors: int, pairs: int, *, magic: bytes = b"GGUF", version: int = 3) -> bytes:
    return magic + struct.pack("<IQQ", version, tensors, pairs)


NAMED = string("general.architecture") + struct.pack("<I", STRING) + string("llama")


def tensor(shape: list[int], offset: int = 0, kind: int = 0) -> bytes:
    numbers = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return string("token_embd.weight") + numbers + struct.pack("<IQ", kind, offset)


def array(kind: int, count: int, body: bytes = b"") -> bytes:
    return string("a") + struct.pack("<IIQ", ARRAY, kind, count) + body


NESTED = string("a") + struct.pack("<I", ARRAY) + struct.pack("<IQ", ARRAY, 1) * 50

MALFORMED = {
    "empty": b"",
    "too short": b"GGUF",
    "another format": b"PK\x03\x04" + bytes(100),
    "an old version": head(0, 0, version=1) + bytes(50),
    "big-endian": b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + bytes(50),
    "49 bytes that claim 2**60 pairs": (head(0, 2**60) + bytes(49))[:49],
    "2**63 pairs": head(0, 2**63) + NAMED,
    "2**60 tensors": head(2**60, 1) + NAMED + bytes(100),
    "200,000 tensors": head(200_000, 1) + NAMED + bytes(24 * 200_000),
    "a string of 2**60": head(0, 1) + string("a") + struct.pack("<IQ", STRING, 2**60) + b"x",
    "a key of 2**60": head(0, 1) + struct.pack("<Q", 2**60) + bytes(20),
    "an array of 2**60 numbers": head(0, 1) + array(10, 2**60, bytes(64)),
    "an array of 2**60 strings": head(0, 1) + array(STRING, 2**60, bytes(64)),
    "an array that wraps around": head(0, 1) + array(10, 2**61, bytes(64)),
    "arrays in arrays without end": head(0, 1) + NESTED,
    "three million empty strings": head(0, 1) + array(STRING, 3_000_000, bytes(24_000_000)),
    "an unknown type": head(0, 1) + string("a") + struct.pack("<I", 77) + bytes(50),
    "no architecture": head(0, 1) + string("a") + struct.pack("<IQ", STRING, 1) + b"x" * 50,
    "fewer tensors than claimed": head(3, 1) + NAMED + tensor([4, 4]) + bytes(20),
    "a tensor of a thousand dimensions": head(1, 1) + NAMED + tensor([1] * 1000),
    "a tensor larger than the file": head(1, 1) + NAMED + tensor([2**31, 2**31]),
    "a tensor that wraps around": head(1, 1) + NAMED + tensor([2**63, 2]) + bytes(64),
    "a tensor behind the end": head(1, 1) + NAMED + tensor([4, 4], offset=2**40) + bytes(64),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_gguf_is_refused_within_a_second(tmp_path, content):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with within(1), pytest.raises(Refused, match=r"bad\.gguf") as caught:
        lab.load(path)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("g") / "tiny.gguf"
    write_gguf(path)
    return path.read_bytes()


@settings(max_examples=300)
@given(data=st.data())
def test_no_damage_hangs_or_breaks_the_reader(small, tmp_path_factory, data):
    """Any byte of the head changed, any length cut: an answer or a refusal, nothing else."""
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    spoilt = bytearray(small[: data.draw(st.integers(0, len(small)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if spoilt:
            spoilt[data.draw(st.integers(0, min(len(spoilt), 9000) - 1))] = data.draw(
                st.integers(0, 255)
            )
    path.write_bytes(spoilt)
    with within(1):
        try:
            assert gguf_head(path).tensors >= 0
        except Refused as refusal:
            assert str(path) in str(refusal)


def test_the_head_tells_what_the_file_holds(tmp_path):
    tensors = write_gguf(tmp_path / "tiny.gguf")
    found = gguf_head(tmp_path / "tiny.gguf")
    assert (found.architecture, found.tensors) == ("llama", len(tensors))
    assert found.elements == sum(tensor.size for tensor in tensors.values())


def test_more_values_than_memory_are_refused_before_the_child_starts(tmp_path, monkeypatch):
    write_gguf(tmp_path / "tiny.gguf")
    monkeypatch.setattr(conversion, "run_child", None)

    class Little:
        available = 1000

    monkeypatch.setattr("psutil.virtual_memory", lambda: Little)
    with pytest.raises(Refused, match="GiB of memory"):
        lab.load(tmp_path / "tiny.gguf")


def test_the_child_is_stopped_when_its_time_is_over(tmp_path, monkeypatch):
    write_gguf(tmp_path / "tiny.gguf")
    script = tmp_path / "sleeper.py"
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(conversion, "_CHILD", script)
    honest = conversion.run_child
    monkeypatch.setattr(
        conversion, "run_child", lambda *a, **given: honest(*a, **{**given, "seconds": 0.3})
    )
    with within(5), pytest.raises(Refused, match=r"tiny\.gguf.*stopped: not done after 0.3 s"):
        lab.load(tmp_path / "tiny.gguf", progress=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit counts on Linux")
@pytest.mark.parametrize("child", ["lab/storage/_gguf_child.py", "lab/tokenizers/_chat_child.py"])
def test_the_children_cannot_take_more_memory_than_they_are_given(child):
    code = (
        "import runpy, sys\n"
        f"limit = runpy.run_path({str(Path(child).resolve())!r})['limit']\n"
        "limit(300 * 1024**2, 60) if 'gguf' in sys.argv[1] else limit(300 * 1024**2)\n"
        "bytearray(100 * 1024**2)\n"
        "try:\n    bytearray(10**9)\n"
        "except MemoryError:\n    print('bounded')"
    )
    done = subprocess.run([sys.executable, "-c", code, child], capture_output=True, text=True)
    assert done.stdout == "bounded\n", done.stderr
