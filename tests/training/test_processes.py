"""Two processes with accelerate: the curve of one, and resumed bit for bit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab
from lab.training import last_history, moments
from tests.training.launched import SETTINGS, curve
from tests.training.tiny import losses

ROOT = Path(__file__).parents[2]
ALONE = {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", "CUDA_VISIBLE_DEVICES": ""}


def run(words: list[str], folder: Path) -> list[dict]:
    done = subprocess.run(
        [sys.executable, *words, str(folder)], cwd=ROOT, capture_output=True, text=True,
        timeout=280, env={**os.environ, **ALONE},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(path.read_text()) for path in sorted(folder.glob("rank*.json"))]


@pytest.fixture(scope="module")
def launched(tmp_path_factory):
    """What two processes saw, and the folder they trained in."""
    folder = tmp_path_factory.mktemp("launched")
    words = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    words += ["-m", "tests.training.launched"]
    return run(words, folder), folder / "run"


def test_two_processes_see_the_curve_of_one(launched):
    (first, second), _ = launched
    assert first == second
    alone = curve(**SETTINGS)
    assert first["at once"] == pytest.approx(alone, abs=1e-4)
    assert first["in parts"] == pytest.approx(alone, abs=1e-4)
    assert alone[-1] < alone[0] - 1


def test_two_processes_resumed_are_two_uninterrupted_bit_for_bit(launched):
    (first, _), folder = launched
    assert first["resumed"] == first["dropout"]
    assert losses(last_history(folder)) == first["dropout"]


def test_only_the_first_writes_and_what_it_wrote_is_whole(launched):
    _, folder = launched
    assert not list(folder.glob(".*"))
    assert lab.load(moments(folder)[-1]).cfg.n_layers == 1


def test_a_batch_that_cannot_be_shared_is_refused():
    with pytest.raises(ValueError, match="no multiple of accumulate"):
        curve(batch=9, accumulate=2)
