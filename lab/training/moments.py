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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab import storage
from lab.storage import Refused, replacing_folder
from lab.training.recipe import Recipe
from lab.training.rows import Place
from lab.training.step import Step, history, steps_of

STATE, TRAINING = "state.safetensors", "training.json"
MOMENT, HISTORY = "moment.json", "history.json"
_NAME = re.compile(r"step-(\d{6,})$")
_LONGEST = 256 * 2**20  # a history of a million steps


@dataclass(frozen=True)
class Sitting:
    """All that is needed besides the weights to go on."""

    recipe: Recipe
    place: Place
    steps: list[Step]
    corpus: str
    tokenizer: str  # a digest
    state: dict[str, Any]  # tensors


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


def write(folder: Path, model: Any, sitting: Sitting) -> Path:
    """Writes the checkpoint of the last step, then takes from the older ones what they lose."""
    from safetensors.torch import save_file

    last = sitting.steps[-1]
    target = folder / f"step-{last.step:06d}"
    with replacing_folder(target) as new:
        storage.write_model(model, new)
        save_file({name: t.contiguous() for name, t in sitting.state.items()}, new / STATE)
        _write_json(new / MOMENT, _moment(last))
        _write_json(new / HISTORY, history(sitting.steps))
        _write_json(new / TRAINING, _training(sitting))
    for older in moments(folder):
        if older != target:
            for name in (STATE, TRAINING, HISTORY):
                (older / name).unlink(missing_ok=True)
    thin(folder, sitting.recipe.keep)
    return target


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
    for gone in folder.glob(".step-*.gone"):
        shutil.rmtree(gone, ignore_errors=True)
    return removed


def newest(folder: Path) -> Path | None:
    """The last checkpoint a training can go on from, or None."""
    if not folder.is_dir():
        return None
    whole = [path for path in moments(folder) if (path / STATE).is_file()]
    return whole[-1] if whole else None


def read(moment: Path) -> Sitting:
    """What `write` wrote besides the model.

    Raises:
        Refused: a file is damaged or of another kind; the folder is left as it is.
    """
    from safetensors.torch import load_file

    storage.header(moment / STATE)
    columns = storage.read_json(moment / TRAINING)
    past = storage.read_json(moment / HISTORY, limit=_LONGEST)
    try:
        return Sitting(
            Recipe(**columns["recipe"]),
            Place(**columns["place"]),
            steps_of(past),
            columns["corpus"],
            columns["tokenizer"],
            load_file(moment / STATE),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(moment / TRAINING, f"it does not describe a training ({error})") from None


def last_history(folder: str | Path) -> list[Step]:
    """All steps of a training so far, from its newest checkpoint.

    Raises:
        FileNotFoundError: no checkpoint in the folder tells them.
    """
    moment = newest(Path(folder))
    if moment is None:
        raise FileNotFoundError(f"folder {folder}: no checkpoint with {HISTORY} in it")
    return steps_of(storage.read_json(moment / HISTORY, limit=_LONGEST))


def _moment(step: Step) -> dict[str, Any]:
    names = ("step", "tokens", "loss", "valid", "metrics", "samples")
    return {name: getattr(step, name) for name in names}


def _training(sitting: Sitting) -> dict[str, Any]:
    return {
        "recipe": sitting.recipe.to_dict(),
        "place": asdict(sitting.place),
        "corpus": sitting.corpus,
        "tokenizer": sitting.tokenizer,
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, allow_nan=True), encoding="utf-8")
