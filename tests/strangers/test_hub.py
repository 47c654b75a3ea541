"""The hub: its local cache first, no long wait without a network, damage noticed."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

import lab
from lab.bridges import Unreachable, hub
from lab.reach import refuse_unreachable
from lab.storage import Refused
from tests.clock import within

COMMIT = "a" * 40


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache of the hub's client."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "hub").mkdir()
    return tmp_path / "hub"


def put(cache: Path, name: str, folder: Path) -> Path:
    """A model as the hub's client keeps it."""
    repo = cache / f"models--{name.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(COMMIT)
    (repo / "blobs").mkdir()
    return Path(shutil.copytree(folder, repo / "snapshots" / COMMIT))


@pytest.mark.parametrize("name", ["gpt2", "someone/tiny.model-1"])
def test_a_complete_model_of_the_cache_loads_without_network(cache, sound, name):
    put(cache, name, sound)
    model = lab.load(name)
    ids = torch.arange(9)[None]
    assert torch.equal(model(ids), lab.load(sound)(ids))
    assert model.cfg.model_name == name
    listed = {one.name: one for one in lab.models()}
    assert listed[name].kind == "gpt2" and listed[name].ready


@pytest.mark.parametrize("lacks", ["config.json", "model.safetensors", "tokenizer.json"])
def test_an_incomplete_one_is_not_listed_and_not_taken(cache, sound, lacks):
    (put(cache, "gpt2", sound) / lacks).unlink()
    assert "gpt2" not in [one.name for one in lab.models()]
    with within(1), pytest.raises(Unreachable, match="gpt2: not in the local cache"):
        lab.load("gpt2")


def test_a_cache_with_a_shard_missing_is_incomplete(cache, sound):
    folder = put(cache, "gpt2", sound)
    (folder / "model.safetensors").rename(folder / "a.safetensors")
    table = {"x": "a.safetensors", "y": "b.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": table}))
    assert not hub.complete(folder)
    (folder / "b.safetensors").touch()
    assert hub.complete(folder)
    for content in ("{}", '{"weight_map": 3}', "["):
        index.write_text(content)
        assert not hub.complete(folder)


@pytest.fixture
def online(monkeypatch):
    """As a user with a network has it: nothing told about the hub or proxies."""
    for key in list(os.environ):
        if key.startswith(("HF_", "TRANSFORMERS_OFFLINE")) or key.lower().endswith("_proxy"):
            monkeypatch.delenv(key)
    return monkeypatch


@pytest.mark.parametrize("key", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_by_wish_says_so(online, cache, key):
    online.setenv(key, "1")
    with within(1), pytest.raises(Unreachable, match=f"{key} forbids.*gpt2"):
        lab.load("gpt3")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://nowhere.invalid"])
def test_an_unreachable_hub_is_an_error_within_a_second(online, cache, endpoint):
    online.setenv("HF_ENDPOINT", endpoint)
    with within(1), pytest.raises(Unreachable, match="cannot be reached"):
        lab.load("gpt2")


def test_a_name_server_that_never_answers_is_not_waited_for(online, cache):
    def never(*_, **__):
        time.sleep(5)
        raise OSError

    online.setattr(socket, "create_connection", never)
    with within(1), pytest.raises(ConnectionError, match=r"huggingface\.co cannot be reached"):
        lab.load("gpt2")


def test_a_proxy_is_what_must_be_reached(online):
    asked = []

    class Door:
        def close(self):
            pass

    online.setattr(socket, "create_connection", lambda door, **_: asked.append(door) or Door())
    refuse_unreachable("gpt2: ")
    online.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    refuse_unreachable("gpt2: ")
    online.setenv("HF_ENDPOINT", "http://mirror.example:8080/api")
    refuse_unreachable("gpt2: ")
    online.setenv("HF_ENDPOINT", "https://mirror.example")
    online.setenv("NO_PROXY", "mirror.example")
    refuse_unreachable("gpt2: ")
    assert asked == [
        ("huggingface.co", 443),
        ("proxy.example", 3128),
        ("mirror.example", 8080),
        ("mirror.example", 443),
    ]


@pytest.mark.parametrize("name", ["../x", "a/b/c", "a--b", "a b", "/x", "a/../b", "", ".x"])
def test_what_is_no_hub_name_never_reaches_the_hub(name):
    assert not hub.is_hub_name(name)


class Hub(BaseHTTPRequestHandler):
    """As much of a hub as its client needs to fetch one model."""

    def __init__(self, files: dict[str, bytes], damaged: bool, *rest) -> None:
        self.files, self.damaged = files, damaged
        super().__init__(*rest)

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        *_, name = self.path.split("?")[0].split("/")
        if "/tree/" in self.path:
            return self.say(json.dumps([self.listed(name) for name in self.files]).encode())
        if "/api/models/" in self.path:
            names = [{"rfilename": name} for name in self.files]
            model = {"id": "me/tiny", "sha": COMMIT, "siblings": names}
            return self.say(json.dumps(model).encode())
        if "me/tiny/resolve/" not in self.path or name not in self.files:
            return self.send_error(404)
        content, told = self.files[name], {"X-Repo-Commit": COMMIT}
        digest = hashlib.sha256(content).hexdigest()
        told["ETag"] = f'"{digest if name.endswith("safetensors") else digest[:40]}"'
        if self.damaged and name.endswith("safetensors"):
            content = bytes(len(content))
        return self.say(content if body else b"", told, len(content))

    def listed(self, name: str) -> dict:
        content = self.files[name]
        digest, size = hashlib.sha256(content).hexdigest(), len(content)
        large = {"lfs": {"oid": digest, "size": size, "pointerSize": 100}}
        small = {"type": "file", "path": name, "size": size, "oid": digest[:40]}
        return small | (large if name.endswith("safetensors") else {})

    def say(self, content: bytes, told: dict | None = None, size: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) if size is None else size))
        for key, value in (told or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass


FETCH = """
import sys
from pathlib import Path
from lab.bridges import hub
from lab.storage import Refused
try:
    folder = hub.fetched("me/tiny")
    print(sorted(file.name for file in folder.iterdir()), hub.cached("me/tiny") == folder)
except Refused as error:
    print("refused", error)
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_only_safetensors_and_texts_are_fetched_and_damage_is_noticed(sound, tmp_path, damaged):
    files = {file.name: file.read_bytes() for file in sound.iterdir()}
    files |= {"pytorch_model.bin": b"x", "modeling_own.py": b"x", "flax_model.msgpack": b"x"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, files, damaged))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
        "no_proxy": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", FETCH], env={**os.environ, **told}, capture_output=True, text=True
    )
    server.shutdown()
    assert not done.returncode, done.stderr
    if damaged:
        assert "refused" in done.stdout and "model.safetensors: damaged on the way" in done.stdout
    else:
        kept = sorted(file.name for file in sound.iterdir())
        assert done.stdout == f"{kept} True\n"


def test_a_hub_that_does_not_have_it_suggests_what_was_meant(online, cache, monkeypatch):
    def refuse(name):
        raise Refused(name, "the hub did not give it (404)")

    monkeypatch.setattr(hub, "fetched", refuse)
    with pytest.raises(FileNotFoundError, match=r"404.*distilgpt2"):
        lab.load("distilgtp2")
