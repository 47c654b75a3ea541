"""A sound model folder for each test to spoil, and a clock."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lab
from lab import storage


@pytest.fixture(scope="session")
def sound(tmp_path_factory) -> Path:
    """A folder with a tiny GPT-2-like model; not to be changed."""
    folder = tmp_path_factory.mktemp("sound") / "model"
    return storage.save(lab.build(layers=2, d_model=32, context=64), folder)


@pytest.fixture
def folder(sound, tmp_path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(sound, tmp_path / "stranger"))


@pytest.fixture
def edit(folder):
    """Changes entries of one of the folder's JSON files; None takes an entry out."""

    def change(name: str = "config.json", **entries) -> None:
        path = folder / name
        content = json.loads(path.read_text()) | entries
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(json.dumps(kept))

    return change


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block must end in that time; the libraries are imported before the clock starts."""
    lab.build(layers=1)
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    assert took < seconds, f"took {took:.2f} s, {seconds} are allowed"
