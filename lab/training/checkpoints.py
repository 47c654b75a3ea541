"""A training's folder: its checkpoints, each whole or not there, thinned so that a life fits.

folder/step-000400/   config.json, model.safetensors, tokenizer.json …: lab.load opens it
                      moment.json: the step, and what was measured there
folder/step-000800/   the newest has besides: state.safetensors (the optimiser's),
                      training.json (recipe, place in the text), history.json (all steps)
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import storage
from lab.storage import replacing_folder
from lab.training import sittings
from lab.training.sittings import HISTORY, STATE, TRAINING, Sitting
from lab.training.step import Step

MOMENT = "moment.json"
_NAME = re.compile(r"step-(\d{6,})$")


def moments(folder: str | Path) -> list[Path]:
    """The checkpoints of a training, first to last; each is a model folder for `lab.load`.

    Raises:
        FileNotFoundError: there is no such folder.

    >>> [path.name for path in moments("runs/mine")]         # doctest: +SKIP
    ['step-000000', 'step-000040', 'step-000160']
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"folder {folder}: no such folder")
    found = [path for path in folder.iterdir() if path.is_dir() and _NAME.match(path.name)]
    return sorted(found, key=step_of)


def step_of(moment: Path) -> int:
    """The step of a checkpoint, by its name.

    >>> step_of(Path("runs/mine/step-000400"))
    400
    """
    found = _NAME.match(moment.name)
    if not found:
        raise ValueError(f"{moment} is no checkpoint: step-000400 would be one's name")
    return int(found[1])


def write(folder: Path, model: Any, sitting: Sitting, state: dict[str, Any]) -> Path:
    """Writes the checkpoint of the last step, then takes from the older ones what they lose.

    Raises:
        OSError: the disk is full, or not to be written to; the older checkpoints stay.
        Refused: a weight is NaN or infinite.
    """
    last = sitting.steps[-1]
    target = folder / f"step-{last.step:06d}"
    with _told(target), replacing_folder(target) as new:
        storage.write_model(model, new)
        sittings.write(new, sitting, state)
        (new / MOMENT).write_text(json.dumps(_moment(last)), encoding="utf-8")
    for older in moments(folder):
        if older != target:
            for name in (STATE, TRAINING, HISTORY):
                (older / name).unlink(missing_ok=True)
    thin(folder, sitting.terms.recipe.keep)
    return target


def clean_up(folder: Path) -> None:
    """Removes what a killed training left half done; for whoever holds the folder's lease."""
    storage.sweep(folder, older_than=-1)
    for gone in folder.glob(".step-*.gone"):
        shutil.rmtree(gone, ignore_errors=True)


def thin(folder: Path, keep: int) -> list[Path]:
    """Removes checkpoints until `keep` are left: dense early, sparse late, the ends always stay.

    The one removed is the one whose two neighbours are nearest to one another, counted in the
    square root of the step.
    """
    removed = []
    while len(left := moments(folder)) > max(2, keep):
        at = [math.sqrt(step_of(path)) for path in left]
        nearest = min(range(1, len(left) - 1), key=lambda i: at[i + 1] - at[i - 1])
        gone = left[nearest].with_name(f".{left[nearest].name}.gone")
        left[nearest].rename(gone)  # in one step: no half-removed checkpoint is ever listed
        shutil.rmtree(gone, ignore_errors=True)
        removed.append(left[nearest])
    return removed


def newest(folder: Path) -> Path | None:
    """The last checkpoint a training can go on from, or None."""
    if not folder.is_dir():
        return None
    whole = [path for path in moments(folder) if (path / STATE).is_file()]
    return whole[-1] if whole else None


def last_history(folder: str | Path) -> list[Step]:
    """All steps of a training so far, from its newest checkpoint.

    Raises:
        FileNotFoundError: no checkpoint in the folder tells them.
        Refused: the file that tells them is damaged.
    """
    moment = newest(Path(folder))
    if moment is None:
        raise FileNotFoundError(f"folder {folder}: no checkpoint with {HISTORY} in it")
    return sittings.past_steps(moment)


def _moment(step: Step) -> dict[str, Any]:
    names = ("step", "tokens", "loss", "valid", "metrics", "samples")
    return {name: getattr(step, name) for name in names}


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """safetensors tells a full disk in words of its own."""
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        raise OSError(f"{target} could not be written: {error}") from error
    except OSError as error:
        raise OSError(
            error.errno, f"checkpoint not written: {error.strerror}", str(target)
        ) from error
