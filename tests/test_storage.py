"""Files: old or new, never neither; saved models come back bit for bit."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab import storage
from lab.storage import Refused, swapping

WRITER = """
import sys
from lab.storage import replacing, replacing_folder
kind, path = sys.argv[1:]
print("ready", flush=True)
number = 0
while True:
    number = (number + 1) % 10
    body = str(number) * 200_000
    if kind == "file":
        with replacing(path) as temporary:
            temporary.write_text(body)
    else:
        with replacing_folder(path) as temporary:
            for name in "abc":
                (temporary / name).write_text(body)
"""


def running_writer(kind: str, path: Path) -> subprocess.Popen:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, kind, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout and child.stdout.readline() == "ready\n"
    return child


def kill(child: subprocess.Popen, after: float) -> None:
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_twenty_kills_while_a_file_is_written_leave_a_whole_one(tmp_path):
    path = tmp_path / "weights"
    path.write_text("0" * 200_000)
    for turn in range(20):
        kill(running_writer("file", path), after=random.Random(turn).uniform(0.001, 0.05))
        body = path.read_text()
        assert len(body) == 200_000 and len(set(body)) == 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_twenty_kills_while_a_folder_is_written_leave_a_whole_one(tmp_path):
    path = tmp_path / "model"
    with storage.replacing_folder(path) as new:
        for name in "abc":
            (new / name).write_text("0" * 200_000)
    for turn in range(20):
        kill(running_writer("folder", path), after=random.Random(turn).uniform(0.001, 0.05))
        storage.recover(path)
        bodies = [(path / name).read_text() for name in "abc"]
        assert len(set(bodies)) == 1 and len(bodies[0]) == 200_000


def test_a_reader_never_finds_a_half_written_file(tmp_path):
    path = tmp_path / "weights"
    path.write_text("0" * 200_000)
    child = running_writer("file", path)
    try:
        for _ in range(200):
            body = path.read_text()
            assert len(body) == 200_000 and len(set(body)) == 1
    finally:
        kill(child, 0)


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_with_and_without_the_system_s_exchange(
    tmp_path, monkeypatch, exchange
):
    if not exchange:
        monkeypatch.setattr("lab.storage.atomic.swap", lambda one, other: False)
    for body in ("old", "new"):
        with storage.replacing_folder(tmp_path / "model") as new:
            (new / body).write_text(body)
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["new"]
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_swapping_exchanges_or_does_nothing(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    done = swapping.swap(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / ("b" if done else "a")).exists()
    assert done or sys.platform not in ("linux", "darwin")


def test_a_kill_between_two_renames_is_recovered(tmp_path):
    (tmp_path / ".model.formicarium-old").mkdir()
    (tmp_path / ".model.formicarium-old" / "config.json").touch()
    storage.recover(tmp_path / "model")
    assert (tmp_path / "model" / "config.json").exists()
    storage.recover(tmp_path / "model")
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_an_exception_leaves_the_old_content_and_no_temporary(tmp_path):
    path, folder = tmp_path / "file", tmp_path / "folder"
    path.write_text("old")
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(KeyError), storage.replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyError
    with pytest.raises(KeyError), storage.replacing_folder(folder) as temporary:
        (temporary / "half").touch()
        raise KeyError
    assert path.read_text() == "old" and [x.name for x in folder.iterdir()] == ["old"]
    assert sorted(x.name for x in tmp_path.iterdir()) == ["file", "folder"]


def test_temporaries_older_than_an_hour_are_swept_and_younger_ones_kept(tmp_path):
    old = tmp_path / ".a.formicarium-partial-1-x"
    young = tmp_path / ".b.formicarium-partial-2-y"
    for folder in (old, young):
        folder.mkdir()
        (folder / "half").touch()
    hours = time.time() - 2 * 3600
    for path in (old / "half", old):
        os.utime(path, (hours, hours))
    (tmp_path / "mine.txt").touch()
    os.utime(tmp_path / "mine.txt", (hours, hours))
    with storage.replacing(tmp_path / "new") as temporary:
        temporary.touch()
    assert sorted(x.name for x in tmp_path.iterdir()) == [young.name, "mine.txt", "new"]


@pytest.mark.skipif(os.name == "nt", reason="no modes")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_files_get_the_mode_of_the_umask(tmp_path, mask, gpt2):
    before = os.umask(mask)
    try:
        storage.save(gpt2, tmp_path / "model")
        modes = {stat.S_IMODE(x.stat().st_mode) for x in (tmp_path / "model").iterdir()}
    finally:
        os.umask(before)
    assert modes == {0o666 & ~mask}
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o777 & ~mask


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("cannot mount a small file system here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_keeps_the_old_file_and_folder(small_disk, gpt2):
    storage.save(gpt2, small_disk / "model")
    path = small_disk / "file"
    path.write_text("old")
    before = {x.name: x.read_bytes() for x in (small_disk / "model").iterdir()}
    with pytest.raises(OSError), storage.replacing(path) as temporary:
        temporary.write_bytes(bytes(3 * 1024**2))
    with pytest.raises(Exception, match=r"(?i)space"):
        storage.save(lab.build(layers=4, d_model=128), small_disk / "model")
    assert path.read_text() == "old"
    assert {x.name: x.read_bytes() for x in (small_disk / "model").iterdir()} == before
    assert sorted(x.name for x in small_disk.iterdir()) == ["file", "model"]


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path, gpt2):
    code = (
        "import sys, time\nfrom lab.storage import lease\n"
        "with lease(sys.argv[1]):\n print('held', flush=True)\n time.sleep(60)"
    )
    path = tmp_path / "model"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout and child.stdout.readline() == "held\n"
        with pytest.raises(Refused, match=f"process {child.pid}") as caught:
            storage.save(gpt2, path)
        assert str(path) in str(caught.value)
    finally:
        child.kill()
        child.wait()
    deadline = time.time() + 10
    while not path.exists():  # The dead holder's lease is taken over.
        try:
            storage.save(gpt2, path)
        except Refused:
            assert time.time() < deadline
            time.sleep(0.2)


def test_only_one_waits_for_the_other(tmp_path):
    inside, most = [], []

    def work() -> None:
        with storage.only_one(tmp_path / "x"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5
    impatient = storage.only_one(tmp_path / "x", seconds=0.05)
    with storage.only_one(tmp_path / "x"), pytest.raises(filelock.Timeout), impatient:
        pass


def test_the_cache_folder_can_be_put_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("FORMICARIUM_CACHE", str(tmp_path / "mine"))
    assert storage.cache_folder() == tmp_path / "mine"
    assert storage.cache_folder().is_dir()


def weights(model) -> dict[str, torch.Tensor]:
    return {
        storage.plain_name(name): tensor
        for name, tensor in model.original_model.state_dict().items()
    }


def same_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.equal(one.contiguous().view(torch.int32), other.contiguous().view(torch.int32))


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_saved_model_comes_back_bit_for_bit(kind, tied, tmp_path):
    hf = untrained(kind, tied)
    model = lab.load(hf, tokenizer=lab.build(layers=1).tokenizer)
    with torch.no_grad():  # As training would: through the bridge's own parameters.
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    folder = storage.save(model, tmp_path / "model")
    again = lab.load(folder)
    ours, theirs = weights(model), weights(again)
    assert ours.keys() == theirs.keys()
    assert all(same_bits(ours[name], theirs[name]) for name in ours)
    ids = torch.arange(9)[None]
    assert torch.equal(model(ids), again(ids))
    assert ("lm_head.weight" in storage.header(folder / "model.safetensors")) is not tied


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_transformers_opens_what_was_saved(kind, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = lab.build(kind, layers=2, d_model=32)
    storage.save(model, tmp_path / "model")
    bare, told = AutoModelForCausalLM.from_pretrained(
        tmp_path / "model", output_loading_info=True, attn_implementation="eager"
    )
    assert not any(told.values())
    ids = model.to_tokens("Tom gave Lily a ball")
    assert torch.allclose(bare(ids).logits, model(ids), atol=1e-5)
    assert torch.equal(
        AutoTokenizer.from_pretrained(tmp_path / "model")("Tom", return_tensors="pt")["input_ids"],
        model.to_tokens("Tom"),
    )
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["architectures"] == [type(bare).__name__]


def test_a_model_is_saved_over_an_older_one_but_over_nothing_else(tmp_path, gpt2, llama):
    storage.save(gpt2, tmp_path / "model")
    storage.save(llama, tmp_path / "model")
    assert lab.load(tmp_path / "model").cfg.architecture == "LlamaForCausalLM"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").touch()
    with pytest.raises(ValueError, match="letters"):
        storage.save(gpt2, tmp_path / "letters")
    with pytest.raises(ValueError, match="is a file"):
        storage.save(gpt2, tmp_path / "letters" / "one.txt")
    with pytest.raises(ValueError, match="tokenizer"):
        storage.save(untrained("gpt2", True), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_model_with_a_weight_that_is_no_number_is_not_saved(tmp_path):
    model = lab.build(layers=1, d_model=32)
    with torch.no_grad():
        model.original_model.get_input_embeddings().weight[3, 1] = float("nan")
    with pytest.raises(Refused, match=r"wte\.weight holds 1 value"):
        storage.save(model, tmp_path / "model")
    assert not (tmp_path / "model").exists()


NAMES = st.text("abcdefghij._", min_size=1, max_size=8)
SHAPES = st.lists(st.integers(0, 4), max_size=3)


@given(entries=st.dictionaries(NAMES, SHAPES, max_size=6))
def test_a_header_tells_what_safetensors_wrote(entries, tmp_path_factory):
    from safetensors.torch import save_file

    path = tmp_path_factory.mktemp("h") / "x.safetensors"
    save_file({name: torch.zeros(shape) for name, shape in entries.items()}, path)
    found = storage.header(path)
    assert {name: list(info.shape) for name, info in found.items()} == entries


def untrained(kind: str, tied: bool):
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(3)
    shared = {"vocab_size": 257, "bos_token_id": 256, "eos_token_id": 256}
    config = AutoConfig.for_model(
        kind,
        num_hidden_layers=2,
        hidden_size=32,
        num_attention_heads=4,
        max_position_embeddings=64,
        tie_word_embeddings=tied,
        **({"intermediate_size": 48, "num_key_value_heads": 2} if kind == "llama" else {}),
        **shared,
    )
    return AutoModelForCausalLM.from_config(config).eval()
