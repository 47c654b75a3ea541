"""A sound model folder for each test to spoil."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import lab
from lab import storage


@pytest.fixture(scope="session", autouse=True)
def imported() -> None:
    """The libraries are imported before any clock starts."""
    lab.build(layers=1)


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
