"""`train`: a generator of steps. Whoever iterates decides when to stop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from lab.storage import Refused, lease
from lab.training import moments
from lab.training.descent import Descent, norms
from lab.training.devices import Devices
from lab.training.measures import measured, validation
from lab.training.moments import Sitting
from lab.training.recipe import Recipe
from lab.training.rows import Place, Rows, batch
from lab.training.step import Step
from lab.training.twin import Twin

Metric = Callable[[Any], float | str]


def train(
    model: Any,
    corpus: Any,
    recipe: Recipe | None = None,
    *,
    valid: Any = None,
    metrics: Mapping[str, Metric] | None = None,
    folder: str | Path | None = None,
    resume: bool = False,
    **settings: Any,
) -> Iterator[Step]:
    """Trains a model, giving a `Step` after each update; nothing is printed or drawn.

    At every step it gives, `model` has the weights of that step and may be looked at, hooks and
    all. Stop iterating and it has stopped; go on and it goes on. Step 0 comes first: the untrained
    model, looked at.

    Args:
        model: a bridge from `lab.load` or `lab.build`, in float32. It learns in place.
        corpus: text that can be gone through again and again: one of `lab.corpora`, or a list of
            texts. With a document's `answer` only the answer counts in the loss.
        recipe: all settings in one; or give them by name: `steps=2000, batch=32, lr=1e-3, …`, see
            `lab.Recipe`.
        valid: text of the same kind that is not learned from, for the validation loss.
        metrics: functions of the model that give a number, or a text (a sample), measured on the
            steps at which the recipe looks.
        folder: where checkpoints go, of all planned moments and at least every `recipe.seconds`.
        resume: go on from the folder's newest checkpoint, exactly as if there had been no stop;
            begin if there is none.
    Raises:
        ValueError: a setting is out of range, the model's or corpus's kind does not fit, or
            `folder` holds a training and `resume` is False.
        Refused: another process is training in `folder`, or the checkpoint in it is damaged, of
            another model, tokenizer, corpus or recipe. What is there is left as it was.
        FloatingPointError: the loss is no number any more; the last checkpoint stays.

    >>> model = lab.build(layers=1)                          # doctest: +SKIP
    >>> losses = [s.loss for s in train(model, ["abcabc"] * 8, steps=50, batch=4)]  # doctest: +SKIP
    """
    if recipe is not None and settings:
        raise TypeError(f"recipe is given, so {', '.join(settings)} must stand in it")
    recipe = Recipe(**settings) if recipe is None else recipe
    folder = None if folder is None else Path(folder)
    training = _Training(model, corpus, recipe, valid, dict(metrics or {}), folder)
    if folder is not None:
        training.check_folder(resume)
    return training.run(resume)


class _Training:
    """What lives from the first step of a sitting to its last."""

    def __init__(
        self, model: Any, corpus: Any, recipe: Recipe, valid: Any, metrics: Any, folder: Path | None
    ) -> None:
        self.model, self.corpus, self.recipe = model, corpus, recipe
        self.metrics, self.folder, self.valid = metrics, folder, valid
        self.context = recipe.context or model.cfg.n_ctx
        if self.context > model.cfg.n_ctx:
            raise ValueError(f"context {self.context} is over the model's {model.cfg.n_ctx} pieces")
        self.devices = Devices(model, recipe)
        self.twin = Twin(model, recipe.dropout).to(self.devices.device)
        self.layers = self.twin.layer_parameters()
        self.descent = Descent(self.twin, recipe)
        self.loss = self.devices.ready(self.twin)
        self.steps: list[Step] = []
        self.tokens, self.spent, self.written = 0, 0.0, -1
        self.rows = self._rows(Place())

    def run(self, resume: bool) -> Iterator[Step]:
        writing = self.folder is not None and self.devices.first
        with lease(self.folder / "training") if writing and self.folder else nullcontext():
            if not (resume and self.take_up()):
                self.look(self.untrained())
                self.write()
                yield from self.given()
            while self.steps[-1].step < self.recipe.steps:
                step = self.look(self.update(self.steps[-1].step + 1))
                if self.due(step):
                    self.write()
                yield from self.given()

    def given(self) -> Iterator[Step]:
        """The last step; whoever closes the generator here leaves a checkpoint of it."""
        try:
            yield self.steps[-1]
        except GeneratorExit:
            if self.written != self.steps[-1].step and not self.devices.many:
                self.write()
            raise

    def untrained(self) -> Step:
        """Step 0: the loss of the first batch, and nothing learned."""
        place = self.rows.place
        self.twin.eval()
        with torch.no_grad():
            loss, _ = self.forward(self.next_rows())
        self.twin.train()
        self.rows = self._rows(place)
        self.saved = time.monotonic()
        quiet = tuple(0.0 for _ in self.layers)
        return Step(0, self.recipe.steps, 0, loss, 0.0, 0.0, quiet, 0.0, 0.0)

    def update(self, number: int) -> Step:
        """One step: its batch, its gradients, its update, and the twin's weights handed over."""
        began = time.perf_counter()
        self.twin.train()
        rows = self.next_rows()
        with self.devices.seeded(self.recipe, number):
            loss, counted = self.forward(rows, backward=True)
        if loss != loss or loss == float("inf"):
            raise FloatingPointError(
                f"the loss of step {number} is {loss}: a lower lr than {self.recipe.lr}, a longer "
                f"warmup or a smaller clip than {self.recipe.clip} would help"
            )
        total, each = norms(self.twin, self.layers, self.recipe.clip)
        rate = self.recipe.rate(number)
        self.descent.step(rate)
        self.twin.give(self.model)
        took = time.perf_counter() - began
        self.tokens, self.spent = self.tokens + counted, self.spent + took
        return Step(
            number, self.recipe.steps, self.tokens, loss, rate, total, tuple(each),
            counted / took, self.spent,
        )  # fmt: skip

    def forward(self, rows: list[Any], backward: bool = False) -> tuple[float, int]:
        """The mean loss over all processes' share of a batch, and how many pieces counted."""
        ids, targets = (torch.from_numpy(x) for x in batch(rows, self.model.tokenizer.eos_token_id))
        counted = int((targets != -100).sum())
        if not counted:
            raise ValueError("corpus gave a batch in which nothing is to be predicted")
        parts = self.devices.parts(ids, targets, self.recipe.accumulate)
        total = torch.zeros((), device=self.devices.device)
        for number, (some, wanted) in enumerate(parts):
            with self.devices.context(self.loss, last=number == len(parts) - 1):
                part = self.loss(some, wanted) / counted
                if backward:
                    self.devices.backward(part)
            total += part.detach()
        return self.devices.summed(total), counted

    def look(self, step: Step) -> Step:
        """Validation and metrics, if this step is one to look at; the step joins the history."""
        if step.step == 0 or self.recipe.looks(step.step):
            valid = None
            if self.valid is not None:
                self.twin.eval()
                valid = validation(self.twin, self.devices, self._valid_rows(), self.recipe)
                self.twin.train()
            step = measured(step, valid, self.model, self.metrics)
        self.steps.append(step)
        return step

    def due(self, step: Step) -> bool:
        if self.folder is None:
            return False
        late = time.monotonic() - self.saved > self.recipe.seconds
        return self.devices.agreed(late) or step.step in self._moments

    def write(self) -> None:
        """A checkpoint of the last step, by the first process alone."""
        if self.folder is not None and self.devices.first:
            sitting = Sitting(
                self.recipe, self.rows.place, self.steps, _name(self.corpus),
                _digest(self.model.tokenizer), self.descent.state(),
            )  # fmt: skip
            moments.write(self.folder, self.model, sitting)
        self.devices.wait()
        self.saved, self.written = time.monotonic(), self.steps[-1].step

    def take_up(self) -> bool:
        """Goes on from the folder's newest checkpoint; False if there is none."""
        from safetensors.torch import load_file

        moment = moments.newest(self.folder) if self.folder else None
        if moment is None:
            return False
        sitting = moments.read(moment)
        self._refuse_other(moment, sitting)
        weights = load_file(moment / "model.safetensors")
        mine = self.twin.weights()
        if {n: t.shape for n, t in weights.items()} != {n: t.shape for n, t in mine.items()}:
            raise Refused(moment, "the checkpoint is of a model of other sizes")
        with torch.no_grad():
            for name, tensor in mine.items():
                tensor.copy_(weights[name])
        self.descent.take(sitting.state)
        self.twin.give(self.model)
        self.steps = sitting.steps
        self.tokens, self.spent = self.steps[-1].tokens, self.steps[-1].seconds
        self.rows = self._rows(sitting.place)
        self.saved, self.written = time.monotonic(), self.steps[-1].step
        return True

    def check_folder(self, resume: bool) -> None:
        if self.folder is not None and self.folder.is_file():
            raise ValueError(f"folder {self.folder} is a file")
        begun = self.folder is not None and self.folder.is_dir() and moments.moments(self.folder)
        if begun and not resume:
            raise ValueError(
                f"folder {self.folder} holds a training ({begun[-1].name} is its last checkpoint): "
                "resume=True goes on with it, another folder begins anew"
            )

    def next_rows(self) -> list[Any]:
        return [next(self.rows) for _ in range(self.recipe.batch)]

    @property
    def _moments(self) -> set[int]:
        return set(self.recipe.moments())

    def _rows(self, place: Place) -> Rows:
        return Rows(
            self.corpus, self.model.tokenizer, self.context, seed=self.recipe.seed, place=place
        )

    def _valid_rows(self) -> Rows:
        return Rows(self.valid, self.model.tokenizer, self.context)

    def _refuse_other(self, moment: Path, sitting: Sitting) -> None:
        differences = self.recipe.differences(sitting.recipe)
        if sitting.corpus != _name(self.corpus):
            differences.append(f"corpus was {sitting.corpus}, is {_name(self.corpus)}")
        if sitting.tokenizer != _digest(self.model.tokenizer):
            differences.append("tokenizer is another")
        if differences:
            raise Refused(
                moment,
                f"it was trained otherwise: {'; '.join(differences)}",
                instead="Take the same again, or another folder.",
            )


def _name(corpus: Any) -> str:
    return str(getattr(corpus, "name", type(corpus).__name__))


def _digest(tokenizer: Any) -> str:
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()
