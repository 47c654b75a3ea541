"""A training's folder while it runs: who may write it, when, and what is taken up from it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from lab.storage import Refused, lease
from lab.training import checkpoints, sittings
from lab.training.devices import Devices
from lab.training.sittings import Sitting, Terms

MODEL = "model.safetensors"


class Kept:
    """The checkpoints of one training; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, terms: Terms, devices: Devices) -> None:
        self.folder, self._terms, self._devices = folder, terms, devices
        self._planned = set(terms.recipe.moments())
        self._saved, self._written = time.monotonic(), -1

    def check(self, resume: bool) -> Path | None:
        """The checkpoint to go on from, or None where a training begins.

        Raises:
            ValueError: the folder holds a training that is not to be resumed.
            Refused: it holds one that cannot be.
        """
        if self.folder is None:
            if resume:
                raise ValueError("resume=True needs the folder to go on from: folder=…")
            return None
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"folder {self.folder} is a file")
        begun = self.folder.is_dir() and checkpoints.moments(self.folder)
        if not begun:
            return None
        if not resume:
            raise ValueError(
                f"folder {self.folder} holds a training ({begun[-1].name} is its last checkpoint): "
                "resume=True goes on with it, another folder begins anew"
            )
        moment = checkpoints.newest(self.folder)
        if moment is None:
            raise Refused(self.folder, f"none of its checkpoints holds {sittings.STATE}")
        self._terms.refuse_other(moment, sittings.read(moment))
        for name in (MODEL, sittings.STATE):
            sittings.refuse_damaged(moment / name)
        return moment

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the folder to this training; leftovers of a killed one are removed."""
        if self.folder is None or not self._devices.first:
            yield
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(lease(self.folder / "training"))
            except Refused as error:
                if f"process {os.getpid()} " not in str(error):
                    raise
                raise Refused(
                    self.folder,
                    "another training of this same process is open on it",
                    instead="Let that one end, or close() it.",
                ) from None
            checkpoints.clean_up(self.folder)
            yield

    def read(self, moment: Path, twin: Any, descent: Any) -> Sitting:
        """Takes the weights and the optimiser's state from a checkpoint, or neither.

        Raises:
            Refused: it is damaged, or of another training.
        """
        sitting = sittings.read(moment)
        self._terms.refuse_other(moment, sitting)
        mine = twin.weights()
        shapes = {name: tuple(tensor.shape) for name, tensor in mine.items()}
        weights = sittings.tensors(moment / MODEL, shapes)
        state = sittings.tensors(moment / sittings.STATE)
        try:
            descent.take(state)
        except ValueError as error:
            raise Refused(moment / sittings.STATE, str(error)) from None
        twin.take(weights)
        self._saved, self._written = time.monotonic(), sitting.steps[-1].step
        return sitting

    def due(self, step: int) -> bool:
        """Whether a checkpoint of this step is planned, or the last one is long ago."""
        if self.folder is None:
            return False
        late = time.monotonic() - self._saved > self._terms.recipe.seconds
        return self._devices.agreed(late) or step in self._planned

    def write(self, model: Any, sitting: Sitting, state: dict[str, Any]) -> None:
        """A checkpoint of the last step by the first process, if there is none yet."""
        last = sitting.steps[-1].step
        if self.folder is not None and self._devices.first and self._written != last:
            checkpoints.write(self.folder, model, sitting, state)
        self._saved, self._written = time.monotonic(), last
