"""kill -9 at twenty moments of a training that writes a checkpoint at every step."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_twenty_kills_leave_whole_checkpoints_and_the_curve_of_no_kill(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.killed", str(tmp_path)],
        capture_output=True, text=True, cwd=ROOT, timeout=280,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    reached = found["reached"]
    assert reached == sorted(reached)  # no kill loses what an earlier one had left
    assert len(set(reached)) > 3  # and they fell into the training
    assert found["same"] and found["length"] == 61
    assert found["moments"] == 6 and found["left"] == []
